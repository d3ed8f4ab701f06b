"""Finding the node one needs: the panel at the left and the search that opens on the canvas.

palette = Palette(desk, actions)
palette.chosen.connect(lambda type_id: canvas.place(type_id, None))
popup = SearchPopup(desk, window, kept=palette.kept, needs=palette.needs, info_of=engine.analysis.info)
canvas.search_wanted.connect(lambda at, context: popup.ask(at, context, lambda id: canvas.place(id, context)))
"""

from editor.palette.kept import Kept
from editor.palette.needs import Needs
from editor.palette.panel import Palette
from editor.palette.popup import SearchPopup

__all__ = ["Kept", "Needs", "Palette", "SearchPopup"]
