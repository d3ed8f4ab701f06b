"""Enlarging by a model."""

from collections.abc import Iterator

from nodes.api import (
    SUFFIXES,
    Annotated,
    Clip,
    ClipInfo,
    FilePath,
    MediaError,
    Probe,
    Ref,
    Script,
    enhanced,
    gives,
    param,
    replace,
    takes,
)
from nodes.library._ai import ALONE, HELP, ModelNode


class AiUpscale(ModelNode):
    """Make the picture larger with a neural network: Real-ESRGAN, SPAN, SwinIR or any other model.

    How much larger, and what it must be fed, the model says itself. Tapeloom's own, which comes along, was trained on
    worn tapes: it takes their noise away and invents next to nothing. Models that were trained on clean or on heavily
    compressed pictures take tape noise for detail: denoise first, try several, and turn the strength down where faces
    or lettering are redrawn. The demo model only interpolates, to show that all of it works.
    """

    id, version = "ai.upscale", 1
    label, needs = "AI upscale", ("ort",)
    words = (
        "onnx", "pytorch", "model", "neural", "network", "super resolution", "enlarge", "esrgan", "real-esrgan", "span",
        "swinir", "compact", "basicvsr", "upscaler", "hd",
    )  # fmt: skip
    clip = takes(Clip, fields="progressive")
    out = gives(Clip)

    model: Annotated[FilePath, param(HELP, suffixes=SUFFIXES, model="upscale")] = FilePath("tapeloom-tape-2x")
    strength: Annotated[float, param("Its picture over a plain enlargement", low=0, high=1, step=0.05)] = 1.0

    # the probe is asked for nothing: a node that takes it looks again when a file has changed
    def forecast(self, clip: ClipInfo, probe: Probe | None = None) -> ClipInfo:
        stage = self.stage(self.model, ALONE)
        if stage.model.scale == 1:
            raise MediaError(f"{stage.model.title} does not enlarge. Put it into AI denoise, or choose an upscaler")
        width, height = stage.grown(clip.width, clip.height)
        return replace(clip, width=width, height=height)

    def build(self, script: Script, clip: Ref, probe: Probe | None = None) -> Ref:
        return enhanced(script, self.stage(self.model, ALONE, strength=self.strength), clip)

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        made = self.forecast(clip.info)
        return clip.resize.Spline36(made.width, made.height)

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if self.model == "demo-upscale-2x":
            yield "model: this one only shows how it works, and is no better than Resize; choose tapeloom-tape-2x"
