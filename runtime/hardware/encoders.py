"""Proves which hardware encoders work here: each codes a few pictures (runtime.ffmpeg keeps what came of it).

That a card is there says little: a driver too old, a container without its libraries, a card without the unit (an
H100 has no NVENC) and a session limit all look the same until it is tried.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from nodes.sink import Coder
from runtime.ffmpeg import Ffmpeg, refusal
from runtime.hardware.machine import Encoder, Maker

KINDS = {"nvenc": Maker.NVIDIA, "amf": Maker.AMD, "qsv": Maker.INTEL, "videotoolbox": Maker.APPLE}
"""ffmpeg's endings, the fastest first."""
CODECS = ("h264", "hevc", "av1")


def every() -> list[tuple[str, Maker]]:
    """ffmpeg's names of them; Apple has none for AV1."""
    return [
        (f"{codec}_{kind}", maker)
        for kind, maker in KINDS.items()
        for codec in CODECS
        if (codec, kind) != ("av1", "videotoolbox")
    ]


def proved(ffmpeg: Ffmpeg, patience_s: float, why_not: Callable[[Ffmpeg, Coder], str] = refusal) -> tuple[Encoder, ...]:
    """All of them, tried one after another: two at once could meet a card's limit of sessions. Where the patience ends
    the rest is said not to have been tried."""
    tried: list[Encoder] = []

    def go_through() -> None:
        for name, maker in every():
            why = why_not(ffmpeg, Coder(name, (), "nv12", hardware=True))
            tried.append(Encoder(name, maker, not why, why))

    thread = threading.Thread(target=go_through, name="encoders", daemon=True)
    thread.start()
    thread.join(patience_s)
    return _whole(tuple(tried), patience_s)


def _whole(tried: Sequence[Encoder], patience_s: float) -> tuple[Encoder, ...]:
    known = {one.name for one in tried}
    late = f"not tried within {patience_s:.0f} s"
    return (*tried, *(Encoder(name, maker, False, late) for name, maker in every() if name not in known))
