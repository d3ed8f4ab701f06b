"""Setting a crop on the picture: its node comes to the front, whole, with handles; afterwards all is as it was.

The handles need one picture, the crop's own input: in any other manner the command would seem to do nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from editor.desk.desk import Desk
from editor.language import tr
from editor.viewer.crop import TYPES
from editor.viewer.manner import Mode
from graphs.document import NodeId

if TYPE_CHECKING:
    from editor.viewer.viewer import Viewer


class Cropping:
    """Turns the handles on and off; says why there are none."""

    def __init__(self, viewer: Viewer, desk: Desk) -> None:
        self._viewer, self._desk = viewer, desk
        self._before: tuple[Mode, NodeId | None] | None = None

    def toggle(self) -> None:
        viewer = self._viewer
        if viewer.manner.crop and viewer.display.cut is not None:
            self._end()
        else:
            self._begin()

    def _begin(self) -> None:
        viewer, node = self._viewer, self._desk.current
        doc = self._desk.graph.nodes.get(node) if node is not None else None
        if doc is None or doc.type not in TYPES:
            viewer.told.emit(tr("Select a crop on the canvas first; its edges can then be dragged on the picture"))
            viewer.set_manner()  # the button that was pressed shows again what is so
            return
        before = (viewer.manner.mode, viewer.shown["A"])
        viewer.show_node(doc.id, "A")
        viewer.set_manner(crop=True, mode=Mode.SINGLE)
        if viewer.display.cut is None:
            viewer.told.emit(tr("{node} has no picture to crop: wire a clip to it").format(node=viewer.title(doc.id)))
            self._before = before
            self._end()
        elif self._before is None:
            self._before = before

    def _end(self) -> None:
        mode, node = self._before or (self._viewer.manner.mode, self._viewer.shown["A"])
        self._before = None
        if node in self._desk.graph.nodes:
            self._viewer.show_node(node, "A")
        self._viewer.set_manner(crop=False, mode=mode)
