"""What of a DV tape is damaged or missing, and what can be done: wind there and play it again, or lay another recording
of the tape over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from capture.dv.again import Again
from editor import theme
from editor.capture import words
from editor.language import tr

ROWS = 4


class AgainBox(QFrame):
    """Signals: wind(timecode); merge() is to be chosen what with; cancel() what runs; closed(). `offers` fills the menu
    when it is opened."""

    wind = Signal(str)
    merge = Signal()
    cancel = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Panel")
        self.places: tuple[Again, ...] = ()
        self._why = ""
        self._busy = False
        self.title = QLabel()
        self.title.setObjectName("Heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(tr("Places to play once more"))
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemSelectionChanged.connect(self._enable)
        self.list.itemActivated.connect(lambda *_: self._wind())
        self.wind_button = QPushButton(tr("Wind there"))
        self.wind_button.clicked.connect(self._wind)
        self.merge_button = QPushButton(tr("Merge with another recording of this tape…"))
        self.merge_button.clicked.connect(self.merge)
        self.why = _line()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(120)
        self.doing = _line()
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.clicked.connect(self.cancel)
        self.cross = QToolButton()
        self.cross.setIcon(theme.icon("close"))
        self.cross.setToolTip(tr("Put this away"))
        self.cross.setAccessibleName(tr("Put this away"))
        self.cross.clicked.connect(self.closed)
        self._lay_out()
        theme.watch.changed.connect(self._redraw)
        self.hide()

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 6, 8, 8)
        rows.setSpacing(4)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.cross)
        rows.addLayout(top)
        across = QHBoxLayout()
        across.setSpacing(12)
        across.addWidget(self.list, 1, Qt.AlignmentFlag.AlignTop)
        side = QVBoxLayout()
        side.setSpacing(4)
        for parts in ((self.wind_button, self.merge_button), (self.why,), (self.bar, self.doing, self.cancel_button)):
            line = QHBoxLayout()
            line.setSpacing(8)
            for part in parts:
                line.addWidget(part, int(part in (self.merge_button, self.why, self.doing)))
            side.addLayout(line)
        side.addStretch(1)
        across.addLayout(side, 1)
        rows.addLayout(across)

    def show_places(self, name: str, places: Sequence[Again]) -> None:
        """Of this recording; the first one is chosen."""
        self.places = tuple(places)
        one, more = (
            tr("“{name}”: one place is worth playing once more"),
            tr("“{name}”: {count} places are worth playing once more"),
        )
        self.title.setText((one if len(places) == 1 else more).format(name=name, count=len(places)))
        self.list.clear()
        for place in places:
            item = QTreeWidgetItem([tr("{first} to {last}").format(first=place.first, last=place.last), lacks(place)])
            self.list.addTopLevelItem(item)
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)
        self._redraw()
        self.show_work("", 0)
        self.show()

    @property
    def chosen(self) -> Again | None:
        row = self.list.indexOfTopLevelItem(self.list.currentItem()) if self.list.currentItem() is not None else -1
        return self.places[row] if 0 <= row < len(self.places) else None

    def show_winding(self, why: str | None) -> None:
        """Why the deck cannot be wound; empty: it can; None: that is being asked."""
        self._why = tr("Asking for the deck…") if why is None else why
        self._enable()

    def show_work(self, doing: str, share: float) -> None:
        """What runs, and how far it is; empty: nothing runs."""
        self._busy = bool(doing)
        for part in (self.bar, self.doing, self.cancel_button):
            part.setVisible(self._busy)
        self.bar.setValue(round(share * 1000))
        self.doing.setText(doing)
        self._enable()

    def ask_which(self, offers: Sequence[tuple[str, Callable[[], object]]]) -> None:
        """Under the button: what it can be merged with."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, do in offers:
            menu.addAction(text).triggered.connect(lambda _=False, do=do: do())
        self.menu = menu
        menu.popup(self.merge_button.mapToGlobal(self.merge_button.rect().topLeft()))

    def _enable(self) -> None:
        self.wind_button.setEnabled(not self._why and self.chosen is not None)
        self.wind_button.setToolTip(
            self._why or tr("The deck winds to where this place begins, some seconds before it.")
        )
        self.why.setText(self._why)
        self.why.setVisible(bool(self._why))
        self.merge_button.setEnabled(not self._busy)

    def _wind(self) -> None:
        if self.chosen is not None and self.wind_button.isEnabled():
            self.wind.emit(self.chosen.first)

    def _redraw(self) -> None:
        self.cross.setIcon(theme.icon("close"))
        row = max(self.list.sizeHintForRow(0), round(22 * theme.text_scale()))
        self.list.setFixedHeight(row * max(2, min(ROWS, len(self.places))) + 6)


def lacks(place: Again) -> str:
    """`3 frames damaged, 7 missing`."""
    made = []
    if place.damaged:
        one, more = tr("1 frame damaged"), tr("{count} frames damaged")
        made.append(one if place.damaged == 1 else more.format(count=words.whole(place.damaged)))
    if place.missing:
        one, more = tr("1 frame missing"), tr("{count} frames missing")
        made.append(one if place.missing == 1 else more.format(count=words.whole(place.missing)))
    return ", ".join(made)


def _line() -> QLabel:
    made = QLabel()
    made.setObjectName("Muted")
    made.setWordWrap(True)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made
