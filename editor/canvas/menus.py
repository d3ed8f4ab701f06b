"""What a right click, or the menu key, offers on nodes, wires, groups, notes and the empty canvas."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu

from editor.canvas.frame import COLOURS, FrameItem
from editor.canvas.hits import Hit
from editor.canvas.placing import SearchContext
from editor.canvas.ports import port_kind
from editor.canvas.wire import Wire
from editor.canvas.wiring import judge
from editor.language import tr
from graphs.document import NodeId
from graphs.edits import Connect, Disconnect

if TYPE_CHECKING:
    from editor.canvas.canvas import Canvas

_NODE = (
    "canvas.view_node|canvas.rename|canvas.bypass|canvas.mute|canvas.fold||"
    "edit.cut|edit.copy|edit.duplicate|edit.duplicate_wired|edit.delete|edit.delete_open||"
    "canvas.add_after|canvas.replace|canvas.connect|canvas.disconnect|canvas.pull_out"
)
_ORDER = "canvas.align_left|canvas.align_top|canvas.spread_across|canvas.spread_down|canvas.tidy"
_EMPTY = (
    "canvas.add|canvas.note|edit.paste||edit.select_all|canvas.tidy||canvas.frame|canvas.fit||"
    "canvas.minimap|canvas.thumbs|canvas.heat|canvas.snap"
)


def menu(canvas: Canvas, hit: Hit) -> QMenu:
    """The menu for what was hit; what was not selected becomes so."""
    made = QMenu(canvas)
    made.aboutToHide.connect(made.deleteLater)
    if hit.card is not None:
        node = hit.card.node
        if node not in canvas.desk.selection:
            canvas.operations.select([node])
        canvas.desk.select(canvas.desk.selection, node)
        _fill(canvas, made, _NODE)
        _wire_menu(canvas, made.addMenu(tr("Wire")), node)
        _fill(canvas, made.addMenu(tr("Arrange")), _ORDER)
        made.addSeparator()
        _fill(canvas, made, "canvas.group|canvas.ungroup|canvas.leave_group")
        if canvas.group_actions:
            made.addSeparator()
            made.addActions([action for action in canvas.group_actions if action.isEnabled()])
    elif hit.wire is not None:
        _of_wire(canvas, made, hit.wire, hit)
    elif hit.frame is not None:
        _of_frame(canvas, made, hit.frame)
    elif hit.note is not None:
        canvas.operations.select((), [hit.note.note.id])
        made.addAction(tr("Write"), partial(canvas.writing.at_hit, hit))
        _fill(canvas, made, "edit.copy|edit.duplicate|edit.delete")
    else:
        _fill(canvas, made, _EMPTY)
    return made


def _fill(canvas: Canvas, menu: QMenu, ids: str) -> None:
    for name in ids.split("|"):
        if name:
            menu.addAction(canvas.commands[name])
        else:
            menu.addSeparator()


def _of_wire(canvas: Canvas, menu: QMenu, wire: Wire, hit: Hit) -> None:
    target = wire.link.target
    kind = canvas.desk.registry.get(wire.remedy) if wire.remedy else None
    if kind is not None:
        text = tr("Put {node} in between").format(node=kind.name())
        menu.addAction(text, partial(canvas.operations.insert_remedy, target, kind.id))
        menu.addSeparator()
    carried = port_kind(canvas.desk.graph, canvas.desk.registry, wire.link.source, gives=True)
    context = SearchContext((hit.spot.x(), hit.spot.y()), kind=carried, on=target)
    menu.addAction(tr("Insert a node…"), partial(canvas.searching.ask, context))
    menu.addAction(tr("Cut wire"), partial(canvas.desk.do, Disconnect(target), tr("Cut wire")))
    menu.addSeparator()
    for end, text in ((wire.link.source[0], tr("Go to {node}")), (target[0], tr("Go to {node}"))):
        menu.addAction(text.format(node=canvas.mirror.cards[end].face.title), partial(_go, canvas, end))


def _go(canvas: Canvas, node: NodeId) -> None:
    canvas.operations.select([node])
    canvas.centre_on(node)


def _of_frame(canvas: Canvas, menu: QMenu, frame: FrameItem) -> None:
    canvas.operations.select(frame.doc.nodes)
    frame.setSelected(True)
    key = frame.doc.id
    menu.addAction(canvas.commands["canvas.rename"])
    menu.addAction(canvas.commands["canvas.fold"])
    colours = menu.addMenu(tr("Colour"))
    for colour in COLOURS:
        swatch = QPixmap(16, 16)
        swatch.fill(QColor(colour))
        colours.addAction(QIcon(swatch), colour, partial(canvas.operations.recolour, key, colour))
    colours.addAction(tr("Other…"), partial(_other_colour, canvas, frame))
    menu.addSeparator()
    menu.addAction(canvas.commands["canvas.tidy"])
    menu.addAction(canvas.commands["canvas.bypass"])
    menu.addSeparator()
    menu.addAction(canvas.commands["canvas.ungroup"])
    menu.addAction(canvas.commands["edit.delete"])


def _other_colour(canvas: Canvas, frame: FrameItem) -> None:
    chosen = QColorDialog.getColor(frame.colour, canvas, tr("Colour of the group"))
    if chosen.isValid():
        canvas.operations.recolour(frame.doc.id, chosen.name())


def _wire_menu(canvas: Canvas, menu: QMenu, node: NodeId) -> None:
    """Every input of a node with what could feed it: wiring without a mouse."""
    desk = canvas.desk
    kind = desk.kind(node)
    for port in kind.inputs.values() if kind is not None else ():
        entry = menu.addMenu(tr("{port} from").format(port=port.name))
        target = (node, port.name)
        if port.name in desk.graph.incoming(node):
            entry.addAction(tr("Nothing"), partial(desk.do, Disconnect(target), tr("Take wire off")))
            entry.addSeparator()
        for other in sorted(desk.graph.nodes):
            gives = desk.kind(other)
            for out in gives.outputs.values() if gives is not None else ():
                if judge(desk.graph, desk.registry, (other, out.name), target).may:
                    title = canvas.mirror.cards[other].face.title
                    name = title if len(gives.outputs) == 1 else f"{title} · {out.name}"  # type: ignore[union-attr]
                    entry.addAction(name, partial(desk.do, Connect((other, out.name), target), tr("Wire")))
        entry.setEnabled(not entry.isEmpty())
    menu.setEnabled(not menu.isEmpty())
