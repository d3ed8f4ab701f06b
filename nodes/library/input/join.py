"""One clip after the other, picture and sound."""

from nodes.api import (
    Annotated,
    Audio,
    Clip,
    ClipInfo,
    Fraction,
    Node,
    ParamError,
    Ref,
    Script,
    Silence,
    Sound,
    SoundInfo,
    SoundJoin,
    StrEnum,
    converted,
    gives,
    param,
    replace,
    takes,
)


class Unlike(StrEnum):
    """What to do with a clip whose size or pixel format differs from the first one's."""

    REFUSE = "refuse"
    """Say so, and let me put the right nodes in between."""
    CONFORM = "conform"
    """Scale and convert it to the first clip's size and format."""


class Join(Node):
    """Put up to four clips one after the other, each with its sound.

    For a tape that was captured in several files. Rate and field order must be the same. Each sound is made exactly
    as long as its picture (silence added, or cut), so that the later parts stay in sync.
    """

    id, version = "time.join", 1
    label = "Join"
    words = ("append", "concatenate", "splice", "merge", "combine", "parts", "files", "sequence")
    clip = takes(Clip, "The first picture", fields="whole")
    clip2 = takes(Clip, "The second", fields="whole")
    clip3 = takes(Clip, "The third", optional=True, fields="whole")
    clip4 = takes(Clip, "The fourth", optional=True, fields="whole")
    audio = takes(Audio, "Sound of the first", optional=True)
    audio2 = takes(Audio, "Sound of the second", optional=True)
    audio3 = takes(Audio, "Sound of the third", optional=True)
    audio4 = takes(Audio, "Sound of the fourth", optional=True)
    out = gives(Clip)
    sound = gives(Audio)

    unlike: Annotated[Unlike, param("Where size or pixel format differ from the first clip's")] = Unlike.REFUSE

    def forecast(
        self,
        clip: ClipInfo,
        clip2: ClipInfo,
        clip3: ClipInfo | None,
        clip4: ClipInfo | None,
        audio: SoundInfo | None,
        audio2: SoundInfo | None,
        audio3: SoundInfo | None,
        audio4: SoundInfo | None,
    ) -> dict[str, ClipInfo | SoundInfo]:
        clips = [one for one in (clip, clip2, clip3, clip4) if one is not None]
        self._agree(clip, (clip2, clip3, clip4), (audio, audio2, audio3, audio4))
        joined = replace(clip, frames=sum(one.frames for one in clips), exact=all(one.exact for one in clips))
        facts: dict[str, ClipInfo | SoundInfo] = {"out": joined}
        first = next((one for one in (audio, audio2, audio3, audio4) if one is not None), None)
        if first:
            facts["sound"] = SoundInfo(first.rate, first.channels, joined.duration, clip.start)
        return facts

    def build(
        self,
        script: Script,
        clip: Ref,
        clip2: Ref,
        clip3: Ref | None,
        clip4: Ref | None,
        audio: Sound | None,
        audio2: Sound | None,
        audio3: Sound | None,
        audio4: Sound | None,
    ) -> dict[str, Ref | Sound]:
        pairs = [
            (one, sound)
            for one, sound in ((clip, audio), (clip2, audio2), (clip3, audio3), (clip4, audio4))
            if one is not None
        ]
        out = script.core.std.Splice([_conformed(one, clip.info) for one, _ in pairs])
        made: dict[str, Ref | Sound] = {"out": out}
        first = next((sound for _, sound in pairs if sound is not None), None)
        if first is not None:
            rate, channels = first.info.rate, first.info.channels
            parts = tuple(
                (
                    sound.aligned(one.info.start).op if sound else Silence(rate, channels, one.info.duration),
                    one.info.duration,
                )
                for one, sound in pairs
            )
            length = sum((one.info.duration for one, _ in pairs), Fraction(0))
            info = SoundInfo(rate, channels, length, clip.info.start)
            made["sound"] = Sound(SoundJoin(parts, rate, channels), info)
        return made

    def _agree(
        self, first: ClipInfo, others: tuple[ClipInfo | None, ...], sounds: tuple[SoundInfo | None, ...]
    ) -> None:
        """ParamError where the clips cannot follow each other."""
        for number, other in enumerate(others, 2):
            if other is None:
                if sounds[number - 1]:
                    raise ParamError(f"audio{number} is wired but clip{number} is not. Wire its picture too")
                continue
            where = f"clip{number}"
            if other.fps != first.fps:
                rates = f"{float(other.fps):.3f} frames a second, the first clip {float(first.fps):.3f}"
                raise ParamError(f"{where} has {rates}. Put a rate change before it")
            if other.fields is not first.fields:
                orders = f"{where} is {other.fields.value}, the first clip {first.fields.value}"
                raise ParamError(f"{orders}. Deinterlace both before joining, or correct the field order")
            if (other.width, other.height, other.format) == (first.width, first.height, first.format):
                continue
            differs = f"{where} is {other.line()}, the first clip {first.line()}"
            if self.unlike is Unlike.REFUSE:
                raise ParamError(f"{differs}. Set unlike to conform, or put a resize before it")
            if abs(other.dar / first.dar - 1) > Fraction(2, 100):
                raise ParamError(
                    f"{where} has the shape {float(other.dar):.2f}:1, the first clip {float(first.dar):.2f}:1: "
                    "scaling would distort it. Crop or pad it first"
                )


def _conformed(clip: Ref, first: ClipInfo) -> Ref:
    """`clip` in the size, format and colours of the first, marked with the same pixel aspect."""
    info = clip.info
    if (info.width, info.height) != (first.width, first.height):
        clip = clip.resize.Spline36(width=first.width, height=first.height).known(
            replace(info, width=first.width, height=first.height)
        )
    clip = converted(clip, first.format)
    if info.matrix != first.matrix and first.format.family.value == info.format.family.value == "yuv":
        clip = clip.resize.Bicubic(matrix=int(first.matrix)).known(replace(clip.info, matrix=first.matrix))
    if info.range != first.range:
        clip = clip.resize.Bicubic(range=first.range.code).known(replace(clip.info, range=first.range))
    if info.sar != first.sar or info.dar != first.dar:
        clip = clip.std.SetFrameProps(_SARNum=first.sar.numerator, _SARDen=first.sar.denominator)
    return clip
