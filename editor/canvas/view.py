"""The surface on which the graph lies: NodeGraphQt's viewer with our cards, our gestures, our way of zooming.

NodeGraphQt's viewer gives scene, live wire and rubber band. Its own handling of the mouse is not used: it deletes wires
on press, selects by its own rules and walks all paths of the graph to find circles. Here each gesture is an object that
ends in one edit of the document (editor/canvas/gestures.py), and the scene follows the document, never the mouse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QAction,
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
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QToolTip

from editor.canvas.drift import Drift
from editor.canvas.facts import Facts
from editor.canvas.far import FarLayer
from editor.canvas.hits import Hit, Where, find
from editor.canvas.lens import Lens
from editor.canvas.mirror import Mirror
from editor.canvas.wire import LiveWire
from editor.canvas.words import Words
from editor.desk.desk import Desk
from graphs.document import NodeId

if TYPE_CHECKING:
    from editor.canvas.gestures import Gesture


class CanvasView(Lens):
    """Signals say what the user wants; an edit they make is done already."""

    menu_wanted = Signal(object, QPoint)
    searched = Signal(object, QPoint)
    activated = Signal(str)
    rename_wanted = Signal(object)
    dragged_in = Signal(object, QPointF)
    said = Signal(str)
    doubted = Signal(object, QPointF)
    space_tapped = Signal()

    def __init__(self, desk: Desk, facts: Facts) -> None:
        self.desk = desk
        self.facts = facts
        self.words = Words(facts)
        self.badges: dict[NodeId, str] = {}
        self.heat = False
        self.snap = False
        self.gesture: Gesture | None = None
        self.pointer = QPoint()
        self.releasing = False
        self._space = self._space_used = False
        self._hot: Hit | None = None
        self._actions: list[QAction] = []
        super().__init__()
        self._drift = Drift(self)
        self.show_mirror(Mirror(self), FarLayer(self))
        for name in ("_LIVE_PIPE", "_SLICER_PIPE", "_cursor_text"):  # NodeGraphQt's own looks
            self.scene().removeItem(self.__dict__.pop(name))
        self._LIVE_PIPE = LiveWire()
        self._LIVE_PIPE.setVisible(False)
        self.scene().addItem(self._LIVE_PIPE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    # ---- what is under the mouse
    def find_at(self, spot: QPoint | QPointF) -> Hit:
        return find(self, QPointF(spot))

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
        self._drift.stop()
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
        self._space_used = True
        self.begin(begun(self, event, space=self._space))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer = event.position().toPoint()
        if self.gesture is not None:
            if not event.buttons():  # the release went elsewhere
                self.end(cancelled=True)
            else:
                self.gesture.move(event.position(), event.modifiers())
                if self.gesture.drifts and self.gesture.moved:
                    self._drift.follow(event.position(), event.modifiers())
            return
        hit = self.find_at(event.position())
        self.show_hot(hit)
        self.viewport().setCursor(hit.cursor(self._space))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture = self.gesture
        if gesture is None or event.button() != gesture.button:
            return
        gesture.move(event.position(), event.modifiers())
        self._release(gesture, event.position(), event.modifiers())

    def _release(self, gesture: Gesture, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Let the gesture make its edit, and end it."""
        self.releasing = True
        try:
            gesture.release(at, keys)
        finally:
            self.releasing = False
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
            self._space, self._space_used = True, False
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif event.key() == Qt.Key.Key_Escape and self.gesture is not None:
            self.end(cancelled=True)
        else:
            event.ignore()
            return
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            tapped = self._space and not self._space_used
            self._space = False
            self.viewport().unsetCursor()
            if tapped:
                self.space_tapped.emit()
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
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._release(self.gesture, event.position(), event.modifiers())
        else:
            event.ignore()

    def card_gone(self, node: NodeId) -> None:
        self._owed = {card for card in self._owed if card.node != node}
        if self._hot is not None and self._hot.card is not None and self._hot.card.node == node:
            self._hot = None

    def live_wire(self) -> LiveWire:
        return self._LIVE_PIPE
