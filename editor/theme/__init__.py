"""How the window looks: colours by name, fonts, icons. Dark by default, light on request.

    from editor import theme
    painter.setPen(theme.colour("accent"))
    painter.setFont(theme.font(12, bold=True))
    button.setIcon(theme.icon("undo"))

Widgets that paint themselves ask at paint time and repaint on `theme.watch.changed`.
"""

from editor.theme.colours import category_colour, colour, is_dark, port_colour
from editor.theme.fonts import font, text_scale
from editor.theme.icons import icon, pixmap
from editor.theme.look import apply, watch

__all__ = [
    "apply",
    "category_colour",
    "colour",
    "font",
    "icon",
    "is_dark",
    "pixmap",
    "port_colour",
    "text_scale",
    "watch",
]
