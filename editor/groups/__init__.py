"""Group nodes in the window: made of a selection, laid open again, kept on the user's own shelf.

shelf = Shelf(desk)
register(actions, desk, shelf, asker, window)
"""

from editor.groups.commands import FOR_NODES, register
from editor.groups.shelf import Shelf

__all__ = ["FOR_NODES", "Shelf", "register"]
