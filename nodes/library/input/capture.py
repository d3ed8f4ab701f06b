"""The tape itself as the source of a graph: asked of a device, and then standing for what was recorded."""

from nodes.api import (
    LIVE,
    SET,
    Annotated,
    Audio,
    Clip,
    ClipInfo,
    FilePath,
    FolderPath,
    Fraction,
    Media,
    MediaError,
    Node,
    Probe,
    Ref,
    Script,
    Sound,
    SoundInfo,
    StrEnum,
    gives,
    param,
    replace,
)
from nodes.library.input._parts import length, parts_of, pictures, sounds
from nodes.library.input._standards import MINUTES, Samples, TapeStandard, kept_as, standard_clip
from nodes.library.input._tape import Aspect, FieldOrder, marked, ordered, picture_of, shaped

_SOUND = SoundInfo(48_000, 2, Fraction(0))
_SET_SUFFIX = ".tapeset"

_LIVE = '''
def live_frames(ring):
    """The newest frames of a running capture: only Tapeloom, while it records, has them."""
    raise RuntimeError("a running capture can be shown by Tapeloom alone: name its finished recording instead")
'''


class Codec(StrEnum):
    """How the pictures are kept: always without loss."""

    FFV1 = "ffv1"
    """Smallest, every slice with a checksum: the archive's own format."""
    HUFFYUV = "huffyuv"
    """Quick, for a slow machine; larger."""
    UTVIDEO = "utvideo"
    """Quickest; larger."""
    V210 = "v210"
    """Ten bits, uncompressed: enormous, and read by everything."""


class Capture(Node):
    """A tape that is captured here: what is asked of the device, and the recording that came of it.

    Before the tape was played, the standard says what will come (size, rate, fields, colours), so that everything below
    can be wired, set and checked. `launch.py capture run` plays and records it, puts the recording in *take*, and
    renders what is wired here; meanwhile a quick branch can be looked at live. The recording is the archive master: it
    is kept without loss, with checksums, and is not coded a second time. A *take* may also be a set of several passes
    of the same tape: wire one node a pass into a median stack.
    """

    id, version = "input.capture", 1
    label, needs = "Tape capture", ("bs",)
    words = ("capture", "record", "digitise", "digitize", "deck", "vcr", "camcorder", "device", "grabber", "live",
             "vhs", "firewire", "dv", "source", "take", "pass")  # fmt: skip
    out = gives(Clip, "The picture")
    sound = gives(Audio, "The sound that belongs to it")

    device: Annotated[
        str, param("The device, as `launch.py capture devices` names it; empty: the only one there is", group="Device")
    ] = ""
    input: Annotated[str, param("Its socket, such as S-Video; empty: as it is set", group="Device")] = ""
    standard: Annotated[TapeStandard, param("How the tape was recorded", group="Device")] = TapeStandard.PAL
    samples: Annotated[Samples, param("What the device gives", group="Device")] = Samples.EIGHT
    codec: Annotated[Codec, param("How the recording is kept; DV is copied as it is", group="Recording")] = Codec.FFV1
    folder: Annotated[
        FolderPath, param("Where the recording goes; empty: this folder", saves=True, group="Recording")
    ] = FolderPath("")
    tape: Annotated[
        str, param("What is written on the tape: the recording's name", max_length=120, group="Recording")
    ] = ""
    minutes: Annotated[
        int,
        param("Stop after so long; 0: at the tape's end, or when I say so", low=0, high=1440, unit="min",
              group="Recording"),
    ] = 0  # fmt: skip
    blank: Annotated[
        int,
        param("Stop after so long without a picture; 0: never", low=0, high=3600, unit="s", group="Recording"),
    ] = 60  # fmt: skip
    take: Annotated[
        FilePath,
        param("The recording that this stands for, or a set of passes; empty: nothing is captured yet", group="Take"),
    ] = FilePath("")
    pass_number: Annotated[
        int, param("Which pass of a set", label="Pass", low=1, high=9999, group="Take")
    ] = 1  # fmt: skip
    field_order: Annotated[FieldOrder, param("Which field was first in time", group="Take")] = FieldOrder.AUTO
    aspect: Annotated[Aspect, param("Shape of the whole picture", label="Picture shape", group="Take")] = Aspect.AUTO

    def forecast(self, probe: Probe) -> dict[str, ClipInfo | SoundInfo]:
        media = self._media(probe)
        if media is None:
            info = self._meant(kept_as(standard_clip(self.standard, self.samples, self.minutes), self.codec))
            return {"out": info, "sound": replace(_SOUND, duration=info.duration)}
        facts: dict[str, ClipInfo | SoundInfo] = {"out": self._clip(media)}
        heard = self._sound(media)
        if heard is not None:
            facts["sound"] = heard.info
        return facts

    def build(self, script: Script, probe: Probe) -> dict[str, Ref | Sound]:
        media = self._media(probe)
        if media is None:
            raise MediaError(
                f"nothing is captured yet ({self.standard.value.upper()}, {self.minutes or MINUTES} min are assumed). "
                "`launch.py capture run` records the tape and goes on with it; or name a recording as take: "
                "`-i FILE`, or --set NODE.take=FILE"
            )
        info = self._clip(media)
        if media.container == LIVE:
            live = script.by_runtime("live_frames", "runtime.worker.live", _LIVE)
            return {"out": marked(live(script.file(media.path, media.identity)), info)}
        made: dict[str, Ref | Sound] = {"out": marked(pictures(script, parts_of(media), info), info)}
        heard = self._sound(media)
        if heard is not None:
            made["sound"] = heard
        return made

    def _media(self, probe: Probe) -> Media | None:
        if not self.take:
            return None
        one = self.take.lower().endswith(_SET_SUFFIX)
        media = probe(f"{self.take}#{self.pass_number}" if one else self.take)
        if not media.video:
            raise MediaError(f"{self.take} has no picture. Choose the recording of a tape")
        return media.parts[0] if media.container == SET else media

    def _clip(self, media: Media) -> ClipInfo:
        if media.container == LIVE:
            return self._meant(picture_of(media, 1).clip)
        parts = parts_of(media)
        return self._meant(length(parts, picture_of(parts[0], 1).clip))

    def _sound(self, media: Media) -> Sound | None:
        if media.container == LIVE:
            return None
        parts = parts_of(media)
        return sounds(parts, picture_of(parts[0], 1).clip.fps)

    def _meant(self, clip: ClipInfo) -> ClipInfo:
        return shaped(ordered(clip, self.field_order), self.aspect)
