"""The button that shows the tape through the open graph, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QToolButton

from editor.capture.branching import Branching, Restored, Wanted
from editor.capture.screen import LiveScreen
from editor.language import tr
from editor.window.notices import Notices


class Through(QObject):
    """`branch` says what the open graph has to show; the window sets it. Signal: changed() `behind` is another."""

    changed = Signal()

    def __init__(
        self, button: QToolButton, picture: LiveScreen, notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.branch: Callable[[], Wanted | None] = lambda: None
        self.behind = ""
        """What is said of the picture while it comes through the graph; empty while it does not."""
        self._button, self._picture, self._notices = button, picture, notices
        self._ring = ""
        self._branching = Branching(self)
        self._branching.shown.connect(self._show)
        self._branching.told.connect(self._give_up)
        button.toggled.connect(lambda _: self.look(self._ring))

    def look(self, ring: str) -> None:
        """Follow these live frames, where that is wished for and the graph has something to show."""
        self._ring = ring
        button, wanted = self._button, self.branch()
        button.setEnabled(wanted is not None)
        if wanted is None:
            button.setToolTip(tr("Shows the tape as the open graph restores it. Open one with a Tape capture first, "
                                 "such as the preset Capture, PAL."))  # fmt: skip
        else:
            button.setToolTip(tr("Shows the tape as the open graph restores it, at “{node}”").format(node=wanted.title))
        self._branching.follow(wanted if button.isChecked() else None, ring)
        self._say("")

    def close(self) -> None:
        self._branching.close()

    def _show(self, restored: object) -> None:
        assert isinstance(restored, Restored)
        wanted = self.branch()
        self._picture.show_image(restored.image, restored.shape)
        title = wanted.title if wanted is not None else ""
        self._say(tr("{node}, {count} frames behind").format(node=title, count=restored.behind))

    def _give_up(self, text: str) -> None:
        self._button.setChecked(False)
        self._notices.show_notice("branch", text, kind="warn")

    def _say(self, text: str) -> None:
        if text != self.behind:
            self.behind = text
            self.changed.emit()
