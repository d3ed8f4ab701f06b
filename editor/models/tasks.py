"""What models are for, in words, and which node takes which. Pure."""

from __future__ import annotations

from editor.language import tr
from nodes.model import Model, Pattern
from nodes.node import Node
from nodes.params import Param
from nodes.registry import Registry

ORDER = ("upscale", "denoise", "interpolate", "colourise", "faces", "detector", "inpaint", "deinterlace", "other")
"""The shelf's words, as they are listed. `other` comes last."""


def task_word(task: str) -> str:
    """What models of a kind are called together."""
    words = {
        "upscale": tr("Upscale"),
        "denoise": tr("Denoise"),
        "interpolate": tr("Interpolate"),
        "colourise": tr("Colour"),
        "faces": tr("Faces"),
        "detector": tr("Face finder"),
        "inpaint": tr("Inpaint"),
        "deinterlace": tr("Deinterlace"),
        "other": tr("Other"),
    }
    return words.get(task, task)


def task_of(model: Model) -> str:
    """What a model can be used for, by what it is fed and what it gives."""
    by_pattern = {
        Pattern.PAIR: "interpolate",
        Pattern.CHROMA: "colourise",
        Pattern.MASK: "inpaint",
        Pattern.FACES: "faces",
        Pattern.DETECTOR: "detector",
    }
    return by_pattern.get(model.pattern) or ("denoise" if model.scale == 1 else "upscale")


def node_for(registry: Registry, task: str) -> tuple[type[Node], Param] | None:
    """The node that takes models for this, and its param that names one."""
    for kind in registry:
        for param in kind.params.values():
            if param.model and param.model == task:
                return kind, param
    return None
