"""What a model gives must be numbers. Half precision overflows on some nets, and a picture of NaN turns black or green
somewhere below, where nobody knows why: so it is said where it happens, at the frame.
"""

from __future__ import annotations

import math
import sys

import numpy as np
import vapoursynth as vs

_EACH_ROW = 16
"""Every sixteenth row is looked at, of every frame: 0.15 ms at 1440 × 1152, 0.5 ms with the way through Python (2 % of
the demo upscaler, the smallest net there is). What is no number spreads through a net; a spot of less than 16 rows in
the last layer alone is not found."""


class NoNumbersError(Exception):
    """A frame of a model holds what is no number."""


def called_from(depth: int = 2) -> str:
    """Where a step calls what calls this, in the words by which a failure finds its node (runtime/blame.py); a frame is
    made long after the step's code has run."""
    caller = sys._getframe(depth)
    name = caller.f_code.co_filename
    return f' (File "{name}", line {caller.f_lineno})' if name.startswith("<") else ""


def of_numbers(clip: vs.VideoNode, title: str, at: str = "") -> vs.VideoNode:
    """`clip`, whose frames fail where they hold NaN or infinity. `at` is `called_from()`."""

    def look(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        for plane in range(f.format.num_planes):
            # one sum tells: it is a number only where all of them are
            with np.errstate(all="ignore"):
                total = float(np.asarray(f[plane])[::_EACH_ROW].sum())
            if not math.isfinite(total):
                raise NoNumbersError(
                    f"the model {title} gives no numbers (NaN or infinity) at frame {n}. Set its precision to full, "
                    f"or choose another model{at}"
                )
        return f

    return clip.std.ModifyFrame(clip, look)
