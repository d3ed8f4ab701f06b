"""The shipped presets: whole, readable, and right for the tapes they are made for."""

import re
from fractions import Fraction

import pytest

from graphs.check import check
from graphs.codec import decode, encode
from graphs.document import Graph, NodeId
from graphs.forecast import forecast
from graphs.library import PRESETS, preset, preset_names
from graphs.overrides import set_inputs, set_params
from graphs.resolve import resolve
from graphs.upgrade import defaults
from nodes.clip import ClipInfo, Fields, Matrix, PixelFormat, SoundInfo
from nodes.media import Media, Probe
from nodes.registry import default_registry
from runtime.compiled import compiled
from tests.graphs.kit import media

NAMES = [
    "vhs-pal", "vhs-ntsc", "hi8", "dv-pal", "dv-ntsc", "telecine", "gentle", "archive-only", "fast-preview",
    "capture-pal", "capture-ntsc",
]  # fmt: skip
REGISTRY = default_registry()


def clip(height: int, form: str, fields: Fields) -> ClipInfo:
    pal = height == 576
    rate, sar = (Fraction(25), Fraction(16, 15)) if pal else (Fraction(30000, 1001), Fraction(8, 9))
    matrix = Matrix.BT470BG if pal else Matrix.SMPTE170M
    return ClipInfo(720, height, PixelFormat.parse(form), rate, 500, sar, fields, matrix, exact=True)


TAPES = {
    "PAL capture": clip(576, "YUV422P8", Fields.TFF),
    "PAL capture, 10 bit": clip(576, "YUV422P10", Fields.TFF),
    "NTSC capture": clip(480, "YUV422P8", Fields.BFF),
    "NTSC DVD": clip(480, "YUV420P8", Fields.TFF),
    "PAL DV": clip(576, "YUV420P8", Fields.BFF),
    "NTSC DV": clip(480, "YUV411P8", Fields.BFF),
}
MADE_FOR = {
    "vhs-pal": ["PAL capture", "PAL capture, 10 bit", "PAL DV"],
    "vhs-ntsc": ["NTSC capture", "NTSC DVD", "NTSC DV"],
    "hi8": ["PAL capture", "NTSC capture", "PAL DV", "NTSC DV"],
    "dv-pal": ["PAL DV"],
    "dv-ntsc": ["NTSC DV"],
    "telecine": ["NTSC capture", "NTSC DVD"],
    "gentle": list(TAPES),
    "archive-only": list(TAPES),
    "fast-preview": list(TAPES),
    "capture-pal": ["PAL capture", "PAL capture, 10 bit", "PAL DV"],
    "capture-ntsc": ["NTSC capture", "NTSC DV"],
}
CASES = [(name, tape) for name, tapes in MADE_FOR.items() for tape in tapes]


def tape(name: str) -> Probe:
    picture = TAPES[name]
    found = media(picture, SoundInfo(48000, 2, picture.duration))

    def probe(_: str) -> Media:
        return found

    return probe


def graph_of(name: str) -> Graph:
    found = preset(name)
    assert found is not None
    return found.graph


def loaded(name: str) -> Graph:
    made, problems = set_inputs(graph_of(name), ["tape.mov"], REGISTRY)
    assert problems == []
    return made


def test_the_promised_presets_are_there() -> None:
    assert preset_names() == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_written_as_the_program_writes(name: str) -> None:
    text = (PRESETS / f"{name}.graph").read_text("utf-8")
    assert encode(decode(text)) == text


@pytest.mark.parametrize("name", NAMES)
def test_every_param_of_the_present_version_is_written_out(name: str) -> None:
    for doc in graph_of(name).nodes.values():
        kind = REGISTRY.get(doc.type)
        assert kind is not None, doc.type
        assert (doc.type, doc.version) == (kind.id, kind.version)
        assert set(doc.params) == set(defaults(kind))


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_can_be_read_by_a_person(name: str) -> None:
    graph = graph_of(name)
    assert graph.meta["title"]
    assert len(str(graph.meta["about"])) > 80
    assert graph.notes
    assert all(doc.label for doc in graph.nodes.values())
    labels = [doc.label for doc in graph.nodes.values()]
    assert len(set(labels)) == len(labels)
    for link in graph.links:  # the tape runs from left to right
        left, right = (graph.nodes[end].position for end in (link.source[0], link.target[0]))
        assert left[0] < right[0]
    places = [doc.position for doc in graph.nodes.values()]
    assert all(
        abs(one[0] - other[0]) >= 200 or abs(one[1] - other[1]) >= 150
        for at, one in enumerate(places)
        for other in places[at + 1 :]
    )


@pytest.mark.parametrize(("name", "tape_name"), CASES)
def test_a_preset_has_nothing_wrong_on_the_tapes_it_is_for(name: str, tape_name: str) -> None:
    assert [problem.line() for problem in check(loaded(name), REGISTRY, tape(tape_name))] == []


@pytest.mark.parametrize(("name", "tape_name"), CASES)
def test_a_preset_compiles_for_the_tapes_it_is_for(name: str, tape_name: str) -> None:
    done = compiled(loaded(name), REGISTRY, tape(tape_name))
    assert [problem.line() for problem in done.problems] == []
    (sink,) = done.plan.sinks
    assert sink.node == "encode1"
    assert sink.sink.sound is not None


@pytest.mark.parametrize(("name", "tape_name"), CASES)
def test_what_comes_out_has_the_length_shape_and_rate_it_should(name: str, tape_name: str) -> None:
    source = TAPES[tape_name]
    foretold = forecast(resolve(loaded(name), REGISTRY), tape(tape_name), REGISTRY)
    written = foretold.clip(NodeId("encode1"), "clip")
    sound = foretold.sound(NodeId("encode1"), "audio")
    assert written is not None
    assert sound is not None
    assert abs(written.duration - source.duration) < 2 / source.fps
    assert sound.duration == source.duration
    assert abs(written.dar / source.dar - 1) < Fraction(1, 50)
    times = {"archive-only": Fraction(1), "fast-preview": Fraction(1), "telecine": Fraction(4, 5)}.get(
        name, Fraction(2)
    )
    assert written.fps == source.fps * times
    assert written.fields is (source.fields if name == "archive-only" else Fields.PROGRESSIVE)


def test_the_archive_is_not_touched() -> None:
    graph = loaded("archive-only")
    assert {doc.type for doc in graph.nodes.values()} == {"input.video", "output.ffv1"}
    for name in TAPES:
        done = compiled(graph, REGISTRY, tape(name))
        (sink,) = done.plan.sinks
        assert sink.info.format == TAPES[name].format
        assert len(done.plan.steps) <= 2  # the source, and that very clip handed over


def test_the_settings_of_the_documentation_work() -> None:
    texts = ["qtgmc1.preset=slow", "encode1.crf=18"]
    for name in ("vhs-pal", "vhs-ntsc", "hi8", "dv-pal", "dv-ntsc", "gentle"):
        _, problems = set_params(graph_of(name), texts, REGISTRY)
        assert problems == []
    for name in NAMES:  # what the notes and the descriptions tell people to type
        told = f"{graph_of(name).meta['about']} {' '.join(note.text for note in graph_of(name).notes)}"
        for quoted, plain in re.findall(r'--set (?:"([^"]+)"|(\S+))', told):
            _, problems = set_params(graph_of(name), [quoted or plain.rstrip(".,)")], REGISTRY)
            assert problems == []


def test_presets_do_not_name_files_of_ours() -> None:
    for name in NAMES:
        for doc in graph_of(name).nodes.values():
            kind = REGISTRY.get(doc.type)
            assert kind is not None
            paths = [doc.params[key] for key, param in kind.params.items() if param.kind.value in ("file", "folder")]
            assert set(paths) <= {""}
