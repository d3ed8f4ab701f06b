"""One row of a form: label, control, a dot where the value is not the default, and what is wrong with it."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QSizePolicy, QWidget

from editor import plain, theme
from editor.forms.controls.control import Control
from editor.forms.subject import Field
from editor.forms.words import param_help, shown, title
from editor.language import tr

SPACING = 10


class Row(QWidget):
    """Signals: edited(str name, object plain value); settled(); reset(str name)."""

    edited = Signal(str, object)
    settled = Signal(str)
    reset = Signal(str)

    def __init__(self, control: Control, label_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        self.param = control.param
        self._label_px = label_px
        self._stacked: bool | None = None
        self._refusal = self._problem = self._wrong = ""
        name = title(self.param)
        self.label = _Elided(name)
        self.label.setToolTip(self._tip())
        self.dot = Dot()
        self.fault = QLabel()
        self.fault.setTextFormat(Qt.TextFormat.PlainText)
        self.fault.setObjectName("Error")
        self.fault.setWordWrap(True)
        self.fault.hide()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setHorizontalSpacing(SPACING)
        self._grid.setVerticalSpacing(3)
        self._place(control.tall)
        unit = f", {self.param.unit}" if self.param.unit else ""
        control.name_parts(name + unit, param_help(self.param))
        control.setToolTip(self._tip())
        control.edited.connect(self._edited)
        control.settled.connect(self._settled)
        control.refused.connect(self._refused)
        self.dot.reset.connect(self._reset)

    def _tip(self) -> str:
        return f"<p style='white-space: pre-wrap'>{escape(param_help(self.param))}</p>"

    def show_field(self, field: Field) -> None:
        """Show what the document holds."""
        self.control.show_value(field.value)
        usual = shown(self.param, self.param.default)
        self.dot.show_state(field.changed, tr("Changed. Double-click for the default: {value}").format(value=usual))
        self._wrong = field.wrong
        self._complain()

    def show_problem(self, text: str) -> None:
        """What the graph's check says against this param; empty where it says nothing."""
        self._problem = text
        self._complain()

    @property
    def complaint(self) -> str:
        """The line under the field."""
        return self._refusal or self._wrong or self._problem

    def _complain(self) -> None:
        self.fault.setText(self.complaint)
        self.fault.setVisible(bool(self.complaint))

    # ---- from the control

    def _edited(self, value: object) -> None:
        self.edited.emit(self.param.name, value)

    def _settled(self) -> None:
        self.settled.emit(self.param.name)

    def _refused(self, why: str) -> None:
        self._refusal = why
        self._complain()

    def _reset(self) -> None:
        self._refused("")
        self.reset.emit(self.param.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete, where the control has no use for it, resets."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.dot.on:
            self._reset()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu()
        menu.popup(event.globalPos())
        event.accept()

    def menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        usual = shown(self.param, self.param.default)
        action = QAction(tr("Reset to {value}").format(value=usual), menu)
        action.setEnabled(self.dot.on)
        action.triggered.connect(self._reset)
        menu.addAction(action)
        return menu

    # ---- the layout

    def _place(self, stacked: bool) -> None:
        if stacked == self._stacked:
            return
        grid = self._grid
        if self._stacked is not None:
            for widget in (self.label, self.control, self.dot, self.fault):
                grid.removeWidget(widget)
        self._stacked = stacked
        for column in range(3):
            grid.setColumnStretch(column, 0)
        self.label.setFixedWidth(self._label_px) if not stacked else self._free_label()
        line = 0 if stacked else self.fontMetrics().height() + 12
        self.label.setMinimumHeight(line)
        self.dot.setMinimumHeight(line)
        if stacked:
            grid.addWidget(self.label, 0, 0)
            grid.addWidget(self.dot, 0, 2)
            grid.addWidget(self.control, 1, 0, 1, 3)
            grid.addWidget(self.fault, 2, 0, 1, 3)
            grid.setColumnStretch(0, 1)
        else:
            grid.addWidget(self.label, 0, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self.control, 0, 1)
            grid.addWidget(self.dot, 0, 2, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self.fault, 1, 1)
            grid.setColumnStretch(1, 1)

    def _free_label(self) -> None:
        self.label.setMinimumWidth(20)
        self.label.setMaximumWidth(16777215)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, self._grid.totalMinimumSize().height())

    def fit(self, width: int) -> None:
        """Put the control under its label where both have no room side by side."""
        self._place(self._stacks(width))

    def _stacks(self, width: int) -> bool:
        if self.control.tall:
            return True
        needed = self._label_px + self.control.room() + self.dot.sizeHint().width() + 2 * SPACING
        return width < needed

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._stacks(event.size().width()) != self._stacked:
            # not now: Qt drops what a layout is told while it lays out
            QTimer.singleShot(0, self, lambda: self.fit(self.width()))


class Dot(QWidget):
    """Lit where the value is not the default. A double click brings the default back."""

    reset = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.on = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.watch.changed.connect(self.update)

    def show_state(self, on: bool, tip: str) -> None:
        if on != self.on:
            self.on = on
            self.update()
        self.setToolTip(plain.tip(tip) if on else "")
        self.setAccessibleName(tr("changed") if on else tr("default"))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self.on:
            self.reset.emit()

    def sizeHint(self) -> QSize:
        return QSize(12, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.on:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(QPointF(self.width() / 2, self.height() / 2), 3, 3)


class _Elided(QLabel):
    """A label that ends in … where it has no room."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.colour("text2"))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.fontMetrics().height())
