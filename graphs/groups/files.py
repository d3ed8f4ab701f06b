"""Groups of one's own, each a file: a document that holds one group node and nothing else. Data, never code."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from graphs.codec import DocumentError
from graphs.document import GROUP, Graph, NodeDoc, NodeId
from graphs.files import load, save

SUFFIX = ".group"
MOST = 500
"""Files of a folder that are read."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


@dataclass(frozen=True)
class SavedGroup:
    """A file of the folder; `doc` is None where it holds no group, and `fault` says why."""

    name: str
    path: Path
    doc: NodeDoc | None
    fault: str = ""


def save_group(doc: NodeDoc, path: Path) -> None:
    """Write a group as a file of its own. FileError if it cannot be written, ValueError if `doc` is no group."""
    if doc.inside is None:
        raise ValueError(f"{doc.id} is no group")
    alone = replace(doc, id=NodeId("group1"), position=(0.0, 0.0), bypass=False, mute=False)
    values = {one.name: doc.params.get(one.name, one.default) for one in doc.inside.params}
    params = tuple(replace(one, default=values[one.name]) for one in doc.inside.params)
    meta = {**doc.inside.graph.meta, "title": doc.label or str(doc.inside.graph.meta.get("title", ""))}
    inside = replace(doc.inside, params=params, graph=replace(doc.inside.graph, meta=meta))
    save(Graph.of([replace(alone, params=values, inside=inside)]), path)


def load_group(path: Path) -> NodeDoc:
    """The group in a file, its values as they were saved. DocumentError where there is none."""
    graph = load(path)
    docs = list(graph.nodes.values())
    if len(docs) != 1 or docs[0].type != GROUP:
        raise DocumentError(f"{path}: this is a whole graph, not a group. Open it, and make a group of its nodes")
    if docs[0].inside is None:
        raise DocumentError(f"{path}: a newer Tapeloom saved this group. Update Tapeloom to use it")
    return docs[0]


def saved_groups(folder: Path) -> list[SavedGroup]:
    """Every group file of a folder, by name; those that cannot be read too."""
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}"))[:MOST] if folder.is_dir() else ():
        try:
            found.append(SavedGroup(path.stem, path, load_group(path)))
        except DocumentError as fault:
            found.append(SavedGroup(path.stem, path, None, "\n".join(fault.faults)))
    return sorted(found, key=lambda one: one.name.casefold())


def file_name(title: str) -> str:
    """A file's name, without its ending, for what a person called a group: fit for every system."""
    plain = re.sub(r"[^\w .,()+-]+", "_", title).strip(" .")[:80].strip(" .")
    return f"{plain}_" if _RESERVED.match(plain) else plain or "group"
