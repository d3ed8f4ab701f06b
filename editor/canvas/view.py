"""The surface on which the graph lies: NodeGraphQt's viewer with our cards, our gestures, our way of zooming.

NodeGraphQt's viewer gives scene, live wire and rubber band. Its own handling of the mouse is not used: it deletes wires
on press, selects by its own rules and walks all paths of the graph to find circles. Here each gesture is an object that
ends in one edit of the document (editor/canvas/gestures.py), and the scene follows the document, never the mouse.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QBrush,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QRubberBand, QToolTip

from editor import theme
from editor.canvas.card import CardItem
from editor.canvas.cardsize import GRID
from editor.canvas.compat import ViewerBase
from editor.canvas.facts import Facts
from editor.canvas.far import FAR, FarLayer
from editor.canvas.hits import Hit, Where, find
from editor.canvas.mirror import Mirror
from editor.canvas.words import Words
from editor.desk.desk import Desk
from graphs.document import NodeId

if TYPE_CHECKING:
    from editor.canvas.gestures import Gesture

CLOSEST, FARTHEST = 3.0, 0.04
"""Zoom, 1 being full size."""
SHARP_MS = 160
"""After the last turn of the wheel cards are drawn sharp again."""
BUDGET_S = 0.007
"""Of a paint, for drawing cards anew; the others wait for the next paint."""


class CanvasView(ViewerBase):
    """Signals: looked() the visible part has changed; the others say what the user wants."""

    looked = Signal()
    menu_wanted = Signal(object, QPoint)
    searched = Signal(object, QPoint)
    activated = Signal(str)
    rename_wanted = Signal(object)
    dragged_in = Signal(object, QPointF)
    said = Signal(str)
    doubted = Signal(object, QPointF)

    _scene_range: QRectF
    _rubber_band: QRubberBand

    def __init__(self, desk: Desk, facts: Facts) -> None:
        self.desk = desk
        self.facts = facts
        self.words = Words(facts)
        self.badges: dict[NodeId, str] = {}
        self.heat = False
        self.snap = False
        self.gesture: Gesture | None = None
        self.zooming = False
        self._far: FarLayer | None = None
        self._tile: tuple[object, QPixmap] | None = None
        self._spent = 0.0
        self._owed: set[CardItem] = set()
        self._space = False
        self._hot: Hit | None = None
        self.pointer = QPoint()
        self._actions: list[QAction] = []
        super().__init__()
        self.mirror = Mirror(self)
        self._far = FarLayer(self)
        self._prepare()

    def _prepare(self) -> None:
        from editor.canvas.wire import LiveWire  # the viewer's base has made one of its own before

        scene = self.scene()
        vars_ = self.__dict__
        for name in ("_LIVE_PIPE", "_SLICER_PIPE", "_cursor_text"):
            scene.removeItem(vars_.pop(name))
        self._LIVE_PIPE = LiveWire()
        self._LIVE_PIPE.setVisible(False)
        scene.addItem(self._LIVE_PIPE)
        scene.addItem(self._far_layer)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self._sharp_soon = QTimer(self, interval=SHARP_MS, singleShot=True)
        self._sharp_soon.timeout.connect(self._sharpen)
        self._pay_soon = QTimer(self, interval=4, singleShot=True)
        self._pay_soon.timeout.connect(self._pay)

    @property
    def _far_layer(self) -> FarLayer:
        assert self._far is not None
        return self._far

    # ---- where one looks
    @property
    def zoom(self) -> float:
        return self.transform().m11()

    @property
    def far(self) -> bool:
        return self._far is not None and self._far.isVisible()

    def seen_rect(self) -> QRectF:
        """The visible part of the scene."""
        return QRectF(self._scene_range)

    def fit(self, rect: QRectF, right: int = 0, bottom: int = 0) -> tuple[QPointF, float]:
        """The corner and the zoom at which `rect` is seen whole, beside margins of so many pixels; 1:1 at most."""
        width, height = self.viewport().width() - right, self.viewport().height() - bottom
        zoom = max(FARTHEST, min(width / max(1.0, rect.width()), height / max(1.0, rect.height()), 1.0))
        return rect.center() - QPointF(width, height) / 2 / zoom, zoom

    def pan_by(self, across: float, down: float) -> None:
        """Move what is seen by so many pixels of the screen."""
        self.look_at(self._scene_range.topLeft() - QPointF(across, down) / self.zoom, self.zoom)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Closer or farther; the point `at` (in the viewport, by default its middle) stays where it is."""
        at = QPointF(self.viewport().rect().center()) if at is None else at
        zoom = min(CLOSEST, max(FARTHEST, self.zoom * factor))
        if abs(zoom - 1.0) < 0.02:
            zoom = 1.0
        fixed = self._scene_range.topLeft() + at / self.zoom
        self.zooming = True
        self._sharp_soon.start()
        self.look_at(fixed - at / zoom, zoom)

    def look_at(self, corner: QPointF, zoom: float) -> None:
        """Show the scene from `corner` on."""
        size = self.viewport().size()
        self._scene_range = QRectF(corner.x(), corner.y(), size.width() / zoom, size.height() / zoom)
        self._update_scene()

    def _update_scene(self) -> None:
        """NodeGraphQt fits the range with a margin, so that 1:1 is never quite 1:1; here pixels are pixels."""
        zoom = self.viewport().width() / max(1.0, self._scene_range.width())
        self.setSceneRect(self._scene_range)
        self.setTransform(QTransform.fromScale(zoom, zoom))
        if self._far is not None:
            self._choose_detail(zoom)
            self._far.cover(self._scene_range)
            self.looked.emit()

    def _choose_detail(self, zoom: float) -> None:
        far = zoom < FAR
        if far != self.far:
            self._far_layer.setVisible(far)
            self.items_made()

    def items_made(self) -> None:
        """Items are new, or the level of detail is: cards and wires draw themselves, or the far layer does."""
        far = self.far
        flag = QGraphicsItem.GraphicsItemFlag.ItemHasNoContents
        for item in (*self.mirror.cards.values(), *self.mirror.wires.values()):
            item.setFlag(flag, far)
        self._far_layer.forget()

    def wires_moved(self) -> None:
        if self._far is not None:
            self._far.forget()

    def _sharpen(self) -> None:
        self.zooming = False
        self.viewport().update()

    # ---- drawing, within a budget
    def may_draw(self) -> bool:
        """Whether a card may take the time to be drawn anew in this paint."""
        return not self.zooming and time.perf_counter() - self._spent < BUDGET_S

    def owe(self, card: CardItem) -> None:
        """A card was shown as it was; it is drawn anew in one of the next paints."""
        self._owed.add(card)
        if not self.zooming:
            self._pay_soon.start()

    def _pay(self) -> None:
        owed, self._owed = self._owed, set()
        for card in owed:
            if card.scene() is not None:
                card.update()

    def card_gone(self, node: NodeId) -> None:
        self._owed = {card for card in self._owed if card.node != node}
        if self._hot is not None and self._hot.card is not None and self._hot.card.node == node:
            self._hot = None

    def paintEvent(self, event: QPaintEvent) -> None:
        self._spent = time.perf_counter()
        super().paintEvent(event)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Dots, as one tiled fill."""
        zoom, step = self.zoom, GRID
        while step * zoom < 14:
            step *= 2
        pixels = step * zoom
        ratio = self.devicePixelRatioF()
        area = self.mapFromScene(QRectF(rect)).boundingRect().adjusted(-2, -2, 2, 2)
        key = (round(pixels, 3), theme.is_dark(), ratio)
        if self._tile is None or self._tile[0] != key:
            self._tile = (key, _tile(pixels, ratio))
        painter.save()
        painter.resetTransform()
        brush = QBrush(self._tile[1])
        origin = self.viewportTransform().map(QPointF(0, 0))
        brush.setTransform(QTransform.fromTranslate(round(origin.x()), round(origin.y())))
        painter.fillRect(area, brush)
        painter.restore()

    def restyle(self) -> None:
        """The theme has changed."""
        self._tile = None
        for card in self.mirror.cards.values():
            card.forget()
        self._far_layer.forget()
        self.viewport().update()

    # ---- what is under the mouse
    def find_at(self, spot: QPoint | QPointF) -> Hit:
        return find(self, QPointF(spot))

    def to_scene(self, spot: QPoint | QPointF) -> QPointF:
        return QPointF(self._scene_range.topLeft() + QPointF(spot) / self.zoom)

    def to_view(self, spot: QPointF) -> QPointF:
        return QPointF((spot - self._scene_range.topLeft()) * self.zoom)

    def show_hot(self, hit: Hit | None) -> None:
        """Light up what the mouse is over."""
        old, self._hot = self._hot, hit
        if old is not None:
            if old.card is not None and (hit is None or hit.card is not old.card):
                old.card.show_hot(None)
            if old.wire is not None and (hit is None or hit.wire is not old.wire):
                old.wire.look(hot=False)
            if old.frame is not None and (hit is None or hit.frame is not old.frame):
                old.frame.hot = False
                old.frame.update()
        if hit is None:
            return
        if hit.card is not None:
            port = hit.port
            hit.card.show_hot(f"{port.view.name}:{port.view.gives}" if port is not None else None)
        if hit.wire is not None:
            hit.wire.look(hot=True)
        if hit.frame is not None and not hit.frame.hot:
            hit.frame.hot = True
            hit.frame.update()

    # ---- the mouse
    def begin(self, gesture: Gesture | None) -> None:
        self.show_hot(None)
        self.gesture = gesture

    def end(self, *, cancelled: bool = False) -> None:
        """The gesture is over: what it showed goes, and the scene is what the document says."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            if cancelled:
                gesture.cancel()
            gesture.tidy()
        self.unsetCursor()
        self.viewport().unsetCursor()
        self.mirror.reconcile()
        self.looked.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        from editor.canvas.gestures import begun

        self.pointer = event.position().toPoint()
        QToolTip.hideText()
        if self.gesture is not None:  # a second button while something is dragged
            self.end(cancelled=True)
            event.accept()
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.begin(begun(self, event, space=self._space))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer = event.position().toPoint()
        if self.gesture is not None:
            if not event.buttons():  # the release went elsewhere
                self.end(cancelled=True)
            else:
                self.gesture.move(event.position(), event.modifiers())
            return
        hit = self.find_at(event.position())
        self.show_hot(hit)
        self.viewport().setCursor(hit.cursor(self._space))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture = self.gesture
        if gesture is None or event.button() != gesture.button:
            return
        gesture.move(event.position(), event.modifiers())
        gesture.release(event.position(), event.modifiers())
        self.end()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        hit = self.find_at(event.position())
        match hit.where:
            case Where.TITLE if hit.card is not None and not self.far:
                self.rename_wanted.emit(hit)
            case Where.CARD | Where.TITLE if hit.card is not None:
                self.activated.emit(hit.card.node)
            case Where.NOTE | Where.FRAME | Where.FOLDED:
                self.rename_wanted.emit(hit)
            case Where.EMPTY | Where.WIRE:
                self.searched.emit(hit, event.globalPosition().toPoint())
            case _:
                self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self.gesture is None:
            self.show_hot(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() or event.angleDelta().x()
        self.zoom_by(1.0016**turn, event.position())
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.gesture is None:
            by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
            hit = self.current_hit() if by_key else self.find_at(event.pos())
            where = self.viewport().mapToGlobal(self.to_view(hit.spot).toPoint()) if by_key else event.globalPos()
            self.menu_wanted.emit(hit, where)
        event.accept()

    def current_hit(self) -> Hit:
        """What the keyboard means: the current node, or the middle of the view."""
        card = self.mirror.cards.get(self.desk.current) if self.desk.current is not None else None
        if card is None:
            return Hit(Where.EMPTY, self.seen_rect().center())
        return Hit(Where.CARD, card.rect().center(), card=card)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = "" if self.gesture is not None else self.words.tip(self.find_at(event.pos()), self.desk)
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(1 + event.value(), event.position())
            return True
        return super().viewportEvent(event)

    # ---- keys: commands are actions (editor/canvas/commands.py); here is what is held down
    def own_keys(self, actions: list[QAction]) -> None:
        """The actions whose keys are the canvas's while it has the focus, whatever they mean elsewhere."""
        self._actions = actions

    def _meant(self, event: QKeyEvent) -> QAction | None:
        keys = QKeySequence(event.keyCombination())
        plain = QKeySequence(event.key()) if event.modifiers() == Qt.KeyboardModifier.KeypadModifier else keys
        for action in self._actions:
            if keys in action.shortcuts() or plain in action.shortcuts():
                return action
        return None

    def _is_ours(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Space or self._meant(event) is not None

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        meant = self._meant(event) if self.gesture is None else None
        if meant is not None and meant.isEnabled():
            meant.trigger()
        elif event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif event.key() == Qt.Key.Key_Escape and self.gesture is not None:
            self.end(cancelled=True)
        else:
            event.ignore()
            return
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.viewport().unsetCursor()
        event.ignore()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab opens the search; Shift+Tab and F6 lead out of the canvas."""
        return False if forward else super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        QGraphicsView.focusInEvent(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        if self.gesture is not None and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.end(cancelled=True)
        QGraphicsView.focusOutEvent(self, event)

    # ---- what is dragged in
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        from editor.canvas.dropping import Incoming

        if self.gesture is None or not isinstance(self.gesture, Incoming):
            self.begin(Incoming.of(self, event.mimeData()))
        if isinstance(self.gesture, Incoming):
            self.gesture.move(event.position(), event.modifiers())
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        if self.gesture is not None:
            self.end(cancelled=True)
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        from editor.canvas.dropping import Incoming

        if isinstance(self.gesture, Incoming):
            self.gesture.release(event.position(), event.modifiers())
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.end()
        else:
            event.ignore()

    # ---- size
    def resizeEvent(self, event: QResizeEvent) -> None:
        QGraphicsView.resizeEvent(self, event)
        self.look_at(self._scene_range.topLeft(), self.zoom)

    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    def marquee(self, rect: QRect | None) -> None:
        """Show the rubber band, or none."""
        if rect is None:
            self._rubber_band.hide()
        else:
            self._rubber_band.setGeometry(rect.translated(self.viewport().pos()))
            self._rubber_band.show()

    def live_wire(self) -> Any:
        return self._LIVE_PIPE

    def chosen_items(self) -> Iterable[QGraphicsItem]:
        """Wires, notes and frames that are selected; nodes are the desk's."""
        return self.scene().selectedItems()


def _tile(pixels: float, ratio: float) -> QPixmap:
    """One dot in the middle of nothing."""
    side = max(8, round(pixels * ratio))
    made = QPixmap(side, side)
    made.fill(theme.colour("canvas"))
    painter = QPainter(made)
    size = max(1, round(1.6 * ratio))
    painter.fillRect(0, 0, size, size, theme.colour("canvas_dot"))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made
