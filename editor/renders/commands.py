"""The queue's commands for menus, keys and the command palette."""

from __future__ import annotations

from editor.actions import Actions
from editor.language import tr
from editor.renders.panel import RenderPanel


def register(actions: Actions, panel: RenderPanel) -> None:
    """All of them act on the job that is chosen in the panel."""

    def chosen() -> bool:
        return panel.chosen is not None

    for name, text, do, icon in (
        ("pause", tr("Pause or go on with the render"), panel.pause, "pause"),
        ("cancel", tr("Cancel the render"), panel.cancel, "x"),
        ("retry", tr("Render again"), panel.retry, "retry"),
        ("open", tr("Open the result"), panel.open_result, "open-file"),
        ("folder", tr("Open the result's folder"), panel.open_folder, "folder"),
        ("compare", tr("Compare the result with the source"), panel.compare, "compare"),
    ):
        actions.add(f"render.{name}", text, do, icon=icon, group="render", enabled=chosen)
