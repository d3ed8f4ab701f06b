"""Builds BestSource's index of a file: it decodes the whole file once, and says how far it is in VapourSynth's log."""

from collections.abc import Mapping
from pathlib import Path

import vapoursynth as vs


def build_index(path: str, index_file: str, options: Mapping[str, int]) -> int:
    """Make (or check) the index that a script's `bs.VideoSource(cachemode=4, cachepath=…)` will find.

    BestSource adds the track to the name: `tape.bsindex` becomes `tape.bsindex.0.bsindex`. Returns the
    frames.
    """
    if not Path(path).exists():
        raise FileNotFoundError(f"there is no file {path}")
    Path(index_file).parent.mkdir(parents=True, exist_ok=True)
    clip = vs.core.bs.VideoSource(source=path, cachemode=4, cachepath=index_file, showprogress=1, **options)
    return int(clip.num_frames)
