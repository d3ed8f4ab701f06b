"""Where everything of the capture stands: picture and meters over the scopes, settings beside them, the session's
timeline and the row with the red button below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from editor import theme
from editor.capture.againbox import AgainBox
from editor.capture.deck import Deck
from editor.capture.events import EventList
from editor.capture.form import Form
from editor.capture.meters import SoundMeters
from editor.capture.procamp import Knobs, ProcAmpBox
from editor.capture.scopes import LiveScopes
from editor.capture.screen import LiveScreen
from editor.capture.strip import Strip
from editor.capture.watching import Watching
from editor.language import tr
from editor.window.notices import Notices


class CaptureFrame(QWidget):
    """A window of its own with the parts in it; panel.py brings them to life."""

    def __init__(self, form: Form, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("CapturePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(tr("Capture"))
        self.form = form
        self.knobs = Knobs(self)
        self.procamp = ProcAmpBox(self.knobs)
        self.picture, self.scopes, self.meters = LiveScreen(), LiveScopes(), SoundMeters()
        self.strip, self.events, self.deck = Strip(), EventList(), Deck()
        self.again = AgainBox()
        self.notices = Notices()
        self.watching = Watching(self)
        self._lay_out()
        theme.watch.changed.connect(self._redraw)
        self._redraw()

    def _lay_out(self) -> None:
        upper = QWidget()
        across = QHBoxLayout(upper)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(6)
        across.addWidget(self.picture, 1)
        across.addWidget(self.meters)
        lower = QFrame()
        lower.setObjectName("Panel")
        inner = QVBoxLayout(lower)
        inner.setContentsMargins(8, 8, 8, 6)
        inner.addWidget(self.scopes)
        left = QSplitter(Qt.Orientation.Vertical)
        left.setHandleWidth(6)
        left.setChildrenCollapsible(False)
        left.addWidget(upper)
        left.addWidget(lower)
        left.setStretchFactor(0, 5)
        left.setStretchFactor(1, 3)
        left.setSizes([500, 260])
        split = self.split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(6)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self._column())
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(6, 6, 6, 6)
        rows.setSpacing(6)
        rows.addWidget(self.notices)
        rows.addWidget(split, 1)
        rows.addWidget(self._session())
        rows.addWidget(self.again)
        rows.addWidget(self.deck)
        scale = theme.text_scale()
        room = self.screen().availableGeometry()
        self.resize(min(round(1440 * scale), room.width() - 80), min(round(980 * scale), room.height() - 80))
        column = round(350 * scale)
        split.setSizes([self.width() - column, column])

    def _column(self) -> QWidget:
        """What can be set, scrolling where the window is low."""
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(12, 10, 12, 10)
        rows.setSpacing(4)
        rows.addWidget(self.form)
        rows.addSpacing(8)
        title = QLabel(tr("PICTURE, IN THE DEVICE"))
        title.setObjectName("Section")
        rows.addWidget(title)
        rows.addWidget(self.procamp)
        rows.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        frame = QFrame()
        frame.setObjectName("Panel")
        frame.setMinimumWidth(round(290 * theme.text_scale()))
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(1, 1, 1, 1)
        inner.addWidget(area)
        return frame

    def _session(self) -> QWidget:
        frame = self.session = QFrame()
        frame.setObjectName("Panel")
        rows = QVBoxLayout(frame)
        rows.setContentsMargins(8, 6, 8, 6)
        rows.setSpacing(2)
        rows.addWidget(self.strip)
        rows.addWidget(self.events)
        return frame

    def _redraw(self) -> None:
        back, edge = theme.colour("bg0").name(), theme.colour("line2").name()
        self.setStyleSheet(f"#CapturePanel {{ background: {back}; border: 1px solid {edge}; }}")
        self.events.setFixedHeight(round(80 * theme.text_scale()))
