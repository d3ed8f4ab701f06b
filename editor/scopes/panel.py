"""The scopes' panel: what A or B shows, measured. Asks for values only while it is seen."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from editor.desk.playhead import Playhead
from editor.engine.wishes import Trouble
from editor.language import tr
from editor.scopes.meters import Heard, Meters
from editor.scopes.screens import HistogramScreen, VectorScreen, WaveformScreen
from editor.scopes.traces import beyond, frame_of
from graphs.document import NodeId
from runtime.readings import Samples

if TYPE_CHECKING:
    from editor.engine.engine import Engine

SOON_MS = 25
POINTS = (480, 288)
SCREENS = ("waveform", "vectors", "histogram", "sound")


class Bank(QWidget):
    """One node's waveform, vectorscope and histogram."""

    def __init__(self, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.letter = letter
        self.node: NodeId | None = None
        self.waveform, self.vectors, self.histogram = WaveformScreen(), VectorScreen(), HistogramScreen()
        self.note = QLabel()
        self.note.setObjectName("Muted")
        split = QSplitter()
        split.setHandleWidth(6)
        for screen, width in ((self.waveform, 360), (self.vectors, 200), (self.histogram, 260)):
            screen.setMinimumWidth(120)
            split.addWidget(screen)
            split.setStretchFactor(split.count() - 1, width)
        split.setSizes([360, 200, 260])
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        rows.addWidget(split, 1)
        rows.addWidget(self.note)

    def take(self, outcome: Samples | Trouble) -> None:
        """Draw what has come; trouble is told by the viewer, here it only clears."""
        if isinstance(outcome, Trouble):
            self.clear()
            return
        frame = frame_of(outcome)
        for screen in (self.waveform, self.vectors, self.histogram):
            if screen.isVisible():
                screen.show_frame(frame)
        self.vectors.set_standard("ntsc" if outcome.height in (480, 486, 240, 243) else "pal")
        below, above = beyond(frame)
        bits = tr("float") if outcome.is_float else tr("{bits} bit").format(bits=outcome.bits)
        scale = tr("full range") if frame.full_range else tr("limited range")
        parts = [f"{self.letter} · {bits} · {scale}"]
        if below > 0.0005:
            parts.append(tr("{percent} % below black").format(percent=f"{below * 100:.1f}"))
        if above > 0.0005:
            parts.append(tr("{percent} % above white").format(percent=f"{above * 100:.1f}"))
        self.note.setText("   ".join(parts))

    def clear(self) -> None:
        for screen in (self.waveform, self.vectors, self.histogram):
            screen.show_frame(None)
        self.note.setText("")


class Scopes(QWidget):
    """Waveform, vectorscope and histogram of A, B or both, and the sound's meters."""

    def __init__(self, engine: Engine, playhead: Playhead, sound: Heard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine, self._playhead = engine, playhead
        self.banks = {letter: Bank(letter) for letter in "AB"}
        self.meters = Meters(playhead, sound)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._ask)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 4, 8, 6)
        rows.setSpacing(4)
        rows.addLayout(self._head())
        grid = QGridLayout()
        grid.setSpacing(6)
        grid.addWidget(self.banks["A"], 0, 0)
        grid.addWidget(self.banks["B"], 1, 0)
        grid.addWidget(self.meters, 0, 1, 2, 1)
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(1, 1)
        rows.addLayout(grid, 1)
        playhead.moved.connect(self._later)
        engine.analysed.connect(lambda _: self._later())
        self._choose()

    def set_nodes(self, a: NodeId | None, b: NodeId | None) -> None:
        """What the viewer shows in A and B."""
        for letter, node in (("A", a), ("B", b)):
            if self.banks[letter].node != node:
                self.banks[letter].node = node
                if node is None:
                    self.banks[letter].clear()
        self._choose()

    def show_kind(self, kind: str) -> None:
        """Of the waveform: luma, parade or yc."""
        self._kind.setCurrentIndex(self._kind.findData(kind))

    def toggle(self, screen: str, on: bool) -> None:
        """Show or hide the waveform, vectors, histogram or sound."""
        self._toggles[screen].setChecked(on)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self._toggles: dict[str, QToolButton] = {}
        words = (tr("Waveform"), tr("Vectorscope"), tr("Histogram"), tr("Sound"))
        for name, text in zip(SCREENS, words, strict=True):
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setChecked(True)
            button.toggled.connect(self._choose)
            self._toggles[name] = button
            row.addWidget(button)
        row.addStretch()
        self._kind = QComboBox()
        self._kind.setAccessibleName(tr("Kind of waveform"))
        for kind, text in (("luma", tr("Luma")), ("parade", tr("RGB parade")), ("yc", tr("Y and colour"))):
            self._kind.addItem(text, kind)
        self._kind.currentIndexChanged.connect(self._choose)
        row.addWidget(self._kind)
        self._which = QComboBox()
        self._which.setAccessibleName(tr("What the scopes show"))
        for which, text in (("auto", tr("What is shown")), ("A", tr("A")), ("B", tr("B")), ("AB", tr("A and B"))):
            self._which.addItem(text, which)
        self._which.currentIndexChanged.connect(self._choose)
        row.addWidget(self._which)
        return row

    def _letters(self) -> str:
        chosen = str(self._which.currentData())
        if chosen == "auto":
            chosen = "B" if self.banks["B"].node is not None else "A"
        return chosen

    def _choose(self) -> None:
        on = {name: button.isChecked() for name, button in self._toggles.items()}
        letters = self._letters()
        for letter, bank in self.banks.items():
            bank.setVisible(letter in letters and (on["waveform"] or on["vectors"] or on["histogram"]))
            bank.waveform.setVisible(on["waveform"])
            bank.vectors.setVisible(on["vectors"])
            bank.histogram.setVisible(on["histogram"])
            bank.waveform.set_kind(str(self._kind.currentData()))
        self.meters.setVisible(on["sound"])
        self._later()

    def _later(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def showEvent(self, _: object) -> None:
        self._later()

    def _ask(self) -> None:
        """In the background: the picture itself comes first."""
        for letter in self._letters():
            bank = self.banks[letter]
            place = self._engine.analysis.main_picture(bank.node) if bank.node is not None else None
            if place is None:
                bank.clear()
                continue
            moment: Fraction = self._playhead.moment
            self._engine.samples(
                f"scope:{letter}", *place, moment, bank.take, max_width=POINTS[0], max_height=POINTS[1], background=True
            )
