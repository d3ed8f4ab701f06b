"""The sound of the viewed node's tape as a waveform: heard through once, on a thread of its own."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from graphs.document import NodeId
from nodes.sound import SoundOp
from runtime.envelope import Envelope, EnvelopeError, envelope, kept
from runtime.ffmpeg import FfmpegError, find
from runtime.loudness import LoudnessError

if TYPE_CHECKING:
    from editor.engine.engine import Engine

MOST_GAIN = 8.0
_FULL = 32768.0


class Sound(QObject):
    """`envelope` of what is heard, `start_s` its beginning on the tape's clock; None while it is not known.

    Signals: changed(). `failure` says why there is no waveform.
    """

    changed = Signal()
    _heard = Signal(object, object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._op: SoundOp | None = None
        self._stop = threading.Event()
        self.envelope: Envelope | None = None
        self.start_s = 0.0
        self.failure = ""
        self._gain = 1.0
        self._heard.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def follow(self, source: NodeId | None) -> None:
        """Hear the sound that this tape has; None for none."""
        op, start_s = self._sound_of(source)
        self.start_s = start_s
        if op == self._op:
            return
        self._stop.set()
        self._stop = threading.Event()
        self._op, self.failure = op, ""
        self._show(kept(op) if op is not None else None)
        self.changed.emit()
        if op is not None and self.envelope is None:
            threading.Thread(target=self._hear, args=(op, self._stop), name="waveform", daemon=True).start()

    def _show(self, found: Envelope | None) -> None:
        self.envelope = found
        loudest = max(int(found.high.max()), -int(found.low.min())) if found is not None and len(found.high) else 0
        self._gain = min(MOST_GAIN, _FULL / loudest) if loudest else 1.0

    def _sound_of(self, source: NodeId | None) -> tuple[SoundOp | None, float]:
        compiled = self._engine.analysis.compiled
        for (node, _), sound in compiled.plan.sounds.items():
            if node == source:
                analysis = self._engine.analysis
                output = analysis.main_picture(node)
                clock = analysis.clock(*output) if output is not None else None
                return sound.op, float(clock.begins) if clock is not None else 0.0  # it counts from the first picture
        return None, 0.0

    @property
    def gain(self) -> float:
        """How much larger than life it is drawn: quiet tapes are to be seen too."""
        return self._gain

    def close(self) -> None:
        self._stop.set()

    def _hear(self, op: SoundOp, stop: threading.Event) -> None:
        """On a thread of its own."""
        outcome: Envelope | str
        try:
            outcome = envelope(op, find().path, stop=stop)
        except (EnvelopeError, LoudnessError, FfmpegError, OSError) as fault:
            outcome = str(fault)
        if not stop.is_set():
            with suppress(RuntimeError):  # the window has gone
                self._heard.emit(op, outcome)

    def _take(self, op: object, outcome: object) -> None:
        if op is not self._op:
            return
        if isinstance(outcome, Envelope):
            self._show(outcome)
        else:
            self.failure = str(outcome)
        self.changed.emit()
