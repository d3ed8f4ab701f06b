"""Parts of the picture painted anew by a model."""

from collections.abc import Iterator

from nodes.api import (
    SUFFIXES,
    Annotated,
    Box,
    Clip,
    ClipInfo,
    FilePath,
    Mask,
    ParamError,
    Pattern,
    Probe,
    Ref,
    Script,
    filled,
    gives,
    hole,
    param,
    takes,
)
from nodes.library._ai import HELP, ModelNode


class AiInpaint(ModelNode):
    """Paint over burnt-in lettering, logos, torn lines or large dropouts with a neural network: LaMa, ProPainter or
    another model that takes a picture and a mask, or several in a row with a mask each.

    What is to be filled a mask shows in white, a rectangle, or both; all else stays exactly as it is, and frames whose
    mask is black are not touched. A mask of another size is scaled, a single picture serves for the whole clip. A
    model of single pictures (LaMa) imagines what it cannot know, so large fillings swim; one of rows (ProPainter) takes
    from the five frames before and behind what was hidden for a moment only, draws the rest, and needs a large card:
    it computes eleven frames for each. For what is gone in one frame only, Dropouts takes the truth from its
    neighbours. The demo models only spread what is around, or mix the frames beside, to show that all of it works.
    """

    id, version = "ai.inpaint", 1
    label, needs = "AI inpaint", ("ort", "akarin")
    words = (
        "onnx", "model", "neural", "network", "fill", "hole", "logo", "watermark", "burnt in", "time code", "dropout",
        "head switching", "mask", "lama", "remove", "object", "repair",
    )  # fmt: skip
    clip = takes(Clip, fields="progressive")
    mask = takes(Mask, "White where the picture is to be filled; black stays", optional=True)
    out = gives(Clip)

    model: Annotated[FilePath, param(HELP, suffixes=SUFFIXES, model="inpaint")] = FilePath("demo-inpaint")
    strength: Annotated[float, param("Its picture over the original", low=0, high=1, step=0.05)] = 1.0
    left: Annotated[int, param("Where a rectangle to fill begins", low=0, high=16384, unit="px")] = 0
    top: Annotated[int, param("How far down it begins", low=0, high=16384, unit="px")] = 0
    width: Annotated[int, param("How wide it is; 0: no rectangle", low=0, high=16384, unit="px")] = 0
    height: Annotated[int, param("How high it is; 0: no rectangle", low=0, high=16384, unit="px")] = 0
    feather: Annotated[int, param("How far beyond its edge the filling fades out", low=0, high=32, unit="px")] = 4

    # the probe is asked for nothing: a node that takes it looks again when a file has changed
    def forecast(self, clip: ClipInfo, probe: Probe | None = None) -> ClipInfo:
        stage = self.stage(self.model, (Pattern.MASK,))
        if stage.model.scale != 1:
            text = f"{stage.model.title} makes the picture {stage.model.scale} times as large"
            raise ParamError(f"model: {text}. Choose one that keeps its size")
        box = self._box()
        for name, begins, length, whole in (("left", self.left, self.width, clip.width),
                                            ("top", self.top, self.height, clip.height)):  # fmt: skip
            if box and begins + length > whole:
                text = f"the rectangle ends at {begins + length}, the picture at {whole}"
                raise ParamError(f"{name}: {text}. Move it, or make it smaller")
        return clip

    def build(self, script: Script, clip: Ref, mask: Ref | None, probe: Probe | None = None) -> Ref:
        box = self._box()
        if mask is None and box is None:
            return clip
        stage = self.stage(self.model, (Pattern.MASK,), strength=self.strength)
        return filled(script, stage, clip, hole(script, clip, mask, box), self.feather)

    def stand_in(self, script: Script, clip: Ref) -> Ref:
        return clip

    def check(self, clip: ClipInfo, mask: ClipInfo | None = None) -> Iterator[str]:
        if mask is None and self._box() is None:
            yield "nothing is filled: wire a mask that is white where, or give a rectangle its width and height"
        elif self.model.startswith("demo-inpaint"):
            yield "model: this one only shows how it works, and smears; choose a real one"

    def _box(self) -> Box | None:
        return Box(self.left, self.top, self.width, self.height) if self.width and self.height else None
