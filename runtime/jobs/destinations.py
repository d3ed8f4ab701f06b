"""Where results go: names for outputs that have none, and what must not be written over."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from graphs.codec import natural
from graphs.document import Graph, NodeId
from graphs.overrides import tapes
from graphs.problem import Problem, error, warning
from nodes.params import Kind
from nodes.registry import Registry
from runtime.plan import PlannedSink
from runtime.takes import SUFFIX

FILE_PARAM = "file"


@dataclass(frozen=True, slots=True)
class Destination:
    """`part` is written first and becomes `final` when it is whole; both are folders where `folder`."""

    node: NodeId
    final: Path
    part: Path
    folder: bool


def set_outputs(
    graph: Graph, outputs: Sequence[str], registry: Registry, stem: str = "restored"
) -> tuple[Graph, list[Problem]]:
    """Give every output node a file. `outputs` are texts of `-o`: `path`s in the order of the outputs' ids, or
    `encode2=path`. An output that then has none is called after the first (or `stem`), in the same folder; one that
    is given a folder is called `stem` in there. Endings are added later, by the container."""
    nodes = writers(graph, registry)
    problems: list[Problem] = []
    named: dict[NodeId, str] = {}
    plain: list[str] = []
    for text in outputs:
        before, equals, path = text.partition("=")
        node = NodeId(before)
        if not equals or node not in graph.nodes:
            plain.append(text)
        elif node not in nodes:
            problems.append(error(f"-o {text}: {node} writes no file; these do: {', '.join(nodes) or 'none'}"))
        else:
            named[node] = path
    free = [node for node in nodes if node not in named]
    named |= dict(zip(free, plain, strict=False))
    problems += [error(f"-o {text}: the graph has {len(nodes)} outputs, and all have a file already")
                 for text in plain[len(free):]]  # fmt: skip
    for node, path in named.items():
        if not path:
            problems.append(error("-o names no file. Write the path after it", node))
    first = ""
    for node in nodes:
        path = named.get(node) or str(graph.nodes[node].params.get(FILE_PARAM) or "")
        if not path:
            path = f"{_without_ending(first)}-{node}" if first else stem
        elif path.endswith(("/", os.sep)) or (Path(path).is_dir() and not _writes_folder(graph, node)):
            path = str(Path(path) / stem)
        first = first or path
        graph = graph.with_node(graph.nodes[node].with_param(FILE_PARAM, path))
    return graph, problems


def stem_for(graph: Graph, name: str) -> str:
    """What results are called that nobody named: `my tape-vhs-pal`, after the first source and the graph."""
    file = next((named for _, named in tapes(graph)), "")
    stem = _without_ending(Path(file).name.removesuffix(SUFFIX))
    if name == stem:  # a graph that is called after its tape says nothing new
        name = "restored"
    return f"{stem}-{name}" if file else name


def _writes_folder(graph: Graph, node: NodeId) -> bool:
    return graph.nodes[node].type == "output.images"


def _ending(path: str) -> str:
    """What looks like one; else empty."""
    ending = Path(path).suffix
    return ending if re.fullmatch(r"\.[A-Za-z0-9]{2,4}", ending) else ""


def _without_ending(path: str) -> str:
    return path.removesuffix(_ending(path))


def writers(graph: Graph, registry: Registry) -> list[NodeId]:
    """The nodes that write a file and are switched on, in the order of their ids."""
    found = []
    for node in graph.nodes.values():
        kind = registry.get(node.type)
        param = kind.params.get(FILE_PARAM) if kind and not kind.outputs else None
        if param and param.kind is Kind.FILE and param.saves and not (node.bypass or node.mute):
            found.append(node.id)
    return sorted(found, key=natural)


def destinations(sinks: Iterable[PlannedSink]) -> list[Destination]:
    """Where each sink goes. Nothing is looked up on the disk."""
    found = []
    for planned in sinks:
        sink = planned.sink
        final = Path(sink.file).absolute()
        if not sink.frames_as_files and final.suffix.lower() != sink.suffix:
            final = final.with_name(final.name + sink.suffix)
        part = final.with_name(f"{final.name}.part")
        found.append(Destination(planned.node, final, part, sink.frames_as_files))
    return found


def renamed(sinks: Iterable[PlannedSink], goals: Sequence[Destination]) -> list[Problem]:
    """Where what looks like an ending is none of the container's, which then gets its own added: `x.txt.mkv`."""
    found = []
    for planned, goal in zip(sinks, goals, strict=True):
        ending, real = _ending(Path(planned.sink.file).name), goal.final.suffix
        if ending[1:].isalpha() and ending.lower() != real.lower() and not goal.folder:
            text = f"the name ends in {ending}, but what is written is {real}: it is called {goal.final.name}"
            found.append(warning(text, goal.node, FILE_PARAM))
    return found


def hindrances(goals: Sequence[Destination], sources: Iterable[str], overwrite: bool) -> list[Problem]:
    """Why these cannot be written, all at once."""
    kept = [Path(source) for source in sources]
    problems: list[Problem] = []
    for index, goal in enumerate(goals):
        text = _hindrance(goal, kept, overwrite)
        twin = next((other for other in goals[:index] if _same(other.final, goal.final)), None)
        if twin:
            text = f"{goal.final} is written by {twin.node} too. Choose another name"
        if text:
            problems.append(error(text, goal.node, FILE_PARAM))
    return problems


def _hindrance(goal: Destination, sources: list[Path], overwrite: bool) -> str:
    final = goal.final
    for source in sources:
        if _same(source, final) or _same(source, goal.part):
            return f"{final} is the source itself: it would be written over. Choose another name"
        if goal.folder and final in source.parents:
            return f"{final} holds the source {source.name}. Choose another folder"
    if not final.parent.is_dir():
        return f"there is no folder {final.parent}. Make it first, or choose another"
    if not os.path.lexists(final):
        return ""
    if not overwrite:
        return f"{final} exists already. Choose another name, or say --overwrite"
    if goal.folder and not _only_pictures(final):
        return f"{final} is not a folder of numbered pictures, so it is not written over. Choose another name"
    if not goal.folder and not stat.S_ISREG(final.stat().st_mode if final.exists() else final.lstat().st_mode):
        return f"{final} is no file that could be written over. Choose another name"
    return ""


def _same(one: Path, other: Path) -> bool:
    """Whether both are one file: by name, through links, or in another spelling on a disk that ignores case."""
    if one.parent.resolve() / one.name == other.parent.resolve() / other.name:
        return True
    try:
        return one.samefile(other)
    except OSError:
        return False


def _only_pictures(folder: Path) -> bool:
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else ["no folder"]
    return all(re.fullmatch(r"\d{6,}\.(png|tif)", name) for name in names)


def prepare(goal: Destination) -> None:
    """Make an empty `part`. OSError where the folder does not let us."""
    discard(goal)
    if goal.folder:
        goal.part.mkdir()
    else:
        with goal.part.open("xb"):
            pass


def discard(goal: Destination) -> None:
    """Remove `part`, however much of it there is."""
    if goal.folder:
        shutil.rmtree(goal.part, ignore_errors=True)
    else:
        with suppress(OSError):
            goal.part.unlink(missing_ok=True)


def finish(goal: Destination, overwrite: bool) -> None:
    """`part` becomes `final` in one step. FileExistsError if somebody put a file there meanwhile."""
    if goal.folder:
        if overwrite and goal.final.is_dir():
            shutil.rmtree(goal.final)  # only numbered pictures, see `hindrances`
        goal.part.rename(goal.final)
        return
    with goal.part.open("rb+") as whole:
        os.fsync(whole.fileno())  # a name must not outlive the data through a power cut
    if overwrite:
        goal.part.replace(goal.final)
        return
    try:
        goal.final.hardlink_to(goal.part)  # unlike a rename, never over another file
    except FileExistsError:
        raise
    except OSError:  # no links on this disk (FAT, some network shares)
        if os.path.lexists(goal.final):
            raise FileExistsError(goal.final) from None
        goal.part.rename(goal.final)
        return
    goal.part.unlink()
