"""What `run` writes is, frame for frame, what a script written by hand gives through vspipe and ffmpeg."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import pytest

from graphs.document import Graph, Link, NodeDoc, NodeId
from nodes.registry import default_registry
from runtime.compiled import compiled
from runtime.jobs.render import render
from runtime.script import script_text
from runtime.session import Session
from runtime.sources import prober

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
VSPIPE = Path(sys.executable).with_name("vspipe.exe" if sys.platform == "win32" else "vspipe")


def ffmpeg(*args: str) -> None:
    subprocess.run([FFMPEG, "-v", "error", "-y", *args], check=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def tapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PAL tape (25i, top first), an NTSC tape with 2:3 pulldown, and a second PAL one; all of moving pictures."""
    folder = tmp_path_factory.mktemp("tapes with spaces")
    moving = "testsrc2=size={size}:rate={rate},noise=alls=9:all_seed=7:allf=t"
    tags = ["-color_range", "tv", "-c:v", "ffv1", "-level", "3"]
    pal = moving.format(size="720x576", rate=50) + ",format=yuv422p,tinterlace=interleave_top,setfield=tff,setsar=16/15"
    film = moving.format(size="720x480", rate="24000/1001") + ",format=yuv420p,telecine=top:23,setfield=tff,setsar=8/9"
    ffmpeg("-f", "lavfi", "-i", pal, "-frames:v", "16", *tags, "-field_order", "tt", str(folder / "pal.mkv"))
    ffmpeg("-f", "lavfi", "-i", film, "-frames:v", "30", *tags, "-field_order", "tt", str(folder / "film.mkv"))
    return folder


def frames(path: Path) -> list[str]:
    """The MD5 of every decoded frame."""
    done = subprocess.run(
        [FFMPEG, "-v", "error", "-i", str(path), "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-"],
        check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return [line.split(",")[-1].strip() for line in done.stdout.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def vspipe(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which vspipe finds this Python: it wants to be told once, in the user's own folder."""
    home = str(tmp_path_factory.mktemp("home"))
    own = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "APPDATA": home}
    command = [str(VSPIPE.with_name(VSPIPE.name.replace("vspipe", "vapoursynth"))), "config"]
    subprocess.run(command, env=own, check=True, capture_output=True)
    return own


def by_hand(script: str, folder: Path, env: dict[str, str]) -> list[str]:
    """The same, of a hand-written script through `vspipe | ffmpeg`."""
    path, result = folder / "by hand.vpy", folder / "by hand.mkv"
    path.write_text(script, encoding="utf-8")
    encoder = [FFMPEG, "-v", "error", "-y", "-i", "-", "-c:v", "ffv1", str(result)]
    with subprocess.Popen([str(VSPIPE), "-c", "y4m", str(path), "-"], stdout=subprocess.PIPE, env=env) as pipe:
        coded = subprocess.run(encoder, stdin=pipe.stdout, check=False)
    assert (pipe.returncode, coded.returncode) == (0, 0)
    return frames(result)


@dataclass(frozen=True)
class Case:
    """Nodes in a row (type, params) behind the source, and the script that a person would write instead."""

    tape: str
    nodes: tuple[tuple[str, dict[str, object]], ...]
    script: str


HEAD = """
import vapoursynth as vs
core = vs.core
clip = core.bs.VideoSource({path!r}, cachemode=0)
"""
PAL = HEAD + "clip = clip.std.SetFrameProps(_FieldBased=2, _Matrix=5, _Primaries=5, _Transfer=6, _Range=0)\n"
NTSC = HEAD + "clip = clip.std.SetFrameProps(_FieldBased=2, _Matrix=6, _Primaries=6, _Transfer=6, _Range=0)\n"

CASES = {
    "archive, fields and all": Case("pal.mkv", (), HEAD + "clip.set_output()"),
    "bob, crop, square pixels": Case(
        "pal.mkv",
        (
            ("deinterlace.bwdif", {}),
            ("geometry.crop", {"left": 8, "right": 8, "bottom": 16}),
            ("scale.resize", {"size": "exact", "width": 640, "height": 480, "kernel": "spline36"}),
        ),
        PAL + "clip = clip.bwdif.Bwdif(field=3)[:]\n"
        "clip = clip.std.CropRel(left=8, right=8, bottom=16)\n"
        "clip.resize.Spline36(640, 480).set_output()",
    ),
    "levels and gamma, which are fused": Case(
        "pal.mkv",
        (
            ("deinterlace.bwdif", {"rate": "single"}),
            ("colour.levels", {"in_black": 26.0, "in_white": 226.0, "colour_follows": False}),
            ("colour.saturation", {"saturation": 1.25}),
        ),
        PAL + "clip = clip.bwdif.Bwdif(field=1)\n"
        "clip = clip.std.Expr(['x 26 - 219 200 / * 16 +', ''])\n"
        "clip.std.Expr(['', 'x 128 - 1.25 * 128 +']).set_output()",
    ),
    "inverse telecine": Case(
        "film.mkv",
        (("field.ivtc", {"combed": "leave"}),),
        NTSC + "clip = clip.vivtc.VFM(order=1)\nclip.vivtc.VDecimate().set_output()",
    ),
    "trim, bob, title": Case(
        "pal.mkv",
        (
            ("time.trim", {"ranges": [[4, 10]]}),
            ("deinterlace.nnedi3", {}),
            ("utility.overlay", {"shown": "text", "text": 'Fête "n°1"', "place": "top left", "scale": 2}),
        ),
        PAL + "clip = clip[4:10].znedi3.nnedi3(field=3, nsize=1, nns=1, qual=1)\n"
        "clip.text.Text('Fête \"n°1\"', alignment=7, scale=2).set_output()",
    ),
}


def row(tape: Path, *nodes: tuple[str, dict[str, object]]) -> Graph:
    """The nodes, one behind the other, between a source and an FFV1 output."""
    listed = [("input.video", {"file": str(tape)}), *nodes, ("output.ffv1", {})]
    docs = [NodeDoc(NodeId(f"n{at}"), kind, params=params) for at, (kind, params) in enumerate(listed)]  # type: ignore[arg-type]
    return Graph.of(docs, [Link.of(f"n{at}.out", f"n{at + 1}.clip") for at in range(len(listed) - 1)])


@pytest.mark.parametrize("name", CASES)
def test_a_graph_renders_the_frames_of_the_script_by_hand(
    name: str, tapes: Path, tmp_path: Path, vspipe: dict[str, str]
) -> None:
    case = CASES[name]
    result = render(row(tapes / case.tape, *case.nodes), outputs=[str(tmp_path / "ours.mkv")])
    ours = frames(result.files[0].path)
    theirs = by_hand(case.script.format(path=str(tapes / case.tape)), tmp_path, vspipe)
    assert len(ours) > 5
    assert ours == theirs


def test_the_exported_script_gives_the_frames_of_the_render(
    tapes: Path, tmp_path: Path, vspipe: dict[str, str]
) -> None:
    graph = row(
        tapes / "pal.mkv",
        ("clean.dropout", {}),
        ("deinterlace.qtgmc", {"preset": "quick"}),
        ("colour.levels", {"in_black": 30.0}),
        ("colour.gamma", {"gamma": 1.2}),
    )
    result = render(graph, outputs=[str(tmp_path / "ours.mkv")])
    with Session() as session:
        made = compiled(graph, default_registry(), prober(session))
    text = script_text(made.plan).text
    assert "fused" not in text
    assert frames(result.files[0].path) == by_hand(text, tmp_path, vspipe)
