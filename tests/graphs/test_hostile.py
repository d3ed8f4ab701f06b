"""A graph from a stranger is data. Whatever stands in it, the script holds our statements and no other.

Fifty tricks are put into every place of a document. Either the document is refused in words, or its script has
the very shape of the harmless one: the same calls, names and numbers, with nothing but texts changed.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import pytest

from graphs.codec import DocumentError, decode, encode
from graphs.document import Graph, Group, GroupId, Link, NodeDoc, NodeId, Note, NoteId
from graphs.identity import fingerprint
from graphs.overrides import set_inputs, set_params
from nodes.api import Clip, ClipInfo, Node, Ref, Script, StrEnum, Text, gives, param, takes
from nodes.media import Media
from nodes.registry import Registry, default_registry
from runtime.compiled import compiled
from runtime.script import script_text, step_codes
from tests.graphs.kit import media


class Mode(StrEnum):
    PLAIN = "plain"
    FANCY = "fancy"


class Writes(Node):
    """Takes texts to the script in every way a node can."""

    id, needs = "test.writes", ("text",)
    clip, out = takes(Clip), gives(Clip)
    text: Annotated[str, param("One line", max_length=100_000)] = "harmless"
    long: Annotated[Text, param("Several lines", max_length=100_000)] = Text("harmless")
    mode: Annotated[Mode, param("A choice")] = Mode.PLAIN
    count: Annotated[int, param("A number", low=0, high=100)] = 1
    level: Annotated[float, param("A number", low=0, high=100)] = 1.5

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        drawn = clip.text.Text(self.text, alignment=self.count, scale=self.level)
        props = {"title": self.text, "mode": self.mode, "lines": [self.long, (self.text,)]}
        return script.let("drawn", drawn).std.SetFrameProps(**props).akarin.Expr([self.text, self.long])


REGISTRY = Registry({**default_registry().types, Writes.id: Writes})

TRICKS = {
    "a quote": "'",
    "a double quote": '"',
    "three quotes": "'''\nimport os\n'''",
    "three double quotes": '"""+__import__("os").system("x")+"""',
    "an early end": "'); __import__('os').system('touch /tmp/x'); ('",
    "an early end, double": '"); __import__("os").system("touch /tmp/x"); ("',
    "an early end of a list": "'])]; import os #",
    "a keyword": "', kwarg=open('x').read(), y='",
    "a backslash at the end": "\\",
    "two backslashes": "\\\\",
    "a backslash and a quote": "\\'",
    "an escaped line end": "\\\n",
    "an octal quote": "\\47",
    "a hex quote": "\\x27+x+\\x27",
    "a named quote": "\\N{APOSTROPHE}",
    "a unicode escape": "\\u0027",
    "a line feed": "a\nimport os",
    "a carriage return": "a\rimport os",
    "both": "a\r\nimport os",
    "a vertical tab": "a\x0bimport os",
    "a form feed": "a\x0cimport os",
    "file separators": "a\x1cb\x1dc\x1ed",
    "a next line": "a\x85import os",
    "a line separator": "a\u2028import os",
    "a paragraph separator": "a\u2029import os",
    "a NUL": "a\0import os",
    "an escape sequence": "\x1b[2J\x1b]0;owned\x07",
    "a backspace": "safe\x08\x08\x08\x08evil",
    "text turned around": "\u202e'(metsys.so\u202c",
    "isolates": "\u2066'; import os\u2069",
    "nothing to see": "\u200b\u200d\ufeff\u00ad",
    "a wide quote": "\uff07+\uff02",
    "curly quotes": "\u2018x\u2019\u201cy\u201d",
    "letters that look Latin": "\u0456mp\u043ert os",
    "a letter that becomes two": "\ufb01\u00df\u0130",
    "a lone surrogate": "\udc80\ud800",
    "a character far out": "\U0010ffff\U000e0001",
    "a combining pile": "e" + "\u0301" * 200,
    "a format string": "{0.__class__.__mro__[1].__subclasses__()}",
    "an f-string": "{__import__('os').system('x')}",
    "a percent format": "%(x)s %s %n %999999999d",
    "a template": "${x} $(rm -rf /) `id`",
    "a comment": "# import os",
    "a coding line": "coding: utf-7",
    "a coding line, the other way": "-*- coding=utf_7 -*- +AAo-import os+AAo-",
    "a type comment": "# type: ignore[import os]",
    "a dunder": "__import__('os')",
    "a reserved name": "core",
    "a keyword of Python": "lambda",
    "a soft keyword": "match",
    "None": "None",
    "a filter of ffmpeg": "a':x=1,movie='/etc/passwd'[out];[out]",
    "an option": "-vf=x -i /etc/passwd",
    "a path upwards": "../../../../etc/passwd",
    "a device": "\\\\.\\PhysicalDrive0",
    "a pipe": "|touch /tmp/x",
    "a URL": "concat:/etc/passwd|http://x/y",
    "very long": "A'" * 20_000,
    "one more than the most": "x" * 100_001,
    "nothing": "",
    "a blank": " ",
}


def harmless() -> Graph:
    nodes = [
        NodeDoc(NodeId("source1"), "input.video", 1, {"file": "tape.dv"}, "Tape"),
        NodeDoc(NodeId("writes1"), "test.writes", 1, {}, "Words"),
        NodeDoc(NodeId("deint1"), "deinterlace.bwdif", 1, {"rate": "double"}, "Deinterlace"),
        NodeDoc(NodeId("out1"), "output.ffv1", 1, {}, "Keep"),
    ]
    wires = ["source1.out>writes1.clip", "writes1.out>deint1.clip", "deint1.out>out1.clip", "source1.sound>out1.audio"]
    groups = (Group(GroupId("g"), "pair", (NodeId("deint1"),)),)
    notes = (Note(NoteId("n"), "a note"),)
    made = Graph.of(nodes, [Link.of(*wire.split(">")) for wire in wires], title="Harmless")
    return replace(made, groups=groups, notes=notes)


WRITES, DEINT, SOURCE, OUT = (NodeId(name) for name in ("writes1", "deint1", "source1", "out1"))


def with_param(node: NodeId, name: str) -> Callable[[Graph, str], Graph]:
    return lambda graph, trick: graph.with_node(graph.nodes[node].with_param(name, trick))


def with_field(node: NodeId, name: str) -> Callable[[Graph, str], Graph]:
    return lambda graph, trick: graph.with_node(replace(graph.nodes[node], **{name: trick}))  # type: ignore[arg-type]


def renamed(graph: Graph, trick: str) -> Graph:
    """The trick as the id of a node, with its wires."""
    new = NodeId(trick)
    nodes = [replace(doc, id=new) if doc.id == WRITES else doc for doc in graph.nodes.values()]

    def moved(end: tuple[NodeId, str]) -> tuple[NodeId, str]:
        return (new, end[1]) if end[0] == WRITES else end

    links = [Link(moved(link.source), moved(link.target)) for link in graph.links]
    return Graph.of(nodes, links)


PLACES: dict[str, Callable[[Graph, str], Graph]] = {
    "the label": with_field(WRITES, "label"),
    "the label of an output": with_field(OUT, "label"),
    "a node's notes": with_field(WRITES, "notes"),
    "a node's type": with_field(WRITES, "type"),
    "a text": with_param(WRITES, "text"),
    "a long text": with_param(WRITES, "long"),
    "a choice": with_param(WRITES, "mode"),
    "a choice of the library": with_param(DEINT, "rate"),
    "a whole number": with_param(WRITES, "count"),
    "a number": with_param(WRITES, "level"),
    "a path": with_param(SOURCE, "file"),
    "a path to write": with_param(OUT, "file"),
    "an unknown param": lambda graph, trick: graph.with_node(graph.nodes[WRITES].with_param(trick or "x", trick)),
    "an unknown field": lambda graph, trick: graph.with_node(replace(graph.nodes[WRITES], extra={"x_" + trick: trick})),
    "the id": renamed,
    "a port": lambda graph, trick: replace(
        graph, links=(*graph.links, Link((SOURCE, trick), (NodeId("deint1"), trick or "x")))
    ),
    "the title": lambda graph, trick: replace(graph, meta={"title": trick, "x_" + trick: trick}),
    "a group": lambda graph, trick: replace(graph, groups=(Group(GroupId("g"), trick, (DEINT,), trick),)),
    "a note": lambda graph, trick: replace(graph, notes=(Note(NoteId("n"), trick),)),
}


def tape(path: str) -> Media:
    return replace(media(), path=path)


def script_of(graph: Graph, title: str) -> tuple[str, str]:
    """The exported script and what the worker is given."""
    done = compiled(graph, REGISTRY, tape)
    text = script_text(done.plan, title, notes=(title,)).text
    index = {file.index_key: "/cache/index" for file in done.plan.files if file.index_key}
    prelude, steps = step_codes(done.plan, index)
    return text, "\n".join([prelude, *(step.code for step in steps)])


class _Shape(ast.NodeTransformer):
    """Texts become one letter and variables are numbered; all else stays."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("s") if isinstance(node.value, str) else node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if isinstance(node.ctx, ast.Store):
            self.names.setdefault(node.id, f"v{len(self.names)}")
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        node.value = self.visit(node.value)  # a name on the right is one from before
        node.targets = [self.visit(target) for target in node.targets]
        return node


def shape(text: str) -> str:
    # as bytes, for that is how Python reads a file: a coding line would count
    return ast.dump(_Shape().visit(ast.parse(text.encode("utf-8"))))


def statements(text: str) -> set[type[ast.AST]]:
    return {type(part) for part in ast.walk(ast.parse(text.encode("utf-8"))) if isinstance(part, ast.stmt)}


BASE_TEXT, BASE_STEPS = script_of(harmless(), "Harmless")
OURS = {ast.Import, ast.ImportFrom, ast.Assign, ast.Expr}


def test_the_harmless_graph_writes_what_it_should() -> None:
    assert "harmless" in BASE_TEXT
    assert "bwdif.Bwdif" in BASE_TEXT
    assert "set_output" in BASE_TEXT
    assert statements(BASE_TEXT) == OURS


def test_the_shape_notices_what_was_smuggled_in() -> None:
    assert shape("import os\n" + BASE_TEXT) != shape(BASE_TEXT)
    assert shape(BASE_TEXT.replace("'harmless'", "'a' + 'b'")) != shape(BASE_TEXT)
    assert shape(BASE_TEXT.replace("Bwdif(", "Bwdif(1, ")) != shape(BASE_TEXT)
    with pytest.raises(SyntaxError):
        shape("# coding=utf-7\n" + BASE_TEXT.replace("harmless", "+AAo-"))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_a_hostile_value_never_becomes_code(trick: str, place: str) -> None:
    graph = PLACES[place](harmless(), trick)
    refusal = refused(graph)
    if refusal:  # what the codec keeps out must still not get through the compiler
        assert place in ("the id", "a port", "a node's type")
        assert all(line.isprintable() for line in refusal)
    text, steps = script_of(graph, trick)
    assert statements(text) <= OURS
    assert statements(steps) <= OURS
    done = compiled(graph, REGISTRY, tape)
    if done.errors:  # refused, or cut short: what is left is still ours alone
        assert all(problem.line().isprintable() for problem in done.problems)
        for call in (part for part in ast.walk(ast.parse(text)) if isinstance(part, ast.Call)):
            assert ast.unparse(call.func).split(".")[-1] in KNOWN_CALLS
    else:
        assert shape(text) == shape(BASE_TEXT)
        assert shape(steps) == shape(BASE_STEPS)
    assert len(fingerprint(graph, REGISTRY)) == 32


def refused(graph: Graph) -> tuple[str, ...]:
    """What reading it back as a file says against it."""
    try:
        assert decode(encode(graph)) == graph
    except DocumentError as fault:
        return fault.faults
    return ()


KNOWN_CALLS = {
    ast.unparse(part.func).split(".")[-1] for part in ast.walk(ast.parse(BASE_TEXT)) if isinstance(part, ast.Call)
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_a_hostile_command_line_is_refused_or_quoted(trick: str) -> None:
    graph, _ = set_inputs(harmless(), [trick], REGISTRY)
    graph, _ = set_params(graph, [f"writes1.text={trick}", f"{trick}.{trick}={trick}", trick], REGISTRY)
    text, _ = script_of(graph, "x")
    assert statements(text) <= OURS


NUMBERS = [
    "1e400",
    "-1e400",
    "NaN",
    "Infinity",
    "1e308",
    "-0.0",
    "9" * 390,
    "9" * 4000,
    "0.1e-400",
    "true",
    "null",
    "[1]",
]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ["count", "level", "mode", "text"])
def test_huge_and_odd_numbers_are_refused_or_kept_in_bounds(number: str, name: str) -> None:
    plain = encode(harmless().with_node(harmless().nodes[WRITES].with_param(name, "@@")))
    try:
        graph = decode(plain.replace('"@@"', number))
    except DocumentError:
        return
    done = compiled(graph, REGISTRY, tape)
    text, _ = script_of(graph, "x")
    assert statements(text) <= OURS
    for part in ast.walk(ast.parse(text)):
        if isinstance(part, ast.Constant) and isinstance(part.value, int | float):
            assert abs(part.value) <= 10**6
    assert done.errors or json.loads(number) in (True, 0, 0.1e-400, -0.0)


def test_a_document_may_not_bring_types_of_its_own() -> None:
    for hostile in (
        "os.system",
        "builtins.eval",
        "nodes.library.field.bwdif",
        "../plugins/x",
        "__main__",
        "test.writes\n",
    ):
        graph = harmless().with_node(replace(harmless().nodes[WRITES], type=hostile))
        done = compiled(graph, REGISTRY, tape)
        assert any(problem.node == WRITES for problem in done.errors)
        assert "writes" not in script_of(graph, "x")[0]
