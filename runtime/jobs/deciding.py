"""What decides the result of a render, so that one that is gone on with later is the same one.

Pictures by the fingerprint of all that makes them (sources and models by their contents), coding by its options, and
the versions of everything that computes.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from runtime.ffmpeg import Ffmpeg
from runtime.jobs.lanes import Lane

_COMPUTES = re.compile(
    r"(vapoursynth.*|vsjetpack|jetpytools|dfttest2|vsanalog|open-svpflow|onnxruntime.*|numpy|torch|spandrel|av)\Z"
)


@cache
def program_version() -> str:
    """Tapeloom's own."""
    file = Path(__file__).parents[2] / "pyproject.toml"
    return str(tomllib.loads(file.read_text("utf-8"))["project"]["version"])


def versions(ffmpeg: Ffmpeg) -> dict[str, str]:
    """Of the program, ffmpeg, VapourSynth and its plugins, and whatever else computes pictures."""
    found = {"tapeloom": program_version(), "ffmpeg": ffmpeg.version}
    names = sorted((one.metadata["Name"].lower(), one.version) for one in distributions() if one.metadata["Name"])
    return found | {name: version for name, version in names if _COMPUTES.match(name)}


def deciding(lanes: Sequence[Lane], ffmpeg: Ffmpeg) -> dict[str, Any]:
    """Plain data, for a job's file."""
    return {"versions": versions(ffmpeg), "outputs": {lane.node: _of(lane) for lane in lanes}}


def _of(lane: Lane) -> dict[str, Any]:
    sink, sound = lane.sink, lane.sink.sound
    heard = repr((sound.op if sound else None, sink.sound_codec.value, sink.sound_kbps))
    return {
        "file": str(lane.goal.final),
        "picture": f"{lane.fingerprint} {lane.port}",
        "clip": lane.info.line(),
        "span": list(lane.span),
        "coding": [lane.coder.encoder, *lane.coder.options, lane.coder.pixel_format, sink.muxer, *sink.muxer_options],
        "between": lane.between,
        "sound": hashlib.sha256(heard.encode("utf-8", "surrogateescape")).hexdigest()[:32],
    }


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What has changed, a line each; empty where it is the same render."""
    lines: list[str] = []
    old, new = before.get("outputs", {}), now["outputs"]
    if set(old) != set(new):
        lines.append(f"it wrote {', '.join(sorted(old)) or 'nothing'}, now it writes {', '.join(sorted(new))}")
    for node in sorted(set(old) & set(new)):
        one, other = old[node], new[node]
        if one["picture"] != other["picture"]:
            lines.append(f"{node}: the graph, a source or a model has changed")
        if one["clip"] != other["clip"] or one["span"] != other["span"]:
            lines.append(f"{node}: was {one['clip']}, frames {_span(one)}; is {other['clip']}, frames {_span(other)}")
        if one["coding"] != other["coding"]:
            lines.append(f"{node}: is coded in another way now")
        if one.get("between", False) != other["between"]:
            lines.append(f"{node}: its segments were {_BETWEEN[one.get('between', False)]}")
        if one["sound"] != other["sound"]:
            lines.append(f"{node}: the sound has changed")
        if one["file"] != other["file"]:
            lines.append(f"{node}: went to {one['file']}, goes to {other['file']}")
    was, is_ = before.get("versions", {}), now["versions"]
    changed = [name for name in sorted(set(was) | set(is_)) if was.get(name) != is_.get(name)]
    return [*lines, *(f"{name} was {was.get(name, '—')}, is {is_.get(name, '—')}" for name in changed)]


_BETWEEN = {True: "kept without loss until the end (--intermediate)", False: "coded at once, without --intermediate"}


def _span(one: Mapping[str, Any]) -> str:
    return f"{one['span'][0]}–{one['span'][1] - 1}"
