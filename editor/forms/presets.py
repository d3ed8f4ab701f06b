"""Named settings of a node type, kept as one small JSON file a type. No widgets here.

What belongs to one tape only (files, folders, frame ranges) is no part of a preset.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import quote

from graphs.document import Json, JsonObject, NodeDoc, NodeId
from graphs.upgrade import UpgradeError, upgrade_node
from nodes.node import Node
from nodes.params import Kind, ParamError
from runtime import folders

FORMAT = "tapeloom.node-presets"
OF_ONE_TAPE = (Kind.FILE, Kind.FOLDER, Kind.RANGES)


class PresetError(Exception):
    """Presets that cannot be read or written; the text says why and what to do."""


@dataclass(frozen=True)
class Presets:
    """What is saved for one type, by name."""

    kind: type[Node]
    named: Mapping[str, JsonObject] = field(default_factory=dict)

    def matching(self, params: JsonObject) -> str | None:
        """The preset that a node's settings are just now."""
        mine = settings(self.kind, params)
        return next((name for name, values in self.named.items() if settings(self.kind, values) == mine), None)


def settings(kind: type[Node], params: JsonObject) -> dict[str, Json]:
    """The part of a node's params that a preset holds; what does not fit is at its default."""
    found: dict[str, Json] = {}
    for name, param in kind.params.items():
        if param.kind in OF_ONE_TAPE:
            continue
        try:
            value = param.accept(params.get(name, param.plain(param.default)))
        except ParamError:
            value = param.default
        found[name] = cast("Json", param.plain(value))
    return found


def load(kind: type[Node]) -> Presets:
    """What is saved for this type. PresetError if the file is damaged."""
    file = _file(kind)
    try:
        data = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return Presets(kind)
    except (OSError, ValueError) as fault:
        raise PresetError(f"{file.name}: the presets cannot be read ({fault}). Mend or delete {file}") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("presets"), dict):
        raise PresetError(f"{file.name}: this holds no presets. Mend or delete {file}")
    version = data.get("version", 1)
    named: dict[str, JsonObject] = {}
    for name, values in data["presets"].items():
        if isinstance(values, dict):
            doc = NodeDoc(NodeId("preset"), kind.id, version if isinstance(version, int) else 1, values)
            try:
                named[name] = settings(kind, upgrade_node(doc, kind).doc.params)
            except UpgradeError as fault:
                raise PresetError(f"{file.name}: {fault}") from None
    return Presets(kind, dict(sorted(named.items(), key=lambda item: item[0].casefold())))


def save(kind: type[Node], name: str, params: JsonObject) -> Presets:
    """Keep `params` under `name`, in place of what had that name. PresetError if it cannot be."""
    name = name.strip()
    if not name or len(name) > 80:
        raise PresetError("a preset's name has 1 to 80 letters. Choose another one")
    return _write(kind, {**load(kind).named, name: settings(kind, params)})


def delete(kind: type[Node], name: str) -> Presets:
    return _write(kind, {key: values for key, values in load(kind).named.items() if key != name})


def rename(kind: type[Node], name: str, new: str) -> Presets:
    """PresetError if `new` is taken or no name."""
    old = load(kind).named
    new = new.strip()
    if new == name or name not in old:
        return load(kind)
    if new in old:
        raise PresetError(f"there is already a preset {new!r}. Choose another name")
    if not new or len(new) > 80:
        raise PresetError("a preset's name has 1 to 80 letters. Choose another one")
    return _write(kind, {new if key == name else key: values for key, values in old.items()})


def _write(kind: type[Node], named: Mapping[str, JsonObject]) -> Presets:
    file = _file(kind)
    presets = {name: settings(kind, values) for name, values in named.items()}
    data = {"format": FORMAT, "type": kind.id, "version": kind.version, "presets": presets}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f"{file.name}.{os.getpid()}.new")
        new.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", "utf-8")
        new.replace(file)
    except OSError as fault:
        raise PresetError(f"the presets cannot be saved in {file.parent} ({fault.strerror}). Make room there") from None
    return load(kind)


def _file(kind: type[Node]) -> Path:
    return folders.data() / "presets" / f"{quote(kind.id, safe='')}.json"
