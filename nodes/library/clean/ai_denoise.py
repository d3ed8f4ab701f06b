"""Cleaning by a model."""

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
    takes,
)
from nodes.library._ai import ALONE, HELP, ModelNode


class AiDenoise(ModelNode):
    """Clean or repair the picture with a neural network that keeps its size: SCUNet, NAFNet or any other model.

    Good at noise that has no pattern; detail that it does not know is smoothed or redrawn, so compare with the
    original and turn the strength down rather than trust it. Degrain knows the frames before and after and often keeps
    more. The demo model only blurs a little, to show that all of it works.
    """

    id, version = "ai.denoise", 1
    label, needs = "AI denoise", ("ort",)
    words = (
        "onnx", "pytorch", "model", "neural", "network", "noise", "restore", "scunet", "nafnet", "dncnn", "deblur",
        "jpeg",
    )  # fmt: skip
    clip = takes(Clip, fields="progressive")
    out = gives(Clip)

    model: Annotated[FilePath, param(HELP, suffixes=SUFFIXES, model="denoise")] = FilePath("demo-denoise")
    strength: Annotated[float, param("Its picture over the original", low=0, high=1, step=0.05)] = 1.0

    # the probe is asked for nothing: a node that takes it looks again when a file has changed
    def forecast(self, clip: ClipInfo, probe: Probe | None = None) -> ClipInfo:
        stage = self.stage(self.model, ALONE)
        if stage.model.scale != 1:
            text = f"{stage.model.title} makes the picture {stage.model.scale} times as large"
            raise MediaError(f"{text}. Put it into AI upscale, or choose a denoiser")
        return clip

    def build(self, script: Script, clip: Ref, probe: Probe | None = None) -> Ref:
        return enhanced(script, self.stage(self.model, ALONE, strength=self.strength), clip)

    def check(self, clip: ClipInfo) -> Iterator[str]:
        if self.model == "demo-denoise":
            yield "model: this one only shows how it works, and blurs; choose a real one"
