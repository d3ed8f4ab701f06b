"""What the palette's tests share: a tape's clip, rows read off a list, keys pressed."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from editor.palette.rows import Role
from editor.palette.tree import NodeTree
from nodes.clip import ClipInfo, Fields, PixelFormat


def pal_clip() -> ClipInfo:
    """What a PAL capture gives: interlaced, 4:2:2."""
    form = PixelFormat.parse("YUV422P8")
    return ClipInfo(720, 576, form, Fraction(25), 250, Fraction(16, 15), fields=Fields.TFF, exact=True)


def labels(tree: NodeTree) -> list[str]:
    """Every row that is seen, from above; headings in brackets, what is folded left out."""
    found = []
    index = tree.items().index(0, 0)
    while index.isValid():
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        found.append(f"[{text}]" if index.data(Role.SECTION) is not None else text)
        index = tree.indexBelow(index)
    return found


def word(tree: NodeTree, label: str) -> str:
    """The grey word behind a row."""
    index = tree.items().index(0, 0)
    while index.isValid():
        if index.data(Qt.ItemDataRole.DisplayRole) == label:
            return str(index.data(Role.WORD))
        index = tree.indexBelow(index)
    raise AssertionError(f"no row {label!r} in {labels(tree)}")


def press(widget: QWidget, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(widget, key)
