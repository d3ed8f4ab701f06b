"""Ratios: frame rates and pixel shapes, typed as people write them, with the usual ones at hand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from editor.forms.controls.choice import QuietCombo
from editor.forms.controls.control import Control
from editor.forms.controls.entry import plain_number
from editor.forms.subject import MIXED
from editor.language import tr
from nodes.clip import STANDARD_RATES, snap_rate
from nodes.params import Param, ParamError

_SHAPES = (
    ("1", "square"),
    ("16/15", "PAL 4:3, 720 wide"),
    ("12/11", "PAL 4:3, 702 to 704 wide"),
    ("64/45", "PAL 16:9, 720 wide"),
    ("16/11", "PAL 16:9, 702 to 704 wide"),
    ("8/9", "NTSC 4:3, 720 wide"),
    ("10/11", "NTSC 4:3, 704 to 711 wide"),
    ("32/27", "NTSC 16:9, 720 wide"),
    ("40/33", "NTSC 16:9, 704 to 711 wide"),
)


class Ratio(Control):
    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self._rate = param.high is None or param.high > 20
        self._value: object = param.default
        self.combo = _Typed()
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(self.combo.InsertPolicy.NoInsert)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.combo)
        for value, text in self._usual():
            self.combo.addItem(text, str(value))
        completer = self.combo.completer()
        if completer is not None:
            self.combo.setCompleter(None)  # type: ignore[arg-type]  # Qt takes none: typing 2 is not 24
        self.combo.activated.connect(self._chosen)
        line = self.combo.lineEdit()
        assert line is not None
        line.returnPressed.connect(self._typed)
        line.editingFinished.connect(self._typed)

    def _usual(self) -> list[tuple[Fraction, str]]:
        if self._rate:
            values = list(STANDARD_RATES)
            if self.param.default == 0:
                values.insert(0, Fraction(0))
            return [(value, self._words(value)) for value in values if self._takes(value)]
        return [(Fraction(v), f"{v.replace('/', ':')}  {tr(t)}") for v, t in _SHAPES if self._takes(Fraction(v))]

    def _takes(self, value: Fraction) -> bool:
        try:
            self.param.accept(value)
        except ParamError:
            return False
        return True

    def _words(self, value: Fraction) -> str:
        if not self._rate:
            return f"{value.numerator}:{value.denominator}"
        if value == 0:
            return tr("0 (as it is)")
        if value.denominator == 1:
            return str(value.numerator)
        return f"{float(value):.3f} ({value})"

    def finish(self) -> None:
        self._typed()

    def parts(self) -> Sequence[QWidget]:
        return (self.combo,)

    def name_parts(self, name: str, about: str) -> None:
        super().name_parts(name, about)
        line = self.combo.lineEdit()
        if line is not None:
            line.setAccessibleName(name)
            line.setAccessibleDescription(about)

    def show_value(self, value: object) -> None:
        self._value = value
        self._write()

    def _write(self) -> None:
        line = self.combo.lineEdit()
        assert line is not None
        if isinstance(self._value, Fraction):
            line.setPlaceholderText("")
            self.combo.setEditText(self._words(self._value))
        else:
            assert self._value is MIXED
            line.setPlaceholderText(tr("mixed"))
            self.combo.setEditText("")
        line.setCursorPosition(0)
        line.setModified(False)

    def _chosen(self, at: int) -> None:
        value = str(self.combo.itemData(at))
        if value != str(self._value):  # Qt says so too when Return confirms what stands there already
            self.offer(value)
        self._write()

    def _typed(self) -> None:
        line = self.combo.lineEdit()
        if line is None or not line.isModified():
            return
        line.setModified(False)
        text = plain_number(self.combo.currentText().partition("(")[0], self.param.unit)
        if not text:
            self._write()
            return
        if self._rate:
            text = self._snapped(text)
        if not self.offer(text):
            self._write()

    def _snapped(self, text: str) -> str:
        """29.97 is 30000/1001: nobody means another rate that near to one of the standard ones."""
        try:
            value = self.param.accept(text)
        except ParamError:
            return text
        snap = isinstance(value, Fraction) and value > 0 and "." in text
        return str(snap_rate(value)) if snap and isinstance(value, Fraction) else text


class _Typed(QuietCombo):
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        line = self.lineEdit()
        if line is not None:
            line.selectAll()
