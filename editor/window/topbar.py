"""The row on top: name, menus, the commonest commands, what is open, preview size, Render."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenuBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from editor import theme
from editor.language import tr
from editor.plain import tip
from editor.window.logo import Logo

SIZES = (1.0, 0.5, 0.25)
"""What the preview may be made at: of its own size."""


class TopBar(QFrame):
    """Signal: preview_size(float), one of SIZES."""

    preview_size = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("TopBar")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(2)
        row.addWidget(Logo())
        row.addSpacing(10)
        self.menus = QMenuBar()
        self.menus.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        row.addWidget(self.menus, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(8)
        self._row = row
        self._buttons_at = row.count()
        row.addStretch(1)
        self.title = QLabel()
        self.title.setObjectName("Title")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title.setMinimumWidth(40)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self.title, 8)
        row.addStretch(1)
        self._size_label = QLabel(tr("Preview"))
        self._size_label.setObjectName("Muted")
        row.addWidget(self._size_label)
        row.addSpacing(4)
        self.sizes = QComboBox()
        for share, name in zip(SIZES, (tr("Full"), tr("Half"), tr("Quarter")), strict=True):
            self.sizes.addItem(name, share)
        self.sizes.setAccessibleName(tr("Preview size"))
        self.sizes.setToolTip(tr("How large preview pictures are made: smaller ones come sooner"))
        self._size_label.setBuddy(self.sizes)
        self.sizes.currentIndexChanged.connect(lambda index: self.preview_size.emit(SIZES[index]))
        row.addWidget(self.sizes)
        row.addSpacing(8)
        self.render_button = QPushButton(tr("Render"))
        self.render_button.setObjectName("Primary")
        row.addWidget(self.render_button)
        theme.watch.changed.connect(self._redraw)
        self._redraw()

    def put(self, groups: Sequence[Sequence[QAction]]) -> None:
        """Show these commands as buttons, a small gap between groups."""
        at = self._buttons_at
        for group in groups:
            for action in group:
                button = QToolButton()
                button.setDefaultAction(action)
                button.setIconSize(QSize(18, 18))
                button.setAutoRaise(True)
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                self._row.insertWidget(at, button)
                at += 1
            self._row.insertSpacing(at, 8)
            at += 1
        self._buttons_at = at

    def render_by(self, action: QAction) -> None:
        """What the blue button does."""
        self.render_button.clicked.connect(action.trigger)
        self.render_button.setToolTip(action.toolTip())
        action.enabledChanged.connect(self.render_button.setEnabled)
        action.changed.connect(lambda: self.render_button.setToolTip(action.toolTip()))
        self.render_button.setEnabled(action.isEnabled())

    def entitle(self, name: str, *, dirty: bool, where: str = "") -> None:
        """Show what is open; a dot where no file holds it as it is."""
        self.title.setText(f"{name} •" if dirty else name)
        self.title.setToolTip(tip(where))
        self.title.setAccessibleName(tr("{name}, not saved").format(name=name) if dirty else name)

    def _redraw(self) -> None:
        self.setFixedHeight(round(24 + 22 * theme.text_scale()))
        self.render_button.setIcon(theme.icon("play", "on_accent"))
        self.render_button.setIconSize(QSize(12, 12))
        self.menus.setFont(theme.font(13))
