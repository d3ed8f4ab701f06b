"""Says calmly why there is no picture, and what can be done: bypass the node, try again, go and see."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from editor import theme
from editor.engine.wishes import Trouble
from editor.language import tr
from graphs.document import NodeId

LOG_LINES = 12


class TroublePanel(QFrame):
    """Lies over the place of a picture. Signals: bypass(NodeId), again(NodeId), go_to(NodeId)."""

    bypass = Signal(str)
    again = Signal(str)
    go_to = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Panel")
        self.setMaximumWidth(460)
        self.setAccessibleName(tr("Why there is no picture"))
        self._trouble: Trouble | None = None
        self._heading = QLabel(objectName="Heading", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._message = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._log = QPlainTextEdit(objectName="Field", readOnly=True)
        self._log.setFont(theme.font(11, mono=True))
        self._log.setFixedHeight(96)
        self._log.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._log.setAccessibleName(tr("The end of the log"))
        self.bypass_button = QPushButton(tr("Bypass this node"), objectName="Primary")
        self.again_button = QPushButton(tr("Try again"))
        self.go_button = QPushButton(tr("Show node"))
        for button, signal in (
            (self.bypass_button, self.bypass),
            (self.again_button, self.again),
            (self.go_button, self.go_to),
        ):
            button.clicked.connect(lambda _=False, signal=signal: signal.emit(self._node()))
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(8)
        for button in (self.bypass_button, self.again_button, self.go_button):
            self._buttons.addWidget(button)
        self._buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        for widget in (self._heading, self._message, self._log):
            column.addWidget(widget)
        column.addLayout(self._buttons)
        self.hide()

    def fit(self, width: int) -> None:
        """Take at most so many pixels; where the buttons do not fit beside each other they stand one below another."""
        self.setMaximumWidth(width)
        buttons = (self.bypass_button, self.again_button, self.go_button)
        needed = sum(button.sizeHint().width() for button in buttons) + 2 * 8 + 2 * 16
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._buttons.setDirection(across if needed <= width else down)
        self.adjustSize()

    def _node(self) -> NodeId:
        assert self._trouble is not None
        return self._trouble.blamed or self._trouble.wish.node

    def tell(self, trouble: Trouble | None, name: str) -> None:
        """Say this, of the node that people know by `name`; None: nothing is wrong any more."""
        if trouble is self._trouble:
            return
        self._trouble = trouble
        self.setVisible(trouble is not None)
        if trouble is None:
            return
        if trouble.crashed:
            heading = tr("{node} brought the worker down").format(node=name)
        elif trouble.frame is not None:
            heading = tr("{node} could not make frame {frame}").format(node=name, frame=trouble.frame)
        else:
            heading = tr("No picture from {node}").format(node=name)
        self._heading.setText(heading)
        self._message.setText(trouble.message)
        self._log.setPlainText("\n".join(trouble.log[-LOG_LINES:]))
        self._log.setVisible(bool(trouble.log))
        bar = self._log.verticalScrollBar()
        bar.setValue(bar.maximum())
        self.adjustSize()
