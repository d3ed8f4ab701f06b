"""The window's questions as dialogs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from editor.desk.asking import Answer
from editor.language import tr
from graphs.files import SUFFIX

VIDEO = (
    "*.mkv *.avi *.mov *.mp4 *.m4v *.dv *.dif *.mpg *.mpeg *.m2v *.vob *.ts *.m2ts *.mts *.mxf *.wmv *.y4m *.webm "
    "*.MKV *.AVI *.MOV *.MP4 *.DV *.MPG *.VOB *.MTS"
)


class Dialogs:
    """Answers of the person in front of the window (editor.desk.asking.Asker)."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def keep_changes(self, name: str) -> Answer:
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(tr("Unsaved changes"))
        box.setText(tr("Save the changes to “{name}”?").format(name=name))
        box.setInformativeText(tr("If you do not save, they are lost."))
        save = box.addButton(tr("Save"), QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton(tr("Don't save"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(save)
        box.setEscapeButton(cancel)
        box.exec()
        chosen = box.clickedButton()
        return "save" if chosen is save else "discard" if chosen is discard else "cancel"

    def graph_to_open(self, folder: Path) -> Path | None:
        return self.file(tr("Open a graph"), folder, tr("Graphs ({endings})").format(endings=f"*{SUFFIX}"))

    def place_to_save(self, proposed: Path) -> Path | None:
        kinds = tr("Graphs ({endings})").format(endings=f"*{SUFFIX}")
        name, _ = QFileDialog.getSaveFileName(self._parent, tr("Save the graph as"), str(proposed), kinds)
        return Path(name) if name else None

    def tape(self, folder: Path) -> Path | None:
        kinds = ";;".join(
            (tr("Video ({endings})").format(endings=VIDEO), tr("All files ({endings})").format(endings="*"))
        )
        return self.file(tr("Restore a tape"), folder, kinds)

    def folder(self, title: str, folder: Path) -> Path | None:
        name = QFileDialog.getExistingDirectory(self._parent, title, str(folder))
        return Path(name) if name else None

    def file(self, title: str, folder: Path, filter: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self._parent, title, str(folder), filter)
        return Path(name) if name else None

    def files(self, title: str, folder: Path, filter: str) -> list[Path]:
        names, _ = QFileDialog.getOpenFileNames(self._parent, title, str(folder), filter)
        return [Path(name) for name in names]

    def name(self, title: str, text: str, proposed: str) -> str | None:
        given, good = QInputDialog.getText(self._parent, title, text, text=proposed)
        return given.strip() if good and given.strip() else None

    def sure(self, title: str, text: str, yes: str) -> bool:
        box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, parent=self._parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        do = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return box.clickedButton() is do

    def tell(self, title: str, text: str) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, QMessageBox.StandardButton.Ok, self._parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.exec()
