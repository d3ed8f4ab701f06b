"""`launch.py frame`: one frame of any node as a picture."""

from __future__ import annotations

import argparse
from pathlib import Path

from graphs.document import NodeId
from graphs.groups.flatten import flattened
from graphs.resolve import did_you_mean
from nodes.ports import PICTURES
from nodes.registry import default_registry
from runtime.commands import DONE, FAILED, UserError
from runtime.commands._graphs import compile_graph, graph_arguments, open_graph
from runtime.compiled import Compiled, index_files
from runtime.script import step_codes
from runtime.session import NodeError, Picture, Session

HELP = """Save one frame of any node as a PNG

The picture goes the way of the editor's preview: only what the node needs is computed, in the supervised worker."""


def arguments(parser: argparse.ArgumentParser) -> None:
    graph_arguments(parser)
    parser.add_argument("--node", help="the node to look at; left out: what the first output is given")
    parser.add_argument("--frame", type=int, default=0, metavar="N", help="which frame of that node, from 0")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.png")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    parser.add_argument("--size", metavar="WxH", help="at most so large, like 640x480")
    parser.add_argument("--raw", action="store_true", help="pixel for pixel, without correcting the pixel aspect")


def run(args: argparse.Namespace) -> int:
    output: Path = args.output
    if output.exists() and not args.overwrite:
        raise UserError(f"{output}: it exists already. Choose another name, or say --overwrite")
    width, height = _size(args.size)
    made = open_graph(args)
    with Session() as session:
        targets = None
        if args.node is not None:
            if args.node not in flattened(made.graph, default_registry()).graph.nodes:  # in groups too: group1/crop1
                near, has = did_you_mean(args.node, made.graph.nodes), ", ".join(made.graph.nodes)
                raise UserError(f"there is no node {args.node!r}{near}. The nodes: {has}")
            targets = [NodeId(args.node)]
        done = compile_graph(made, session, args, targets)
        node, port = _place(done, args.node)
        prelude, steps = step_codes(done.plan, index_files(done.plan.files))
        for report in session.load(steps, prelude):
            if report.state == "failed":
                raise UserError(f"{report.node}: {report.message}", FAILED)
        try:
            frames = session.describe(node, port, first=False).num_frames
            if not 0 <= args.frame < frames:
                raise UserError(f"--frame {args.frame}: {args.node or node} has the frames 0 to {frames - 1}")
            picture = session.preview(node, port, args.frame, max_width=width, max_height=height, square=not args.raw)
        except NodeError as fault:
            raise UserError(str(fault), FAILED) from None
    save_png(picture, output)
    print(f"{output}: frame {args.frame} of {args.node or node}, {picture.width}x{picture.height}")
    return DONE


def _place(done: Compiled, name: str | None) -> tuple[str, str]:
    """The node and port, as the worker knows them, that show what is asked for."""
    if name is None:
        if not done.plan.sinks:
            raise UserError("the graph writes nothing; say which --node to look at")
        name = done.plan.sinks[0].node
    node = NodeId(name)
    for sink in done.plan.sinks:
        if sink.node == node:
            return done.plan.step(sink.step).node, sink.port
    kind = done.resolved.placed[node].type
    for port in kind.outputs.values():
        if port.kind in PICTURES and (node, port.name) in done.plan.places:
            step_id, out = done.plan.places[node, port.name]
            return done.plan.step(step_id).node, out
    raise UserError(f"{name} has no picture to show")


def _size(text: str | None) -> tuple[int, int]:
    if text is None:
        return 0, 0
    width, _, height = text.lower().partition("x")
    if not width.isdecimal() or not height.isdecimal() or min(int(width), int(height)) < 16:
        raise UserError(f"--size {text}: write it as WIDTHxHEIGHT in pixels, 16x16 or more")
    return int(width), int(height)


def save_png(picture: Picture, output: Path) -> None:
    """Write a picture as an RGB PNG, whole or not at all. UserError if it cannot be written."""
    from PIL import Image

    size = (picture.width, picture.height)
    image = Image.frombytes("RGB", size, bytes(picture.data), "raw", "BGRX", picture.stride, 1)
    part = output.with_name(output.name + ".part")
    try:
        image.save(part, "PNG")
        part.replace(output)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise UserError(f"{output}: it cannot be written ({fault.strerror or fault})", FAILED) from None
