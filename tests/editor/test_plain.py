"""What a stranger wrote is shown as it stands, not rendered."""

from __future__ import annotations

from PySide6.QtGui import Qt, QTextDocument

from editor.plain import tip


def test_a_tool_tip_shows_signs_and_loads_no_picture() -> None:
    hostile = 'a <img src="//host/share/x.png"> & <b>b</b>\nsecond line'
    shown = QTextDocument()
    shown.setHtml(tip(hostile))
    assert Qt.mightBeRichText(tip(hostile)) and shown.toPlainText() == hostile
    assert "<img" not in tip(hostile)


def test_a_tool_tip_without_marks_is_left_alone() -> None:
    assert tip("Noise reduction\n3 frames") == "Noise reduction\n3 frames"
