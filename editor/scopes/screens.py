"""The screens of the scopes: pyqtgraph pictures of counts, with the lines an engineer looks for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from editor import theme
from editor.language import tr
from editor.scopes.shades import glow
from editor.scopes.traces import Counts, Frame, histogram, targets, vectors, waveform

RGB = ((255, 96, 96), (92, 220, 110), (96, 150, 255))
GREEN, AMBER, BLUE = (66, 211, 122), (242, 184, 75), (88, 166, 255)
REACH = 0.62
SKIN_DEGREES = 123.0
"""The +I axis of NTSC, on which skin of every people lies."""


class Screen(QWidget):
    """A plot without buttons. `show_frame` draws a frame's values; None clears."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = pg.PlotWidget(self)
        self.plot.setAccessibleName(name)
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.getPlotItem().setContentsMargins(2, 4, 4, 2)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.plot)
        self._lines: list[tuple[Any, str]] = []
        theme.watch.changed.connect(self.dress)

    def dress(self) -> None:
        """Take on the theme's colours."""
        self.plot.setBackground(theme.colour("screen"))
        for side in ("left", "bottom", "right", "top"):
            axis = self.plot.getAxis(side)
            axis.setPen(QColor(255, 255, 255, 28))
            axis.setTextPen(QColor("#8a94a5"))
            axis.setStyle(tickFont=_font(), tickLength=-3)

    def show_frame(self, frame: Frame | None) -> None:
        raise NotImplementedError


def _font() -> QFont:
    return theme.font(10)


class WaveformScreen(Screen):
    """Levels by column. `kind`: luma, parade (R, G, B beside each other) or yc (Y, then Cb and Cr)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Waveform"), parent)
        self.kind = "luma"
        self._frame: Frame | None = None
        self._images = [pg.ImageItem(axisOrder="row-major") for _ in range(3)]
        for image in self._images:
            self.plot.addItem(image)
        self._legal = [
            pg.InfiniteLine(angle=0, pen=pg.mkPen("#f0b03f", width=1, style=Qt.PenStyle.DashLine)) for _ in range(2)
        ]
        for line in self._legal:
            self.plot.addItem(line)
        self.plot.setYRange(-3, 258, padding=0)
        self.plot.setXRange(0, 1, padding=0)
        self.plot.getAxis("bottom").setStyle(showValues=False)
        self.plot.getAxis("left").setWidth(30)
        self._rule(full=False)
        self.dress()

    def set_kind(self, kind: str) -> None:
        self.kind = kind
        self.show_frame(self._frame)

    def show_frame(self, frame: Frame | None) -> None:
        self._frame = frame
        if frame is None:
            for image in self._images:
                image.clear()
            return
        self._rule(full=frame.full_range or self.kind == "parade")
        traces = self._traces(frame)
        for image, (counts, colour), place in zip(self._images, traces, _thirds(self.kind), strict=False):
            image.setImage(glow(counts, colour), levels=(0, 255))
            image.setRect(QRectF(place[0], 0, place[1], 256))
        for number, image in enumerate(self._images):
            image.setVisible(number < len(traces))

    def _traces(self, frame: Frame) -> list[tuple[Counts, tuple[int, int, int]]]:
        if self.kind == "parade":
            return [(waveform(plane), colour) for plane, colour in zip(frame.rgb(), RGB, strict=True)]
        if self.kind == "luma" or frame.family == "gray":
            return [(waveform(frame.luma), GREEN)]
        pb, pr = frame.chroma() or (frame.luma, frame.luma)
        swing = 255 if frame.full_range else 224
        chroma = [(waveform(one * swing + 128), colour) for one, colour in ((pb, BLUE), (pr, RGB[0]))]
        return [(waveform(frame.luma), GREEN), *chroma]

    def _rule(self, *, full: bool) -> None:
        low, high = (0, 255) if full else (16, 235)
        for line, at in zip(self._legal, (low, high), strict=True):
            line.setPos(at)
        ticks = [(at, str(at)) for at in ((0, 64, 128, 192, 255) if full else (16, 64, 128, 192, 235))]
        self.plot.getAxis("left").setTicks([ticks])


def _thirds(kind: str) -> list[tuple[float, float]]:
    return [(0.0, 1.0)] if kind == "luma" else [(0.005, 0.32), (0.34, 0.32), (0.675, 0.32)]


class VectorScreen(Screen):
    """Colours as vectors, with the targets of bars (75 %), the skin line, and I and Q for NTSC."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Vectorscope"), parent)
        self._image = pg.ImageItem(axisOrder="row-major")
        self.plot.setAspectLocked(True)
        self.plot.setXRange(-REACH, REACH, padding=0)
        self.plot.setYRange(-REACH, REACH, padding=0)
        self.plot.hideAxis("left")
        self.plot.hideAxis("bottom")
        self._iq: list[Any] = []
        self._graticule()
        self.plot.addItem(self._image)
        self.dress()

    def set_standard(self, standard: str) -> None:
        """`pal` or `ntsc`: the latter has lines for −I and Q."""
        for item in self._iq:
            item.setVisible(standard == "ntsc")

    def show_frame(self, frame: Frame | None) -> None:
        counts = vectors(frame, reach=REACH) if frame is not None else None
        if counts is None:
            self._image.clear()
            return
        self._image.setImage(glow(counts, (190, 214, 255), 0.12), levels=(0, 255))
        self._image.setRect(QRectF(-REACH, -REACH, 2 * REACH, 2 * REACH))

    def _graticule(self) -> None:
        thin = pg.mkPen(QColor(255, 255, 255, 34), width=1)
        turn = np.linspace(0, 2 * np.pi, 181)
        for radius in (0.15, 0.3, 0.45, 0.6):
            self.plot.plot(radius * np.cos(turn), radius * np.sin(turn), pen=thin)
        for across, along in (((-0.6, 0.6), (0.0, 0.0)), ((0.0, 0.0), (-0.6, 0.6))):
            self.plot.plot(across, along, pen=thin)
        self._ray(SKIN_DEGREES, pg.mkPen("#e8b48a", width=1.4))
        for degrees in (SKIN_DEGREES + 180, 33.0):
            self._iq.append(self._ray(degrees, pg.mkPen(QColor(255, 255, 255, 70), style=Qt.PenStyle.DotLine)))
        self.set_standard("pal")
        for name, u, v in targets():
            box = 0.035
            colour = {"R": "#ff5d5d", "Mg": "#e05de0", "B": "#5d8dff", "Cy": "#4fd0d0", "G": "#4fc36a", "Yl": "#e0cc4f"}
            x = [u - box, u + box, u + box, u - box, u - box]
            y = [v - box, v - box, v + box, v + box, v - box]
            self.plot.plot(x, y, pen=pg.mkPen(colour[name], width=1.4))
            text = pg.TextItem(name, color=colour[name], anchor=(0.5, 0.5))
            text.setFont(_font())
            text.setPos(u * 1.22, v * 1.22)
            self.plot.addItem(text)

    def _ray(self, degrees: float, pen: Any) -> Any:
        turn = np.radians(degrees)
        return self.plot.plot([0, 0.6 * np.cos(turn)], [0, 0.6 * np.sin(turn)], pen=pen)


class HistogramScreen(Screen):
    """How much of the picture has each level: R, G, B over the luma."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Histogram"), parent)
        self._luma = self.plot.plot(pen=pg.mkPen("#9aa4b5"), fillLevel=0, brush=QColor(154, 164, 181, 60))
        self._rgb = [
            self.plot.plot(pen=pg.mkPen(colour, width=1.3), fillLevel=0, brush=QColor(*colour, 40)) for colour in RGB
        ]
        self._legal = [pg.InfiniteLine(pen=pg.mkPen("#f0b03f", style=Qt.PenStyle.DashLine)) for _ in range(2)]
        for line in self._legal:
            self.plot.addItem(line)
        self.plot.setXRange(0, 255, padding=0.01)
        self.plot.hideAxis("left")
        self.plot.getAxis("bottom").setTicks([[(at, str(at)) for at in (0, 64, 128, 192, 255)]])
        self.dress()

    def show_frame(self, frame: Frame | None) -> None:
        curves = [self._luma, *self._rgb]
        if frame is None:
            for curve in curves:
                curve.setData([], [])
            return
        low, high = (0, 255) if frame.full_range else (16, 235)
        self._legal[0].setPos(low)
        self._legal[1].setPos(high)
        counted = [histogram(frame.luma), *(histogram(self._codes(plane, frame)) for plane in frame.rgb())]
        top = max(1.0, max(float(np.sort(counts)[-4]) for counts in counted))
        for curve, counts in zip(curves, counted, strict=True):
            curve.setData(np.arange(256), np.minimum(np.sqrt(counts / top), 1.02))
        self.plot.setYRange(0, 1.04, padding=0)

    @staticmethod
    def _codes(plane: Any, frame: Frame) -> Any:
        """R, G, B on the same scale as the luma beside them."""
        return plane if frame.full_range else plane * (219 / 255) + 16
