"""Every text a user reads passes `tr`, so that it can be shown in their language.

    label.setText(tr("{count} frames").format(count=12))

Texts are literals: `editor/language/extract.py` finds them by reading the source.
"""

from PySide6.QtCore import QCoreApplication

CONTEXT = "tapeloom"


def tr(text: str) -> str:
    """`text` in the user's language, or as it is."""
    return QCoreApplication.translate(CONTEXT, text)
