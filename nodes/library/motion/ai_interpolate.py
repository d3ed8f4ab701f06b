"""New frames between the old by a model."""

from collections.abc import Iterator
from math import ceil

from nodes.api import (
    SUFFIXES,
    Annotated,
    Clip,
    ClipInfo,
    FilePath,
    Fraction,
    Pattern,
    PixelFormat,
    Probe,
    Ref,
    Script,
    StrEnum,
    between,
    converted,
    gives,
    param,
    phase,
    replace,
    snap_rate,
    takes,
    time_plane,
)
from nodes.library._ai import HELP, ModelNode
from nodes.library.motion._stepped import factors, stepped
from nodes.library.motion._vectors import pyramid, refuse_small, smoothed, vectors


class Aim(StrEnum):
    """How many frames there are to be."""

    FACTOR = "factor"
    """So many times as many."""
    RATE = "rate"
    """A rate of your choice."""


class AiInterpolate(ModelNode):
    """Draw new frames between the old ones with a neural network: RIFE or any other model of its kind.

    Frames that the tape has stay exactly as they are, and across a scene cut the nearer one is shown, so nothing is
    mixed that does not belong together. Where motion is too wild, shapes bend or melt: a lower strength lays a plain
    mix of the two frames over them. An interlaced tape has the extra frames in its fields already: deinterlace at
    double rate rather than inventing them. The demo model only mixes the two frames, to show that all of it works.
    """

    id, version = "ai.interpolate", 1
    label, needs = "AI interpolation", ("ort", "akarin", "mvu")
    words = (
        "onnx", "pytorch", "model", "neural", "network", "frame rate", "fps", "rife", "slow motion", "fluid",
        "smooth motion", "60fps", "film", "amt", "dain",
    )  # fmt: skip
    clip = takes(Clip, fields="progressive")
    out = gives(Clip)

    model: Annotated[FilePath, param(HELP, suffixes=SUFFIXES, model="interpolate")] = FilePath("demo-interpolate")
    aim: Annotated[Aim, param("How many frames there are to be")] = Aim.FACTOR
    factor: Annotated[int, param("How many times as many, where aim is factor", low=2, high=16, unit="×")] = 2
    rate: Annotated[Fraction, param("Frames a second, where aim is rate", low=1, high=240, unit="fps")] = Fraction(50)
    strength: Annotated[
        float,
        param("Drawn frames over a plain mix of the two; low: ghosts instead of bent shapes", low=0, high=1, step=0.05),
    ] = 1.0
    cuts: Annotated[bool, param("Find scene cuts, and draw nothing across them")] = True

    # the probe is asked for nothing: a node that takes it looks again when a file has changed
    def forecast(self, clip: ClipInfo, probe: Probe | None = None) -> ClipInfo:
        self.stage(self.model, (Pattern.PAIR,))
        if self.cuts:
            refuse_small(clip)
        ratio = self._ratio(clip)
        factors(ratio)
        return replace(clip, fps=clip.fps * ratio, frames=ceil(clip.frames * ratio))

    def build(self, script: Script, clip: Ref, probe: Probe | None = None) -> Ref:
        ratio = self._ratio(clip.info)
        if ratio == 1:
            return clip
        stage = self.stage(self.model, (Pattern.PAIR,))
        pictures = script.let("rgb", converted(clip, PixelFormat.parse("RGBS")))
        first, second = (stepped(script, each, ratio) for each in (pictures, _next(pictures)))
        before, after = script.let("before", first).known(pictures.info), script.let("after", second)
        drawn = between(
            script, stage, before, after.known(pictures.info), script.let("time", time_plane(script, before, ratio))
        )
        own = script.let("own", stepped(script, clip, ratio))
        later = script.let("later", stepped(script, _next(clip), ratio))
        back = converted(drawn, clip.info.format)
        if self.strength < 1:
            mixed = script.core.akarin.Expr([own, later], [f"{phase(ratio)} t! x 1 t@ - * y t@ * +"])
            back = script.core.std.Merge(mixed, back, weight=[self.strength]) if self.strength else mixed
        return script.core.akarin.Select(
            [own, back, later], [stepped(script, self._seen(script, clip), ratio)], self._choice(ratio)
        )

    def _seen(self, script: Script, clip: Ref) -> Ref:
        """A clip whose frames say whether a cut follows."""
        gray = script.let("gray", converted(clip, PixelFormat.parse("GRAY8")))
        if not self.cuts:
            return gray
        search = pyramid(script, smoothed(gray), for_search=True)
        return script.core.mvu.SCDetection(gray, vectors(script, search, 1))

    def _choice(self, ratio: Fraction) -> str:
        """0 the frame before, 1 the drawn one, 2 the frame after: frames that are there already are not drawn."""
        p, q = ratio.numerator, ratio.denominator
        cut = f"x._SceneChangeNext 0 > N {p} % {q} * {p} % 2 * {p} < 0 2 ? 1 ?" if self.cuts else "1"
        return f"N {p} % {q} * {p} % 0 = 0 {cut} ?"

    def stand_in(self, script: Script, clip: Ref) -> Ref | None:
        ratio = self._ratio(clip.info)
        return None if ratio == 1 else stepped(script, clip, ratio)

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if self.model == "demo-interpolate":
            yield "model: this one only shows how it works, and mixes two frames; choose a real one"

    def _ratio(self, clip: ClipInfo) -> Fraction:
        return Fraction(self.factor) if self.aim is Aim.FACTOR else snap_rate(self.rate) / clip.fps


def _next(clip: Ref) -> Ref:
    """Each frame's successor; the last is its own."""
    return (clip + clip[-1:])[1:]
