"""The start page."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from editor import theme
from editor.desk.files import Files
from editor.language import tr
from editor.plain import tip
from editor.start import recent
from editor.start.card import Card
from editor.start.grid import Grid
from editor.start.since import since
from editor.start.words import preset_words
from graphs.library import preset_names

PICTURES = Path(__file__).parent / "pictures"


class StartPage(QScrollArea):
    """Signals: tape_wanted() choose a tape; capture_wanted() record one; chosen(Path) this file; preset_chosen(str);
    empty_wanted()."""

    tape_wanted = Signal()
    capture_wanted = Signal()
    chosen = Signal(object)
    preset_chosen = Signal(str)
    empty_wanted = Signal()
    open_wanted = Signal()

    def __init__(self, files: Files, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files = files
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        page.setObjectName("Body")
        across = QHBoxLayout(page)
        across.addStretch(1)
        column = QWidget()
        column.setMaximumWidth(1240)
        across.addWidget(column, 100)
        across.addStretch(1)
        rows = QVBoxLayout(column)
        rows.setContentsMargins(24, 34, 24, 24)
        rows.setSpacing(12)
        rows.addLayout(self._head())
        rows.addSpacing(18)
        self._recent_title = self._section(tr("Recent work"))
        rows.addWidget(self._recent_title)
        self.recent = Grid(rows=1)
        rows.addWidget(self.recent)
        rows.addSpacing(10)
        rows.addLayout(self._presets_head())
        self.presets = Grid()
        rows.addWidget(self.presets)
        self._none = QLabel(tr("No preset is called that. Clear the search to see all."))
        self._none.setObjectName("Muted")
        rows.addWidget(self._none)
        rows.addStretch(1)
        self.setWidget(page)
        theme.watch.changed.connect(self._redraw)
        self._redraw()
        self.refresh()

    # ---- the parts of the page

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        words = QVBoxLayout()
        title = QLabel(tr("Bring a tape back"))
        title.setObjectName("Huge")
        line = QLabel(tr("Drop a capture anywhere on this window. Tapeloom looks at it and lays out what it needs."))
        line.setObjectName("Lead")
        line.setWordWrap(True)
        words.addWidget(title)
        words.addWidget(line)
        row.addLayout(words, 1)
        self.open_button = QPushButton(tr("Open a graph…"))
        self.open_button.setObjectName("Large")
        self.open_button.clicked.connect(self.open_wanted)
        self.empty_button = QPushButton(tr("Empty graph"))
        self.empty_button.setObjectName("Large")
        self.empty_button.clicked.connect(self.empty_wanted)
        self.tape_button = QPushButton(tr("Restore a tape…"))
        self.tape_button.setObjectName("LargePrimary")
        self.tape_button.setDefault(True)
        self.tape_button.setAutoDefault(True)
        self.tape_button.clicked.connect(self.tape_wanted)
        self.capture_button = QPushButton(tr("Capture a tape…"))
        self.capture_button.setObjectName("Large")
        self.capture_button.clicked.connect(self.capture_wanted)
        row.addSpacing(20)
        for button in (self.empty_button, self.open_button, self.capture_button, self.tape_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
            row.addSpacing(4)
        return row

    def _presets_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self._section(tr("What kind of tape is it?")))
        row.addStretch(1)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search presets"))
        self.search.setAccessibleName(tr("Search presets"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(240)
        self.search.textChanged.connect(self._fill_presets)
        row.addWidget(self.search)
        return row

    def _section(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setObjectName("Heading")
        return label

    def _redraw(self) -> None:
        self.tape_button.setIcon(QIcon(theme.icon("tape", "on_accent")))
        self.tape_button.setIconSize(QSize(24, 24))
        self.search.setFixedWidth(round(240 * theme.text_scale()))

    # ---- what stands on it

    def refresh(self) -> None:
        """Look again at what was worked on lately."""
        cards = []
        for path in self._files.recent()[:6]:
            line = tr("{ago} · {folder}").format(ago=since(path.stat().st_mtime), folder=path.parent.name)
            card = Card(path.stem, line, recent.picture(path), icon="graph", lines=1)
            card.setToolTip(tip(str(path)))
            card.clicked.connect(partial(self.chosen.emit, path))
            cards.append(card)
        self.recent.fill(cards)
        self.recent.setVisible(bool(cards))
        self._recent_title.setVisible(bool(cards))
        self._fill_presets()

    def take_focus(self) -> None:
        self.tape_button.setFocus()

    def _fill_presets(self) -> None:
        known, here = preset_words(), preset_names()
        typed = self.search.text().casefold().split()
        cards = []
        for name in (*(one for one in known if one in here), *(one for one in here if one not in known)):
            words = known.get(name)
            title, line = (words.title, words.line) if words else (name, "")
            hay = f"{name} {title} {line} {words.found_by if words else ''}".casefold()
            if all(word in hay for word in typed):
                card = Card(title, line, QPixmap(str(PICTURES / f"{name}.jpg")))
                card.setObjectName(f"preset-{name}")
                card.clicked.connect(partial(self.preset_chosen.emit, name))
                cards.append(card)
        self.presets.fill(cards)
        self._none.setVisible(not cards)
