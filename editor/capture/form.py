"""The settings of a recording: from which device, what of it, written how and where, and when to stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from capture.devices.found import Found
from capture.devices.found import Signal as Kind
from editor import theme
from editor.capture import choosing
from editor.capture.choosing import NO_SOUND, WITH_PICTURE, Wish
from editor.capture.grid import Grid, section, small
from editor.capture.naming import name_fault
from editor.language import tr
from editor.plain import tip


class Form(QWidget):
    """`wish` is what it shows. Signals: device_chosen(); source_chosen() something else of what is opened;
    changed() something of how it is written; look_again(); folder_wanted(); try_wanted() with a test deck."""

    device_chosen = Signal()
    source_chosen = Signal()
    changed = Signal()
    look_again = Signal()
    folder_wanted = Signal()
    try_wanted = Signal()

    def __init__(self, wish: Wish, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wish = wish
        self._found = Found()
        self._test_decks = False
        self._filling = False
        self._locked = False
        self.device, self.input, self.standard = QComboBox(), QComboBox(), QComboBox()
        self.format, self.sound, self.codec = QComboBox(), QComboBox(), QComboBox()
        self.begin, self.split = QComboBox(), QComboBox()
        self.look_button = QToolButton()
        self.look_button.setToolTip(tr("Look for devices again"))
        self.look_button.setAccessibleName(tr("Look for devices again"))
        self.about = small()
        self.try_button = QPushButton(tr("Try it with a test deck"))
        self.try_button.setToolTip(tr("A built-in device that plays a picture and sound; it needs no hardware"))
        self.folder, self.name = QLineEdit(), QLineEdit()
        self.folder_button = QToolButton()
        self.folder_button.setToolTip(tr("Choose the folder"))
        self.folder_button.setAccessibleName(tr("Choose the folder"))
        self.wrong = small("Error")
        self.stop_after, self.blank = QSpinBox(), QSpinBox()
        self._boxes = (self.device, self.input, self.standard, self.format, self.sound)
        self._name_parts()
        self._lay_out()
        self._fill_fixed()
        self._listen()
        for box in (self.stop_after, self.blank):
            box.lineEdit().setTextMargins(8, 0, 0, 0)  # the style sheet's padding does not reach it
        self._redraw()

    # ---- what is shown

    def show_found(self, found: Found, *, test_decks: bool, busy: bool) -> None:
        """What there is to choose from; the choice stays as far as it can."""
        self._found, self._test_decks = found, test_decks
        self._fill_devices(busy)
        self._fill_source()

    def show_wish(self, wish: Wish) -> None:
        self.wish = wish
        self._fill_devices(busy=False)
        self._fill_source()
        self._fill_fixed()

    def lock(self, on: bool) -> None:
        """While a tape is recorded nothing of it can be changed."""
        self._locked = on
        for part in (*self._boxes, self.codec, self.begin, self.split, self.folder, self.name, self.folder_button,
                     self.look_button, self.stop_after, self.blank):  # fmt: skip
            part.setEnabled(not on)
        if not on:
            self._fill_source()

    @property
    def fault(self) -> str:
        """Why it cannot be recorded like this; empty where it can."""
        if self._found.device(self.wish.device) is None:
            return tr("Choose a device first")
        wrong = name_fault(self.wish.name)
        if wrong:
            return wrong
        if not self.wish.folder:
            return tr("Choose a folder first")
        return "" if Path(self.wish.folder).expanduser().is_absolute() else tr("Name the whole path of the folder")

    # ---- making

    def _name_parts(self) -> None:
        for part, text in (
            (self.device, tr("Device")), (self.input, tr("Video input")), (self.standard, tr("Standard")),
            (self.format, tr("Format")), (self.sound, tr("Sound")), (self.codec, tr("Written as")),
            (self.begin, tr("Begin")), (self.split, tr("Cut into files")), (self.folder, tr("Folder")),
            (self.name, tr("Name of the tape")), (self.stop_after, tr("Stop after")),
            (self.blank, tr("Stop on a blank tape")),
        ):  # fmt: skip
            part.setAccessibleName(text)

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(section(tr("FROM")))
        first = QHBoxLayout()
        first.setSpacing(4)
        first.addWidget(self.device, 1)
        first.addWidget(self.look_button)
        rows.addLayout(first)
        rows.addWidget(self.about)
        rows.addWidget(self.try_button)
        source = Grid()
        self._source_rows = {
            key: source.row(text, part)
            for key, text, part in (
                ("input", tr("Video input"), self.input),
                ("standard", tr("Standard"), self.standard),
                ("format", tr("Format"), self.format),
                ("sound", tr("Sound"), self.sound),
            )
        }
        rows.addWidget(source)
        rows.addSpacing(8)
        rows.addWidget(section(tr("TO")))
        place = QWidget()
        across = QHBoxLayout(place)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(4)
        across.addWidget(self.folder, 1)
        across.addWidget(self.folder_button)
        goal = Grid()
        goal.row(tr("Tape"), self.name)
        goal.wide(self.wrong)
        goal.row(tr("Folder"), place)
        goal.row(tr("Written as"), self.codec)
        rows.addWidget(goal)
        rows.addSpacing(8)
        rows.addWidget(section(tr("WHEN")))
        when = Grid()
        when.row(tr("Begin"), self.begin)
        when.row(tr("Stop after"), self.stop_after)
        when.row(tr("Stop when blank"), self.blank)
        when.row(tr("Cut into files"), self.split)
        rows.addWidget(when)
        self._grids = (source, goal, when)

    def _fill_fixed(self) -> None:
        """What does not depend on the device."""
        self._filling = True
        self._put(self.begin, [(tr("at once"), "now"), (tr("with the first picture"), "picture")], self.wish.begin)
        splits = [
            (tr("one file"), "none"),
            (tr("at every scene"), "scenes"),
            (tr("where the camera was started"), "recordings"),
        ]
        self._put(self.split, splits, self.wish.split)
        self.stop_after.setRange(0, 24 * 60)
        self.stop_after.setSingleStep(5)
        self.stop_after.setSuffix(tr(" min"))
        self.stop_after.setSpecialValueText(tr("never"))
        self.stop_after.setValue(self.wish.stop_after_min)
        self.blank.setRange(0, 600)
        self.blank.setSingleStep(5)
        self.blank.setSuffix(tr(" s blank, blue or snow"))
        self.blank.setSpecialValueText(tr("never"))
        self.blank.setValue(self.wish.blank_s)
        if self.folder.text() != self.wish.folder:
            self.folder.setText(self.wish.folder)
            self.folder.setCursorPosition(0)
        if self.name.text() != self.wish.name:
            self.name.setText(self.wish.name)
        self._filling = False
        self._check()

    def _fill_devices(self, busy: bool) -> None:
        self._filling = True
        model = QStandardItemModel(self.device)
        groups = choosing.groups(self._found, test_decks=self._test_decks)
        blank = QStandardItem(
            tr("Looking for devices…") if busy else tr("Choose a device") if groups else tr("No device was found")
        )
        blank.setData("", Qt.ItemDataRole.UserRole)
        model.appendRow(blank)
        for title, devices in groups:
            head = QStandardItem(title)
            head.setFlags(Qt.ItemFlag.NoItemFlags)
            head.setFont(theme.font(11, bold=True))
            model.appendRow(head)
            for one in devices:
                item = QStandardItem(one.name)
                item.setData(str(one.id), Qt.ItemDataRole.UserRole)
                item.setToolTip(tip("\n".join(filter(None, (one.name, one.nature.reason, one.note)))))
                model.appendRow(item)
        self.device.setModel(model)  # which deletes the one before
        self.device.setCurrentIndex(max(0, self.device.findData(self.wish.device)))
        some = any(devices for _, devices in groups)
        self.try_button.setVisible(not some and not busy)
        self._filling = False

    def _fill_source(self) -> None:
        """What the device offers."""
        self.wish = choosing.fitted(self._found, self.wish)
        offered, wish = choosing.offer(self._found, self.wish), self.wish
        self._filling = True
        for key in self._source_rows:
            self._source_rows[key].setVisible(offered is not None)
            getattr(self, key).setVisible(offered is not None)
        codecs: Sequence[str] = choosing.CODECS
        if offered is not None:
            self._put(self.input, [(one.name, one.name) for one in offered.inputs], wish.input, tr("the only one"))
            self._put(
                self.standard,
                [(one.name, one.name) for one in offered.standards],
                wish.standard,
                tr("as the device has it"),
            )
            self._put(self.format, [(one.text, one.key) for one in offered.shapes], wish.format, tr("as it comes"))
            sounds = [(tr("with the picture"), WITH_PICTURE)] if offered.device.carries_sound else []
            sounds += [(choosing.sound_name(one, offered.sounds), str(one.id)) for one in offered.sounds]
            self._put(self.sound, [*sounds, (tr("none"), NO_SOUND)], wish.sound)
            codecs = offered.codecs
        self._put(self.codec, [(choosing.codec_word(one), one) for one in codecs], wish.codec)
        for index in range(self.codec.count()):
            self.codec.setItemData(index, choosing.codec_tip(self.codec.itemData(index)), Qt.ItemDataRole.ToolTipRole)
        self.codec.setToolTip(choosing.codec_tip(wish.codec))
        self.about.setText(self._about())
        self.about.setVisible(bool(self.about.text()))
        self._filling = False
        self._check()

    def _about(self) -> str:
        device = self._found.device(self.wish.device)
        if device is None:
            return "\n".join(f"{one.place}: {one.text}" for one in self._found.faults if not one.expected)
        self.about.setToolTip(tip(device.nature.reason))
        kind = "" if device.nature.signal is Kind.UNKNOWN else choosing.signal_word(device.nature.signal)
        return "\n".join(filter(None, (kind, device.note)))

    def _put(self, box: QComboBox, entries: Sequence[tuple[str, str]], chosen: str, none: str = "") -> None:
        """Fill a list; one with nothing to choose says so, greyed."""
        box.clear()
        for text, key in entries:
            box.addItem(text, key)
        if not entries:
            box.addItem(none, "")
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.setEnabled(len(entries) > 1 and not self._locked)
        box.setToolTip(tip(box.currentText()))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)

    # ---- what is chosen

    def _listen(self) -> None:
        self.device.activated.connect(self._device)
        for box in (self.input, self.standard, self.format, self.sound):
            box.activated.connect(self._source)
        for box in (self.codec, self.begin, self.split):
            box.activated.connect(self._rest)
        for spin in (self.stop_after, self.blank):
            spin.valueChanged.connect(self._rest)
        for field in (self.folder, self.name):
            field.textChanged.connect(self._rest)
        self.look_button.clicked.connect(self.look_again)
        self.folder_button.clicked.connect(self.folder_wanted)
        self.try_button.clicked.connect(self.try_wanted)
        theme.watch.changed.connect(self._redraw)

    def choose_device(self, id: str) -> None:
        """As if it had been chosen in the list."""
        self.device.setCurrentIndex(max(0, self.device.findData(id)))
        self._device()

    def _device(self) -> None:
        chosen = str(self.device.currentData() or "")
        if chosen != self.wish.device:
            self.wish = replace(self.wish, device=chosen, input="", standard="", format="", sound="")
            self._fill_source()
            self.device_chosen.emit()

    def _source(self) -> None:
        if self._filling:
            return
        wish = replace(
            self.wish,
            input=str(self.input.currentData() or ""),
            standard=str(self.standard.currentData() or ""),
            format=str(self.format.currentData() or ""),
            sound=str(self.sound.currentData() or ""),
        )
        if wish != self.wish:
            self.wish = wish
            self._fill_source()
            self.source_chosen.emit()

    def _rest(self) -> None:
        if self._filling:
            return
        self.wish = replace(
            self.wish,
            codec=str(self.codec.currentData()),
            begin=str(self.begin.currentData()),
            split=str(self.split.currentData()),
            stop_after_min=self.stop_after.value(),
            blank_s=self.blank.value(),
            folder=self.folder.text().strip(),
            name=self.name.text(),
        )
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        wrong = name_fault(self.wish.name)
        self.wrong.setText(wrong)
        self.wrong.setVisible(bool(wrong))

    def _redraw(self) -> None:
        side = round(16 * theme.text_scale())
        for button, icon in ((self.look_button, "refresh"), (self.folder_button, "folder")):
            button.setIcon(theme.icon(icon))
            button.setIconSize(QSize(side, side))
        widest = max(grid.label_px for grid in self._grids)
        for grid in self._grids:
            grid.align(widest)
