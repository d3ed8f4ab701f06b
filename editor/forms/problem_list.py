"""What is wrong with a node, each with the button that mends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from editor import theme
from graphs.problem import Problem

type Offer = tuple[str, Callable[[], None]]


class ProblemList(QWidget):
    """Cards above the form, the gravest first; nothing at all where nothing is wrong."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(6)
        self._shown: tuple[tuple[Problem, str], ...] = ()
        self.hide()

    def show_problems(self, problems: Sequence[Problem], offer: Callable[[Problem], Offer | None]) -> None:
        offers = [offer(problem) for problem in problems]
        shown = tuple((problem, made[0] if made else "") for problem, made in zip(problems, offers, strict=True))
        if shown == self._shown:
            return
        self._shown = shown
        while (item := self._box.takeAt(0)) is not None:
            card = item.widget()
            if card is not None:
                card.hide()
                card.deleteLater()
        for problem, made in zip(problems, offers, strict=True):
            self._box.addWidget(_card(problem, made))
        self.setVisible(bool(problems))


def _card(problem: Problem, offer: Offer | None) -> QFrame:
    card = QFrame()
    card.setObjectName("ProblemError" if problem.is_error else "Problem")
    row = QHBoxLayout(card)
    row.setContentsMargins(10, 7, 8, 7)
    row.setSpacing(8)
    sign = QLabel()
    sign.setPixmap(
        theme.pixmap(
            "warning", card.fontMetrics().height(), "err" if problem.is_error else "warn", card.devicePixelRatioF()
        )
    )
    text = problem.text[:1].upper() + problem.text[1:]
    said = QLabel(text + ("" if text.endswith((".", "?", "!")) else "."))
    said.setTextFormat(Qt.TextFormat.PlainText)
    said.setWordWrap(True)
    said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    column = QVBoxLayout()
    column.setSpacing(6)
    column.addWidget(said)
    if offer:
        button = QPushButton(offer[0])
        button.clicked.connect(offer[1])
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
    row.addLayout(column, 1)
    return card
