"""One of several: a few short ones side by side, more of them in a list."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import cast

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from editor.forms.controls.control import Control
from editor.forms.subject import MIXED
from editor.forms.words import choice_help, choice_name
from editor.language import tr
from nodes.params import Param

MOST_SEGMENTS = 4
MOST_LETTERS = 24


def fits_segments(param: Param) -> bool:
    """Whether all choices can be shown at once."""
    names = _names(param)
    return 1 < len(names) <= MOST_SEGMENTS and sum(map(len, names.values())) <= MOST_LETTERS


def _names(param: Param) -> dict[Enum, str]:
    assert param.choices is not None
    return {member: choice_name(param, member) for member in cast("Sequence[Enum]", list(param.choices))}


class Segments(Control):
    """Buttons in a row, of which one is down. Arrow keys go from one to the next."""

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        frame = QFrame()
        frame.setObjectName("Segments")
        row = QHBoxLayout(frame)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        outer.addStretch(1)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[Enum, _Segment] = {}
        assert param.choices is not None
        about = choice_help(param.choices)
        for member, name in _names(param).items():
            button = _Segment(name)
            button.setToolTip(about.get(member.name, ""))
            button.clicked.connect(lambda _=False, member=member: self.offer(member.value))
            self._group.addButton(button)
            self._buttons[member] = button
            row.addWidget(button)

    def parts(self) -> Sequence[QWidget]:
        return tuple(self._buttons.values())

    def room(self) -> int:
        return self.sizeHint().width()

    def name_parts(self, name: str, about: str) -> None:
        for button in self._buttons.values():
            button.setAccessibleName(f"{name}: {button.text()}")
            button.setAccessibleDescription(button.toolTip() or about)

    def show_value(self, value: object) -> None:
        if value is MIXED:
            self._group.setExclusive(False)
            for button in self._buttons.values():
                button.setChecked(False)
            self._group.setExclusive(True)
        else:
            self._buttons[cast("Enum", value)].setChecked(True)


class _Segment(QToolButton):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("Segment")
        self.setText(name)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(28, super().minimumSizeHint().height())


class QuietCombo(QComboBox):
    """A list that the wheel does not turn while the form is scrolled, and that may be narrower than its texts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(6)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Choice(Control):
    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self.combo = QuietCombo()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.combo)
        self.combo.setPlaceholderText(tr("mixed"))
        self._members = list(_names(param))
        assert param.choices is not None
        about = choice_help(param.choices)
        for at, (member, name) in enumerate(_names(param).items()):
            self.combo.addItem(name)
            self.combo.setItemData(at, about.get(member.name, ""), Qt.ItemDataRole.ToolTipRole)
        self.combo.activated.connect(self._chosen)

    def _chosen(self, at: int) -> None:
        self.offer(self._members[at].value)
        self._explain(at)

    def parts(self) -> Sequence[QWidget]:
        return (self.combo,)

    def show_value(self, value: object) -> None:
        at = -1 if value is MIXED else self._members.index(cast("Enum", value))
        if at != self.combo.currentIndex():
            self.combo.setCurrentIndex(at)
        self._explain(at)

    def _explain(self, at: int) -> None:
        about = self.combo.itemData(at, Qt.ItemDataRole.ToolTipRole) if at >= 0 else ""
        self.combo.setToolTip(str(about or ""))
