"""Which control edits which param."""

from __future__ import annotations

from editor.forms.asks import Models
from editor.forms.controls.choice import Choice, Segments, fits_segments
from editor.forms.controls.colour import ColourBox
from editor.forms.controls.control import Control
from editor.forms.controls.curve import CurveBox
from editor.forms.controls.model import ModelBox
from editor.forms.controls.number import Number
from editor.forms.controls.path import PathBox
from editor.forms.controls.ranges import Frames, RangeTable
from editor.forms.controls.ratio import Ratio
from editor.forms.controls.text import Line, Long
from editor.forms.controls.toggle import Toggle
from nodes.params import Kind, Param

_CODE = ("formula", "chroma", "code", "expression", "script")
"""Params that hold something to be read by a machine."""


def control_for(param: Param, clock: Frames, models: Models | None = None) -> Control:
    """The control for a param; `clock` counts frames for those that are about frames. Without `models` a model is a
    file like any other."""
    if param.model and models is not None:
        return ModelBox(param, models)
    match param.kind:
        case Kind.INT | Kind.FLOAT:
            return Number(param)
        case Kind.BOOL:
            return Toggle(param)
        case Kind.CHOICE:
            return Segments(param) if fits_segments(param) else Choice(param)
        case Kind.FRACTION:
            return Ratio(param)
        case Kind.FILE | Kind.FOLDER:
            return PathBox(param)
        case Kind.COLOUR:
            return ColourBox(param)
        case Kind.RANGES:
            return RangeTable(param, clock)
        case Kind.CURVE:
            return CurveBox(param)
        case Kind.LONG_TEXT:
            return Long(param, mono=param.name in _CODE)
        case Kind.TEXT:
            return Line(param, mono=param.name in _CODE)
