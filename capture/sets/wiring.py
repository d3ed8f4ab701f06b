"""A set of passes as a graph: one capture node a pass, laid over each other, in the place of a preset's tape. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePath

from graphs.document import Graph, Link, NodeDoc
from graphs.overrides import tapes
from graphs.upgrade import defaults
from nodes.registry import Registry
from runtime.takes import SetError, TapeSet

MOST = 5
_APART = 160


def wired(one: TapeSet, path: Path, graph: Graph, registry: Registry) -> Graph:
    """`graph` with the passes of the set at `path` in the place of its first tape. SetError."""
    passes = one.passes
    if not 2 <= len(passes) <= MOST:
        raise SetError(
            f"{path.name} has {len(passes)} passes; 2 to {MOST} can be laid over each other. See to that first"
        )
    if all(PurePath(part.file).suffix.lower() == ".dv" for each in passes for part in each.parts):
        raise SetError(
            f"the passes of {path.name} are DV: they are merged without loss, block by block, by `capture merge`. Take "
            "what that makes as the source of the graph"
        )
    if not all(each.places for each in passes):
        raise SetError(f"{path.name} is not aligned. Let `capture sets align` find which frame lies over which")
    source = next((node for node, _ in tapes(graph)), None)
    if source is None:
        raise SetError("the graph has no tape. Put a Video file or a Tape capture into it")
    x, y = graph.nodes[source].position
    kept = {name: node for name, node in graph.nodes.items() if name != source}
    groups = tuple(replace(group, nodes=tuple(one for one in group.nodes if one != source)) for group in graph.groups)
    untouched = tuple(link for link in graph.links if source not in (link.source[0], link.target[0]))
    grown = replace(graph, nodes=kept, links=untouched, groups=groups)
    settings: dict[str, str] = {}
    for number, each in enumerate(passes):
        settings[f"places{number + 1 if number else ''}"] = each.places
    links: list[Link] = []
    stack = grown.free_id("stack")
    grown = _with(grown, NodeDoc(stack, "clean.stack", label="Passes", position=(x, y)), registry, settings)
    for number, each in enumerate(passes):
        taken = grown.free_id("capture")
        place = (x - 260.0, y + _APART * number)
        label = each.notes[:40] or f"Pass {each.id}"
        params: dict[str, str | int] = {"take": str(path), "pass_number": each.id, "tape": one.tape}
        grown = _with(grown, NodeDoc(taken, "input.capture", label=label, position=place), registry, params)
        links.append(Link((taken, "out"), (stack, f"clip{number + 1 if number else ''}")))
        if not number:
            links.append(Link((taken, "sound"), (stack, "audio")))
    links += [replace(link, source=(stack, link.source[1])) for link in graph.links if link.source[0] == source]
    return replace(grown, links=(*grown.links, *links))


def _with(graph: Graph, doc: NodeDoc, registry: Registry, params: Mapping[str, str | int]) -> Graph:
    """With a node whose every param is written."""
    kind = registry.types[doc.type]
    return graph.with_node(replace(doc, version=kind.version, params={**defaults(kind), **params}))
