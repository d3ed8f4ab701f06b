"""The canvas: the graph as cards and wires, made and changed by hand. The only part that knows NodeGraphQt.

canvas = Canvas(desk, engine, actions, parent)
canvas.search_wanted.connect(lambda place, context: ...)   # then canvas.place(type_id, context)
"""

from editor.canvas.canvas import Canvas
from editor.canvas.mime import MIME, node_mime
from editor.canvas.placing import SearchContext

__all__ = ["MIME", "Canvas", "SearchContext", "node_mime"]
