"""Named layouts: take one, throw one away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QListWidget, QPushButton, QVBoxLayout, QWidget

from editor.language import tr
from editor.settings import Settings
from editor.window.layout import Layout


class Layouts(QDialog):
    def __init__(self, settings: Settings, layout: Layout, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Layouts"))
        self.resize(360, 320)
        self._settings, self._layout = settings, layout
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Saved layouts"))
        self.none = QLabel(tr("None is saved yet: “Save the layout as…” keeps the present one."))
        self.none.setObjectName("Muted")
        self.none.setWordWrap(True)
        self.take_button, self.remove_button = QPushButton(tr("Use")), QPushButton(tr("Remove"))
        close = QPushButton(tr("Close"))
        foot = QHBoxLayout()
        foot.addWidget(self.remove_button)
        foot.addStretch(1)
        foot.addWidget(close)
        foot.addWidget(self.take_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 16, 16, 16)
        rows.addWidget(self.none)
        rows.addWidget(self.list, 1)
        rows.addLayout(foot)
        self.take_button.setDefault(True)
        self.take_button.clicked.connect(self._take)
        self.remove_button.clicked.connect(self._remove)
        self.list.itemDoubleClicked.connect(lambda _: self._take())
        close.clicked.connect(self.reject)
        self._fill()

    def _fill(self) -> None:
        self.list.clear()
        self.list.addItems(sorted(self._settings.get("layouts"), key=str.casefold))
        self.list.setCurrentRow(0)
        some = self.list.count() > 0
        self.none.setVisible(not some)
        self.take_button.setEnabled(some)
        self.remove_button.setEnabled(some)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._layout.restore(self._settings.get("layouts").get(item.text(), {}))
            self.accept()

    def _remove(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            kept = self._settings.get("layouts")
            self._settings.set("layouts", {name: state for name, state in kept.items() if name != item.text()})
            self._fill()
