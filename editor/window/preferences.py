"""The settings dialog. What is changed takes effect at once; what needs another start says so."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from editor.language import tr
from editor.language.catalogue import NAMES, languages
from editor.settings import TEXT_SIZES, Settings


class Preferences(QDialog):
    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Settings"))
        self.setMinimumWidth(480)
        self._settings = settings
        rows = QVBoxLayout(self)
        rows.setContentsMargins(22, 18, 22, 18)
        rows.setSpacing(6)
        self._form = QFormLayout()
        self.theme = self._choice("theme", {"dark": tr("Dark"), "light": tr("Light"), "system": tr("As the system")})
        sizes = {size: tr("{percent} %").format(percent=size) for size in TEXT_SIZES}
        self.text_size = self._choice("text_size", sizes)
        spoken = {"": tr("As the system")} | {code: NAMES.get(code, code) for code in languages()}
        self.language = self._choice("language", spoken)
        self.cache = self._number("cache_mb", 128, 65536, 128, tr(" MB"))
        self.threads = self._number("threads", 0, 256, 1, "")
        self.threads.setSpecialValueText(tr("All ({count})").format(count=os.cpu_count() or 1))
        self.autosave = self._number("autosave_s", 1, 600, 1, tr(" seconds"))
        self._section(rows, tr("Appearance"))
        self._row(tr("Theme"), self.theme)
        self._row(tr("Text size"), self.text_size)
        self._row(tr("Language"), self.language)
        self._section(rows, tr("Work"))
        self._row(tr("Pictures kept in memory"), self.cache)
        self._row(tr("Processor threads"), self.threads)
        self._row(tr("Keep a recovery copy every"), self.autosave)
        self.hint = QLabel(tr("Language, memory and threads count from the next start."))
        self.hint.setObjectName("Muted")
        rows.addSpacing(8)
        rows.addWidget(self.hint)
        self.trouble = QLabel()
        self.trouble.setObjectName("Error")
        self.trouble.setWordWrap(True)
        rows.addWidget(self.trouble)
        place = QLabel(tr("Kept in {file}").format(file=settings.file))
        place.setObjectName("Muted")
        place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        place.setWordWrap(True)
        rows.addWidget(place)
        rows.addSpacing(10)
        foot = QHBoxLayout()
        foot.addStretch(1)
        close = QPushButton(tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot.addWidget(close)
        rows.addLayout(foot)
        settings.changed.connect(self._changed)

    def _section(self, rows: QVBoxLayout, text: str) -> None:
        title = QLabel(text)
        title.setObjectName("Heading")
        rows.addSpacing(6)
        rows.addWidget(title)
        self._form = QFormLayout()
        self._form.setSpacing(10)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        rows.addLayout(self._form)

    def _row(self, text: str, field: QWidget) -> None:
        label = QLabel(text)
        label.setMinimumWidth(210)
        label.setBuddy(field)
        field.setMinimumWidth(180)
        field.setAccessibleName(text)
        self._form.addRow(label, field)

    def _choice[T](self, name: str, choices: dict[T, str]) -> QComboBox:
        box = QComboBox()
        for value, text in choices.items():
            box.addItem(text, value)
        box.setCurrentIndex(max(0, box.findData(self._settings.get(name))))
        box.activated.connect(lambda index: self._settings.set(name, box.itemData(index)))
        return box

    def _number(self, name: str, least: int, most: int, step: int, unit: str) -> QSpinBox:
        box = QSpinBox()
        box.setRange(least, most)
        box.setSingleStep(step)
        box.setSuffix(unit)
        box.setValue(self._settings.get(name))
        box.setKeyboardTracking(False)
        box.lineEdit().setTextMargins(8, 0, 0, 0)  # the style sheet's padding does not reach it
        box.valueChanged.connect(lambda value: self._settings.set(name, value))
        return box

    def _changed(self, _: str) -> None:
        self.trouble.setText(self._settings.trouble)
