"""The line at the bottom: what the picture took, what is kept, how the worker and the machine are."""

from __future__ import annotations

from importlib import metadata

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from editor.language import tr


class StatusBar(QStatusBar):
    """`begin` starts the machine's readings; before that nothing is imported for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.frame, self.cached, self.worker, self.machine = QLabel(), QLabel(), QLabel(), QLabel()
        self.worker.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self.frame, self.cached):
            self.addWidget(label)
        for label in (self.worker, self.machine):
            self.addPermanentWidget(label)
        self._timer = QTimer(self, interval=2000)
        self._timer.timeout.connect(self._read)

    def begin(self) -> None:
        import psutil

        self._machine = psutil
        psutil.cpu_percent()
        self._script = metadata.version("vapoursynth")
        self._timer.start()
        self._read()

    def end(self) -> None:
        self._timer.stop()

    def show_frame(self, frame: int, took_ms: float, *, stand_in: bool = False) -> None:
        text = tr("Frame {frame} in {ms} ms").format(frame=frame, ms=max(1, round(took_ms)))
        self.frame.setText(tr("{text}, quick look").format(text=text) if stand_in else text)

    def show_cached(self, nodes: int, of: int) -> None:
        self.cached.setText(tr("{count} of {total} nodes cached").format(count=nodes, total=of) if of else "")

    def show_worker(self, text: str) -> None:
        self.worker.setText(text)

    def _read(self) -> None:
        memory = self._machine.virtual_memory()
        used, total = (memory.total - memory.available) / 2**30, memory.total / 2**30
        text = tr("CPU {cpu} %   RAM {used} / {total} GB   VapourSynth R{version}")
        cpu = round(self._machine.cpu_percent())
        self.machine.setText(text.format(cpu=cpu, used=f"{used:.1f}", total=f"{total:.0f}", version=self._script))
