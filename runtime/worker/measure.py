"""Reads a few stretches of a file's frames and measures their field structure. Runs in the worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import numpy as np

from runtime.worker.fields import Luma, Place, judge, look

PLACES = 6
FRAMES = 60
"""Consecutive frames at each place: twelve rounds of a 2:3 pulldown's five."""
PATIENCE = 600
"""Packets that may pass at a place before a picture comes."""


def measure(path: str, number: int = 0) -> dict[str, Any]:
    """The verdict on picture stream `number` of the file, as plain data; `{"error": text}` where nothing decodes.

    A short file is read once from the start, a longer one at PLACES places spread over it.
    """
    places: list[Place] = []
    try:
        for start in _starts(path, number):
            frames = list(_frames(path, number, start))
            if len(frames) > 1:
                places.append(look(frames, start or 0))
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        if not places:
            return {"error": f"its pictures cannot be measured: {getattr(error, 'strerror', None) or error}"}
    if not places:
        return {"error": "it has too few pictures to measure"}
    return judge(places).plain()


def _starts(path: str, number: int) -> list[int | None]:
    """Where to read, in frames; None is the very beginning."""
    with av.open(path, options={"protocol_whitelist": "file"}) as container:
        rate = container.streams.video[number].guessed_rate or 25
        length = float((container.duration or 0) / 1_000_000 * rate)
    if length < 1.5 * FRAMES:
        return [None]
    last = length - 1.2 * FRAMES
    count = max(2, min(PLACES, int(length / FRAMES)))
    return [None, *(int(last * step / (count - 1)) for step in range(1, count))]


def _frames(path: str, number: int, start: int | None) -> Iterator[Luma]:
    """Up to FRAMES consecutive frames' luma, from frame `start` on."""
    with av.open(path, options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.video[number]
        seconds = 0.0
        if start:
            seconds = start / float(stream.guessed_rate or 25) + (container.start_time or 0) / 1_000_000
            container.seek(int(seconds * 1_000_000))
        count = 0
        for passed, packet in enumerate(container.demux(stream)):
            if passed > PATIENCE:
                return
            try:
                pictures = packet.decode()
            except av.error.InvalidDataError:
                continue
            for picture in pictures:
                if picture.time is not None and picture.time < seconds:
                    continue
                yield _luma(picture)
                count += 1
                if count >= FRAMES:
                    return


def _luma(picture: Any) -> Luma:
    """Luma in 8-bit steps: the first plane as it lies where that is what it holds."""
    name = picture.format.name
    if not name.startswith(("yuv4", "yuvj4", "gray", "nv12")) or picture.format.components[0].bits != 8:
        picture = picture.reformat(format="gray")
    plane = picture.planes[0]
    lines = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return lines[:, : plane.width].copy()
