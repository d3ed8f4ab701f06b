"""What every node with a model has in common: the choice of the model, and how it is run."""

from __future__ import annotations

from nodes.api import (
    Annotated,
    MediaError,
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
HELP = "Its name on the shelf, or an ONNX file"


class ModelNode(Node):
    """Base: the params that say where and how the model is run. The model itself each node declares."""

    provider: Annotated[Provider, param("What computes it", advanced=True)] = Provider.AUTO
    precision: Annotated[Precision, param("How finely it counts", advanced=True)] = Precision.AUTO
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

    def stage(self, name: str, patterns: tuple[Pattern, ...], *, strength: float = 1.0, lap: int = 1) -> Stage:
        """The stage with the model `name`. MediaError where it is none that `patterns` allow."""
        model: Model = find_model(name)
        if model.pattern not in patterns:
            text = f"{model.title} {TAKES[model.pattern]}, which is not what this node gives it"
            raise MediaError(f"{text}. {REMEDY[model.pattern]}")
        overlap = None if self.overlap == OWN_OVERLAP else self.overlap
        made = Stage(model, self.provider, self.precision, self.tile, overlap, lap, strength)
        made.refuse()
        return made


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
}
REMEDY = {
    **dict.fromkeys(ALONE, "Put it into AI upscale or AI denoise, or choose a model for interpolation here"),
    Pattern.PAIR: "Put it into AI interpolation, or choose a model that takes pictures one by one",
    Pattern.CHROMA: "Choose a model that takes pictures one by one",
    Pattern.MASK: "Choose a model that takes pictures one by one",
}
