"""Waveform, vectorscope and histogram of the live signal: what the proc amp is set by. Drawn by editor/scopes."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from editor import theme
from editor.capture.watching import Seen
from editor.language import tr
from editor.renders.words import figure
from editor.scopes.screens import HistogramScreen, VectorScreen, WaveformScreen

TOLD_SHARE = 0.0005
BAD_SHARE = 0.01
"""Of the picture beyond the legal range: from here on it is worth turning a knob."""


class LiveScopes(QWidget):
    """`show_seen` draws what came with a live picture. `mark_button`: whether the picture itself is to be striped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.waveform, self.vectors, self.histogram = WaveformScreen(), VectorScreen(), HistogramScreen()
        self.said = QLabel()
        self.said.setObjectName("Muted")
        self.mark_button = QToolButton()
        self.mark_button.setText(tr("Mark in the picture"))
        self.mark_button.setCheckable(True)
        self.mark_button.setToolTip(tr("Stripes over what is brighter than white (red) or darker than black (blue)"))
        self.fields_button = QToolButton()
        self.fields_button.setText(tr("Both fields"))
        self.fields_button.setCheckable(True)
        self.fields_button.setToolTip(tr("All lines of the picture; movement combs. Without it: one field, smoothly."))
        self.graph_button = QToolButton()
        self.graph_button.setText(tr("Through the graph"))
        self.graph_button.setCheckable(True)
        split = QSplitter()
        split.setHandleWidth(6)
        for screen, wide in ((self.waveform, 380), (self.vectors, 200), (self.histogram, 260)):
            screen.setMinimumSize(110, 80)
            split.addWidget(screen)
            split.setStretchFactor(split.count() - 1, wide)
        split.setSizes([380, 200, 260])
        foot = QHBoxLayout()
        foot.addWidget(self.said, 1)
        foot.addWidget(self.graph_button)
        foot.addWidget(self.fields_button)
        foot.addWidget(self.mark_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(split, 1)
        rows.addLayout(foot)
        theme.watch.changed.connect(self._redraw)

    def show_seen(self, seen: Seen) -> None:
        if seen.frame is None:
            return
        for screen in (self.waveform, self.vectors, self.histogram):
            if screen.isVisible():
                screen.show_frame(seen.frame)
        self.vectors.set_standard("ntsc" if seen.size[1] in (480, 486) else "pal")
        text, tint = excursion_line(seen.below, seen.above)
        self.said.setText(text)
        self.said.setObjectName(tint)
        self._redraw()

    def clear(self) -> None:
        for screen in (self.waveform, self.vectors, self.histogram):
            screen.show_frame(None)
        self.said.setText("")

    def _redraw(self) -> None:
        self.said.style().unpolish(self.said)
        self.said.style().polish(self.said)


def excursion_line(below: float, above: float) -> tuple[str, str]:
    """What to say of luma beyond 16 … 235, and the style it is said in."""
    parts = []
    if above > TOLD_SHARE:
        parts.append(tr("▲ {percent} % above white").format(percent=figure(above * 100, 1)))
    if below > TOLD_SHARE:
        parts.append(tr("▼ {percent} % below black").format(percent=figure(below * 100, 1)))
    if not parts:
        return tr("The luma stays between black and white"), "Good"
    return "   ".join(parts), "Error" if max(below, above) > BAD_SHARE else "Warning"
