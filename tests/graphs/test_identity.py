"""A document's fingerprint names what it does: not where its nodes lie, what they are called, or who saved it."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from graphs.codec import decode, encode
from graphs.document import Graph, Group, GroupId, Note, NoteId
from graphs.identity import fingerprint
from tests.graphs.kit import REGISTRY, graph, node

ROOT = Path(__file__).parents[2]
BASE = graph(node("source1"), node("qtgmc1", preset="Slow", smoothing=1), wires="source1.out>qtgmc1.clip")


def test_looks_do_not_count() -> None:
    nodes = {
        key: replace(doc, label="Ü", notes="n", position=(9, 9), extra={"x": 1}) for key, doc in BASE.nodes.items()
    }
    dressed = Graph(
        dict(reversed(list(nodes.items()))),
        BASE.links,
        (Group(GroupId("g")),),
        (Note(NoteId("n")),),
        {"title": "t"},
        {"e": 2},
    )
    assert fingerprint(dressed) == fingerprint(BASE)


def test_everything_that_changes_the_picture_counts() -> None:
    qtgmc = BASE.nodes["qtgmc1"]  # type: ignore[index]
    others = [
        BASE.with_node(qtgmc.with_param("smoothing", 2)),
        BASE.with_node(replace(qtgmc, bypass=True)),
        BASE.with_node(replace(qtgmc, mute=True)),
        BASE.with_node(replace(qtgmc, type="deinterlace.bwdif")),
        replace(BASE, links=()),
        graph(*BASE.nodes.values(), wires="source1.sound>qtgmc1.clip"),
        BASE.with_node(qtgmc.with_param("smoothing", True)),
        BASE.with_node(qtgmc.with_param("smoothing", "1")),
    ]
    prints = [fingerprint(other) for other in (BASE, *others)]
    assert len(set(prints)) == len(prints)


def test_it_survives_the_file_and_equal_numbers_are_equal() -> None:
    assert fingerprint(decode(encode(BASE))) == fingerprint(BASE)
    whole = BASE.with_node(BASE.nodes["qtgmc1"].with_param("smoothing", 1.0))  # type: ignore[index]
    assert fingerprint(whole) == fingerprint(BASE)


def test_with_a_registry_a_written_default_and_an_upgrade_make_no_difference() -> None:
    short = graph(node("source1"), node("qtgmc1"), wires="source1.out>qtgmc1.clip")
    assert fingerprint(short) != fingerprint(BASE)
    assert fingerprint(short, REGISTRY) == fingerprint(BASE, REGISTRY)
    old = graph(node("source1"), node("qtgmc1", version=1, speed=1, smoothing=10), wires="source1.out>qtgmc1.clip")
    assert fingerprint(old, REGISTRY) == fingerprint(BASE, REGISTRY)


def test_it_is_the_same_in_every_process_and_for_ever() -> None:
    code = (
        "from graphs.codec import decode; from graphs.identity import fingerprint; import pathlib;"
        "print(fingerprint(decode(pathlib.Path('tests/documents/first_v1.graph').read_bytes())))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert run.stdout.strip() == "9db7fb17e97808ce02197024c5fce7d6"
