"""Little tapes for tests, made by ffmpeg."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.runtime.written import FFMPEG

RATE = 48000


def tape(path: Path, seconds: float = 1.0, size: str = "96x80", fps: str = "25", sound: bool = True) -> Path:
    """A moving test picture with a tone: interlaced (top field first), 4:2:2, PAL colours."""
    double = f"{Fraction(fps) * 2}"
    picture = f"testsrc2=s={size}:r={double}:d={seconds},interlace=scan=tff:lowpass=off,setsar=16/15,format=yuv422p"
    argv = [FFMPEG, "-v", "error", "-y", "-f", "lavfi", "-i", picture]
    if sound:
        argv += ["-f", "lavfi", "-i", f"sine=f=500:r={RATE}:d={seconds}", "-c:a", "pcm_s16le", "-ac", "2"]
    argv += ["-c:v", "ffv1", "-level", "3", "-colorspace", "bt470bg", str(path)]
    subprocess.run(argv, check=True)
    return path


def flashing(path: Path, seconds: int = 8) -> Path:
    """Interlaced 25i, top field first: a white flash of one frame and a beep begin together at every whole second."""
    white = "if(lt(mod(T,1),0.0399),235,16)"
    picture = f"color=c=black:s=96x80:r=25:d={seconds},format=yuv422p,geq=lum='{white}':cb=128:cr=128"
    beep = f"aevalsrc='if(lt(mod(t,1),0.04),0.8*sin(2*PI*2000*t),0)':s={RATE}:c=stereo:d={seconds}"
    argv = [FFMPEG, "-v", "error", "-y", "-f", "lavfi", "-i", f"{picture},setparams=field_mode=tff", "-f", "lavfi"]
    argv += ["-i", beep, "-c:v", "ffv1", "-level", "3", "-c:a", "pcm_s16le", str(path)]
    subprocess.run(argv, check=True)
    return path


def flashes(path: Path) -> list[float]:
    """Seconds at which the picture turns white."""
    found, before = [], 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            now = float(np.frombuffer(frame.planes[0], np.uint8)[: frame.planes[0].line_size * 40].mean())
            if now > 90 >= before and frame.time is not None:
                found.append(float(frame.time))
            before = now
    return found


def beeps(path: Path) -> list[float]:
    """Seconds at which a beep begins, after a silence of at least a quarter of a second."""
    blocks: list[Any] = []
    with av.open(str(path)) as container:
        first = None
        for frame in container.decode(audio=0):
            first = frame.time if first is None else first
            data = frame.to_ndarray().astype(np.float64)
            channels = data if frame.format.is_planar else data.reshape(-1, frame.layout.nb_channels).T
            blocks.append(np.abs(channels[0]))
            rate = frame.rate
    wave = np.concatenate(blocks)
    loud = np.nonzero(wave > 0.3 * wave.max())[0]
    starts = loud[np.insert(np.diff(loud) > rate / 4, 0, True)]
    return [float(at / rate + (first or 0.0)) for at in starts]
