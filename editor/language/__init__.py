"""Every text a user reads passes `tr`, so that it can be shown in their language.

    label.setText(tr("{count} frames").format(count=12))

Texts are literals: `editor/language/extract.py` finds them by reading the source. `editor.language.catalogue` chooses
the language; until then, and for what a catalogue lacks, texts are shown as they are.
"""

from __future__ import annotations

_texts: dict[str, str] = {}


def tr(text: str) -> str:
    """`text` in the user's language, or as it is."""
    return _texts.get(text, text)


def use(texts: dict[str, str]) -> None:
    """Take these translations from now on; texts that are shown already stay."""
    global _texts
    _texts = texts
