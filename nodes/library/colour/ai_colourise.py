"""Colour for black-and-white pictures by a model."""

from collections.abc import Iterator

from nodes.api import (
    MOST_STEADY,
    SUFFIXES,
    Annotated,
    Clip,
    ClipInfo,
    FilePath,
    Pattern,
    PixelFormat,
    Probe,
    Ref,
    Script,
    coloured,
    coloured_format,
    converted,
    gives,
    guess_matrix,
    param,
    replace,
    seen,
    takes,
)
from nodes.library._ai import HELP, ComputedNode
from nodes.library.motion._vectors import LEAST, pyramid, smoothed, vectors


class AiColourise(ComputedNode):
    """Colour a black-and-white picture with a neural network: DDColor, DeOldify or another model of their kind.

    The model sees the picture small and gray, whatever colour the tape has; brightness stays exactly the tape's, only
    colour is the model's. Its colours are guesses, and models that look at one picture at a time change their mind from
    frame to frame: `steady` averages colours where the picture stays the same, never across a cut. Noise is taken for
    detail, so denoise first. A gray clip becomes 4:4:4. The demo model only tints, to show that all of it works.
    """

    id, version = "ai.colourise", 1
    label, needs = "AI colourise", ("ort", "akarin", "mvu")
    words = (
        "onnx", "model", "neural", "network", "colorize", "colourize", "black and white", "monochrome", "deoldify",
        "ddcolor", "chroma", "tint", "restore",
    )  # fmt: skip
    clip = takes(Clip, fields="progressive")
    out = gives(Clip)

    model: Annotated[FilePath, param(HELP, suffixes=SUFFIXES, model="colourise")] = FilePath("demo-colourise")
    strength: Annotated[float, param("Its colours over the tape's own, or over gray", low=0, high=1, step=0.05)] = 1.0
    steady: Annotated[
        int, param("Frames before and after over which colours are averaged", low=0, high=MOST_STEADY, unit="frames")
    ] = 2
    size: Annotated[
        int,
        param(
            "Side of the picture that it sees, where it takes any: larger follows outlines better, smaller colours "
            "more boldly",
            low=128, high=1024, multiple=16, unit="px", advanced=True,
        ),
    ] = 256  # fmt: skip

    # the probe is asked for nothing: a node that takes it looks again when a file has changed
    def forecast(self, clip: ClipInfo, probe: Probe | None = None) -> ClipInfo:
        self.stage(self.model, (Pattern.CHROMA,))
        form = coloured_format(clip)
        return clip if form == clip.format else replace(clip, format=form, matrix=guess_matrix(clip))

    def build(self, script: Script, clip: Ref, probe: Probe | None = None) -> Ref:
        stage = self.stage(self.model, (Pattern.CHROMA,), strength=self.strength)
        shown = seen(script, stage, clip, self.size)
        small = shown.small.info
        cuts = None
        if self.steady and min(small.width, small.height) >= LEAST:
            gray = script.let("gray", converted(shown.small, PixelFormat.parse("GRAY8")))
            search = pyramid(script, smoothed(gray), for_search=True)
            cuts = script.core.mvu.SCDetection(gray, vectors(script, search, 1))
        return coloured(script, stage, clip, shown, steady=self.steady, cuts=cuts)

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        return converted(clip, coloured_format(clip.info))

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if self.model == "demo-colourise":
            yield "model: this one only shows how it works, and tints all alike; choose a real one"
