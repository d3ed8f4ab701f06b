"""The window in which tape is recorded. It stays open beside the work; closing it ends no recording."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from capture.session.messages import Happened
from editor.capture import choosing, saying, words
from editor.capture.again import PlayAgain
from editor.capture.asking import asked_for, default_folder, taken_names
from editor.capture.choosing import Wish
from editor.capture.finding import Finding, is_deck
from editor.capture.form import Form
from editor.capture.frame import CaptureFrame
from editor.capture.mending import Mending
from editor.capture.naming import free_name
from editor.capture.room import Room
from editor.capture.standing import LOSSES
from editor.capture.taping import Taping
from editor.capture.through import Through
from editor.capture.watching import Manner, Seen
from editor.desk.asking import Asker
from editor.language import tr
from editor.settings import Settings

KEPT = "capture"
"""The setting under which the wish is kept."""
ALARMS = ("disk", "changed")
"""What else is told in red over the picture."""


class CapturePanel(CaptureFrame):
    """Signals: open_wanted(Done) the recording, as a tape to restore; render_wanted(Done) that and a render of it;
    report_wanted(Path); folder_wanted(Path); test_decks_shown(bool)."""

    open_wanted = Signal(object)
    render_wanted = Signal(object)
    report_wanted = Signal(object)
    folder_wanted = Signal(object)
    test_decks_shown = Signal(bool)

    def __init__(
        self, taping: Taping, finding: Finding, settings: Settings, asker: Asker, parent: QWidget | None = None
    ) -> None:
        wish = Wish.recalled(settings.get(KEPT))
        folder = wish.folder or default_folder()
        name = free_name(tr("Tape 1"), taken_names(folder))
        super().__init__(Form(replace(wish, folder=folder, name=name)), parent)
        self._taping, self._finding, self._settings, self._asker = taping, finding, settings, asker
        self.room = Room(self)
        self.through = Through(self.scopes.graph_button, self.picture, self.notices, self)
        self._mending = Mending(taping, self.notices, self)
        self.play_again = PlayAgain(self.again, taping, self.notices, asker, parent=self)
        self._chosen = False
        self._listen()
        self._show()

    def _listen(self) -> None:
        form, taping = self.form, self._taping
        form.device_chosen.connect(self._device)
        form.source_chosen.connect(self._preview)
        form.changed.connect(self._keep)
        form.look_again.connect(self._finding.look)
        form.folder_wanted.connect(self._choose_folder)
        form.try_wanted.connect(self.try_deck)
        self._finding.changed.connect(self._found)
        self._finding.looking.connect(lambda _: self._found())
        taping.changed.connect(self._show)
        taping.turned.connect(self._turned)
        taping.happened.connect(self._happened)
        taping.ended.connect(self._ended)
        self.room.changed.connect(self._show)
        self.watching.seen.connect(self._seen)
        self.watching.gone.connect(self._no_picture)
        self.deck.record.connect(self.record)
        self.deck.stop.connect(self.stop)
        self.deck.losses.connect(self.events.narrow)
        self.deck.note.connect(self.note)
        self.strip.chosen.connect(self._event_chosen)
        self.meters.quieten.connect(taping.quieten)
        self.scopes.mark_button.toggled.connect(self._manner)
        self.scopes.fields_button.toggled.connect(self._manner)
        self.through.changed.connect(self._badge)
        self.play_again.open_wanted.connect(self.open_wanted)
        self.play_again.folder_wanted.connect(self.folder_wanted)

    # ---- what the user does

    def take_over(self, wish: Wish) -> None:
        """Set up what a node of the graph asks for."""
        wish = replace(wish, device=choosing.device_called(self._finding.found, wish.device))
        other = wish.device != self.form.wish.device
        name = free_name(wish.name, taken_names(wish.folder)) if wish.name.strip() else self.form.wish.name
        self.form.show_wish(replace(wish, name=name))
        if other and self._finding.found.device(wish.device) is not None:
            self._device()
        elif other:
            self._chosen = False  # it is shown as soon as it is found

    def record_or_stop(self) -> None:
        """The key does as the button."""
        self.deck.button.press()

    def record(self) -> None:
        """Record, or wait armed for the first picture."""
        wish = self.form.wish
        if self.form.fault:
            self.notices.show_notice("fault", self.form.fault, kind="warn")
            return
        name = free_name(wish.name, taken_names(wish.folder))
        if name != wish.name:  # never over another tape
            wish = replace(wish, name=name)
            self.form.show_wish(wish)
        try:
            Path(wish.folder).expanduser().mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            text = tr("{folder} cannot be made ({why}). Choose another folder")
            self.notices.show_notice(
                "fault", text.format(folder=wish.folder, why=fault.strerror or fault), kind="error"
            )
            return
        asked = asked_for(self._finding.found, wish)
        if asked is None:
            return
        for key in ("fault", "ended", "left", "again"):
            self.notices.close_notice(key)
        self._keep()
        if wish.begin == "picture" and self._taping.standing.state != "armed":
            self._taping.arm(asked)
        else:
            self._taping.record(asked)

    def stop(self) -> None:
        self._taping.finish(tr("the user pressed stop"))

    def note(self) -> None:
        if self._taping.standing.state in ("recording", "paused"):
            text = self._asker.name(tr("Note"), tr("What is to be noted at this place of the tape?"), "")
            if text:
                self._taping.note(text)

    def try_deck(self) -> None:
        """Show the test decks and take the first."""
        self._finding.show_test_decks(True)
        self.test_decks_shown.emit(True)
        decks = [one for one in self._finding.found.devices if is_deck(one)]
        if decks:
            self.form.choose_device(str(decks[0].id))

    def _choose_folder(self) -> None:
        at = Path(self.form.wish.folder or default_folder())
        path = self._asker.folder(tr("Where recordings go"), at if at.is_dir() else at.parent)
        if path is not None:
            self.form.show_wish(replace(self.form.wish, folder=str(path)))
            self._keep()
            self._show()

    def _event_chosen(self, number: int) -> None:
        self.deck.counter.setChecked(False)
        self.events.choose(number)

    # ---- what comes of it

    def _found(self) -> None:
        finding = self._finding
        self.form.wish = replace(self.form.wish, device=choosing.device_called(finding.found, self.form.wish.device))
        self.form.show_found(finding.found, test_decks=finding.test_decks, busy=finding.busy)
        if self._taping.recording:
            self.form.lock(True)
        if finding.busy:
            return
        if not self._chosen and not self._taping.at_work:
            first = choosing.first_choice(finding.found, self.form.wish, test_decks=finding.test_decks)
            if first:
                self._chosen = True
                if first == self.form.wish.device:
                    self._device()
                else:
                    self.form.choose_device(first)
        self._show()

    def _device(self) -> None:
        self._chosen = True
        device = self._finding.found.device(self.form.wish.device)
        self.knobs.ask(device)
        if device is not None:
            self._finding.ask(device)
        self._preview()

    def _preview(self) -> None:
        """Show what the device gives; nothing is written."""
        self._keep()
        if self._taping.recording or not self.isVisible():
            return
        asked = asked_for(self._finding.found, self.form.wish)
        if asked is not None:
            self._taping.preview(asked)
        elif self._taping.at_work:
            self._taping.finish(tr("no device is chosen"))
        self._show()

    def _turned(self, state: str) -> None:
        self.form.lock(state in ("recording", "paused", "finishing"))

    def _happened(self, event: object) -> None:
        assert isinstance(event, Happened)
        if self._taping.recording and (event.kind in LOSSES or (event.kind in ALARMS and event.frame)):
            self.picture.warn(f"{words.moment(event.t_s)}   {words.happened(event)}")
        elif event.kind == "started":
            self.picture.warn("")

    def _ended(self) -> None:
        """The tape is whole, or has failed: what can be done with it now."""
        standing = self._taping.standing
        done, failed = standing.done, standing.failed
        self.picture.warn("")
        if done is None:
            if failed is not None:
                self.notices.show_notice("ended", failed.text, kind="error")
            return
        files = [Path(one) for one in done.files]
        choices = []
        if files:
            choices.append((tr("Open in the graph"), lambda: self.open_wanted.emit(done)))
            choices.append((tr("Render it…"), lambda: self.render_wanted.emit(done)))
            choices.append((tr("Show the folder"), lambda: self.folder_wanted.emit(files[0].parent)))
        if done.report:
            report = Path(done.report)
            choices.insert(2, (tr("Report"), lambda: self.report_wanted.emit(report)))
        kind = "error" if done.fault else "warn" if standing.trouble else "info"
        self.notices.show_notice("ended", words.over(standing), choices, kind=kind)
        self.play_again.look(standing)
        wish = self.form.wish
        self.form.show_wish(replace(wish, name=free_name(wish.name, taken_names(wish.folder))))
        if self.isVisible():
            self._preview()

    # ---- what is shown

    def _badge(self) -> None:
        """The words over the picture."""
        standing, found = self._taping.standing, self._finding.found
        here = found.device(self.form.wish.device) is not None
        text = saying.instead(standing, chosen=here, looking=self._finding.busy)
        red = standing.state == "recording"
        self.picture.say(
            text, alarm=saying.alarm(standing), badges=saying.badges(standing, self.through.behind), red=red
        )

    def _show(self) -> None:
        standing = self._taping.standing
        room = self.room
        self.deck.show_standing(standing, fault=self.form.fault, forecast_s=room.left_s, free_bytes=room.free_bytes)
        self.strip.show_events(standing.events, standing.elapsed_s, recording=standing.state == "recording")
        self.events.show_events(standing.events)
        self.meters.show_levels(standing.heard)
        self._badge()
        live = standing.live.ring if standing.live is not None and self.isVisible() else ""
        if live != self.watching.path:
            self.watching.watch(live)
            self.look_at_graph()
        if standing.refused:
            self.notices.show_notice("refused", standing.refused, kind="warn")

    def _seen(self, seen: object) -> None:
        assert isinstance(seen, Seen)
        if not self.through.behind:
            self.picture.show_picture(seen)
        self.scopes.show_seen(seen)

    def _no_picture(self) -> None:
        if self._taping.standing.state == "paused":
            return  # the last one stays, under the words
        self.picture.clear()
        self.scopes.clear()

    def look_at_graph(self) -> None:
        """Another graph may be open, or another node be asked for."""
        self.through.look(self.watching.path)

    def _manner(self) -> None:
        self.watching.manner = Manner(
            marked=self.scopes.mark_button.isChecked(), both_fields=self.scopes.fields_button.isChecked()
        )

    def _keep(self) -> None:
        self._settings.set(KEPT, self.form.wish.kept())
        self.room.watch(asked_for(self._finding.found, self.form.wish))
        self._show()

    # ---- the window

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._finding.begin()
        if not self._taping.recording:
            self._mending.look(Path(self.form.wish.folder).expanduser())
        if self._chosen and not self._taping.at_work:
            self._preview()
        self._keep()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.room.watch(None)
            self.watching.watch("")
            if self._taping.standing.state == "preview":
                self._taping.finish("the panel was closed")

    def closeEvent(self, event: QCloseEvent) -> None:
        """It goes; a recording does not: the line at the bottom of the main window shows it."""
        super().closeEvent(event)

    def end(self) -> None:
        """Before the program ends."""
        self.play_again.close()
        self.through.close()
        self.watching.close()
        self._finding.close()
