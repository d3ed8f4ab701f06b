"""Colours for the Python of a script: our scripts use little of the language, so a few rules suffice."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from editor import theme

_KINDS = {
    "comment": r"#[^\n]*",
    "string": r"""[rbf]?(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")""",
    "number": r"(?<![\w.])(?:0x[0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)\b",
    "keyword": rf"\b(?:{'|'.join(keyword.kwlist)})\b",
    "core": r"\b(?:core|vs)\b",
    "call": r"\b[A-Za-z_]\w*(?=\()",
    "named": r"\b[A-Za-z_]\w*(?==[^=])",
}
_RULE = re.compile("|".join(f"(?P<{kind}>{rule})" for kind, rule in _KINDS.items()))
_COLOURS = {
    "comment": ("text3", "text3"),
    "string": ("#9ad08b", "#3c7a2a"),
    "number": ("#f0b37a", "#a3561a"),
    "keyword": ("#d08bf0", "#8636b3"),
    "core": ("#7fc4ff", "#1f6fd6"),
    "call": ("#8fd4e8", "#12718c"),
    "named": ("#c3b27a", "#6e5a10"),
}
"""In the dark theme and in the light one; each at least 4.5 : 1 against the page."""


class Highlighter(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self.dress()

    def dress(self) -> None:
        """Take the theme's colours."""
        for kind, pair in _COLOURS.items():
            made = QTextCharFormat()
            made.setForeground(theme.colour(pair[not theme.is_dark()]))
            if kind == "comment":
                made.setFontItalic(True)
            if kind == "keyword":
                made.setFontWeight(QFont.Weight.DemiBold)
            self._formats[kind] = made
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        for start, end, kind in spans(text):
            self.setFormat(start, end - start, self._formats[kind])


def spans(line: str) -> list[tuple[int, int, str]]:
    """The coloured stretches of a line: first, end, kind."""
    return [(found.start(), found.end(), str(found.lastgroup)) for found in _RULE.finditer(line)]
