"""Several passes of one tape laid over each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nodes.api import (
    Annotated,
    Audio,
    Clip,
    ClipInfo,
    Fraction,
    Node,
    ParamError,
    Places,
    Ref,
    Script,
    Silence,
    Sound,
    SoundInfo,
    SoundJoin,
    SoundOp,
    StrEnum,
    ends_at,
    gives,
    param,
    parse_places,
    replace,
    spans,
    takes,
)
from nodes.library._pair import alike, refuse_unlike

_MOST_SPANS = 2000
_NAMES = "xyzab"
_MIDDLE = {
    3: "sort3 drop swap drop",
    4: "sort4 drop + 2 / swap drop",
    5: "sort5 drop drop swap drop swap drop",
}


class Way(StrEnum):
    """What is taken of the passes."""

    AVERAGE = "average"
    """The average of those that agree with the middle one: the least noise, and no dropouts."""
    MEDIAN = "median"
    """The middle one, pixel by pixel; the middle two averaged where there are four."""


class MedianStack(Node):
    """Make one clip of two to five passes of the same tape: what differs from one playing to the next goes.

    Noise, dropouts and head clogs are other ones each time a tape is played; the picture is the same. Three passes or
    more outvote a dropout pixel by pixel. With two, where they disagree by more than *contrast* the one is taken that
    fits the lines above and below it. Frames that a pass has lost come from the others, so that nothing of the tape is
    missing that any pass has. `capture sets align` finds which frame lies over which, and `capture sets graph` writes a
    graph with all that. Passes need a time base corrector: lines that lie differently each time become soft. All should
    come from the same recorder with the same settings of level and colour.
    """

    id, version = "clean.stack", 1
    label, needs = "Median stack", ("akarin",)
    words = ("passes", "stack", "median", "merge", "several captures", "average", "dropout", "noise", "takes", "align")
    clip = takes(Clip, "The first pass", fields="whole", families=("yuv", "gray"), depths=("8", "10", "12", "16"))
    clip2 = takes(Clip, "The second", fields="whole", families=("yuv", "gray"), depths=("8", "10", "12", "16"))
    clip3 = takes(
        Clip, "The third", optional=True, fields="whole", families=("yuv", "gray"), depths=("8", "10", "12", "16")
    )
    clip4 = takes(
        Clip, "The fourth", optional=True, fields="whole", families=("yuv", "gray"), depths=("8", "10", "12", "16")
    )
    clip5 = takes(
        Clip, "The fifth", optional=True, fields="whole", families=("yuv", "gray"), depths=("8", "10", "12", "16")
    )
    audio = takes(Audio, "Sound of the first pass", optional=True)
    out = gives(Clip)
    sound = gives(Audio, "The first pass's sound, silent where that pass lost frames")

    way: Annotated[Way, param("What is taken of the passes")] = Way.AVERAGE
    contrast: Annotated[
        int, param("By how much passes must differ for one to be wrong", low=2, high=128, unit="levels")
    ] = 20
    places: Annotated[
        str,
        param(
            "Where the first pass's frames lie on the time line",
            label="Places 1",
            advanced=True,
            max_length=60000,
            group="Places",
        ),
    ] = ""
    places2: Annotated[
        str,
        param(
            "Where the second's lie, like 0:12,500:x,507:5",
            label="Places 2",
            advanced=True,
            max_length=60000,
            group="Places",
        ),
    ] = ""
    places3: Annotated[
        str, param("Where the third's lie", label="Places 3", advanced=True, max_length=60000, group="Places")
    ] = ""
    places4: Annotated[
        str, param("Where the fourth's lie", label="Places 4", advanced=True, max_length=60000, group="Places")
    ] = ""
    places5: Annotated[
        str, param("Where the fifth's lie", label="Places 5", advanced=True, max_length=60000, group="Places")
    ] = ""

    def forecast(
        self,
        clip: ClipInfo,
        clip2: ClipInfo,
        clip3: ClipInfo | None,
        clip4: ClipInfo | None,
        clip5: ClipInfo | None,
        audio: SoundInfo | None,
    ) -> dict[str, ClipInfo | SoundInfo]:
        infos = (clip, clip2, clip3, clip4, clip5)
        for number, other in enumerate(infos[1:], 2):
            if other is not None:
                refuse_unlike(clip, other, f"clip{number}")
        passes = self._passes(infos)
        made = replace(clip, frames=_length(passes), exact=all(one.exact for one in infos if one))
        if len(spans(passes, made.frames)) > _MOST_SPANS:
            raise ParamError(
                f"the passes lie apart in more than {_MOST_SPANS} places. Cut the tape in shorter stretches"
            )
        facts: dict[str, ClipInfo | SoundInfo] = {"out": made}
        if audio is not None:
            facts["sound"] = replace(audio, duration=made.duration, start=clip.start)
        return facts

    def check(
        self,
        clip: ClipInfo,
        clip2: ClipInfo,
        clip3: ClipInfo | None,
        clip4: ClipInfo | None,
        clip5: ClipInfo | None,
    ) -> Iterator[str]:
        infos = [one for one in (clip, clip2, clip3, clip4, clip5) if one is not None]
        lengths = sorted({one.frames for one in infos})
        placed = any((self.places, self.places2, self.places3, self.places4, self.places5))
        if not placed and len(lengths) > 1:
            yield (
                f"the passes have {' and '.join(map(str, lengths))} frames and are laid over each other from the first "
                "on. Let `capture sets align` find which frame lies over which"
            )

    def build(
        self,
        script: Script,
        clip: Ref,
        clip2: Ref,
        clip3: Ref | None,
        clip4: Ref | None,
        clip5: Ref | None,
        audio: Sound | None,
    ) -> dict[str, Ref | Sound]:
        given = (clip, clip2, clip3, clip4, clip5)
        passes = self._passes(tuple(None if one is None else one.info for one in given))
        clips = [alike(one, clip.info) for one in given if one is not None]
        whole = spans(passes, _length(passes))
        parts = []
        for span in whole:
            there = [
                one[span.first + offset : span.last + offset]
                for one, offset in zip(clips, span.offsets, strict=True)
                if offset is not None
            ]
            if there:
                parts.append(self._laid(script, there, clip.info))
            else:  # no pass has anything there: time goes on all the same
                blank = script.core.std.BlankClip(clip, length=span.last - span.first, keep=True)
                parts.append(blank.std.CopyFrameProps(clip[0:1]))
        made: dict[str, Ref | Sound] = {"out": parts[0] if len(parts) == 1 else script.core.std.Splice(parts)}
        if audio is not None:
            made["sound"] = _placed(audio, clip.info, _heard([(one.first, one.last, one.offsets[0]) for one in whole]))
        return made

    def _passes(self, infos: Sequence[ClipInfo | None]) -> list[tuple[Places, int]]:
        texts = (self.places, self.places2, self.places3, self.places4, self.places5)
        found: list[tuple[Places, int]] = []
        for number, (text, info) in enumerate(zip(texts, infos, strict=True), 1):
            if info is None:
                continue
            try:
                found.append((parse_places(text), info.frames))
            except ParamError as fault:
                raise ParamError(f"places{number if number > 1 else ''}: {fault}") from None
        return found

    def _laid(self, script: Script, clips: list[Ref], info: ClipInfo) -> Ref:
        """Passes of one length, one over the other."""
        if len(clips) == 1:
            return clips[0]
        limit = self.contrast * (info.format.peak + 1) / 256
        if len(clips) == 2:
            return script.core.akarin.Expr(clips, _better(2 if info.interlaced else 1, limit))
        names = _NAMES[: len(clips)]
        middle = f"{' '.join(names)} {_MIDDLE[len(clips)]}"
        if self.way is Way.MEDIAN:
            return script.core.akarin.Expr(clips, middle)
        agree = " ".join(f"{name} m@ - abs {limit} <= {name}w!" for name in names)
        count = " ".join(f"{name}w@" for name in names)
        plus = " +" * (len(names) - 1)
        total = " ".join(f"{name} {name}w@ *" for name in names) + plus
        return script.core.akarin.Expr(clips, f"{middle} m! {agree} {total} {count}{plus} /")


def _length(passes: Sequence[tuple[Places, int]]) -> int:
    return max(1, max(ends_at(*one) for one in passes))


def _better(apart: int, limit: float) -> str:
    """Of two passes: their average; where they differ by more than `limit`, the one that fits the lines of the same
    field above and below (the middle two of the four, averaged) better."""
    around = f"x[0,-{apart}] x[0,{apart}] y[0,-{apart}] y[0,{apart}] {_MIDDLE[4]} p!"
    return f"{around} x y - abs {limit} <= x y + 2 / x p@ - abs y p@ - abs <= x y ? ?"


def _heard(runs: Sequence[tuple[int, int, int | None]]) -> list[tuple[int, int, int | None]]:
    """Where frames alone were lost and time went on, the sound goes on too; adjoining stretches are one."""
    found: list[tuple[int, int, int | None]] = []
    for at, (first, last, offset) in enumerate(runs):
        before = found[-1][2] if found else None
        after = next((one for _, _, one in runs[at:] if one is not None), None)
        own = before if offset is None and before is not None and before == after else offset
        if found and found[-1][2] == own:
            found[-1] = (found[-1][0], last, own)
        else:
            found.append((first, last, own))
    return found


def _placed(audio: Sound, info: ClipInfo, runs: Sequence[tuple[int, int, int | None]]) -> Sound:
    """The sound along the time line: stretch by stretch with its picture, silent where there is none."""
    sound = audio.aligned(info.start)
    parts: list[tuple[SoundOp, Fraction | None]] = []
    for first, last, offset in runs:
        length = (last - first) / info.fps
        if offset is None:
            parts.append((Silence(sound.info.rate, sound.info.channels, length), length))
        else:
            piece = sound.cut(((first + offset) / info.fps, (last + offset) / info.fps))
            parts.append((piece.op, length))
    if len(parts) == 1 and runs[0][2] == 0:
        return sound
    total = (runs[-1][1] - runs[0][0]) / info.fps
    op = SoundJoin(tuple(parts), sound.info.rate, sound.info.channels)
    return Sound(op, replace(sound.info, duration=total))
