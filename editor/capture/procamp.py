"""The device's own brightness, contrast, saturation and hue. Greyed, with the reason, where it has none of them."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QSpinBox, QToolButton, QVBoxLayout, QWidget

from capture.devices.found import Device, Driver, FfmpegInput
from capture.procamp.controls import NAMES, Control, Hindrance, Name, ProcAmp, ProcAmpError, hindrance
from editor import theme
from editor.language import tr

SETTLE_MS = 40


def words(name: Name) -> str:
    return {
        "brightness": tr("Brightness"),
        "contrast": tr("Contrast"),
        "saturation": tr("Saturation"),
        "hue": tr("Hue"),
    }[name]


def reason(which: Hindrance) -> str:
    """Why nothing can be turned here, and what to do instead."""
    return {
        "": "",
        "dv": tr("DV is copied as the camera made it: there is nothing to set. The graph's colour nodes can."),
        "digital": tr("The signal is digital already: set it where it is made."),
        "deck": tr("A test deck has no controls; a real device's are shown here."),
        "dshow": tr("DirectShow drivers keep these in a dialogue of their own: open it before the capture."),
        "avfoundation": tr("macOS does not hand on these controls."),
        "decklink": tr("Blackmagic's own program sets these: Blackmagic Desktop Video Setup."),
        "firewire": tr("DV is copied as the camera made it: there is nothing to set. The graph's colour nodes can."),
    }[which]


@dataclass(frozen=True)
class _Answer:
    turn: int
    state: ProcAmp | None = None
    value: tuple[Name, int] | None = None


class Knobs(QObject):
    """Asks and turns, off the window's thread. Signals: answered(ProcAmp); turned(str, int) what it is now."""

    answered = Signal(object)
    turned = Signal(str, int)
    _come = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._turn = 0
        self._node = ""
        self._waiting: dict[Name, int] = {}
        self._newest: dict[Name, int] = {}
        self._one = threading.Lock()
        self._soon = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._soon.timeout.connect(self._send)
        self._come.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def ask(self, device: Device | None) -> None:
        """What this device lets one set."""
        self._turn += 1
        self._waiting.clear()
        self._node = ""
        if device is None:
            self.answered.emit(ProcAmp())
            return
        known = hindrance(device)
        if known or device.driver is not Driver.V4L2 or not isinstance(device.source, FfmpegInput):
            self.answered.emit(ProcAmp(why=reason(known) or tr("This device has no such controls.")))
            return
        self._node = device.source.url
        self._do(self._asked, self._turn, self._node)

    def set(self, name: Name, value: int) -> None:
        """Newest wins: a slider sends more than a driver takes."""
        self._waiting[name] = value
        if not self._soon.isActive():
            self._soon.start()

    def _send(self) -> None:
        values, self._waiting = self._waiting, {}
        self._newest.update(values)
        for name, value in values.items():
            self._do(self._set, self._turn, self._node, name, value)

    def _do(self, call: object, *args: object) -> None:
        threading.Thread(target=call, args=args, name="proc amp", daemon=True).start()  # type: ignore[arg-type]

    # ---- on a thread

    def _asked(self, turn: int, node: str) -> None:
        from capture.procamp import v4l2

        try:
            state = v4l2.read(node)
            if state.why:
                state = ProcAmp(why=tr("This device has no such controls."))
        except ProcAmpError as fault:
            state = ProcAmp(why=str(fault))
        with suppress(RuntimeError):
            self._come.emit(_Answer(turn, state=state))

    def _set(self, turn: int, node: str, name: Name, value: int) -> None:
        from capture.procamp import v4l2

        try:
            with self._one:
                if self._newest.get(name) != value or turn != self._turn:  # overtaken while a slow driver was asked
                    return
                answer = _Answer(turn, value=(name, v4l2.turn(node, name, value)))
        except ProcAmpError as fault:
            answer = _Answer(turn, state=ProcAmp(why=str(fault)))
        with suppress(RuntimeError):
            self._come.emit(answer)

    def _take(self, answer: object) -> None:
        if not isinstance(answer, _Answer) or answer.turn != self._turn:
            return
        if answer.state is not None:
            self.answered.emit(answer.state)
        elif answer.value is not None:
            self.turned.emit(*answer.value)


class ProcAmpBox(QWidget):
    """Four sliders with their figures, and one button that sets all as the driver comes."""

    def __init__(self, knobs: Knobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._knobs = knobs
        self._state = ProcAmp()
        self._showing = False
        self.why = QLabel()
        self.why.setObjectName("Muted")
        self.why.setWordWrap(True)
        self.sliders: dict[Name, QSlider] = {}
        self.figures: dict[Name, QSpinBox] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setColumnStretch(1, 1)
        self.labels = []
        for row, name in enumerate(NAMES):
            label, slider, figure = QLabel(words(name)), QSlider(Qt.Orientation.Horizontal), QSpinBox()
            label.setBuddy(figure)
            slider.setAccessibleName(words(name))
            figure.setAccessibleName(words(name))
            figure.lineEdit().setTextMargins(6, 0, 0, 0)
            slider.valueChanged.connect(lambda value, name=name: self._moved(name, value))
            figure.valueChanged.connect(lambda value, name=name: self._moved(name, value))
            self.labels.append(label)
            self.sliders[name], self.figures[name] = slider, figure
            for column, part in enumerate((label, slider, figure)):
                grid.addWidget(part, row, column)
        self.reset_button = QToolButton()
        self.reset_button.setText(tr("As the driver comes"))
        self.reset_button.setIconSize(QSize(16, 16))
        self.reset_button.clicked.connect(self._reset)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(self.why)
        rows.addLayout(grid)
        rows.addWidget(self.reset_button, 0, Qt.AlignmentFlag.AlignLeft)
        knobs.answered.connect(self._answered)
        knobs.turned.connect(self._turned)
        theme.watch.changed.connect(self._redraw)
        self._redraw()
        self._answered(ProcAmp(why=tr("Choose a device first")))

    def _answered(self, state: object) -> None:
        assert isinstance(state, ProcAmp)
        self._state = state
        self.why.setText(state.why)
        self.why.setVisible(bool(state.why))
        self.reset_button.setVisible(bool(state.controls))
        for name in NAMES:
            self._show(name, state.control(name))

    def _show(self, name: Name, control: Control | None) -> None:
        self._showing = True
        for part in (self.sliders[name], self.figures[name]):
            part.setEnabled(control is not None and not control.held)
            if control is not None:
                part.setRange(control.least, control.most)
                part.setSingleStep(control.step)
                part.setValue(control.value)
        if control is None:
            self.sliders[name].setRange(0, 100)
            self.sliders[name].setValue(50)
            self.figures[name].setRange(0, 0)
            self.figures[name].setSpecialValueText("–")
        else:
            self.figures[name].setSpecialValueText("")
        self.labels[NAMES.index(name)].setEnabled(control is not None)
        self._showing = False

    def _moved(self, name: Name, value: int) -> None:
        control = self._state.control(name)
        if self._showing or control is None:
            return
        near = control.nearest(value)
        self._turned(name, near)
        self._knobs.set(name, near)

    def _turned(self, name: str, value: int) -> None:
        self._showing = True
        if name in NAMES:
            self.sliders[name].setValue(value)
            self.figures[name].setValue(value)
        self._showing = False

    def _reset(self) -> None:
        for control in self._state.controls:
            if not control.held:
                self._moved(control.name, control.usual)

    def _redraw(self) -> None:
        self.reset_button.setIcon(theme.icon("reset"))
        for figure in self.figures.values():
            figure.setFixedWidth(round(64 * theme.text_scale()))
