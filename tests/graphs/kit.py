"""A handful of node types and a tape, so that tests of documents do not hang on the node library."""

from fractions import Fraction

from graphs.document import Graph, Link, NodeDoc, NodeId
from nodes.api import (
    Annotated,
    Audio,
    Clip,
    ClipInfo,
    Fields,
    FilePath,
    Mask,
    Media,
    MediaError,
    Node,
    PixelFormat,
    Probe,
    Ranges,
    Sound,
    SoundInfo,
    StrEnum,
    gives,
    param,
    replace,
    takes,
)
from nodes.media import SoundStream, VideoStream
from nodes.registry import Registry


class Source(Node):
    """A tape."""

    id, label, needs = "input.video", "Video file", ("bs",)
    out, sound = gives(Clip), gives(Audio)
    file: Annotated[FilePath, param("The file")] = FilePath("")

    def forecast(self, probe: Probe) -> dict[str, ClipInfo | SoundInfo]:
        if not self.file:
            raise MediaError("no file is chosen. Choose one")
        media = probe(self.file)
        infos: dict[str, ClipInfo | SoundInfo] = {"out": media.video[0].clip}
        if media.sound:
            infos["sound"] = media.sound[0].sound
        return infos


class Preset(StrEnum):
    FAST = "Fast"
    SLOW = "Slow"
    VERY_SLOW = "Very Slow"


class Qtgmc(Node):
    """Frames from fields."""

    id, version, label = "deinterlace.qtgmc", 3, "Deinterlace (QTGMC)"
    clip, out = takes(Clip, fields="interlaced"), gives(Clip)
    preset: Annotated[Preset, param("Quality against speed")] = Preset.SLOW
    smoothing: Annotated[int, param("How much", low=0, high=3)] = 1

    upgrades = {
        # version 1 called it `speed` and counted; its smoothing was 0 where nothing was said
        1: lambda old: {
            **{key: value for key, value in old.items() if key != "speed"},
            "preset": ["Fast", "Slow"][old.get("speed", 0)],
            "smoothing": old.get("smoothing", 0),
        },
        # version 2 counted smoothing in tens
        2: lambda old: {**old, "smoothing": old.get("smoothing", 10) // 10},
    }

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return replace(clip, fields=Fields.PROGRESSIVE, fps=clip.fps * 2, frames=clip.frames * 2)

    def check(self) -> list[str]:
        return ["that much smoothing eats detail. Set it to 2 or less"] if self.smoothing == 3 else []


class Trim(Node):
    """Some frames only."""

    id, label = "input.trim", "Trim"
    clip, audio = takes(Clip), takes(Audio, optional=True)
    out, sound = gives(Clip), gives(Audio)
    ranges: Annotated[Ranges, param("Which frames")] = Ranges(((0, None),))

    def forecast(self, clip: ClipInfo, audio: SoundInfo | None) -> dict[str, ClipInfo | SoundInfo]:
        first, last = self.ranges[0]
        cut = clip.cut(first, clip.frames if last is None else last)
        if audio is None:
            return {"out": cut}
        return {"out": cut, "sound": replace(audio, start=audio.start + first / clip.fps, duration=cut.duration)}


class Upscale(Node):
    """Twice the size, from whole frames in 16 bit."""

    id, label, needs = "scale.double", "Double", ("znedi3", "sneedif")
    clip, out = takes(Clip, fields="progressive", depths=("16",)), gives(Clip)

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return replace(clip, width=clip.width * 2, height=clip.height * 2)


class Merge(Node):
    """One picture over another, where a mask says so."""

    id, label = "utility.merge", "Merge"
    clip, over, mask = takes(Clip), takes(Clip), takes(Mask, optional=True)
    out = gives(Clip)

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip


class Edges(Node):
    """A mask of edges."""

    id, label = "utility.edges", "Edges"
    clip, mask_out = takes(Clip), gives(Mask)

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip


class Gain(Node):
    """Louder."""

    id, label = "sound.gain", "Gain"
    audio, sound = takes(Audio), gives(Audio)

    def forecast(self, audio: SoundInfo) -> SoundInfo:
        return audio


class Faulty(Node):
    """A plugin with a bug."""

    id, label = "plugin.faulty", "Faulty"
    clip, out = takes(Clip), gives(Clip)
    how: Annotated[str, param("Which bug")] = "raise"

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        match self.how:
            case "raise":
                raise ZeroDivisionError("oops")
            case "wrong":
                return SoundInfo(1, 1, Fraction(1))  # type: ignore[return-value]
            case "odd":
                return replace(clip, width=703, format=PixelFormat.parse("YUV420P8"))
            case _:
                return replace(clip, frames=0)

    def check(self) -> list[str]:
        raise ValueError("check is broken")


class Code(Node):
    """A user's own script."""

    id, label, trusted = "utility.code", "Script", True
    clip, out = takes(Clip), gives(Clip)

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip


class Encode(Node):
    """A file."""

    id, label = "output.encode", "Encode"
    clip, audio = takes(Clip, fields="whole"), takes(Audio, optional=True)
    file: Annotated[FilePath, param("Where to", saves=True)] = FilePath("")
    crf: Annotated[float, param("Quality", low=0, high=51)] = 18.0

    def build(self, script: object, clip: object, audio: Sound | None) -> None:
        """Never built in these tests."""


REGISTRY = Registry(
    {kind.id: kind for kind in (Source, Qtgmc, Trim, Upscale, Merge, Edges, Gain, Faulty, Code, Encode)}
)

PAL = ClipInfo(720, 576, PixelFormat.parse("YUV422P8"), Fraction(25), 250, fields=Fields.TFF, exact=True)


SOUND = SoundInfo(48000, 2, Fraction(10))


def media(clip: ClipInfo = PAL, sound: SoundInfo | None = SOUND) -> Media:
    sounds = (SoundStream(0, "pcm_s16le", sound),) if sound else ()
    return Media("tape.dv", "dv", "id", 1, clip.duration, (VideoStream(0, "dvvideo", clip, clip.fields),), sounds)


def probe(path: str) -> Media:
    """Every tape is ten seconds of PAL with sound, unless its name says otherwise."""
    if "missing" in path:
        raise MediaError(f"{path}: there is no such file. Check its name")
    if "silent" in path:
        return media(sound=None)
    if "long sound" in path:
        return media(sound=SoundInfo(48000, 2, Fraction(12)))
    return media()


def node(name: str, kind: str = "", *, version: int = 0, **params: object) -> NodeDoc:
    """`node("qtgmc1", preset="Fast")`: its type goes by the name where none is given."""
    stems = {
        "source": "input.video",
        "qtgmc": "deinterlace.qtgmc",
        "trim": "input.trim",
        "double": "scale.double",
        "merge": "utility.merge",
        "edges": "utility.edges",
        "gain": "sound.gain",
        "faulty": "plugin.faulty",
        "code": "utility.code",
        "encode": "output.encode",
    }
    kind = kind or stems[name.rstrip("0123456789")]
    known = REGISTRY.get(kind)
    if kind == "input.video":
        params = {"file": "tape.dv", **params}
    return NodeDoc(NodeId(name), kind, version or (known.version if known else 1), params)  # type: ignore[arg-type]


def graph(*nodes: NodeDoc, wires: str = "") -> Graph:
    """`graph(a, b, wires="a.out>b.clip a.sound>b.audio")`"""
    return Graph.of(nodes, [Link.of(*wire.split(">")) for wire in wires.split()])
