"""NodeGraphQt 0.6.44 as this program uses it: its viewer and its items, nothing of its documents, undo or files.

It was written for Python before 3.12 and for any Qt binding. Two stand-ins mend that while it is imported: `distutils`
(gone since 3.12; one class of it is used) and `Qt` (Qt.py, which imports dozens of modules to find out what we know).
Its package file imports all of its widgets, a tenth of a second at every start; only what is named here is loaded.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtSvg, QtWidgets


class _LooseVersion:
    """The one thing that is asked of distutils: is this Qt at least that version."""

    def __init__(self, text: object) -> None:
        self.parts = [int(part) for part in str(text).split(".") if part.isdigit()]

    def __ge__(self, other: _LooseVersion) -> bool:
        return self.parts >= other.parts


def _module(name: str, **content: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(content)
    return made


def _joined(name: str, *sources: ModuleType) -> ModuleType:
    """A module that looks up names in several: Qt 6 has moved some of what NodeGraphQt seeks in QtWidgets."""
    made = ModuleType(name)

    def find(wanted: str) -> Any:
        for source in sources:
            if hasattr(source, wanted):
                return getattr(source, wanted)
        raise AttributeError(wanted)

    vars(made)["__getattr__"] = find
    return made


def _stand_ins() -> dict[str, ModuleType]:
    found = importlib.util.find_spec("NodeGraphQt")
    if found is None or found.origin is None:
        raise ImportError("NodeGraphQt is not installed. Start Tapeloom with launch.py, which installs it")
    package = _module("NodeGraphQt", __path__=[str(Path(found.origin).parent)])
    qt = _module(
        "Qt",
        __path__=[],
        QtCore=QtCore,
        QtGui=QtGui,
        QtSvg=QtSvg,
        QtWidgets=_joined("Qt.QtWidgets", QtWidgets, QtGui),
        QtCompat=SimpleNamespace(),
        IsPySide6=True,
        IsPySide2=False,
        IsPyQt5=False,
        IsPyQt6=False,
    )
    version = _module("distutils.version", LooseVersion=_LooseVersion)
    return {"NodeGraphQt": package, "Qt": qt, "distutils": _module("distutils"), "distutils.version": version}


def _load() -> None:
    made = _stand_ins()
    hidden = {name: sys.modules.get(name) for name in made}
    sys.modules.update(made)
    try:
        importlib.import_module("NodeGraphQt.widgets.viewer")
    finally:  # whoever else asks for these gets the real ones, or none
        for name, module in hidden.items():
            if name == "NodeGraphQt":
                continue
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


if "NodeGraphQt.widgets.viewer" not in sys.modules:
    _load()

if TYPE_CHECKING:  # NodeGraphQt has no types: these are the parts of Qt that its classes are
    NodeItemBase = QtWidgets.QGraphicsItem
    PipeItemBase = QtWidgets.QGraphicsPathItem
    PortItemBase = QtWidgets.QGraphicsItem
    ViewerBase = QtWidgets.QGraphicsView
else:
    from NodeGraphQt.qgraphics.node_abstract import AbstractNodeItem as NodeItemBase
    from NodeGraphQt.qgraphics.pipe import PipeItem as PipeItemBase
    from NodeGraphQt.qgraphics.port import PortItem as PortItemBase
    from NodeGraphQt.widgets.viewer import NodeViewer as ViewerBase

__all__ = ["NodeItemBase", "PipeItemBase", "PortItemBase", "ViewerBase"]
