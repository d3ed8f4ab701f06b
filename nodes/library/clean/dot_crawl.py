"""Dot crawl: colour subcarrier left in the brightness."""

import math
from collections.abc import Iterator

from nodes.api import Annotated, Clip, ClipInfo, Fields, Node, Ref, Script, StrEnum, gives, param, takes
from nodes.library._fields import rewoven
from nodes.library.clean._composite import Signal, Standard, signal_of
from nodes.library.clean._planes import luma_and_chroma, plane
from nodes.library.clean._time import later

_REACH = 6  # pixels left and right that the band-pass looks at


class Evidence(StrEnum):
    """What proves a pattern to be subcarrier."""

    LINES_AND_FRAMES = "lines and frames"
    """It turns over from line to line and from frame to frame: hardly touches the picture."""
    LINES = "lines"
    """From line to line alone: for fast motion and many cuts; softens fine diagonal texture a little."""


class DotCrawl(Node):
    """Take out the crawling dots along colour edges and the fine checkerboard in saturated colour.

    They are colour subcarrier that a cheap decoder left in the brightness, on anything captured over composite: most
    U-matic, broadcast and LaserDisc dubs. What oscillates at the subcarrier's own frequency *and* turns over the way
    only the subcarrier does, is subtracted; the phase need not be known, as it is not on tape. Must see the picture as
    it was captured: before deinterlacing, inverse telecine, cropping of odd lines and scaling. For rainbows on fine
    patterns (brightness taken for colour) use Rainbow.
    """

    id, version = "clean.dot_crawl", 1
    label, needs = "Dot crawl", ("akarin",)
    words = (
        "composite",
        "cross-luma",
        "cross luminance",
        "checkerboard",
        "hanging dots",
        "comb filter",
        "dotkill",
        "dedot",
    )
    clip = takes(Clip, fields="whole", families=("yuv", "gray"), depths=("16",))
    out = gives(Clip)

    strength: Annotated[
        float, param("How much of the pattern is taken; 0 changes nothing", low=0, high=1, step=0.05)
    ] = 1.0
    evidence: Annotated[Evidence, param("What proves a pattern to be subcarrier")] = Evidence.LINES_AND_FRAMES
    standard: Annotated[Standard, param("Colour system of the composite signal")] = Standard.AUTO

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if not clip.interlaced and clip.fps > 31:
            yield "the clip looks deinterlaced already; the subcarrier's pattern is lost then. Put this node before"

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        if self.strength == 0:
            return clip
        signal = signal_of(self.standard, info)
        # lines of one field even where the picture is progressive: the subcarrier knows only fields
        order = info.fields if info.interlaced else Fields.TFF
        luma = plane(script, clip, 0) if info.format.chroma else clip
        fields = script.let("fields", luma.std.SeparateFields(tff=order is Fields.TFF))
        first, second = (self._combed(script, fields[at::2], info.frames, signal) for at in (0, 1))
        woven = rewoven(script.core.std.Interleave([first, second]), order).std.CopyFrameProps(clip)
        return luma_and_chroma(script, woven, clip) if info.format.chroma else woven

    def _combed(self, script: Script, field: Ref, frames: int, signal: Signal) -> Ref:
        field = script.let("field", field)
        step = signal.lines
        clips = [field]
        turning = _turning("x", step)
        if self.evidence is Evidence.LINES_AND_FRAMES:
            clips += [later(field, frames, -signal.frames), later(field, frames, signal.frames)]
            turning = f"{turning} {_turning('y', step)} {_turning('z', step)} + 2 / - 2 /"
        pattern = script.core.akarin.Expr(clips, [turning], format=script.vs.GRAYS)
        taps = _band_pass(signal.cycles)
        weighted = [f"y[{at - _REACH},0] {tap!r} *" for at, tap in enumerate(taps)]
        band = " ".join(weighted) + " +" * (len(weighted) - 1)
        return script.core.akarin.Expr([field, pattern], [f"x {band} {float(self.strength)!r} * -"])


def _turning(clip: str, lines: int) -> str:
    """The part of `clip` that changes sign every `lines` lines of a field."""
    return f"{clip} 2 * {clip}[0,-{lines}] - {clip}[0,{lines}] - 4 /"


def _band_pass(cycles: float) -> list[float]:
    """A raised-cosine window on the subcarrier: one at `cycles` per pixel, nothing at even brightness.

    13 samples of 13.5 MHz pass about 1.3 MHz to either side at half strength, the width of the colour signal.
    """
    at = range(-_REACH, _REACH + 1)
    window = [0.5 + 0.5 * math.cos(math.pi * k / (_REACH + 1)) for k in at]
    wave = [math.cos(2 * math.pi * cycles * k) for k in at]
    lean = sum(w * c for w, c in zip(window, wave, strict=True)) / sum(window)
    taps = [w * (c - lean) for w, c in zip(window, wave, strict=True)]
    gain = sum(tap * c for tap, c in zip(taps, wave, strict=True))
    return [tap / gain for tap in taps]
