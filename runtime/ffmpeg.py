"""Finds ffmpeg, and which of its encoders really work on this machine: each proves itself on a few frames.

TAPELOOM_FFMPEG names another ffmpeg than the one that imageio-ffmpeg brings; the last resort is PATH.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nodes.sink import Coder
from runtime import folders
from runtime.hardware.wishes import CPU, rank, wishes

VARIABLE = "TAPELOOM_FFMPEG"
OLDEST = (5, 1)
"""`-fps_mode` came with 5.1."""
_TRIAL_S = 60.0


class FfmpegError(Exception):
    """There is no ffmpeg that can be used; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """One ffmpeg program. `version` is what it calls itself (`n9.0.2-17-g2a571b6068`)."""

    path: str
    version: str


def find() -> Ffmpeg:
    """The ffmpeg to use. FfmpegError, in one line, where there is none."""
    named = os.environ.get(VARIABLE)
    path = named or _bundled() or shutil.which("ffmpeg")
    if not path:
        raise FfmpegError(
            f"no ffmpeg was found. Run `python3 launch.py doctor`, install ffmpeg, or name one in {VARIABLE}"
        )
    blame = f"{VARIABLE} names {path}, which" if named else f"{path}"
    try:
        done = subprocess.run([path, "-hide_banner", "-version"], capture_output=True, timeout=_TRIAL_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as fault:
        reason = getattr(fault, "strerror", None) or "it did not answer"
        raise FfmpegError(f"{blame} cannot be started ({reason}). Name a working ffmpeg in {VARIABLE}") from None
    found = re.match(rb"ffmpeg version (\S+)", done.stdout)
    if done.returncode != 0 or not found:
        raise FfmpegError(f"{blame} is no ffmpeg. Name a working one in {VARIABLE}")
    version = found[1].decode("utf-8", "replace")
    number = re.match(r"n?(\d+)\.(\d+)", version)  # a development build has no number and is new
    if number and (int(number[1]), int(number[2])) < OLDEST:
        raise FfmpegError(f"{blame} is version {version}; {OLDEST[0]}.{OLDEST[1]} or newer is needed")
    return Ffmpeg(path, version)


def _bundled() -> str | None:
    """The program that imageio-ffmpeg brings, if it is there."""
    try:
        import imageio_ffmpeg
    except ImportError:
        return None
    folder = Path(imageio_ffmpeg.__file__).parent / "binaries"
    found = sorted(path for path in folder.glob("ffmpeg-*") if os.access(path, os.X_OK) or sys.platform == "win32")
    return str(found[-1]) if found else None


# --------------------------------------------------------------------------------------------- encoders and proofs


def encoders(ffmpeg: Ffmpeg) -> frozenset[str]:
    """The encoders that it was built with; most of the hardware ones will not work here."""
    done = subprocess.run(
        [ffmpeg.path, "-hide_banner", "-encoders"], capture_output=True, timeout=_TRIAL_S, check=False
    )
    rows = done.stdout.decode("utf-8", "replace").splitlines()
    return frozenset(found[1] for row in rows if (found := re.match(r" [VAS][FSXBD.]{5} (\S+)", row)))


def choose(ffmpeg: Ffmpeg, coders: Iterable[Coder]) -> tuple[Coder, str]:
    """The first of `coders` that works here, and what to tell the user of those before it; where the user has said
    which encoders come first (runtime.hardware.wishes), in that order.

    FfmpegError where none does.
    """
    wanted = wishes().encoders
    refused: list[str] = []
    for coder in sorted(coders, key=lambda one: rank(_kind(one), wanted)):  # stable: unwished, the node's order stands
        why = refusal(ffmpeg, coder)
        if not why:
            note = ""
            if refused:
                note = f"none of this machine's hardware encoders works, so {coder.encoder} is used"
                note = note if not coder.hardware else ""
            return coder, note
        refused.append(f"{coder.encoder}: {why}")
    raise FfmpegError(f"the encoder cannot be used here. {'; '.join(refused)}. Choose another codec, or hardware: off")


def _kind(coder: Coder) -> str:
    return coder.encoder.rpartition("_")[2] if coder.hardware else CPU


def refusal(ffmpeg: Ffmpeg, coder: Coder) -> str:
    """Why an encoder does not work here; empty where it does. Remembered for this ffmpeg on this machine's drivers."""
    proofs = _Proofs(ffmpeg)
    key = " ".join((coder.encoder, coder.pixel_format, *coder.options)) if coder.hardware else coder.encoder
    known = proofs.get(key)
    if known is None:
        known = _tried(ffmpeg, coder)
        proofs.keep(key, known)
    return known


def _tried(ffmpeg: Ffmpeg, coder: Coder) -> str:
    """Encode a few grey frames; why that failed, in ffmpeg's own last words."""
    if coder.encoder not in encoders(ffmpeg):
        return f"this ffmpeg ({ffmpeg.version}) was built without it"
    if not coder.hardware:
        return ""
    pixels = ("-pix_fmt", coder.pixel_format) if coder.pixel_format else ()
    picture = "color=c=gray:s=640x480:r=25"
    argv = [ffmpeg.path, "-hide_banner", "-nostdin", "-v", "error", "-f", "lavfi", "-i", picture, "-frames:v", "5"]
    argv += [*pixels, "-c:v", coder.encoder, *coder.options, "-f", "null", "-"]
    try:
        done = subprocess.run(argv, capture_output=True, timeout=_TRIAL_S, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "it hung on a trial"
    if done.returncode == 0:
        return ""
    said = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    return re.sub(r"^\[[^\]]*\]\s*", "", said[0]) if said else "it failed on a trial"


class _Proofs:
    """What trials found, in the cache folder: one small file for an ffmpeg together with the drivers it met."""

    def __init__(self, ffmpeg: Ffmpeg) -> None:
        digest = hashlib.sha256(json.dumps([ffmpeg.path, ffmpeg.version, *_stamps(ffmpeg.path)]).encode()).hexdigest()
        self.path = folders.cache() / "encoders" / f"{digest[:20]}.json"

    def get(self, key: str) -> str | None:
        found = self._all().get(key)
        return found if isinstance(found, str) else None

    def keep(self, key: str, why: str) -> None:
        known = {**self._all(), key: why}
        part = self.path.with_suffix(f".{os.getpid()}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(known, indent=1), encoding="utf-8")
            part.replace(self.path)
        except OSError:
            part.unlink(missing_ok=True)  # a proof that cannot be kept is made again

    def _all(self) -> dict[str, object]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _stamps(program: str) -> list[str]:
    """What changes when ffmpeg, a graphics card or its driver changes."""
    places = [program, "/sys/module/nvidia/version", "/sys/module/amdgpu/version"]
    if sys.platform == "win32":
        system = Path(os.environ.get("SYSTEMROOT", "C:\\Windows")) / "System32"
        places += [str(system / name) for name in ("nvEncodeAPI64.dll", "amfrt64.dll", "libmfxhw64.dll", "libvpl.dll")]
    found = [platform.version()]
    for place in places:
        try:
            status = Path(place).stat()
            found.append(f"{place} {status.st_size} {status.st_mtime_ns if place == program else ''}")
            if place.startswith("/sys/"):
                found.append(Path(place).read_text(encoding="ascii", errors="replace"))
        except OSError:
            continue
    cards = Path("/dev/dri")
    if cards.is_dir():
        found += sorted(path.name for path in cards.iterdir())
    return found
