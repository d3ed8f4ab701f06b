"""The viewer's picture: paints the slots as the manner says, and turns the mouse into zoom, wipe and crop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from editor import theme
from editor.language import tr
from editor.viewer.crop import Cut, Side, cursor, dragged, grabbed
from editor.viewer.manner import Manner, Mode
from editor.viewer.painting import Painting
from editor.viewer.placement import Aspect, Placement, shape_of
from editor.viewer.slot import Slot
from nodes.clip import ClipInfo

_REACH = 12.0
_WHEEL = 1.0016


class Screen(QWidget):
    """Signals: placed() zoom, pan or size has changed, so other pictures may be wanted;
    pointed(slot, point of the picture) the mouse is over a pixel, and pointed(None, …) it is no longer;
    cut_dragged(Cut, bool) an edge of the crop is being dragged, and whether it was let go.
    """

    placed = Signal()
    pointed = Signal(object, QPointF)
    cut_dragged = Signal(object, bool)

    def __init__(self, slots: tuple[Slot, Slot], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slots = slots
        self.titles: Callable[[Slot], str] = lambda slot: slot.node or ""
        self.hint = ""
        self.readout = ""
        self.cut: Cut | None = None
        self._manner = Manner()
        self._zoom: float | None = None
        self._centre = (0.5, 0.5)
        self._painting = Painting(self)
        self._drag: Literal["", "wipe", "pan", "cut"] = ""
        self._from = QPointF()
        self._held: Placement | Cut | None = None
        self._sides: frozenset[Side] = frozenset()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Picture"))
        theme.watch.changed.connect(self.update)
        for slot in slots:
            slot.changed.connect(self.update)

    # ---- what is shown

    @property
    def manner(self) -> Manner:
        return self._manner

    def set_manner(self, manner: Manner) -> None:
        if manner.aspect is not self._manner.aspect and self._zoom is not None and manner.aspect is Aspect.RAW:
            self._zoom = max(1.0, float(round(self._zoom)))
        self._manner = manner
        self.update()
        self.placed.emit()

    @property
    def mode(self) -> Mode:
        """The manner's, as far as there is something to compare."""
        return self._manner.mode if self.slots[1].node is not None and self.slots[0].node is not None else Mode.SINGLE

    @property
    def leading(self) -> Slot:
        """The slot that is in front: B while toggled, or where A is empty."""
        first, second = self.slots
        flipped = self.mode is Mode.TOGGLE and self._manner.flipped
        return second if flipped or first.node is None else first

    def shown(self) -> tuple[Slot, ...]:
        """The slots whose pictures are needed."""
        return self.slots if self.mode.compares else (self.leading,)

    def area(self, slot: Slot) -> QRectF:
        """The part of the widget that a slot has for itself."""
        whole = QRectF(self.rect())
        if self.mode is not Mode.SPLIT:
            return whole
        half = round(whole.width() / 2)
        return QRectF(0, 0, half - 1, whole.height()) if slot is self.slots[0] else whole.adjusted(half + 1, 0, 0, 0)

    def placement(self, slot: Slot) -> Placement | None:
        """Where the slot's picture lies; pictures of other sizes lie at the leading one's height."""
        info, lead = self._size(slot), self._size(self.leading)
        if info is None or lead is None:
            return None
        aspect = self._manner.aspect
        placed = Placement(
            lead.width,
            lead.height,
            self.area(slot),
            shape_of(lead, aspect),
            self.devicePixelRatioF(),
            self._zoom,
            self._centre,
            aspect is Aspect.RAW,
        )
        if slot is self.leading or (info.width, info.height, info.sar) == (lead.width, lead.height, lead.sar):
            return placed
        zoom = placed.scale * lead.height / info.height
        return replace(
            placed, width=info.width, height=info.height, shape=shape_of(info, aspect), zoom=zoom, whole=False
        )

    def _size(self, slot: Slot) -> ClipInfo | None:
        return slot.info

    @property
    def zoom(self) -> float | None:
        """Device pixels for a line; None: fitted in."""
        return self._zoom

    @property
    def scale(self) -> float:
        placed = self.placement(self.leading)
        return placed.scale if placed else 1.0

    def zoom_to(self, zoom: float | None, at: QPointF | None = None) -> None:
        """Zoom about a point of the widget (its middle), or fit in."""
        placed = self.placement(self.leading)
        if zoom is None or placed is None:
            self._zoom, self._centre = None, (0.5, 0.5)
        else:
            at = self.area(self.leading).center() if at is None else at
            self._keep(placed.zoomed(zoom, at))
        self.update()
        self.placed.emit()

    def pan(self, by: QPointF) -> None:
        placed = self.placement(self.leading)
        if placed is not None:
            self._keep(placed.panned(by))
            self.update()
            self.placed.emit()

    def _keep(self, placed: Placement) -> None:
        self._zoom, self._centre = placed.zoom, placed.centre

    # ---- the wipe

    @property
    def seen(self) -> QRectF:
        """The part of the widget that shows picture."""
        placed = self.placement(self.leading)
        return placed.rect.intersected(QRectF(self.rect())) if placed else QRectF(self.rect())

    @property
    def wipe_at(self) -> float:
        """x (or y) of the line between A and B."""
        seen, manner = self.seen, self._manner
        return seen.top() + seen.height() * manner.wipe if manner.flat else seen.left() + seen.width() * manner.wipe

    def _wipe_to(self, point: QPointF, flat: bool) -> None:
        seen = self.seen
        share = (point.y() - seen.top()) / seen.height() if flat else (point.x() - seen.left()) / seen.width()
        self._manner = replace(self._manner, wipe=min(1.0, max(0.0, share)), flat=flat)
        self.update()

    def slot_at(self, point: QPointF) -> Slot:
        """Whose picture is under a point."""
        first, second = self.slots
        match self.mode:
            case Mode.WIPE:
                at = point.y() if self._manner.flat else point.x()
                return first if at < self.wipe_at else second
            case Mode.SPLIT:
                return first if self.area(first).contains(point) else second
            case _:
                return self.leading

    # ---- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._painting.paint(painter)

    def cut_rect(self, placed: Placement, cut: Cut, clip: ClipInfo) -> QRectF:
        """Where the edges of a crop lie on the widget."""
        kept = cut.rect(clip)
        return QRectF(placed.to_widget(kept.topLeft()), placed.to_widget(kept.bottomRight()))

    # ---- the mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            step = 1.0 if self._manner.aspect is Aspect.RAW else self.scale * _WHEEL**turned - self.scale
            self.zoom_to(self.scale + (step if turned > 0 or step < 0 else -step), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point, left = event.position(), event.button() == Qt.MouseButton.LeftButton
        self._from = point
        placed = self.placement(self.leading)
        sides = self._sides_at(point) if left else frozenset()
        if sides and self.cut is not None:
            self._drag, self._held, self._sides = "cut", self.cut, sides
        elif left and self._on_wipe(point):
            self._drag = "wipe"
        elif placed is not None and (left or event.button() == Qt.MouseButton.MiddleButton):
            self._drag, self._held = "pan", placed
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        by = point - self._from
        match self._drag, self._held:
            case "wipe", _:
                self._wipe_to(point, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            case "pan", Placement() as held:
                if by.manhattanLength() > 3 or self.cursor().shape() is Qt.CursorShape.ClosedHandCursor:
                    self.setCursor(Qt.CursorShape.ClosedHandCursor)
                    self._keep(held.panned(by))
                    self.update()
                    self.placed.emit()
            case "cut", Cut() as held:
                self._drag_cut(held, by, done=False)
            case _:
                self._hover(point)
        self._point_at(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag == "cut" and isinstance(self._held, Cut):
            self._drag_cut(self._held, event.position() - self._from, done=True)
        self._drag, self._held = "", None
        self._hover(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fitted in, or pixel for pixel there."""
        if not self._on_wipe(event.position()) and not self._sides_at(event.position()):
            self.zoom_to(None if self._zoom is not None else 1.0, event.position())

    def leaveEvent(self, _event: QEvent) -> None:
        self.pointed.emit(None, QPointF())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.placed.emit()

    def focusInEvent(self, _event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        self.update()

    def _drag_cut(self, held: Cut, by: QPointF, *, done: bool) -> None:
        placed, info = self.placement(self.leading), self.leading.info
        if placed is not None and info is not None:
            rect = placed.rect
            pulled = QPointF(by.x() / rect.width() * placed.width, by.y() / rect.height() * placed.height)
            self.cut = dragged(held, self._sides, pulled, info)
            self.update()
            self.cut_dragged.emit(self.cut, done)

    def _sides_at(self, point: QPointF) -> frozenset[Side]:
        placed, info = self.placement(self.leading), self.leading.info
        if self.cut is None or placed is None or info is None:
            return frozenset()
        return grabbed(point, self.cut_rect(placed, self.cut, info), _REACH)

    def _on_wipe(self, point: QPointF) -> bool:
        if self.mode is not Mode.WIPE:
            return False
        return abs((point.y() if self._manner.flat else point.x()) - self.wipe_at) <= _REACH

    def _hover(self, point: QPointF) -> None:
        sides = self._sides_at(point)
        if sides:
            self.setCursor(cursor(sides))
        elif self._on_wipe(point):
            self.setCursor(Qt.CursorShape.SplitVCursor if self._manner.flat else Qt.CursorShape.SplitHCursor)
        else:
            self.unsetCursor()

    def _point_at(self, point: QPointF) -> None:
        slot = self.slot_at(point)
        placed = self.placement(slot)
        if placed is not None and placed.rect.contains(point):
            self.pointed.emit(slot, placed.to_picture(point))
        else:
            self.pointed.emit(None, QPointF())
