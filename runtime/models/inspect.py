"""What a user's ONNX file, or file of PyTorch weights, is: looked into and tried by a child, judged here. It is never
opened in this process."""

from __future__ import annotations

import json
import math
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from nodes.described import DETECTED
from nodes.torch_script import GET_TORCH
from runtime.models.entry import TORCH_ENDINGS, Pattern, ValueRange
from runtime.models.fault import ShelfError
from runtime.process import Child

COMMAND = (sys.executable, "-P", "-m", "runtime.worker.model_trial")
TRIAL_S = 180.0
MOST_BYTES = 8 << 30
_POLL_S = 0.05
_SHARE = 0.7
"""Of the free memory: more is not lent to a trial."""


class BadModelError(ShelfError):
    """The file cannot be used, and why."""


@dataclass(frozen=True)
class Inspected:
    """All that is known of a model after a trial."""

    pattern: Pattern
    channels_in: int
    channels_out: int
    scale: int
    dtype: str
    opset: int
    multiple: int = 1
    fixed: tuple[int, int] | None = None
    """Width and height, where it takes one size alone."""
    window: int = 1
    value_range: ValueRange = ValueRange.UNIT
    weights: int = 0
    producer: str = ""
    notes: tuple[str, ...] = ()
    arch: str = ""
    """Of PyTorch weights: the net's family."""
    radius: int = 0
    """How far it looks, in pixels of its input; 0 where that is not known."""


def inspect(
    path: Path, *, command: tuple[str, ...] = COMMAND, trial_s: float = TRIAL_S, most_bytes: int | None = None
) -> Inspected:
    """Look into `path` and try it. BadModelError with the reason; takes seconds."""
    _look_at_the_beginning(path)
    ceiling = most_bytes or min(MOST_BYTES, int(psutil.virtual_memory().available * _SHARE))
    talk = _Talk([*command, str(path.absolute()), str(os.getpid())], path, trial_s, ceiling)
    try:
        facts = talk.answer("facts")
        if not facts:
            raise BadModelError(f"{path}: it is PyTorch weights, and PyTorch is not installed here. {GET_TORCH}")
        fed = _fed(path, facts)
        if fed.pattern is Pattern.DETECTOR:
            return _detector(path, facts)
        talk.ask()
        trial = talk.answer("trial")
        return _judged_net(path, facts, fed, trial) if "net" in facts else _judged(path, facts, fed, trial)
    finally:
        talk.end()


def _look_at_the_beginning(path: Path) -> None:
    """What a few bytes tell, in better words than a parser's."""
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except FileNotFoundError:
        raise BadModelError(f"{path}: there is no such file") from None
    except OSError as error:
        raise BadModelError(f"{path}: cannot be read: {error.strerror}") from None
    if not start:
        raise BadModelError(f"{path}: it is empty")
    onnx = path.suffix.lower() not in TORCH_ENDINGS
    if onnx and start.startswith((b"PK\3\4", b"\x80\2", b"\x80\4")):
        raise BadModelError(f"{path}: these are PyTorch weights, not ONNX. Let the file's name end in .pth")
    if onnx and start[8:10] == b'{"' and b"dtype" in start:
        raise BadModelError(f"{path}: these are safetensors weights, not ONNX. Let the file's name end in .safetensors")
    if start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise BadModelError(f"{path}: it is a web page, not a model. Download the file itself")
    if start.startswith(b"version https://git-lfs"):
        raise BadModelError(f"{path}: it is a Git LFS pointer, not the model. Download the file itself")


class _Talk:
    """A child and its lines, with a limit of time and of memory."""

    def __init__(self, command: list[str], path: Path, limit_s: float, ceiling: int) -> None:
        self.path, self.ceiling = path, ceiling
        self.until_s = time.monotonic() + limit_s
        self.limit_s = limit_s
        self.child = Child(command)
        self.lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.log: list[bytes] = []
        assert self.child.process.stdout is not None
        assert self.child.process.stderr is not None
        self.threads = [
            _started(_put_all, self.child.process.stdout, self.lines.put),
            _started(_put_all, self.child.process.stderr, self.log.append),
        ]

    def ask(self) -> None:
        assert self.child.process.stdin is not None
        try:
            self.child.process.stdin.write(b"try\n")
            self.child.process.stdin.flush()
        except OSError:
            pass  # it has ended: the next answer says how

    def answer(self, wanted: str) -> Mapping[str, Any]:
        while True:
            try:
                line = self.lines.get(timeout=_POLL_S)
            except queue.Empty:
                self._look()
                continue
            if not line:
                ended = self.child.reap(grace_s=2.0)
                raise BadModelError(f"{self.path}: the process that tried it {ended}; it cannot be used here")
            said = json.loads(line)
            if "fault" in said:
                raise BadModelError(f"{self.path}: {said['fault']}")
            if "missing" in said:
                return {}  # no onnxruntime on this machine: an untried model
            found: Mapping[str, Any] = said[wanted]
            return found

    def _look(self) -> None:
        if time.monotonic() > self.until_s:
            raise BadModelError(f"{self.path}: it did not answer within {self.limit_s:.0f} s on a small picture")
        try:
            held = psutil.Process(self.child.pid).memory_info().rss
        except psutil.Error:
            return
        if held > self.ceiling:
            raise BadModelError(f"{self.path}: it wants more than {self.ceiling >> 20} MB for a small picture")

    def end(self) -> None:
        self.child.kill()
        self.child.process.wait()
        for thread in self.threads:
            thread.join(timeout=2.0)
        self.child.close()


def _started(work: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, name="model trial", daemon=True)
    thread.start()
    return thread


def _put_all(stream: IO[bytes], put: Callable[[bytes], object]) -> None:
    for line in stream:
        put(line)
    put(b"")


@dataclass(frozen=True)
class _Fed:
    pattern: Pattern
    channels: int
    window: int = 1


def _fed(path: Path, facts: Mapping[str, Any]) -> _Fed:
    """How frames go in, by the shape of the input. BadModelError where no pattern fits."""
    if net := facts.get("net"):
        return _Fed(_PATTERNS.get(net["pattern"]) or Pattern(net["pattern"]), net["planes_in"], net["frames"])
    inputs = facts["inputs"]
    if len(inputs) != 1:
        names = ", ".join(value["name"] for value in inputs) or "none"
        raise BadModelError(f"{path}: it has {len(inputs)} inputs ({names}); one that holds all planes is needed")
    (value,) = inputs
    shape = value["shape"]
    if value["type"] not in ("float32", "float16"):
        raise BadModelError(f"{path}: it takes {value['type']}; pictures are sent as float32 or float16")
    if len(shape) != 4:
        raise BadModelError(f"{path}: its input has {len(shape)} dimensions; pictures have four: N, C, H, W")
    if shape[0] not in (None, 1):
        raise BadModelError(f"{path}: it takes {shape[0]} pictures at a time; export it with one, or any number")
    if any(side is not None and not 1 <= side <= 16384 for side in shape[2:]):
        raise BadModelError(f"{path}: it takes pictures of {shape[3]} × {shape[2]}, which none are")
    if {one["name"] for one in facts["outputs"]} >= DETECTED:
        return _Fed(Pattern.DETECTOR, 3)
    channels = shape[1] or 3
    match channels:
        case 1:
            return _Fed(Pattern.LUMA, 1)
        case 3:
            return _Fed(Pattern.TILES, 3)
        case 4:
            return _Fed(Pattern.MASK, 4)
        case 7:
            return _Fed(Pattern.PAIR_TIME, 7)
        case _ if channels % 6 == 3 and channels <= 99:
            return _Fed(Pattern.WINDOW, channels, channels // 3)
        case _ if channels % 8 == 4 and channels <= 132:
            return _Fed(Pattern.MASK, channels, channels // 4)
    known = (
        "1 (gray), 3 (RGB), 4 (RGB and mask), 7 (two frames and time), 9, 15, 21 … (a window of frames), "
        "12, 20, 28 … (a window of frames and their masks)"
    )
    raise BadModelError(f"{path}: it takes {channels} channels, which no feeding pattern has. Known are {known}")


def _detector(path: Path, facts: Mapping[str, Any]) -> Inspected:
    """It gives no picture that could be judged: what its file says must do."""
    value = facts["inputs"][0]
    if value["shape"][1] not in (3, None) or value["type"] != "float32":
        raise BadModelError(f"{path}: it finds faces, but not in RGB pictures of float32. Take YuNet's own file")
    return Inspected(
        pattern=Pattern.DETECTOR,
        channels_in=3,
        channels_out=len(facts["outputs"]),
        scale=1,
        dtype=value["type"],
        opset=facts["opset"],
        multiple=32,
        fixed=(value["shape"][3], value["shape"][2]) if value["shape"][2] and value["shape"][3] else None,
        value_range=ValueRange.BYTE,
        weights=facts["weights"],
        producer=facts["producer"],
    )


def _judged(path: Path, facts: Mapping[str, Any], fed: _Fed, trial: Mapping[str, Any]) -> Inspected:
    shape = facts["inputs"][0]["shape"]
    notes = []
    if facts["opset"] > 17:
        notes.append(f"opset {facts['opset']} is newer than DirectML takes (17): on Windows it runs on the CPU")
    if not trial:
        trial = _as_declared(path, facts)
        notes.append("not tried: there is no onnxruntime for Python on this machine")
    pattern, out = fed.pattern, trial["channels_out"]
    if out == 2 and fed.channels in (1, 3):
        pattern = Pattern.CHROMA_MERGE
    elif out != {Pattern.LUMA: 1}.get(pattern, 3):
        raise BadModelError(f"{path}: {fed.channels} channels become {out}, which no feeding pattern does")
    if (trial.get("error") or 0) > 0.15:
        notes.append("what it gives is unlike what it was given: see that this is meant")
    return Inspected(
        pattern=pattern,
        channels_in=fed.channels,
        channels_out=out,
        scale=trial["scale"],
        dtype=facts["inputs"][0]["type"],
        opset=facts["opset"],
        multiple=trial["multiple"],
        fixed=(shape[3] or shape[2], shape[2] or shape[3]) if shape[2] or shape[3] else None,
        window=fed.window,
        value_range=ValueRange(trial["value_range"]),
        weights=facts["weights"],
        producer=facts["producer"],
        notes=tuple(notes),
    )


_PATTERNS = {"frame": Pattern.TILES, "pair": Pattern.PAIR_TIME, "chroma": Pattern.CHROMA_MERGE}
"""What the net's words are here, where they differ."""


def _judged_net(path: Path, facts: Mapping[str, Any], fed: _Fed, trial: Mapping[str, Any]) -> Inspected:
    """A net says itself what it does; the trial must agree."""
    net, (height, width) = facts["net"], facts["inputs"][0]["shape"][2:]
    if (trial["scale"], trial["channels_out"]) != (net["scale"], net["planes_out"]):
        made = f"{trial['channels_out']} planes, {trial['scale']} times as large"
        raise BadModelError(f"{path}: as {net['arch']} it makes {made}, which is not what that does")
    doubt = "what it gives is unlike what it was given: see that this is meant"
    return Inspected(
        pattern=fed.pattern,
        channels_in=fed.channels,
        channels_out=net["planes_out"],
        scale=net["scale"],
        dtype="float32",
        opset=0,
        multiple=math.lcm(net["multiple"], trial["multiple"]),
        fixed=(width, height) if width else None,
        window=fed.window,
        value_range=ValueRange(net["value_range"]),
        weights=facts["weights"],
        producer=facts["producer"],
        notes=(doubt,) if (trial.get("error") or 0) > 0.15 else (),
        arch=net["arch"],
        radius=net["radius"],
    )


def _as_declared(path: Path, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without a trial: only what the shapes in the file say."""
    takes, gives = facts["inputs"][0]["shape"], facts["outputs"][0]["shape"]
    if len(gives) != 4 or not gives[1] or not all((*takes[2:], *gives[2:])) or gives[2] % takes[2]:
        raise BadModelError(f"{path}: it cannot be tried on this machine, and its file does not say what it gives")
    return {"channels_out": gives[1], "scale": gives[2] // takes[2], "multiple": 1, "value_range": "0..1"}
