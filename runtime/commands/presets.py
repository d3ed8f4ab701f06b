"""`launch.py presets`: the shipped graphs, listed or one described."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator

from graphs.codec import along_the_tape
from graphs.document import NodeDoc, thawed
from graphs.library import Preset, preset, preset_names
from graphs.resolve import did_you_mean
from graphs.upgrade import defaults
from nodes.registry import Registry, default_registry
from runtime.commands import DONE, UserError

HELP = """List the presets, or describe one

`launch.py run NAME -i TAPE -o RESULT` runs a preset; `--set` changes any param that the description shows."""

WIDTH = 100


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="the preset to describe")
    parser.add_argument("--path", action="store_true", help="print where its file is, to copy it and make it yours")


def run(args: argparse.Namespace) -> int:
    names = preset_names()
    if args.name is None:
        wide = max(map(len, names), default=0)
        for found in filter(None, map(preset, names)):
            print(found.path if args.path else f"{found.name:{wide}}  {found.title}")
        return DONE
    chosen = preset(args.name)
    if chosen is None:
        near = did_you_mean(args.name, names)
        raise UserError(f"there is no preset {args.name!r}{near}. The presets are: {', '.join(names)}")
    print(chosen.path if args.path else "\n".join(described(chosen, default_registry())))
    return DONE


def described(chosen: Preset, registry: Registry) -> Iterator[str]:
    """What the preset is for, and its nodes along the tape with the params that are not at their default."""
    yield f"{chosen.name} · {chosen.title}"
    for paragraph in chosen.about.split("\n"):
        yield from textwrap.wrap(paragraph, WIDTH) or [""]
    yield ""
    nodes = [chosen.graph.nodes[key] for key in along_the_tape(chosen.graph)]
    wide = max((len(node.id) for node in nodes), default=0)
    for node in nodes:
        kind = registry.get(node.type)
        state = " (bypassed)" if node.bypass else " (muted)" if node.mute else ""
        yield f"  {node.id:{wide}}  {node.label or (kind.name() if kind else node.type)}{state}"
        for line in _settings(node, registry):
            yield f"  {'':{wide}}    {line}"
        for line in textwrap.wrap(node.notes, WIDTH - wide - 6):
            yield f"  {'':{wide}}    {line}"
    for note in chosen.graph.notes:
        yield ""
        for paragraph in note.text.split("\n"):
            yield from textwrap.wrap(paragraph, WIDTH)


def _settings(node: NodeDoc, registry: Registry) -> Iterator[str]:
    kind = registry.get(node.type)
    usual = defaults(kind) if kind else {}
    changed = [
        f"{name}={_shown(value)}"
        for name, value in node.params.items()
        if name not in usual or usual[name] != thawed(value)
    ]
    yield from textwrap.wrap(", ".join(changed), WIDTH - 20, break_on_hyphens=False)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
