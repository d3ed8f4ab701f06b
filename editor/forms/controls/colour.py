"""A colour: a swatch to pick from and its code to type."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QColorDialog, QHBoxLayout, QLineEdit, QWidget

from editor import theme
from editor.forms.controls.control import Control
from editor.forms.subject import MIXED
from editor.language import tr
from nodes.params import Param


class Swatch(QAbstractButton):
    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.shown: QColor | None = None
        theme.watch.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        high = self.fontMetrics().height() + 10
        return QSize(round(high * 1.6), high)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        painter.setPen(QPen(theme.colour("accent" if focus else "line2"), 2 if focus else 1))
        painter.setBrush(self.shown or Qt.BrushStyle.BDiagPattern)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 5, 5)


class ColourBox(Control):
    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self._value: object = param.default
        self.swatch, self.line = Swatch(), QLineEdit()
        self.line.setMaxLength(32)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.swatch)
        row.addWidget(self.line)
        row.addStretch(1)
        self.swatch.clicked.connect(self.pick)
        self.line.editingFinished.connect(self._typed)

    def finish(self) -> None:
        self._typed()

    def parts(self) -> Sequence[QWidget]:
        return self.swatch, self.line

    def show_value(self, value: object) -> None:
        self._value = value
        mixed = value is MIXED
        self.swatch.shown = None if mixed else QColor(str(value))
        self.swatch.update()
        self.line.setPlaceholderText(tr("mixed") if mixed else "")
        if not self.line.isModified():
            self.line.setText("" if mixed else str(value))

    def _typed(self) -> None:
        if not self.line.isModified():
            return
        self.line.setModified(False)
        text = self.line.text().strip()
        code = text if text.startswith("#") else f"#{text}"
        named = QColor(text)
        if text and named.isValid():  # also `red` and `#fff`
            code = named.name()
        if not self.offer(code):
            self.show_value(self._value)

    def pick(self) -> QColorDialog:
        """Choose with the eye; the picture follows, and Cancel brings the old colour back."""
        before = self._value
        start = QColor(str(before)) if isinstance(before, str) else QColor("#808080")
        dialog = QColorDialog(start, self)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.currentColorChanged.connect(lambda colour: self.offer(colour.name(), settle=False))
        dialog.accepted.connect(self.settled)
        if isinstance(before, str):
            dialog.rejected.connect(lambda: self.offer(before))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog
