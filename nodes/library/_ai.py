"""What every node with a model has in common: the choice of the model, and how it is run."""

from __future__ import annotations

from nodes.api import (
    Annotated,
    MediaError,
    Mode,
    Model,
    Node,
    Pattern,
    Precision,
    Provider,
    Stage,
    find_model,
    param,
)

OWN_OVERLAP = -1
HELP = "Its name on the shelf, or an ONNX or PyTorch file"


class ComputedNode(Node):
    """Base: the params that say where a model is run. The model itself each node declares."""

    provider: Annotated[Provider, param("What computes it", advanced=True)] = Provider.AUTO
    precision: Annotated[Precision, param("How finely it counts", advanced=True)] = Precision.AUTO
    inference_mode: Annotated[Mode, param("By ONNX or by PyTorch", advanced=True)] = Mode.AUTO

    def stage(self, name: str, patterns: tuple[Pattern, ...], *, strength: float = 1.0, lap: int = 1) -> Stage:
        """The stage with the model `name`. MediaError where it is none that `patterns` allow."""
        model: Model = find_model(name, self.inference_mode)
        if model.pattern not in patterns:
            text = f"{model.title} {TAKES[model.pattern]}, which is not what this node gives it"
            raise MediaError(f"{text}. {remedy(model.pattern, patterns)}")
        tile, overlap = self._tiles()
        made = Stage(model, self.provider, self.precision, tile, overlap, lap, strength, self.inference_mode)
        made.refuse()
        return made

    def _tiles(self) -> tuple[int, int | None]:
        return 0, None


class ModelNode(ComputedNode):
    """Base of those whose picture may be cut into parts."""

    tile: Annotated[
        int,
        param(
            "Side of the parts a picture is cut into; 0: as memory allows", low=0, high=4096, unit="px", advanced=True
        ),
    ] = 0
    overlap: Annotated[
        int,
        param(
            "What each part sees beyond its edge; -1: as the model needs", low=-1, high=512, unit="px", advanced=True
        ),
    ] = OWN_OVERLAP

    def _tiles(self) -> tuple[int, int | None]:
        return self.tile, None if self.overlap == OWN_OVERLAP else self.overlap


ALONE = (Pattern.FRAME, Pattern.LUMA, Pattern.WINDOW, Pattern.RECURRENT)
"""The ways of feeding that need nothing but the clip."""

TAKES = {
    Pattern.FRAME: "takes one picture at a time",
    Pattern.LUMA: "takes the brightness of one picture at a time",
    Pattern.WINDOW: "takes several pictures in a row",
    Pattern.RECURRENT: "takes chunks of pictures",
    Pattern.PAIR: "takes two pictures and a time",
    Pattern.CHROMA: "colours gray pictures",
    Pattern.MASK: "takes a picture and a mask",
    Pattern.FACES: "takes pictures of one face each",
    Pattern.DETECTOR: "finds faces and draws nothing",
}
_NODE = {
    **dict.fromkeys(ALONE, "AI upscale or AI denoise"),
    Pattern.PAIR: "AI interpolation",
    Pattern.CHROMA: "AI colourise",
    Pattern.MASK: "AI inpaint",
    Pattern.FACES: "AI faces",
    Pattern.DETECTOR: "AI faces, as the detector",
}
_WANTED = {
    Pattern.FRAME: "that takes pictures one by one",
    Pattern.PAIR: "for interpolation",
    Pattern.CHROMA: "that colours",
    Pattern.MASK: "that fills holes",
    Pattern.FACES: "that restores faces",
    Pattern.DETECTOR: "that finds faces",
}


def remedy(pattern: Pattern, wanted: tuple[Pattern, ...]) -> str:
    """What to do with a model that is in the wrong node."""
    return f"Put it into {_NODE[pattern]}, or choose a model here {_WANTED[wanted[0]]}"
