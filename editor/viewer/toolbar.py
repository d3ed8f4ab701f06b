"""The viewer's row of buttons: how A and B share the screen, fields and planes, shape and guides, zoom."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from editor import theme
from editor.language import tr
from editor.viewer.manner import Manner, Mode
from editor.viewer.placement import Aspect

GAINS = (1, 2, 4, 8, 16, 32)
ZOOMS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)

_NO_ARROW = "QToolButton::menu-indicator { image: none; }"


def mode_texts() -> dict[Mode, str]:
    return {
        Mode.SINGLE: tr("One picture"),
        Mode.WIPE: tr("Wipe between A and B"),
        Mode.SPLIT: tr("A and B side by side"),
        Mode.TOGGLE: tr("Toggle between A and B"),
        Mode.DIFFERENCE: tr("Difference of A and B"),
    }


def look_texts() -> dict[str, str]:
    return {
        "frame": tr("Whole frames (weave)"),
        "top": tr("Top field"),
        "bottom": tr("Bottom field"),
        "bob": tr("Field after field (bob)"),
        "y": tr("Plane Y (or R)"),
        "u": tr("Plane U (or G)"),
        "v": tr("Plane V (or B)"),
    }


def aspect_texts() -> dict[Aspect, str]:
    return {
        Aspect.CORRECT: tr("Correct shape"),
        Aspect.SQUARE: tr("Square pixels"),
        Aspect.RAW: tr("Raw: whole pixels, unsmoothed"),
    }


class Toolbar(QWidget):
    """Signals: chosen(str, object) a field of the manner is to have a value; zoom_chosen(zoom or None); pressed(str) a
    button with the name of a command."""

    chosen = Signal(str, object)
    zoom_chosen = Signal(object)
    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 8, 5)
        row.setSpacing(2)
        self._icons: list[tuple[QToolButton, str]] = []
        self._mark = QLabel()
        self.title = QLabel(tr("Viewer"), objectName="PanelTitle")
        row.addWidget(self._mark)
        row.addSpacing(6)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # the first to give way
        row.addWidget(self.title, 1)
        self.modes: dict[Mode, QToolButton] = {}
        for mode, text in mode_texts().items():
            button = self._button(f"view-{mode.value}", text)
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, mode=mode: self.chosen.emit("mode", mode))
            self.modes[mode] = button
            row.addWidget(button)
        gains = QMenu(self)
        self._gains = self._choices(gains, "gain", ((gain, f"× {gain}") for gain in GAINS))
        self.modes[Mode.DIFFERENCE].setMenu(gains)
        self.modes[Mode.DIFFERENCE].setStyleSheet(_NO_ARROW)
        self.modes[Mode.DIFFERENCE].setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)
        fields = QMenu(self)
        self._looks = self._choices(fields, "look", look_texts().items())
        fields.insertSeparator(fields.actions()[4])
        self.fields = self._menu("view-fields", tr("Fields and planes"), fields)
        row.addWidget(self.fields)
        shape = QMenu(self)
        self._aspects = self._choices(shape, "aspect", aspect_texts().items())
        shape.addSeparator()
        self._guides: dict[str, QAction] = {}
        for name, text in (
            ("safe", tr("Safe areas")),
            ("cross", tr("Centre cross")),
            ("grid", tr("Pixel grid from 800 %")),
            ("crop", tr("Crop edges of the current node")),
        ):
            action = shape.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(lambda on=False, name=name: self.chosen.emit(name, on))
            self._guides[name] = action
        self.shape = self._menu("view-guides", tr("Shape and guides"), shape)
        row.addWidget(self.shape)
        zooms = QMenu(self)
        zooms.addAction(tr("Fit")).triggered.connect(lambda: self.zoom_chosen.emit(None))
        for zoom in ZOOMS:
            zooms.addAction(f"{zoom * 100:.0f} %").triggered.connect(
                lambda _=False, zoom=zoom: self.zoom_chosen.emit(zoom)
            )
        zooms.addSeparator()
        for name, icon, text in (
            ("still", "view-still", tr("Save a still…")),
            ("copy", "view-copy", tr("Copy the picture")),
            ("second", "view-second", tr("Second window")),
        ):
            zooms.addAction(theme.icon(icon), text).triggered.connect(
                lambda _=False, name=name: self.pressed.emit(name)
            )
        self.zoom = self._menu("view-zoom", tr("Zoom, stills, second window"), zooms)
        row.addWidget(self.zoom)
        self.full = self._button("view-full", tr("Full screen"))
        self.full.clicked.connect(lambda: self.pressed.emit("full"))
        row.addWidget(self.full)
        theme.watch.changed.connect(self._dress)
        self._dress()

    def _button(self, icon: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._icons.append((button, icon))
        return button

    def _menu(self, icon: str, text: str, menu: QMenu) -> QToolButton:
        button = self._button(icon, text)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setStyleSheet(_NO_ARROW)
        return button

    def _choices[T](self, menu: QMenu, name: str, texts: Iterable[tuple[T, str]]) -> dict[T, QAction]:
        group, made = QActionGroup(menu), {}
        for value, text in texts:
            action = menu.addAction(text)
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _=False, value=value: self.chosen.emit(name, value))
            made[value] = action
        return made

    def _dress(self) -> None:
        for button, icon in self._icons:
            button.setIcon(theme.icon(icon))
        self._mark.setPixmap(theme.pixmap("monitor", 16, ratio=self.devicePixelRatioF()))

    def tell(self, manner: Manner, zoom: float | None, scale: float, *, compares: bool) -> None:
        """Show what is chosen. `compares`: there are an A and a B."""
        for mode, button in self.modes.items():
            button.setChecked(mode is manner.mode)
            button.setEnabled(compares or mode is Mode.SINGLE)
        self._looks[manner.look].setChecked(True)
        self._aspects[manner.aspect].setChecked(True)
        if manner.gain in self._gains:
            self._gains[manner.gain].setChecked(True)
        for name, action in self._guides.items():
            action.setChecked(bool(getattr(manner, name)))
        shown = tr("fitted in") if zoom is None else ""
        self.zoom.setToolTip(tr("Zoom: {percent} % {fitted}").format(percent=round(scale * 100), fitted=shown).strip())
        self.fields.setIcon(theme.icon("view-fields", "accent" if manner.look != "frame" else "text2"))
