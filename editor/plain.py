"""Texts that may come from a stranger's file, shown as they stand. Qt takes a tool tip that looks like HTML for HTML,
and would load the pictures it names; labels are told by `PlainText`, tool tips only by escaping."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt


def tip(text: str) -> str:
    """`text` for `setToolTip`, sign for sign."""
    return f"<qt>{escape(text).replace('\n', '<br>')}</qt>" if Qt.mightBeRichText(text) else text
