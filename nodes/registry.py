"""Finds node files. One that fails to load is data for the user, not a crash."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType

from nodes.node import Node

LIBRARY = Path(__file__).parent / "library"
PLUGINS = Path(__file__).parent.parent / "plugins"
ENTRY_POINTS = "tapeloom.nodes"


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """A node file or pack that could not be loaded, and why."""

    where: str
    message: str
    detail: str


@dataclass(frozen=True)
class Registry:
    """The node types at hand, by id. `origins` tells where each comes from (`library`, or a plugin's name)."""

    types: Mapping[str, type[Node]]
    failures: tuple[LoadFailure, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)

    def get(self, type_id: str) -> type[Node] | None:
        return self.types.get(type_id) or self._aliases.get(type_id)

    def __iter__(self) -> Iterator[type[Node]]:
        return iter(self.types.values())

    def __len__(self) -> int:
        return len(self.types)

    @property
    def _aliases(self) -> dict[str, type[Node]]:
        return {old: node for node in self.types.values() for old in node.aliases}

    def search(self, words: str) -> list[type[Node]]:
        """Types that have every one of `words` in their id, label, category, search words or help; best first."""
        wanted = words.casefold().split()
        ranked = []
        for node in self.types.values():
            near = f"{node.id} {node.name()} {' '.join(node.words)}".casefold()
            far = f"{near} {node.category} {node.help()}".casefold()
            if all(word in far for word in wanted):
                ranked.append((-sum(word in near for word in wanted), node.name().casefold(), node))
        return [node for _, _, node in sorted(ranked, key=lambda row: row[:2])]


@cache
def default_registry() -> Registry:
    """Library, plugins folder and installed packs. Loaded once a process."""
    return load()


def load(plugins: Path | None = PLUGINS, *, installed: bool = True) -> Registry:
    """Load every node file. Plugins lie in `plugins` as `pack.py` or `pack/<file>.py`; packages name a module
    in the entry point group `tapeloom.nodes`."""
    types: dict[str, type[Node]] = {}
    origins: dict[str, str] = {}
    failures: list[LoadFailure] = []

    def add(module: ModuleType, where: str, origin: str, category: str) -> None:
        for node in _node_types(module):
            if node.id in types and types[node.id] is not node:
                failures.append(LoadFailure(where, f"the id {node.id!r} is already taken by {origins[node.id]}", ""))
                continue
            if not node.category:
                node.category = category
            types[node.id], origins[node.id] = node, origin

    for path in sorted(LIBRARY.rglob("*.py")):
        if not any(part.startswith("_") for part in path.relative_to(LIBRARY).parts):
            parts = path.relative_to(LIBRARY).with_suffix("").parts
            name = ".".join(("nodes", "library", *parts))
            try:
                add(importlib.import_module(name), str(path), "library", parts[0])
            except (Exception, SystemExit) as error:  # a broken node file must not take the others along
                failures.append(_failure(str(path), error))
    for path in _plugin_files(plugins):
        origin = path.relative_to(plugins).parts[0].removesuffix(".py") if plugins else path.stem
        try:
            add(_import_file(path), str(path), origin, "plugin")
        except (Exception, SystemExit) as error:
            failures.append(_failure(str(path), error))
    for entry in metadata.entry_points(group=ENTRY_POINTS) if installed else ():
        try:
            add(entry.load(), entry.value, entry.name, "plugin")
        except (Exception, SystemExit) as error:
            failures.append(_failure(entry.value, error))
    return Registry(types, tuple(failures), origins)


def _node_types(module: ModuleType) -> Iterator[type[Node]]:
    for value in list(vars(module).values()):
        own = isinstance(value, type) and issubclass(value, Node) and value.__module__ == module.__name__
        if own and vars(value).get("id"):
            yield value


def _plugin_files(plugins: Path | None) -> list[Path]:
    if plugins is None or not plugins.is_dir():
        return []
    found = [*plugins.glob("*.py"), *plugins.glob("*/*.py")]
    return sorted(path for path in found if not path.name.startswith("_") and not path.name.startswith("test_"))


def _import_file(path: Path) -> ModuleType:
    name = f"tapeloom_plugin_{path.parent.name}_{path.stem}".replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _failure(where: str, error: BaseException) -> LoadFailure:
    detail = "".join(traceback.format_exception(error))
    return LoadFailure(where, f"{type(error).__name__}: {error}", detail)
