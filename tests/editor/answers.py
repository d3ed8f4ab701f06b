"""An asker that answers what the test told it to, and notes what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from editor.desk.asking import Answer


@dataclass
class Answers:
    """Every question is noted in `asked` by its name."""

    keep: Answer = "cancel"
    path: Path | None = None
    where: Path | None = None
    paths: list[Path] = field(default_factory=list)
    text: str | None = None
    yes: bool = False
    asked: list[str] = field(default_factory=list)

    def keep_changes(self, name: str) -> Answer:
        self.asked.append(f"keep {name}")
        return self.keep

    def graph_to_open(self, folder: Path) -> Path | None:
        self.asked.append("open")
        return self.path

    def place_to_save(self, proposed: Path) -> Path | None:
        self.asked.append(f"save {proposed.name}")
        return self.path

    def tape(self, folder: Path) -> Path | None:
        self.asked.append("tape")
        return self.path

    def folder(self, title: str, folder: Path) -> Path | None:
        self.asked.append("folder")
        return self.where

    def file(self, title: str, folder: Path, filter: str) -> Path | None:
        self.asked.append(title)
        return self.path

    def files(self, title: str, folder: Path, filter: str) -> list[Path]:
        self.asked.append(title)
        return self.paths

    def name(self, title: str, text: str, proposed: str) -> str | None:
        self.asked.append(title)
        return self.text

    def sure(self, title: str, text: str, yes: str) -> bool:
        self.asked.append(title)
        return self.yes

    def tell(self, title: str, text: str) -> None:
        self.asked.append(f"told {text}")
