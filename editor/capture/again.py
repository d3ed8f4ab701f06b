"""After a DV recording in which frames are damaged or missing: offers to play these places once more, and to merge the
recording with another one of the same tape. Recordings that follow are looked at too: a second pass is known by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from capture.session.messages import Done
from editor.capture import words
from editor.capture.againbox import AgainBox
from editor.capture.errand import Errand
from editor.capture.naming import free_name
from editor.capture.passes import Offer, Recorded, of_sets, same_tape
from editor.capture.standing import Standing
from editor.capture.taken import tape_name
from editor.capture.taping import Taping
from editor.capture.winding import Winding
from editor.desk.asking import Asker
from editor.language import tr
from editor.window.notices import Notices

DV = "*.dv *.dif *.avi *.mov *.mkv"
MOST_SEEN = 8
"""Recordings of this session that are remembered as passes."""


class PlayAgain(QObject):
    """Signals: open_wanted(Done) a merged recording, as the take; folder_wanted(Path)."""

    open_wanted = Signal(object)
    folder_wanted = Signal(object)

    def __init__(
        self, box: AgainBox, taping: Taping, notices: Notices, asker: Asker, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._box, self._taping, self._notices, self._asker = box, taping, notices, asker
        self.recorded: Recorded | None = None
        self._seen: list[Recorded] = []
        self._errands: list[Errand] = []
        self._merging: Errand | None = None
        box.wind.connect(self._wind)
        box.merge.connect(self._ask_which)
        box.cancel.connect(self._cancel)
        box.closed.connect(self._put_away)
        self.winding_by(Winding(parent=self))

    def winding_by(self, winding: Winding) -> None:
        """What reaches the deck."""
        self._winding = winding
        winding.known.connect(self._box.show_winding)
        winding.went.connect(self._went)

    def look(self, standing: Standing) -> None:
        """A recording is whole: if it is DV, and something may be wrong in it, or it may be a further pass, it is read
        through beside the window."""
        done, asked = standing.done, self._taping.asked
        if done is None or not done.files:
            return
        dv = asked is not None and asked.source.dv
        if not dv and not all(one.lower().endswith(".dv") for one in done.files):
            return
        wrong = standing.trouble or standing.counters is None or standing.counters.errors
        if wrong or any(one.kind in ("errors", "timecode") for one in standing.events) or self.recorded is not None:
            self._read(tape_name(done), tuple(Path(one) for one in done.files))

    def _read(self, name: str, files: tuple[Path, ...]) -> None:
        errand = Errand(["dv", "--json", *map(str, files)], self)

        def ended(answer: object, fault: str) -> None:
            self._errands.remove(errand)
            if fault:
                text = tr("“{name}” could not be looked through for damage: {why}")
                self._notices.show_notice("again", text.format(name=name, why=fault), kind="warn")
            else:
                told: list[Any] = answer if isinstance(answer, list) else [answer]
                self._take(Recorded(name, files, tuple(told)))

        errand.ended.connect(ended)
        self._errands.append(errand)
        errand.start()

    def _take(self, one: Recorded) -> None:
        """A further pass of what is on show is kept for merging; anything else takes its place, if it has damage."""
        shown = self.recorded
        self._seen = [*self._seen, one][-MOST_SEEN:]
        if shown is not None and same_tape(shown, one):
            text = tr("“{name}” is of the same tape as “{other}”. Merged, each mends the other.")
            choices = [(tr("Merge"), partial(self._merge, one.files))]
            self._notices.show_notice("again", text.format(name=one.name, other=shown.name), choices)
        elif one.places:
            self._show(one)

    def _show(self, one: Recorded) -> None:
        self.recorded = one
        self._box.show_winding(None)
        self._box.show_places(one.name, one.places)
        asked = self._taping.asked
        self._winding.ask(asked.source if asked is not None else None)

    def _put_away(self) -> None:
        self._cancel()
        self.recorded = None
        self._box.hide()

    # ---- winding

    def _wind(self, timecode: str) -> None:
        if self._taping.recording:
            self._notices.show_notice("again", tr("First end the recording that runs."), kind="warn")
        else:
            self._winding.wind(timecode)

    def _went(self, timecode: str, fault: str) -> None:
        if fault:
            self._notices.show_notice("again", fault, kind="error")
        else:
            text = tr("The deck winds to {timecode}. Then record: what comes is known as a further pass of this tape.")
            self._notices.show_notice("again", text.format(timecode=timecode))

    # ---- merging

    def offers(self) -> Sequence[Offer]:
        """The other passes of this tape that are known, those of this session first."""
        shown = self.recorded
        if shown is None:
            return ()
        ours = [Offer(one.name, one.files) for one in self._seen if one is not shown and same_tape(shown, one)]
        known = {file.absolute() for one in (*ours, Offer("", shown.files)) for file in one.files}
        return [*ours, *(one for one in of_sets(shown.files) if not known & set(one.files))]

    def _ask_which(self) -> None:
        offers = list(self.offers())
        if not offers:
            self._choose()
            return
        rows: list[tuple[str, Callable[[], object]]] = []
        if len(offers) > 1:
            files = tuple(file for one in offers for file in one.files)
            rows.append((tr("All other passes of this tape"), partial(self._merge, files)))
        rows += [(one.name, partial(self._merge, one.files)) for one in offers]
        rows.append((tr("Other files…"), self._choose))
        self._box.ask_which(rows)

    def _choose(self) -> None:
        if self.recorded is not None:
            title, kinds = tr("Other recordings of this tape"), tr("DV ({endings})").format(endings=DV)
            chosen = self._asker.files(title, self.recorded.files[0].parent, kinds)
            if chosen:
                self._merge(chosen)

    def _merge(self, others: Sequence[Path]) -> None:
        shown = self.recorded
        if shown is None or self._merging is not None:
            return
        folder = shown.files[0].parent
        try:
            taken = [one.name for one in folder.iterdir()]
        except OSError as fault:
            self._fault(tr("{folder} cannot be read ({why}).").format(folder=folder, why=fault.strerror or fault))
            return
        name = free_name(tr("{name} merged").format(name=shown.name), taken)
        out = folder / f"{name}.dv"
        files = [*shown.files, *others]
        errand = self._merging = Errand(
            ["merge", *map(str, files), "-o", str(out), "--json", "--progress", "json"], self
        )
        errand.told.connect(lambda what, share: self._progress(len(files), what, share))
        errand.ended.connect(lambda answer, fault: self._merged(shown, out, answer, fault))
        self._out, self._count, self._reading, self._last = out, len(files), 0, ""
        self._notices.close_notice("again")
        self._progress(len(files), "", 0.0)
        errand.start()

    def _progress(self, count: int, what: str, share: float) -> None:
        """Each pass is read once, then all of them are written."""
        if what.startswith("reading ") or not what:
            self._reading += what != self._last
            text = tr("Reading pass {number} of {count}…").format(number=max(1, self._reading), count=count)
            whole = (max(1, self._reading) - 1 + share) / (2 * count)
        else:
            text, whole = tr("Writing the best of each…"), 0.5 + share / 2
        self._last = what
        self._box.show_work(text, min(1.0, whole))

    def _merged(self, shown: Recorded, out: Path, answer: object, fault: str) -> None:
        self._merging = None
        self._box.show_work("", 0)
        if not isinstance(answer, Mapping):
            swept(out, self._count)
            self._fault(tr("The recordings could not be merged: {why}").format(why=fault or "?"))
            return
        done = Done(
            "", (str(out),), (), "", "", "", answer["result"]["frames"], answer["result"]["counts"].get("missing", 0)
        )
        choices = [
            (tr("Open in the graph"), lambda: self.open_wanted.emit(done)),
            (tr("Show the folder"), lambda: self.folder_wanted.emit(out.parent)),
        ]
        made = Recorded(out.stem, (out,), (answer["result"],))
        text = said(out.name, answer, len(shown.files))
        self._notices.show_notice("again", text, choices, kind="warn" if made.places else "info")
        if self.recorded is not shown:
            return
        self._seen.append(made)
        if made.places:
            self._show(made)
        else:
            self._put_away()

    def _cancel(self) -> None:
        errand, self._merging = self._merging, None
        if errand is not None:
            errand.cancel()
            swept(self._out, self._count)
            self._box.show_work("", 0)

    def _fault(self, text: str) -> None:
        self._notices.show_notice("again", text, kind="error")

    def close(self) -> None:
        """Nothing goes on without its window."""
        self._cancel()
        for errand in self._errands:
            errand.cancel()


def said(name: str, answer: Mapping[str, Any], files: int) -> str:
    """What came of it, in one line. `files`: so many of the passes are the recording that was to be mended."""
    result, ours = answer["result"], answer["passes"][:files]
    before, now = sum(one["damaged"] for one in ours), result["errors"]["frames"]
    came, missing = result["frames"] - sum(one["frames"] for one in ours), result["counts"].get("missing", 0)
    figures = {"before": words.whole(before), "now": words.whole(now)}
    parts = []
    if before or now:
        all_, one = tr("all {before} damaged frames are mended"), tr("the damaged frame is mended")
        text = tr("damaged frames: {before} before, {now} now") if now else one if before == 1 else all_
        parts.append(text.format(**figures))
    if came > 0:
        one, more = tr("1 frame came in from another pass"), tr("{count} frames came in from other passes")
        parts.append(one if came == 1 else more.format(count=words.whole(came)))
    if missing:
        parts.append(tr("{count} missing still").format(count=words.whole(missing)))
    if answer["frames_that_differ"]:
        text = tr("{count} frames are good in several passes and not the same: is it the same tape?")
        parts.append(text.format(count=words.whole(answer["frames_that_differ"])))
    return f"{name}: {'; '.join(parts) or tr('nothing had to be mended')}."


def swept(out: Path, passes: int) -> None:
    """What a merge that was ended leaves beside its file."""
    for name in (f"{out.name}.part", *(f"{out.name}.pass{number + 1}.part" for number in range(passes))):
        try:
            out.with_name(name).unlink(missing_ok=True)
        except OSError:
            continue  # somebody looks at it; the next merge writes over it
