"""The row at the bottom: the red button, how long it runs, what is lost, how long the disk lasts."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from editor import theme
from editor.capture import words
from editor.capture.button import RecordButton
from editor.capture.losses import LossCounter
from editor.capture.standing import Standing
from editor.language import tr
from editor.renders.words import size

SHORT_S = 30 * 60.0
"""Of disk that is left: from here on it is shown in red."""


class Deck(QFrame):
    """Signals: record(), stop(), losses(bool) show them alone, note() the user wants to mark this place."""

    record = Signal()
    stop = Signal()
    losses = Signal(bool)
    note = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Panel")
        self.button = RecordButton()
        self.counter = LossCounter()
        self.clock, self.disk = Figure(tr("Recorded")), Figure(tr("Room on the disk"))
        self.note_button = QToolButton()
        self.note_button.setText(tr("Note"))
        self.note_button.setToolTip(tr("Mark this place of the tape with a note"))
        self.note_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(14)
        row.addWidget(self.button)
        row.addWidget(self.clock)
        row.addWidget(self.counter)
        row.addWidget(self.disk)
        row.addStretch(1)
        row.addWidget(self.note_button)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.button.record.connect(self.record)
        self.button.stop.connect(self.stop)
        self.counter.toggled.connect(self.losses)
        self.note_button.clicked.connect(self.note)
        theme.watch.changed.connect(self._redraw)
        self._redraw()

    def show_standing(
        self, standing: Standing, *, fault: str, forecast_s: float | None = None, free_bytes: int = 0
    ) -> None:
        """`fault`: why nothing can be recorded as it is set up; `forecast_s`: what the disk would take of it."""
        state, counters = standing.state, standing.counters
        under_way = state in ("recording", "paused")
        able = under_way or (state != "finishing" and not fault)
        self.button.show_state(state, standing.elapsed_s, able=able, why="" if able else fault)
        kept = standing.begun
        self.clock.show_figure(
            words.time(standing.elapsed_s if kept else 0),
            _tape_line(standing) if kept else "",
            "text" if kept else "text3",
        )
        beside = words.beside(standing) if kept else ()
        self.counter.show_losses(standing.lost if kept else 0, beside, live=kept, bad=kept and standing.trouble)
        room = counters if under_way else None
        left = room.left_s if room is not None and room.left_s is not None else forecast_s
        free = room.free_bytes if room is not None else free_bytes
        written = words.written(counters) if counters is not None and under_way else ""
        small = written or (tr("{size} free").format(size=size(free)) if free else tr("until the disk is full"))
        self.disk.show_figure(words.left(left), small, "err" if left is not None and left < SHORT_S else "text")
        self.note_button.setEnabled(under_way)

    def _redraw(self) -> None:
        side = round(18 * theme.text_scale())
        self.note_button.setIcon(theme.icon("note"))
        self.note_button.setIconSize(QSize(side, side))
        self.setFixedHeight(round(92 * theme.text_scale()))


def _tape_line(standing: Standing) -> str:
    """What the tape itself says of the time, else how many frames came."""
    counters = standing.counters
    if standing.done is not None:
        return tr("{count} frames").format(count=words.whole(standing.done.frames))
    if counters is None:
        return ""
    if counters.timecode:
        return " · ".join(filter(None, (counters.timecode, counters.recorded_at)))
    return " · ".join(
        filter(None, (tr("{count} frames").format(count=words.whole(counters.frames)), words.drift(counters)))
    )


class Figure(QWidget):
    """A large figure with a small line under it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tint = "text"
        self.figure, self.line, self.name = QLabel("–"), QLabel(), QLabel(name.upper())
        self.name.setObjectName("Section")
        self.line.setObjectName("Muted")
        self.figure.setAccessibleName(name)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addStretch(1)
        for part in (self.name, self.figure, self.line):
            rows.addWidget(part)
        rows.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        theme.watch.changed.connect(self._redraw)
        self._redraw()

    @property
    def text(self) -> str:
        return self.figure.text()

    def show_figure(self, text: str, line: str, tint: str = "text") -> None:
        if tint != self._tint:
            self._tint = tint
            self._redraw()
        if text != self.figure.text():
            self.figure.setText(text)
        if line != self.line.text():
            self.line.setText(line)
        self._widen()

    def _widen(self) -> None:
        """Never narrower again: a row that jumps cannot be read."""
        wide = QFontMetrics(theme.font(26, bold=True)).horizontalAdvance(self.figure.text())
        small = QFontMetrics(theme.font(12)).horizontalAdvance(self.line.text())
        least = round(132 * theme.text_scale())
        self.setMinimumWidth(max(self.minimumWidth(), least, wide + 6, min(small + 6, round(300 * theme.text_scale()))))

    def _redraw(self) -> None:
        self.figure.setFont(theme.font(26, bold=True))
        self.figure.setStyleSheet(
            f"color: {theme.colour(self._tint).name()}; font-size: {round(26 * theme.text_scale())}px;"
        )
        self.setMinimumWidth(0)
        self._widen()
