"""A model: one of those on the shelf that fit, or a file. One that is missing is shown so, and can be fetched here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from editor import theme
from editor.desk.paths import by_path
from editor.forms.asks import Absent, Models
from editor.forms.controls.control import Control
from editor.forms.controls.presence import presence
from editor.forms.subject import MIXED
from editor.language import tr
from editor.plain import tip
from nodes.params import Param


class ModelBox(Control):
    """Signal: relinked(str old, str new): the user showed where a lost file is now; comes in place of `edited`."""

    relinked = Signal(str, str)

    def __init__(self, param: Param, models: Models, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self._models = models
        self._value: object = param.default
        self._lost = False
        self.button = QToolButton()
        self.button.setObjectName("Preset")
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the text
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setIcon(theme.icon("chevron-down"))
        self.menu = QMenu(self.button)
        self.menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._open)
        self.button.setMenu(self.menu)
        self.small = QLabel()
        self.small.setObjectName("Muted")
        self.small.setTextFormat(Qt.TextFormat.PlainText)
        self.gone = QLabel()
        self.gone.setTextFormat(Qt.TextFormat.PlainText)
        self.gone.setWordWrap(True)
        self.mend_button = QToolButton()
        self.mend_button.setObjectName("Link")
        self.mend_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.mend_button.clicked.connect(self._mend)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.button, 1)
        top.addWidget(self.small)
        below = QHBoxLayout()
        below.addWidget(self.gone, 1)
        below.addWidget(self.mend_button, 0, Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(3)
        whole.addLayout(top)
        whole.addWidget(self.bar)
        whole.addLayout(below)
        self.setAcceptDrops(True)
        presence.known.connect(self._heard)
        models.changed.connect(self._show)
        models.load()
        self._show()

    def room(self) -> int:
        return self.fontMetrics().horizontalAdvance("n" * 24)

    def parts(self) -> Sequence[QWidget]:
        return self.button, self.mend_button

    def name_parts(self, name: str, about: str) -> None:
        self.button.setAccessibleName(f"{name}: {self.button.toolTip()}")
        self.button.setAccessibleDescription(about)
        self.mend_button.setAccessibleName(f"{name}: {self.mend_button.text()}")
        self._name = name

    def show_value(self, value: object) -> None:
        self._value = value
        self._lost = False
        if isinstance(value, str) and by_path(value):
            presence.ask(value)
        self._show()

    # ---- what is shown

    @property
    def missing(self) -> str:
        """The name of what is not there; empty where all is well."""
        return "" if self.gone.isHidden() else str(self._value)

    def _show(self) -> None:
        value = self._value
        title, small = "", ""
        absent: Absent | None = None
        if value is MIXED:
            title = tr("mixed")
        elif not isinstance(value, str) or not value:
            title = tr("Choose a model")
        elif by_path(value):
            title, small = Path(value.replace("\\", "/")).name, tr("a file")
        else:
            offer = self._models.offer(value)
            absent = None if offer is not None else self._models.absent(value)
            title = offer.title if offer else absent.title if absent else value
            small = offer.small if offer else ""
        self.button.setText(_short(self.button, title))
        self.button.setToolTip(tip(str(value) if by_path(str(value)) else title))
        self.small.setText(small)
        self.small.setVisible(bool(small))
        if self._lost:
            self._complain(tr("This is not there any more."), tr("Find it…"))
        elif absent is not None:
            self._show_absent(absent)
        else:
            self._complain("", "")
        if self.button.accessibleName():
            self.name_parts(self._name, self.button.accessibleDescription())

    def _show_absent(self, absent: Absent) -> None:
        if absent.at:
            self._complain(absent.at, tr("Cancel"), fault=False)
            self.bar.setVisible(True)
            self.bar.setRange(0, 0 if absent.share is None else 1000)
            self.bar.setValue(round((absent.share or 0.0) * 1000))
        elif absent.fault:
            self._complain(absent.fault, tr("Try again") if absent.may_get else tr("More…"))
        elif absent.may_get:
            text = tr("It is not on the shelf.")
            self._complain(f"{text} {absent.small}" if absent.small else text, tr("Get…") if absent.asks else tr("Get"))
        else:
            self._complain(tr("No model of this name is on the shelf."), tr("Get more…"))

    def _complain(self, text: str, button: str, *, fault: bool = True) -> None:
        look = "Error" if fault else "Muted"
        if self.gone.objectName() != look:
            self.gone.setObjectName(look)
            self.gone.style().unpolish(self.gone)
            self.gone.style().polish(self.gone)
        self.gone.setText(text)
        self.gone.setVisible(bool(text))
        self.mend_button.setText(button)
        self.mend_button.setVisible(bool(button))
        self.bar.setVisible(False)

    def _heard(self, path: str, there: bool) -> None:
        if path == self._value and self._lost == there:
            self._lost = not there
            self._show()

    def _mend(self) -> None:
        """What the small button does: find, fetch, or stop fetching."""
        value = str(self._value)
        absent = self._models.absent(value)
        if self._lost or absent is None:
            self.browse()
        elif absent.at:
            self._models.cancel(value)
        elif absent.may_get:
            self._models.get(value)
        else:
            self._models.more(self.param.model)

    # ---- choosing

    def _open(self) -> None:
        """Fill the menu. What others have put on the shelf meanwhile is there the next time."""
        self._models.look()
        self.menu.clear()
        for offer in self._models.offers(self.param.model):
            text = offer.title.replace("&", "&&")
            action = QAction(f"{text}\t{offer.small}" if offer.small else text, self.menu)
            action.setCheckable(True)
            action.setChecked(offer.name == self._value)
            action.setToolTip(tip(offer.name))
            action.triggered.connect(lambda _=False, name=offer.name: self.take(name))
            self.menu.addAction(action)
        self.menu.addSeparator()
        self.menu.addAction(theme.icon("folder"), tr("From file…"), self.browse)
        self.menu.addAction(theme.icon("plus"), tr("Get more…"), lambda: self._models.more(self.param.model))

    def take(self, name: str) -> None:
        """Use this model, or file; where the old file is lost, all that used it may follow."""
        old = self._value
        if self._lost and isinstance(old, str) and by_path(name) and name != old:
            self.refused.emit("")
            self.relinked.emit(old, name)
        elif name != old:
            self.offer(name)

    def browse(self) -> QFileDialog:
        dialog = QFileDialog(self, tr("Choose {name}").format(name=tr(self.param.title)))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        suffixes = " ".join(f"*{suffix}" for suffix in self.param.suffixes)
        dialog.setNameFilters([f"{tr(self.param.title)} ({suffixes})", tr("All files (*)")])
        if isinstance(self._value, str) and by_path(self._value) and Path(self._value).parent.is_dir():
            dialog.setDirectory(str(Path(self._value).parent))
        dialog.fileSelected.connect(self.take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = self._dropped(event)
        if path:
            event.acceptProposedAction()
            self.take(path)

    def _dropped(self, event: QDropEvent) -> str:
        urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
        paths = [url.toLocalFile() for url in urls]
        return paths[0] if len(paths) == 1 and paths[0].lower().endswith(self.param.suffixes) else ""

    def sizeHint(self) -> QSize:
        return QSize(self.room(), super().sizeHint().height())


def _short(button: QToolButton, text: str) -> str:
    most = button.fontMetrics().horizontalAdvance("n" * 26)
    return button.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, most).replace("&", "&&")
