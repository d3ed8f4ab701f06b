"""Puts the capture into the window: its commands, its panel, the line that shows a recording, what becomes of it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QProgressDialog, QToolButton

from capture.session.messages import Done
from editor import theme
from editor.capture import words
from editor.capture.branching import Wanted
from editor.capture.finding import Finding
from editor.capture.taken import CAPTURE, as_take, graph_of, take_of, tape_name, wish_of
from editor.capture.taping import PATIENCE_S, Taping
from editor.language import tr
from editor.window.left_tape import Fate, LeftTape
from editor.window.live_branch import live_branch
from graphs.document import NodeId
from runtime.takes import SetError

if TYPE_CHECKING:
    from editor.capture.panel import CapturePanel
    from editor.window.window import Window

DECKS = "test decks"
"""The setting that shows them."""


class CaptureParts(QObject):
    """`taping` is the session; the panel is made when it is asked for, and outlived by the recording."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.taping, self.finding = Taping(parent=self), Finding(parent=self)
        self.finding.test_decks = bool(window.settings.get(DECKS, default=False))
        self.panel: CapturePanel | None = None
        self._node: NodeId | None = None
        self._render_next = False
        self._at_work = QToolButton()
        self._at_work.setToolTip(tr("Show the capture"))
        self._at_work.clicked.connect(lambda _=False: self.show_panel())
        self._at_work.hide()
        window.status.addPermanentWidget(self._at_work)
        self._register()
        window.start.capture_wanted.connect(lambda: self.show_panel())
        self.left = LeftTape(window)
        self.left.open_wanted.connect(self._open_left)
        self.left.mend_wanted.connect(lambda: self.show_panel())
        self.taping.turned.connect(self._turned)
        self.taping.changed.connect(self._news)
        self.taping.ended.connect(self._ended)

    def _register(self) -> None:
        add = self._window.actions_.add
        add("file.capture", tr("&Capture a tape…"), lambda: self.show_panel(), shortcut="Ctrl+Shift+T", icon="tape",
            group="new", words=(tr("record digitise deck vcr camcorder firewire dv grabber"),))  # fmt: skip
        self._record = add("capture.record", tr("Record or stop"), self._record_or_stop, shortcut="Ctrl+Shift+R",
            group="file capture", enabled=lambda: self.panel is not None)  # fmt: skip
        self._note = add("capture.note", tr("Note at this place of the tape…"), self._make_note,
            shortcut="Ctrl+Shift+M", group="file capture", enabled=lambda: self.taping.recording)  # fmt: skip
        self._decks = add("capture.decks", tr("Show test decks"), self._show_decks, group="file capture",
            checkable=True, words=(tr("try demo without hardware"),))  # fmt: skip
        self._decks.setChecked(self.finding.test_decks)

    # ---- the panel

    def show_panel(self, node: NodeId | None = None) -> None:
        """The panel; for a capture node, with what that asks for, and its take is set when the tape has ended."""
        if self.panel is None:
            from editor.capture.panel import CapturePanel

            self.panel = CapturePanel(self.taping, self.finding, self._window.settings, self._window.asker)
            self.panel.through.branch = self._branch
            self.panel.setWindowIcon(self._window.windowIcon())
            self.panel.addActions([self._record, self._note])
            self.panel.open_wanted.connect(self._open)
            self.panel.render_wanted.connect(self._render)
            self.panel.report_wanted.connect(_show_file)
            self.panel.folder_wanted.connect(_show_file)
            self.panel.test_decks_shown.connect(self._decks_shown)
            self._window.actions_.refresh()
        if not self.taping.recording:
            self._node = node
            doc = self._window.desk.graph.nodes.get(node) if node is not None else None
            if doc is not None:
                self.panel.take_over(wish_of(doc.params, self.panel.form.wish))
        self.panel.show()
        self.panel.look_at_graph()
        self.panel.raise_()
        self.panel.activateWindow()

    def added(self, type_id: str) -> None:
        """A node was put on the canvas by hand: a tape that is to be captured opens the panel."""
        if type_id == CAPTURE:
            QTimer.singleShot(0, self, self._for_newest)

    def _for_newest(self) -> None:
        current = self._window.desk.current
        doc = self._window.desk.graph.nodes.get(current) if current is not None else None
        if doc is not None and doc.type == CAPTURE:
            self.show_panel(current)

    def _record_or_stop(self) -> None:
        if self.panel is not None:
            self.panel.record_or_stop()

    def _make_note(self) -> None:
        if self.panel is not None:
            self.panel.note()

    def _show_decks(self) -> None:
        self._window.settings.set(DECKS, self._decks.isChecked())
        self.finding.show_test_decks(self._decks.isChecked())

    def _decks_shown(self, on: bool) -> None:
        self._decks.setChecked(on)
        self._window.settings.set(DECKS, on)

    # ---- what becomes of a tape

    def _turned(self, state: str) -> None:
        """So that the next window knows, should this one crash."""
        asked = self.taping.asked
        if state == "recording" and asked is not None:
            self.left.recording(asked.folder, asked.name)
        elif state in ("done", "failed"):
            self.left.recording("", "")

    def _open_left(self, found: object) -> None:
        assert isinstance(found, Fate)
        self._node = None
        files = tuple(str(one) for one in found.files)
        self._open(Done("", files, (), "", "", "", 0, 0))

    def _open(self, done: object) -> None:
        """The recording in the graph: in the capture node that asked for it, else as any tape."""
        assert isinstance(done, Done)
        self._take_in(done)
        self._to_front()

    def _render(self, done: object) -> None:
        """That, and the question what is to be rendered of it."""
        assert isinstance(done, Done)
        if self._take_in(done):
            self._ask_to_render()
        else:
            self._render_next = True
        self._to_front()

    def _to_front(self) -> None:
        self._window.raise_()
        self._window.activateWindow()

    def _take_in(self, done: Done) -> bool:
        """Whether it is in the graph now; a file that is looked at first comes a little later."""
        window = self._window
        try:
            take, number = take_of(done)
        except SetError as fault:
            window.notices.show_notice("captured", str(fault), kind="error")
            return False
        if self._into_node(take, number):
            return True
        if len(done.files) == 1:
            window.intake.finished.connect(self._opened, Qt.ConnectionType.SingleShotConnection)
            window.intake.take(take, as_tape=True)
            return False
        asked = self.taping.asked
        ntsc = asked is not None and asked.source.frame_rate.startswith("30000")
        graph = graph_of(take, number, ntsc=ntsc)
        return graph is not None and window.files.guarded(
            lambda: window.files.show(graph, None, tape_name(done), saved=False)
        )

    def _opened(self, _: str, good: bool) -> None:
        if good and self._render_next:
            self._ask_to_render()
        self._render_next = False

    def _ask_to_render(self) -> None:
        """As soon as the graph has been compiled with its tape."""
        parts = self._window.parts
        if parts is None:
            return
        if parts.engine.analysis.graph is self._window.desk.graph:
            QTimer.singleShot(0, self, self._window.actions_.get("render.start").trigger)
            return
        parts.engine.analysed.connect(lambda _: self._ask_to_render(), Qt.ConnectionType.SingleShotConnection)

    def _into_node(self, take: Path, number: int) -> bool:
        """Put the recording into the capture node, as one step to undo; False: there is none."""
        desk = self._window.desk
        doc = desk.graph.nodes.get(self._node) if self._node is not None else None
        if doc is None or doc.type != CAPTURE or self._window.on_start_page:
            return False
        if doc.params.get("take") != str(take):
            desk.do(as_take(doc.id, take, number), tr("Take the recording in"))
            desk.settle()
        desk.select([doc.id], doc.id)
        return True

    def _ended(self) -> None:
        standing = self.taping.standing
        done = standing.done
        if done is not None and done.files and self._node is not None:
            with suppress(SetError):  # it is told when the user opens it
                self._into_node(*take_of(done))
        if self.panel is not None and self.panel.isVisible():
            return  # it tells
        if done is not None:
            kind = "error" if done.fault else "warn" if standing.trouble else "info"
            text = words.over(standing)
            self._window.notices.show_notice("captured", text, [(tr("Show"), self.show_panel)], kind=kind)
        elif standing.failed is not None:
            text = standing.failed.text
            self._window.notices.show_notice("captured", text, [(tr("Show"), self.show_panel)], kind="error")

    def _branch(self) -> Wanted | None:
        return live_branch(self._window, self._node)

    # ---- news

    def _news(self) -> None:
        """The line at the bottom says that a tape is recorded, also while the panel is closed."""
        standing = self.taping.standing
        self._at_work.setVisible(standing.recording or standing.state == "armed")
        if self._at_work.isHidden():
            return
        text = words.state(standing.state)
        if standing.state != "armed":
            lost = tr("{count} lost").format(count=standing.lost)
            text = f"{text} {words.time(standing.elapsed_s)} · {lost}"
        if text != self._at_work.text():
            self._at_work.setText(text)
            tint = "err" if standing.trouble or standing.state == "paused" else "ok"
            self._at_work.setStyleSheet(f"color: {theme.colour(tint).name()}; font-weight: 600;")

    # ---- the end

    def may_close(self) -> bool:
        """A tape that is being recorded is not cut off without a word; then its file is made whole first."""
        if not self.taping.recording:
            return True
        if self.taping.standing.state != "finishing":
            standing = self.taping.standing
            text = tr(
                "Closing the window ends the recording, {time} so far. Its file is made whole first; nothing of it is "
                "lost, but the rest of the tape is not recorded."
            )
            asked = text.format(time=words.time(standing.elapsed_s))
            if not self._window.asker.sure(tr("A tape is being recorded"), asked, tr("End the recording")):
                return False
            if self.panel is not None:
                self.panel.hide()  # it would show the next tape
            self.taping.finish(tr("the window was closed"))
        self._wait()
        return True

    def _wait(self) -> None:
        """Show how far it is, for as long as it takes or the user likes: the recorder ends its work without us too."""
        shown = QProgressDialog(
            tr("The recording is made whole. If you do not wait, that goes on without this window."),
            tr("Do not wait"), 0, 100, self._window,
        )  # fmt: skip
        shown.setWindowTitle(tr("Capture"))
        shown.setMinimumDuration(300)
        shown.setWindowModality(Qt.WindowModality.WindowModal)
        shown.setAutoClose(False)
        shown.setAutoReset(False)

        def news() -> None:
            at = self.taping.standing.finishing
            if at is not None:
                shown.setValue(min(99, round(at.share * 100)))
            if not self.taping.recording:
                shown.accept()

        self.taping.changed.connect(news)
        news()
        if self.taping.recording:
            shown.exec()
        self.taping.changed.disconnect(news)
        shown.deleteLater()

    def close(self) -> None:
        if self.panel is not None:
            self.panel.end()
            self.panel.close()
            self.panel.deleteLater()
            self.panel = None
        self.finding.close()
        self.taping.close(tr("the window was closed"), wait_s=2 if self.taping.recording else PATIENCE_S)


def _show_file(path: object) -> None:
    assert isinstance(path, Path)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
