"""The newest frames of a running capture as a clip, by the numbers they were recorded under.

The clip is a day long, and frame n of it is frame n of the recording for ever. So what filters and caches behind it
know of frame n stays true, also while ever newer ones come. A frame that is not there yet is waited for a little; one
that is gone, or too far ahead, is an error, which VapourSynth keeps in no cache: nothing is ever shown in its stead.

Frame 0 alone is black once it is gone: filters look at it while they are made, to learn what the clip is.
"""

from __future__ import annotations

import time

import numpy as np
import vapoursynth as vs

from runtime.ring import GoneError, NotYetError, Ring

_HOURS = 24
_PATIENCE_S = 1.0
"""How long a thread waits for a frame. Filters that look ahead ask for few that are not there: whoever follows a
capture keeps a margin."""
_POLL_S = 0.004


def live_frames(path: str) -> vs.VideoNode:
    """RingError where no capture is running there."""
    ring = Ring.open(path)
    facts = ring.facts
    rate = facts.rate
    blank = vs.core.std.BlankClip(
        width=facts.width,
        height=facts.height,
        format=getattr(vs, facts.format),
        length=int(_HOURS * 3600 * rate),
        fpsnum=rate.numerator,
        fpsden=rate.denominator,
        keep=True,
    )
    kind = "<u2" if facts.planes[0][2] == 2 else "u1"

    def fill(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        data = bytearray(facts.frame_bytes)
        try:
            at_ns = _waited_for(ring, n, data)
        except GoneError:
            if n == 0:
                return f
            raise
        made, start = f.copy(), 0
        for plane, (width, height, size) in enumerate(facts.planes):
            count = width * height
            np.asarray(made[plane])[:] = np.frombuffer(data, kind, count, start).reshape(height, width)
            start += count * size
        made.props["_AbsoluteTime"] = at_ns / 1e9
        return made

    return blank.std.ModifyFrame(blank, fill)


def _waited_for(ring: Ring, number: int, into: bytearray) -> int:
    until_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return ring.read(number, memoryview(into))
        except NotYetError:
            far = number - ring.count > _PATIENCE_S * ring.facts.rate
            if far or ring.ended or time.monotonic() > until_s:
                raise
            time.sleep(_POLL_S)
