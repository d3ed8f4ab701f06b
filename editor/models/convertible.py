"""What the window offers to convert a model to, why it may not, and what came of it in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from editor.language import tr
from editor.models.known import Known
from editor.renders.words import size
from runtime.models.entry import ONNX, TORCH, Pattern

if TYPE_CHECKING:
    from runtime.models.convert import Made, Report

FULL, HALF, EIGHT = "fp32", "fp16", "int8"
"""Words of runtime.models.proof.Precision, which takes too long to import for the window's thread."""


@dataclass(frozen=True)
class Convertible:
    """`precisions` to choose from; none, and `why`, where it cannot be converted here."""

    precisions: tuple[str, ...] = ()
    why: str = ""


def convertible(one: Known | None, torch: bool) -> Convertible | None:
    """None for what there is nothing of to convert. `torch`: whether PyTorch is here."""
    held = one.held if one is not None else None
    if held is None or held.entry.pattern is Pattern.DETECTOR:
        return None
    kinds = [item.format for item in held.items if (held.folder / item.name).is_file()]
    weights = kinds.count(TORCH)
    if weights > 1:
        text = tr("It is made of {count} files, which are not one net: it cannot be converted.")
        return Convertible(why=text.format(count=weights))
    if weights and not torch:
        return Convertible(
            why=tr(
                "Converting PyTorch weights needs PyTorch, which is not installed: “launch.py setup torch” brings it."
            )
        )
    if weights:
        return Convertible((FULL, HALF, EIGHT))
    return Convertible((HALF, EIGHT)) if ONNX in kinds else None


def precision_word(precision: str) -> str:
    """For the menu."""
    words = {
        FULL: tr("ONNX, for every engine"),
        HALF: tr("ONNX in half precision: half the file, for cards"),
        EIGHT: tr("ONNX in eight bits, for trying: not as good"),
    }
    return words.get(precision, precision)


def report_words(report: Report) -> str:
    """A line for each file: its size, how far it is off, and how long a frame takes."""
    return "\n".join([*map(_line, report.made), *report.notes])


def _line(made: Made) -> str:
    if made.refused:
        return tr("{precision}: not kept. {why}").format(precision=made.precision, why=_sentence(made.refused))
    parts = [size(made.size_bytes)]
    worst = max((one.max for one in made.off), default=None)
    known = [one.psnr for one in made.off if one.psnr is not None]
    if worst is not None:
        same = tr("exactly the same")
        off = tr("off by up to {worst}, {least} dB")
        parts.append(off.format(worst=f"{worst:.0e}", least=f"{min(known):.0f}") if known else same)
    parts += [
        tr("{engine} {ms} ms").format(engine=one.engine, ms=f"{one.ms:.0f}") for one in made.speeds if not one.fault
    ]
    return f"{made.precision}: {' · '.join(parts)}"


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
