"""Numbers: a slider and a field; without two ends, a field to drag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtWidgets import QHBoxLayout, QWidget

from editor.forms.controls.control import Control
from editor.forms.controls.entry import Entry
from editor.forms.controls.slide import Slide
from editor.forms.scale import scale_of, step_of
from editor.forms.subject import MIXED
from nodes.params import Kind, Param


class Number(Control):
    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self._scale = scale_of(param)
        usual = cast("float", param.default)
        self._value: float | None = usual
        self.entry = Entry(param.unit, dragged=self._scale is None)
        self.slide = Slide(self._scale, usual) if self._scale else None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        if self.slide:
            row.addWidget(self.slide, 1)
            self.slide.slid.connect(self._slid)
            self.slide.rested.connect(self.settled)
        else:
            row.addStretch(1)
        row.addWidget(self.entry)
        self.entry.typed.connect(self._typed)
        self.entry.stepped.connect(self._stepped)
        self.entry.rested.connect(self.settled)

    def finish(self) -> None:
        self.entry.finish()

    def parts(self) -> Sequence[QWidget]:
        return (self.slide, self.entry) if self.slide else (self.entry,)

    def show_value(self, value: object) -> None:
        self._value = None if value is MIXED else cast("float", value)
        self.entry.show_number(self._value)
        if self.slide:
            self.slide.show_number(self._value)

    def _slid(self, value: float) -> None:
        self._value = value
        self.entry.restore()
        self.entry.show_number(value)
        self.offer(value, settle=False)

    def _typed(self, text: str) -> None:
        if not text:  # taken back
            self.refused.emit("")
        elif self.offer(text):
            self.entry.show_number(self._value)
        else:
            self.entry.restore()

    def _stepped(self, steps: float, fine: bool) -> None:
        start = cast("float", self.param.default) if self._value is None else self._value
        if self._scale:
            there = self._scale.stepped(start, steps, fine=fine)
        else:
            unit = step_of(self.param)
            unit = unit / 10 if fine and self.param.kind is Kind.FLOAT else unit
            there = start + steps * unit
            if self.param.low is not None:
                there = max(self.param.low, there)
            if self.param.high is not None:
                there = min(self.param.high, there)
            there = int(there) if self.param.kind is Kind.INT else round(there, 9)
        if there != start and self.offer(there, settle=False):
            self.show_value(there)
