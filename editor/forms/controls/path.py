"""Files and folders: typed, chosen, dropped; one that is gone is shown so and can be linked again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from editor import theme
from editor.forms.controls.control import Control
from editor.forms.controls.presence import is_pattern, presence
from editor.forms.subject import MIXED
from editor.language import tr
from editor.plain import tip
from nodes.params import Kind, Param, ParamError


class PathBox(Control):
    """Signal: relinked(str old, str new): the user showed where a lost file is now; comes in place of `edited`."""

    relinked = Signal(str, str)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self._value: object = param.default
        self._missing = False
        self.line = QLineEdit()
        self.line.setMinimumWidth(80)
        self.browse_button = QToolButton()
        self.browse_button.setIcon(theme.icon("folder"))
        side = round(self.fontMetrics().height() * 1.1)
        self.browse_button.setIconSize(QSize(side, side))
        self.browse_button.setToolTip(tr("Choose…"))
        self.browse_button.clicked.connect(self.browse)
        self.gone = QLabel(tr("This is not there any more."))
        self.gone.setObjectName("Error")
        self.gone.setWordWrap(True)
        self.relink_button = QToolButton()
        self.relink_button.setObjectName("Link")
        self.relink_button.setText(tr("Find it…"))
        self.relink_button.clicked.connect(self.browse)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.browse_button)
        below = QHBoxLayout()
        below.addWidget(self.gone, 1)
        below.addWidget(self.relink_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2)
        whole.addLayout(row)
        whole.addLayout(below)
        self.setAcceptDrops(True)
        self.line.setAcceptDrops(False)  # else it would write file:///…
        self.line.editingFinished.connect(self._typed)
        presence.known.connect(self._heard)
        self._show_missing(False)

    @property
    def reads(self) -> bool:
        return not self.param.saves

    @property
    def missing(self) -> bool:
        """Whether the file that is to be read is not there."""
        return self._missing

    def room(self) -> int:
        return self.fontMetrics().horizontalAdvance("n" * 26)

    def finish(self) -> None:
        self._typed()

    def parts(self) -> Sequence[QWidget]:
        return self.line, self.browse_button

    def name_parts(self, name: str, about: str) -> None:
        super().name_parts(name, about)
        self.browse_button.setAccessibleName(tr("Choose {name}").format(name=name))
        self.relink_button.setAccessibleName(tr("Find {name} again").format(name=name))

    def show_value(self, value: object) -> None:
        if value == self._value and self.line.isModified() and self.line.hasFocus():
            return
        self._value = value
        mixed = value is MIXED
        text = "" if mixed else str(value)
        self.line.setPlaceholderText(tr("mixed") if mixed else self._invitation())
        if text != self.line.text():
            self.line.setText(text)
            self.line.setCursorPosition(len(text))
        self.line.setModified(False)
        self.line.setToolTip(tip(text))
        if not text or not self.reads or is_pattern(text):
            self._show_missing(False)
        else:
            presence.ask(text)

    def _invitation(self) -> str:
        if not self.reads:
            return tr("named after the source")
        return tr("drop a folder here") if self.param.kind is Kind.FOLDER else tr("drop a file here")

    def _heard(self, path: str, there: bool) -> None:
        if path == self._value:
            self._show_missing(not there)

    def _show_missing(self, missing: bool) -> None:
        self._missing = missing
        self.gone.setVisible(missing)
        self.relink_button.setVisible(missing)
        self.line.setProperty("missing", missing)
        self.line.style().unpolish(self.line)
        self.line.style().polish(self.line)

    def _typed(self) -> None:
        if self.line.isModified():
            self.line.setModified(False)
            self.take(self.line.text().strip().strip('"'))

    def take(self, path: str) -> None:
        """Use this path; where the old one is lost, all that used it may follow."""
        old = self._value
        if self._missing and isinstance(old, str) and path and path != old:
            try:
                self.param.accept(path)
            except ParamError as fault:
                self.refused.emit(str(fault))
                self.show_value(old)
                return
            self.refused.emit("")
            self.relinked.emit(old, path)
        elif not self.offer(path):
            self.show_value(old)

    # ---- choosing

    def browse(self) -> QFileDialog:
        """Open the file dialog, where the file is or was."""
        dialog = QFileDialog(self, tr("Choose {name}").format(name=tr(self.param.title)))
        if self.param.kind is Kind.FOLDER:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        elif self.param.saves:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        if self.param.suffixes:
            suffixes = " ".join(f"*{suffix}" for suffix in self.param.suffixes)
            dialog.setNameFilters([f"{tr(self.param.title)} ({suffixes})", tr("All files (*)")])
        now = Path(self._value) if isinstance(self._value, str) and self._value else None
        if now is not None and now.parent.is_dir():
            dialog.setDirectory(str(now.parent))
            dialog.selectFile(now.name)
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

    def _dropped(self, event: QDropEvent | QDragEnterEvent) -> str:
        urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
        return urls[0].toLocalFile() if len(urls) == 1 else ""
