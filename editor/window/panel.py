"""A rounded frame with a title that one part stands in; several pages become tabs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from editor import theme


def head_height() -> int:
    """Of a panel's title row, with room for the text size that the user chose."""
    return round(20 + 18 * theme.text_scale())


class Frame(QFrame):
    """What panels have in common: a key, a title, a row at the top that a part may add buttons to."""

    def __init__(self, key: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self.title = key, title
        self.setObjectName("Panel")
        self.setAccessibleName(title)
        self.head = QHBoxLayout()


class Panel(Frame):
    """One part of the window. `head` is the row of its title, to which a part may add buttons."""

    def __init__(self, key: str, title: str, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(key, title, parent)
        self.head.setContentsMargins(12, 0, 8, 0)
        self.head.setSpacing(6)
        self._icon_name = icon
        self._icon, self._title = QLabel(), QLabel(title)
        self._title.setObjectName("PanelTitle")
        self.head.addWidget(self._icon)
        self.head.addWidget(self._title)
        self.head.addStretch(1)
        self._bar = QWidget()
        self._bar.setObjectName("PanelHead")
        self._bar.setLayout(self.head)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(1, 1, 1, 1)
        self._rows.setSpacing(0)
        self._rows.addWidget(self._bar)
        self._content: QWidget | None = None
        self._redraw()
        theme.watch.changed.connect(self._redraw)

    def show_part(self, widget: QWidget, *, own_head: bool = False) -> None:
        """Put the part in; `own_head`: it brings a title row of its own."""
        if self._content is not None:
            self._rows.removeWidget(self._content)
            self._content.deleteLater()
        self._content = widget
        self._bar.setVisible(not own_head)
        widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._rows.addWidget(widget, 1)

    def put(self, actions: Sequence[QAction]) -> None:
        """Show commands as buttons in the title row."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setIconSize(QSize(18, 18))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.head.addWidget(button)

    def _redraw(self) -> None:
        self._bar.setFixedHeight(head_height())
        self._icon.setPixmap(theme.pixmap(self._icon_name, 16, "text2", self.devicePixelRatioF()))
        self._icon.setVisible(bool(self._icon_name))


class TabbedPanel(Frame):
    """A panel of several pages under one row of tabs."""

    def __init__(self, key: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(key, title, parent)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.tabs.setUsesScrollButtons(False)
        self.pages = QStackedWidget()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(1, 1, 1, 1)
        rows.setSpacing(0)
        bar = QWidget()
        bar.setObjectName("PanelHead")
        bar.setLayout(self.head)
        self.head.setContentsMargins(4, 0, 8, 0)
        self.head.addWidget(self.tabs)
        self.head.addStretch(1)
        rows.addWidget(bar)
        rows.addWidget(self.pages, 1)
        self._bar = bar
        self._redraw()
        theme.watch.changed.connect(self._redraw)
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)

    def _redraw(self) -> None:
        self._bar.setFixedHeight(head_height())

    def add(self, page: QWidget, title: str) -> int:
        self.pages.addWidget(page)
        return self.tabs.addTab(title)

    def show_page(self, page: QWidget) -> None:
        self.tabs.setCurrentIndex(self.pages.indexOf(page))

    def entitle(self, page: QWidget, title: str) -> None:
        index = self.pages.indexOf(page)
        if index >= 0 and self.tabs.tabText(index) != title:
            self.tabs.setTabText(index, title)
