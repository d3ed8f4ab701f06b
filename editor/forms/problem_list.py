"""What is wrong with a node, each with the button that mends it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from editor import theme
from graphs.problem import Problem


class ProblemList(QWidget):
    """Cards above the form, the gravest first; nothing at all where nothing is wrong.

    Signal: mend(Problem) its button was pressed.
    """

    mend = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(6)
        self._shown: tuple[tuple[Problem, str], ...] = ()
        self.hide()

    def show_problems(self, problems: Sequence[tuple[Problem, str]]) -> None:
        """Each with what its button says, which may be nothing: then there is none."""
        shown = tuple(problems)
        if shown == self._shown:
            return
        self._shown = shown
        while (item := self._box.takeAt(0)) is not None:
            card = item.widget()
            if card is not None:
                card.hide()
                card.deleteLater()
        for problem, remedy in problems:
            card = _Card(problem, remedy)
            card.pressed.connect(self.mend)
            self._box.addWidget(card)
        self.setVisible(bool(problems))


class _Card(QFrame):
    pressed = Signal(object)

    def __init__(self, problem: Problem, remedy: str) -> None:
        super().__init__()
        self._problem = problem
        self.setObjectName("ProblemError" if problem.is_error else "Problem")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 7, 8, 7)
        row.setSpacing(8)
        sign = QLabel()
        tint = "err" if problem.is_error else "warn"
        sign.setPixmap(theme.pixmap("warning", self.fontMetrics().height(), tint, self.devicePixelRatioF()))
        text = problem.text[:1].upper() + problem.text[1:]
        said = QLabel(text + ("" if text.endswith((".", "?", "!")) else "."))
        said.setTextFormat(Qt.TextFormat.PlainText)
        said.setWordWrap(True)
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(said)
        if remedy:
            button = QPushButton(remedy)
            button.clicked.connect(self._press)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(column, 1)

    def _press(self) -> None:
        self.pressed.emit(self._problem)
