"""The bar at the foot of the window: counter, transport buttons and the tape."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from editor import theme
from editor.desk.desk import Desk
from editor.desk.playhead import Playhead
from editor.engine.wishes import Trouble
from editor.language import tr
from editor.timeline.at_hand import common
from editor.timeline.counter import Counter
from editor.timeline.player import Player
from editor.timeline.rows import Mark
from editor.timeline.sound import Sound
from editor.timeline.strip import VIEW, Strip
from editor.timeline.timecode import Count
from editor.timeline.track import Track
from editor.timeline.transport import Transport
from graphs.document import NodeId
from nodes.clip import ClipInfo

if TYPE_CHECKING:
    from editor.engine.engine import Engine

_CACHE_MS = 250


class Timeline(QWidget):
    """Follows one node (`follow`): its film, its tape's sound, which of its frames are at hand.

    Signals: told(str) for the status bar: the rate while it plays, or what keeps it from playing.
    """

    told = Signal(str)

    def __init__(self, desk: Desk, engine: Engine, playhead: Playhead, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._engine, self._playhead = desk, engine, playhead
        self._node: NodeId | None = None
        self._beside: NodeId | None = None
        self.player = Player(engine, playhead, self)
        self.transport = Transport(engine, playhead, self.player, self)
        self._strip, self._sound = Strip(engine, self), Sound(engine, self)
        self.track = Track(playhead, self._strip, self._sound, self)
        self.counter = Counter(self)
        self._frames = QLabel(objectName="Muted")
        self._rate = ""
        self._buttons: list[tuple[QToolButton, str]] = []
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=_CACHE_MS)
        self._soon.timeout.connect(self._show_cached)
        self._wire()
        self._analysed()

    def _lay_out(self) -> None:
        figures = QVBoxLayout()
        figures.setSpacing(0)
        figures.addStretch()
        figures.addWidget(self.counter)
        self._frames.setContentsMargins(5, 0, 0, 0)
        figures.addWidget(self._frames)
        figures.addStretch()
        transport = self.transport
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.setSpacing(1)
        row.addLayout(figures)
        row.addSpacing(8)
        for icon, text, do in (
            ("play-start", tr("To the beginning (Home)"), transport.go_start),
            ("play-back", tr("One frame back (←)"), lambda: transport.step(-1)),
            ("play", tr("Play (Space)"), transport.toggle),
            ("play-forth", tr("One frame on (→)"), lambda: transport.step(1)),
            ("play-end", tr("To the end (End)"), transport.go_end),
            ("play-loop", tr("Play the marked span over and over"), transport.toggle_loop),
        ):
            button = QToolButton(self)
            button.setIconSize(QSize(16, 16))
            button.setToolTip(text)
            button.setAccessibleName(text.partition(" (")[0])
            button.setAutoRepeat(icon in ("play-back", "play-forth"))
            button.clicked.connect(lambda _=False, do=do: do())
            self._buttons.append((button, icon))
            row.addWidget(button)
        self.play_button, self.loop_button = self._buttons[2][0], self._buttons[5][0]
        self.loop_button.setCheckable(True)
        row.addSpacing(8)
        row.addWidget(self.track, 1)
        self.setMinimumHeight(84)

    def _wire(self) -> None:
        head = self._playhead
        head.moved.connect(self._moved)
        head.playing_changed.connect(self._playing_changed)
        head.loop_changed.connect(lambda: self.loop_button.setChecked(head.loop))
        self.counter.entered.connect(self._go)
        self.counter.finished.connect(self.track.setFocus)  # the arrows step from where one went
        self.player.told.connect(self._told)
        self.player.failed.connect(self._failed)
        self.track.menu_wanted.connect(self._menu)
        self._engine.analysed.connect(self._analysed)
        self._engine.pictured.connect(self._pictured)
        self._engine.costs_changed.connect(self._follow_strip)
        theme.watch.changed.connect(self._dress)
        self._dress()

    # ---- what is followed

    def follow(self, node: NodeId | None) -> None:
        """Show the film and the sound of this node; None: of the first tape there is."""
        self._node = node
        self._analysed()

    def set_beside(self, node: NodeId | None) -> None:
        """What is looked at beside it: a frame is at hand once that has it too."""
        if node != self._beside:
            self._beside = node
            self._show_cached()

    @property
    def sound(self) -> Sound:
        """The tape's sound, for the meters too."""
        return self._sound

    @property
    def output(self) -> tuple[NodeId, str] | None:
        """The output that is followed."""
        analysis = self._engine.analysis
        for node in (self._node, *analysis.compiled.resolved.order):
            output = analysis.main_picture(node) if node is not None else None
            if output is not None and analysis.clock(*output) is not None:
                return output
        return None

    def set_marks(self, marks: Sequence[tuple[Fraction, str, str]]) -> None:
        """Show what happened on the tape: (moment, kind, text); kind is err, warn, ok or accent."""
        self.track.marks = tuple(sorted((Mark(*mark) for mark in marks), key=lambda mark: mark.moment))
        self.transport.events = tuple(mark.moment for mark in self.track.marks)
        self.track.redraw()

    def _analysed(self) -> None:
        analysis, output = self._engine.analysis, self.output
        source = None
        count, shape = Count(), 4 / 3
        if output is not None:
            clock = analysis.clock(*output)
            assert clock is not None
            source = clock.stretches[0].source
            tape = analysis.main_picture(source)
            info = analysis.info(*(tape or output))
            if isinstance(info, ClipInfo):
                count = Count(info.fps)
            shown = analysis.info(*output)
            if isinstance(shown, ClipInfo) and shown.height:
                shape = float(shown.dar) / (2 if shown.separated else 1) if shown.sar > 0 else shape
        self.transport.count = count
        self.track.set_tape(analysis.length, count, shape)
        self._follow_strip()
        self._sound.follow(source)
        self._show_cached()
        self._moved()

    def _follow_strip(self) -> None:
        output = self.output
        if output is None:
            return
        self._strip.follow(*output)
        film = self._strip.node or output
        self.track.frame_of = lambda moment: self._engine.analysis.frame_at(*film, Fraction(moment))
        self.track.redraw()

    def _pictured(self, view: str, _outcome: object) -> None:
        if view != VIEW:
            self._strip.rest()
        if not self._soon.isActive():
            self._soon.start()

    def _show_cached(self) -> None:
        output = self.output
        clock = self._engine.analysis.clock(*output) if output is not None else None
        found: list[tuple[float, float]] = []
        if output is not None and clock is not None:
            frame_s = float(1 / clock.fps)
            here = clock.frame_at(self._playhead.moment)
            for first, end in self._engine.cached_frames(*output):
                if end - first == 1 and first != here and self._strip.node == output and self._strip.has(first):
                    continue  # that small one is the film's
                found.append((float(clock.moment_of(first)), float(clock.moment_of(end - 1)) + frame_s))
        beside = self._cached_beside()
        if beside is not None:
            found = common(found, beside)
        if found != self.track.cached:
            self.track.cached = found
            self.track.redraw()

    def _cached_beside(self) -> list[tuple[float, float]] | None:
        """From when to when, in seconds, there is a picture of what is looked at beside it; None: nothing is."""
        analysis = self._engine.analysis
        output = analysis.main_picture(self._beside) if self._beside is not None else None
        clock = analysis.clock(*output) if output is not None else None
        if output is None or clock is None:
            return None
        frame_s = float(1 / clock.fps)
        ranges = self._engine.cached_frames(*output)
        return [(float(clock.moment_of(first)), float(clock.moment_of(end - 1)) + frame_s) for first, end in ranges]

    # ---- where we are

    def _moved(self) -> None:
        count = self.transport.count
        frame = count.frame_at(self._playhead.moment)
        self.counter.tell(count, frame)
        total = max(0, round(self._engine.analysis.length * count.fps))
        half = "½" if count.moment_of(frame) < self._playhead.moment else ""  # 50p of 25i: between two of its frames
        text = self._rate or tr("frame {frame} / {total}").format(frame=f"{frame}{half}", total=total)
        if text != self._frames.text():
            self._frames.setText(text)

    def _go(self, frame: int) -> None:
        count, last = self.transport.count, self.transport.last
        self.transport.go_frame(frame)
        if count.moment_of(frame) > last:  # 3:05 is minutes and seconds
            self.told.emit(tr("The tape ends at {code}").format(code=count.code(count.frame_at(last))))

    def _playing_changed(self) -> None:
        self._strip.paused = bool(self._playhead.speed)
        if not self._strip.paused:
            self._strip.rest()
            self.track.redraw()
        self._dress()

    def _told(self, text: str) -> None:
        self._rate = text if self._playhead.speed else ""
        self._moved()
        self.told.emit(text)

    def _failed(self, trouble: object) -> None:
        if isinstance(trouble, Trouble):
            self.told.emit(tr("Stopped: {reason}").format(reason=trouble.message))

    def _menu(self, moment: object, at: QPoint) -> None:
        assert isinstance(moment, Fraction)
        menu, transport = QMenu(self), self.transport
        for text, do in (
            (tr("Begin the span here"), lambda: transport.mark_in(moment)),
            (tr("End the span here"), lambda: transport.mark_out(moment)),
            (tr("Clear both marks"), transport.clear),
            (tr("Show the whole tape"), self.track.show_all),
        ):
            menu.addAction(text).triggered.connect(lambda _=False, do=do: do())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _dress(self) -> None:
        for button, icon in self._buttons:
            shown = "pause" if icon == "play" and self._playhead.speed else icon
            button.setIcon(theme.icon(shown))

    def close_views(self) -> None:
        """Want nothing more from the engine, and listen to nothing."""
        self.player.close()
        self._strip.close()
        self._sound.close()
