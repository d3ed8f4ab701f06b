"""The names that people read: of params, of their choices, and what each choice means."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from enum import Enum
from functools import cache

from editor.language import tr
from nodes.node import Node
from nodes.params import Kind, Param

_SHORT = {
    "tff": "TFF",
    "bff": "BFF",
    "pal": "PAL",
    "pal 50p": "PAL 50p",
    "ntsc": "NTSC",
    "ntsc 59.94p": "NTSC 59.94p",
    "smpte": "SMPTE",
    "bt601 pal": "BT.601 PAL",
    "bt601 ntsc": "BT.601 NTSC",
    "bt709": "BT.709",
    "bt2020": "BT.2020",
    "32f": "32 float",
    "420": "4:2:0",
    "422": "4:2:2",
    "444": "4:4:4",
    "pcm": "PCM",
    "flac": "FLAC",
    "aac": "AAC",
    "nvenc": "NVENC",
    "amf": "AMF",
    "videotoolbox": "VideoToolbox",
    "quicksync": "Quick Sync",
    "png": "PNG",
    "tiff": "TIFF",
    "uyvy": "UYVY",
    "rgb": "RGB",
    "lb": "LB",
    "sq": "SQ",
    "hq": "HQ",
    "hqx": "HQX",
    "lt": "LT",
    "4444xq": "4444 XQ",
    "mkv": "MKV",
    "mp4": "MP4",
    "mov": "MOV",
    "avi": "AVI",
    "mxf": "MXF",
    "dv": "DV",
    "ccd": "CCD",
    "vfm": "VFM",
    "tfm": "TFM",
    "cpu": "CPU",
    "ov": "OpenVINO",
    "cuda": "CUDA",
    "trt": "TensorRT",
    "dml": "DirectML",
    "coreml": "Core ML",
    "ncnn": "NCNN (Vulkan)",
    "fp32": "32 bit",
    "fp16": "16 bit",
    "onnx": "ONNX",
    "torch": "PyTorch",
    "torch compiled": "PyTorch, compiled",
    "2x": "2×",
    "4x": "4×",
}
"""What the trade writes otherwise than as a word."""


def kind_name(kind: type[Node] | None, fallback: str = "") -> str:
    return tr(kind.name()) if kind else fallback


def title(param: Param) -> str:
    """The label of a param."""
    return tr(param.title)


def plain_name(member: Enum) -> str | None:
    """A choice as a word, which is to be translated; None for what the trade writes in its own way."""
    text = str(member.value)
    return None if text in _SHORT else text[:1].upper() + text[1:].replace("-", " ")


def choice_name(param: Param, member: Enum) -> str:
    """What a choice is called on a button."""
    known = _SHORT.get(str(member.value))
    if known is None:
        known = tr(plain_name(member) or "")
    return f"{known} {param.unit}" if param.unit and known.isdecimal() else known


def choice_help(choices: type[Enum]) -> Mapping[str, str]:
    """What each member says of itself in its docstring, by its name."""
    return {name: tr(text) for name, text in _docstrings(choices).items()}


@cache
def _docstrings(choices: type[Enum]) -> dict[str, str]:
    """The strings that stand under the members; none where the source is not at hand."""
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(choices))).body[0]
    except (OSError, TypeError, SyntaxError):
        return {}
    found: dict[str, str] = {}
    last = ""
    for line in body.body if isinstance(body, ast.ClassDef) else ():
        match line:
            case ast.Assign(targets=[ast.Name(id=name)]):
                last = name
            case ast.Expr(value=ast.Constant(value=str() as text)) if last:
                found[last] = " ".join(text.split())
                last = ""
            case _:
                last = ""
    return found


def param_help(param: Param) -> str:
    """The help of a param with what it takes: a short paragraph."""
    said = tr(param.help).rstrip(".") + "."
    if param.odd:
        said += " " + tr("An odd number.")
    elif param.multiple > 1:
        said += " " + tr("A multiple of {number}.").format(number=param.multiple)
    return said


def shown(param: Param, value: object) -> str:
    """A value in words, such as a tooltip needs."""
    match value:
        case Enum():
            return choice_name(param, value)
        case bool():
            return tr("on") if value else tr("off")
        case tuple() if param.kind is Kind.CURVE:
            return tr("a straight line") if all(x == y for x, y in value) else tr("a curve")
        case tuple():
            return tr("{count} ranges").format(count=len(value)) if value else tr("none")
        case float():
            text = f"{value:.10g}"
        case _:
            text = str(value)
    if not text:
        return tr("empty")
    text = text if len(text) <= 60 else text[:57] + "…"
    return f"{text} {param.unit}" if param.unit else text
