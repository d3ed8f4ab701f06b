"""The scopes' commands."""

from __future__ import annotations

from editor.actions import Actions
from editor.language import tr
from editor.scopes.panel import Scopes


def register(actions: Actions, scopes: Scopes) -> None:
    for kind, text in (
        ("luma", tr("Waveform of the luma")),
        ("parade", tr("Waveform as RGB parade")),
        ("yc", tr("Waveform of luma and colour")),
    ):
        actions.add(f"scopes.{kind}", text, lambda kind=kind: scopes.show_kind(kind), group="view", icon="scopes")  # type: ignore[misc]
