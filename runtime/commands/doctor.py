"""Looks at all that Tapeloom stands on, and says how to mend what is missing."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from provision import environment
from provision.uv import uv_in
from runtime import folders, system
from runtime.inquiry import inquire

HELP = """Show everything found, everything missing, and how to mend it.

Exit code 0: `run` has all it needs. 1: it lacks something.
"""

ROOT = Path(__file__).resolve().parents[2]
SETUP = "python3 launch.py setup"
AGAIN = f"{SETUP} --again"
LEAST_FREE_GB = 5
"""A minute of FFV1 at standard definition is 0.2 GB: below this a tape does not fit."""

_USE = {
    "torch": ": only PyTorch weights (.pth) and their conversion need it",
    "serve": ": only `serve` needs it, which brings it",
    "cluster": ": only `cluster` needs it, which brings it",
}
State = Literal["ok", "note", "missing"]
MARKS = {"ok": "✓", "note": "·", "missing": "✗"}


@dataclass(frozen=True)
class Finding:
    """`missing` is what `run` cannot do without; `note` is what it can. `mend` says what to do."""

    part: str
    state: State
    found: str
    mend: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--hardware", action="store_true",
        help="processors, cards, memory, encoders proved by a trial, and who would do what",
    )  # fmt: skip
    parser.add_argument(
        "--prefer", action="append", default=[], metavar="encoders=A,B | ai=A,B",
        help="with --hardware: from now on these first, like encoders=quicksync,cpu or ai=cpu; with nothing behind the "
        "equals sign it is forgotten",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    if args.hardware or args.prefer:
        return hardware(args)
    findings = examine()
    sound = all(finding.state != "missing" for finding in findings)
    if args.json:
        print(json.dumps({"sound": sound, "findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        print(table(findings))
        print("\nEverything that `run` needs is here." if sound else "\nMend what is marked ✗, then look again.")
    return 0 if sound else 1


def hardware(args: argparse.Namespace) -> int:
    from runtime.commands._hardware import lines, prefer
    from runtime.hardware.look import as_json, look
    from runtime.hardware.wishes import wishes

    prefer(args.prefer)
    machine, wanted = look(), wishes()
    if args.json:
        print(json.dumps({**as_json(machine), "wishes": asdict(wanted)}, indent=2))
    else:
        print("\n".join(lines(machine, wanted)))
    return 0


def examine() -> list[Finding]:
    """Each look in turn; one that fails is a finding itself."""
    findings: list[Finding] = []
    for look in (python, uv, layers, packages, vapoursynth, models, ffmpeg, ffprobe, window, gpu, disk):
        try:
            findings += look()
        except Exception as error:  # a doctor that falls ill with the patient helps nobody
            findings.append(Finding(look.__name__, "missing", f"looking failed: {error!r}", AGAIN))
    return findings


def table(findings: list[Finding]) -> str:
    width = max(len(finding.part) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.state]} {finding.part:{width}}  {finding.found}")
        if finding.mend:
            lines.append(f"  {'':{width}}  → {finding.mend}")
    return "\n".join(lines)


def python() -> Iterator[Finding]:
    yield Finding("system", "ok", f"{platform.platform()}, {os.cpu_count()} cores")
    yield Finding("python", "ok", f"{platform.python_version()} ({os.path.realpath(sys.executable)})")


def uv() -> Iterator[Finding]:
    tool = shutil.which("uv") or shutil.which(uv_in(str(ROOT / ".bootstrap" / "uv")))
    if tool is None:
        yield Finding("uv", "note", "not here", "needed only to change the environment: launch.py fetches it then")
    else:
        yield Finding("uv", "ok", f"{first_line([tool, '--version'])} ({tool})")


def layers() -> Iterator[Finding]:
    missing = environment.missing(str(ROOT), environment.LAYERS)
    for layer in environment.LAYERS:
        if layer not in missing:
            count = len(pins(layer))
            yield Finding(f"set {layer}", "ok", f"{count} packages, as locked")
        elif layer in environment.installed(str(ROOT)):
            yield Finding(f"set {layer}", "note", "older than its lock", f"python3 launch.py setup {layer}")
        else:
            state: State = "missing" if layer == "app" else "note"
            size = f" ({environment.SIZES[layer]})" if layer in environment.SIZES else ""
            yield Finding(f"set {layer}", state, f"not installed{_USE.get(layer, '')}", f"{SETUP} {layer}{size}")


def packages() -> Iterator[Finding]:
    """Pins that the environment does not keep: someone installed by hand."""
    wrong = []
    for layer in environment.installed(str(ROOT)):
        for name, version in pins(layer).items():
            try:
                here = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                here = "none"
            if here.lstrip("v") != version:
                wrong.append(f"{name} is {here}, tested is {version}")
    if wrong:
        yield Finding("packages", "missing", "; ".join(wrong), AGAIN)


def pins(layer: str) -> dict[str, str]:
    """What a lock asks for on every platform. Those with a marker are for some."""
    text = Path(environment.lock(str(ROOT), layer)).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+) \\$", text, re.MULTILINE))


def vapoursynth() -> Iterator[Finding]:
    """Asked of a child: a plugin that crashes while loading takes only that one along."""
    done = inquire("runtime.worker.inventory", patience_s=120)
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
        yield Finding("vapoursynth", "missing", f"does not start: {said[0]}", AGAIN)
        return
    inventory = json.loads(done.stdout)
    yield Finding("vapoursynth", "ok", f"{inventory['core']}, {inventory['threads']} threads")
    for wheel, namespaces in sorted(inventory["plugins"].items()):
        if namespaces:
            name = wheel.removeprefix("vapoursynth-")
            yield Finding(f"  {name}", "ok", ", ".join(sorted(namespaces)))
    for name, reason in sorted(inventory["broken"].items()):
        said = [line for line in done.stderr.splitlines() if name.split()[0].removeprefix("vapoursynth-") in line]
        yield Finding(f"  {name}", "missing", " ".join([reason, *said]), AGAIN)


def models() -> Iterator[Finding]:
    """What computes ONNX models here: each tried in a child, as its driver may crash."""
    done = inquire("runtime.worker.providers", patience_s=600)
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
        yield Finding("models", "note", f"no provider could be tried: {said[0]}", AGAIN)
        return
    by = {"mlrt": "vs-mlrt", "onnxruntime": "ONNX Runtime"}
    for trial in json.loads(done.stdout.splitlines()[-1]):
        part = f"models on {trial['name']}"
        if trial["ways"]:
            yield Finding(part, "ok", f"the right picture by {' and '.join(by[way] for way in trial['ways'])}")
        else:
            yield Finding(part, "note", trial["why"], AGAIN if trial["name"] == "cpu" else "")


def ffmpeg() -> Iterator[Finding]:
    import imageio_ffmpeg

    try:
        tool = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        yield Finding("ffmpeg", "missing", "not here", AGAIN)
        return
    yield Finding("ffmpeg", "ok", f"{first_line([tool, '-version']).split(' Copyright')[0]} ({tool})")
    listed = output([tool, "-hide_banner", "-encoders"])
    names = set(re.findall(r"^ [VA][A-Z.]{5} (\S+)", listed, re.MULTILINE))
    software = [
        "ffv1",
        "libx264",
        "libx265",
        "libsvtav1",
        "prores_ks",
        "dnxhd",
        "v210",
        "dvvideo",
        "flac",
        "aac",
        "libopus",
    ]
    absent = [name for name in software if name not in names]
    yield Finding(
        "encoders",
        "note" if absent else "ok",
        " ".join(name for name in software if name in names),
        f"this ffmpeg was built without {', '.join(absent)}" if absent else "",
    )
    hardware = sorted(name for name in names if re.search(r"_(nvenc|amf|qsv|videotoolbox|vaapi)$", name))
    if hardware:
        yield Finding("  built in", "note", " ".join(hardware) + " (used where a one-frame trial proves it)")


def ffprobe() -> Iterator[Finding]:
    tool = shutil.which("ffprobe")
    found = (
        f"{first_line([tool, '-version']).split(' Copyright')[0]} ({tool})"
        if tool
        else "not on PATH (only tests use it)"
    )
    yield Finding("ffprobe", "ok" if tool else "note", found)


def window() -> Iterator[Finding]:
    missing = system.missing_libraries()
    if missing:
        names = " ".join(library.soname for library in missing)
        yield Finding("window", "note", f"lacks {names}", system.install_command(missing))
    else:
        yield Finding("window", "ok", "every system library that Qt needs")


def gpu() -> Iterator[Finding]:
    if shutil.which("nvidia-smi"):
        for line in output(
            ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
        ).splitlines():
            yield Finding("gpu", "ok", line)
        return
    cards = {
        (card / "device" / "vendor").read_text().strip()
        for card in Path("/sys/class/drm").glob("card[0-9]")
        if (card / "device" / "vendor").exists()
    }
    vendors = {"0x10de": "NVIDIA (no driver: nvidia-smi is not here)", "0x1002": "AMD", "0x8086": "Intel"}
    if cards:
        yield Finding("gpu", "ok", ", ".join(vendors.get(card, card) for card in sorted(cards)))
    else:
        yield Finding("gpu", "note", "none seen: everything runs on the CPU")


def disk() -> Iterator[Finding]:
    places: dict[str, Callable[[], Path]] = {
        "cache": folders.cache,
        "data": folders.data,
        "temp": lambda: Path(tempfile.gettempdir()),
    }
    for part, place in places.items():
        try:
            folder = place()
            free = shutil.disk_usage(folder).free / 1e9
            writable = os.access(folder, os.W_OK)
        except OSError as error:
            yield Finding(part, "missing", str(error), "name another folder in TAPELOOM_CACHE, TAPELOOM_DATA or TMPDIR")
            continue
        if not writable:
            yield Finding(part, "missing", f"{folder} cannot be written", "make it yours, or name another folder")
        elif free < LEAST_FREE_GB:
            yield Finding(part, "note", f"{folder}: {free:.1f} GB free", "make room: a tape takes tens of GB")
        else:
            yield Finding(part, "ok", f"{folder}: {free:.0f} GB free")


def first_line(command: list[str]) -> str:
    return (output(command).splitlines() or ["does not start"])[0]


def output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
