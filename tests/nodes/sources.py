"""Runs source nodes on real files: probed, written as script text, and opened by real VapourSynth in this process."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import vapoursynth as vs

from nodes.media import Media
from nodes.node import Node, arguments, outputs_of
from nodes.script import Local, Ref, Script
from runtime.emit import walk, write
from runtime.media import media_from
from runtime.worker.probe import probe as facts_of

MEDIA = Path(__file__).parent.parent / "media"
DV_NTSC = MEDIA / "Demo_DV_720x480_CC.cut.15frames.mov"
DV_PAL = MEDIA / "synthetic_dv_pal_16x9.dv"
BUNNY = MEDIA / "bigbuckbunny_1280x720_25p.mp4"


def probe(path: str) -> Media:
    """As the runtime does it, without the worker between."""
    return media_from(facts_of(path), path)


def ffmpeg(*arguments: str | Path) -> None:
    """Make a file with ffmpeg."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def pictures(*options: str, to: Path, size: str = "720x576", rate: str = "25", frames: int = 8) -> Path:
    """A moving test picture coded with `options` into the file `to`."""
    source = ("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}")
    ffmpeg(*source, "-frames:v", str(frames), *options, to)
    return to


def opened(node: Node, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The node's real outputs (clips; sounds as they are) and its forecast, by port. Indexes go to `folder`."""
    forecast = outputs_of(type(node), node.forecast(*_given(node.forecast)))
    made = outputs_of(type(node), node.build(Script("source"), *_given(node.build)))
    clips = {port: value.expr for port, value in made.items() if isinstance(value, Ref)}
    keys = {part.key for expr in clips.values() for part in walk(expr) if isinstance(part, Local)}
    written = write("source", clips, {}, local={key: str(folder / f"{abs(hash(key))}.index") for key in keys})
    space: dict[str, Any] = {"vs": vs, "core": vs.core}
    exec("\n".join(written.lines), space)
    return made | {port: space[written.variables[port]] for port in clips}, forecast


def _given(method: Any) -> Sequence[Any]:
    return [probe for name in arguments(method) if name == "probe"]
