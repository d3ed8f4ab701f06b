"""The colours by name, in both themes."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

DARK = {
    "bg0": "#0f1114",  # behind everything, and fields to write in
    "bg1": "#15181d",  # panels
    "bg2": "#1b1f25",  # cards, menus
    "bg3": "#22272f",  # buttons, title bars
    "bg4": "#2b313b",  # what the mouse is over, grooves
    "line": "#2d333d",
    "line2": "#3a414d",
    "edge": "#0a0c0e",
    "text": "#d9dee7",
    "text2": "#98a2b3",
    "text3": "#758092",
    "accent": "#4c9dff",
    "accent2": "#1f6fd6",
    "chosen": "#203654",
    "chosen_text": "#9cc9ff",
    "ok": "#4fc38a",
    "warn": "#f0b03f",
    "err": "#ff5d5d",
    "on_accent": "#ffffff",
    "canvas": "#111317",
    "canvas_dot": "#2c323b",
    "screen": "#08090b",  # around a picture
}
LIGHT = {
    "bg0": "#ffffff",
    "bg1": "#f4f5f7",
    "bg2": "#ffffff",
    "bg3": "#e9ebef",
    "bg4": "#dcdfe5",
    "line": "#d5d9e0",
    "line2": "#bcc2cc",
    "edge": "#c9ced6",
    "text": "#1b2028",
    "text2": "#4b5563",
    "text3": "#6b7482",
    "accent": "#1f6fd6",
    "accent2": "#1f6fd6",
    "chosen": "#d6e6fb",
    "chosen_text": "#174f9c",
    "ok": "#1f8f58",
    "warn": "#b3730a",
    "err": "#cf2f2f",
    "on_accent": "#ffffff",
    "canvas": "#eceef1",
    "canvas_dot": "#c6cbd3",
    "screen": "#24272c",
}
CATEGORIES = {
    "input": "#2fb7a6",
    "field": "#9b7bff",
    "clean": "#4c9dff",
    "colour": "#e8c33c",
    "geometry": "#ff9445",
    "scale": "#f0609e",
    "motion": "#c77dff",
    "sound": "#63d471",
    "utility": "#7f93ad",
    "output": "#ff6a5e",
    "groups": "#5aa7ff",
}
PORTS = {
    "clip": "#f2b84b",
    "mask": "#c9ced8",
    "vectors": "#b48cff",
    "audio": "#63d471",
    "captions": "#58c4dc",
    "timecodes": "#58c4dc",
}
_chosen = {"theme": DARK}


def use(dark: bool) -> None:
    """Choose the theme for every colour asked for from now on."""
    _chosen["theme"] = DARK if dark else LIGHT
    colour.cache_clear()


def is_dark() -> bool:
    return _chosen["theme"] is DARK


def table() -> dict[str, str]:
    return _chosen["theme"]


@lru_cache(maxsize=512)
def colour(name: str, alpha: int = 255) -> QColor:
    """A colour of the theme by name, or any `#rrggbb`. Do not change what you get: it is shared."""
    made = QColor(_chosen["theme"].get(name, name))
    made.setAlpha(alpha)
    return made


def category_colour(category: str) -> QColor:
    return colour(CATEGORIES.get(category, "#7f93ad"))


def port_colour(kind: str) -> QColor:
    """Of a port type's name: clip, mask, audio, …"""
    return colour(PORTS.get(kind, "#98a2b3"))
