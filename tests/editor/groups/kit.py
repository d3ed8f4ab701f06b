"""A desk with a tape on it, and somebody who answers the dialogs."""

from __future__ import annotations

from pathlib import Path

from editor.desk.asking import Answer
from editor.desk.desk import Desk
from graphs.document import Graph, Link, NodeDoc, NodeId
from graphs.upgrade import defaults
from nodes.registry import default_registry

N = NodeId


def node(key: str, type_id: str, x: float = 0.0) -> NodeDoc:
    kind = default_registry().types[type_id]
    return NodeDoc(N(key), kind.id, kind.version, defaults(kind), position=(x, 0.0))


def desk() -> Desk:
    """source → crop → qtgmc → ffv1"""
    made = Desk(default_registry())
    nodes = [
        node("source1", "input.video"),
        node("crop1", "geometry.crop", 300),
        node("qtgmc1", "deinterlace.qtgmc", 600),
        node("ffv1", "output.ffv1", 900),
    ]
    links = [
        Link.of("source1.out", "crop1.clip"),
        Link.of("crop1.out", "qtgmc1.clip"),
        Link.of("qtgmc1.out", "ffv1.clip"),
    ]
    made.open(Graph.of(nodes, links))
    return made


class Answers:
    """What the user answers; `told` is what they were told."""

    def __init__(self, name: str | None = None, path: Path | None = None, yes: bool = True) -> None:
        self.answer, self.path, self.yes = name, path, yes
        self.told: list[str] = []
        self.asked: list[str] = []

    def keep_changes(self, name: str) -> Answer:
        return "discard"

    def graph_to_open(self, folder: Path) -> Path | None:
        return self.path

    def place_to_save(self, proposed: Path) -> Path | None:
        return self.path

    def tape(self, folder: Path) -> Path | None:
        return self.path

    def folder(self, title: str, folder: Path) -> Path | None:
        return self.path

    def file(self, title: str, folder: Path, filter: str) -> Path | None:
        return self.path

    def files(self, title: str, folder: Path, filter: str) -> list[Path]:
        return [self.path] if self.path is not None else []

    def name(self, title: str, text: str, proposed: str) -> str | None:
        return self.answer

    def sure(self, title: str, text: str, yes: str) -> bool:
        self.asked.append(title)
        return self.yes

    def tell(self, title: str, text: str) -> None:
        self.told.append(text)
