"""Progressive clips whose every frame is known, and the same clips as a tape would hold them.

A clip is a list of frames, a frame three uint8 planes (Y, U, V; limited range, BT.601), at the
field rate: 50 a second at 720×576, 59.94 at 720×480. `interlace` keeps one field of each frame;
`tape` then does to the interlaced signal what a VHS-like path does. Every number that comes out
depends on `SEED` only.

Material: consecutive frames of Big Buck Bunny taken as fields (true frames, motion twice as fast)
and photographs moved by a virtual camera, with text, rules, still parts and cuts in it. What each
clip is there to punish stands beside it in `CLIPS`. Sources and licences: benchmarks/media/LICENSES.txt.
"""

from __future__ import annotations

import math
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PHOTOS = HERE / "media"
BUNNY = HERE.parent / "tests" / "media" / "bigbuckbunny_1280x720_25p.mp4"
PHOTO_PX = {"street": (1100, 1652), "room": (1100, 1649), "stream": (1440, 959), "brushes": (1365, 1074)}
SEED = 1972

Plane = np.ndarray  # float32 while it is being made, uint8 once it is a frame
Frame = tuple[Plane, Plane, Plane]


@dataclass(frozen=True)
class Truth:
    name: str
    frames: list[Frame]
    fps: tuple[int, int]
    tff: bool
    chroma: str  # "420" or "422"
    luma_noise: float  # standard deviation on tape, of 255
    shows: str


# ── the virtual camera ────────────────────────────────────────────────────────────────────────


def _ffmpeg() -> str:
    import imageio_ffmpeg

    return imageio_ffmpeg.get_ffmpeg_exe()


def _decode(path: Path, *, width: int, height: int, frames: int, start: int = 0) -> np.ndarray:
    """Frames × 3 × height × width, YUV 4:4:4, limited-range BT.601, float32."""
    scale = f"scale={width}:{height}:flags=lanczos+accurate_rnd:out_color_matrix=bt601:out_range=tv"
    chain = f"select='gte(n,{start})',{scale}"
    raw = subprocess.run(
        [_ffmpeg(), "-v", "error", "-i", str(path), "-vf", f"{chain},format=yuv444p", "-fps_mode", "passthrough",
         "-frames:v", str(frames), "-f", "rawvideo", "-"],
        check=True, stdout=subprocess.PIPE,
    ).stdout  # fmt: skip
    return np.frombuffer(raw, np.uint8).reshape(frames, 3, height, width).astype(np.float32)


def _photo(name: str, shrink: float = 1.0) -> np.ndarray:
    """Shrunk to the scale it is shown at, then twice that size: bilinear sampling costs it next to no detail."""
    width, height = (round(px / shrink) * 2 for px in PHOTO_PX[name])
    return _decode(PHOTOS / f"{name}.jpg", width=width, height=height, frames=1)[0]


@dataclass(frozen=True)
class Pose:
    """Where the camera looks: centre in the photograph, photograph pixels per frame pixel, turn."""

    x: float
    y: float
    zoom: float = 1.0
    degrees: float = 0.0


def _shoot(photo: np.ndarray, pose: Pose, width: int, height: int) -> np.ndarray:
    """`photo` comes at twice its size, the pose counts in its own pixels."""
    turn = math.radians(pose.degrees)
    across = (np.arange(width, dtype=np.float32) - (width - 1) / 2) * pose.zoom * 2
    down = (np.arange(height, dtype=np.float32) - (height - 1) / 2)[:, None] * pose.zoom * 2
    x = pose.x * 2 + 0.5 + across * math.cos(turn) - down * math.sin(turn)
    y = pose.y * 2 + 0.5 + across * math.sin(turn) + down * math.cos(turn)
    _, tall, wide = photo.shape
    x = np.clip(x, 0, wide - 1.001)
    y = np.clip(y, 0, tall - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    fx, fy = (x - left).astype(np.float32), (y - top).astype(np.float32)
    flat = photo.reshape(3, -1)
    at = top * wide + left
    upper = flat[:, at] * (1 - fx) + flat[:, at + 1] * fx
    lower = flat[:, at + wide] * (1 - fx) + flat[:, at + wide + 1] * fx
    return upper * (1 - fy) + lower * fy


def _film(
    photo: np.ndarray, path: Callable[[float], Pose], n: int, size: tuple[int, int], shutter: float = 0.0
) -> np.ndarray:
    """`shutter` is the part of the field's time for which light falls in; 0 is a still per field."""
    moments = [0.0] if not shutter else [shutter * k / 4 for k in range(4)]
    return np.stack([np.mean([_shoot(photo, path(t + m), *size) for m in moments], axis=0) for t in range(n)])


def _camera_mtf(frames: np.ndarray) -> np.ndarray:
    """[1 6 1]/8 down the picture: much milder than the [1 2 1]/4 of broadcast converters.

    A camera that scans interlaced sums neighbouring lines; without it every fine line would flicker.
    """
    padded = np.pad(frames, ((0, 0), (0, 0), (1, 1), (0, 0)), mode="edge")
    return (padded[:, :, :-2] + 6 * padded[:, :, 1:-1] + padded[:, :, 2:]) / 8


def _frames(yuv444: np.ndarray, chroma: str) -> list[Frame]:
    """4:2:2 or 4:2:0, chroma sited left, and between the lines for 4:2:0, as MPEG-2 has it."""
    luma, both = yuv444[:, 0], yuv444[:, 1:]
    padded = np.pad(both, ((0, 0), (0, 0), (0, 0), (1, 1)), mode="edge")
    both = (padded[..., :-2] + 2 * padded[..., 1:-1] + padded[..., 2:])[..., ::2] / 4
    if chroma == "420":
        both = (both[:, :, ::2] + both[:, :, 1::2]) / 2
    return [(_bytes(y), _bytes(uv[0]), _bytes(uv[1])) for y, uv in zip(luma, both, strict=True)]


def _bytes(plane: Plane) -> Plane:
    return np.clip(plane + 0.5, 1, 254).astype(np.uint8)


# ── the clips ─────────────────────────────────────────────────────────────────────────────────


def _text(lines: list[str], scale: int) -> np.ndarray:
    """White text on black as 0…1, from VapourSynth's built-in font, smoothed when scaled."""
    import vapoursynth as vs

    width = max(len(line) for line in lines) * 8 + 48
    height = len(lines) * 16 + 48
    card = vs.core.std.BlankClip(format=vs.GRAY8, width=width, height=height, length=1)
    card = card.text.Text("\n".join(lines), alignment=7)
    big = card.resize.Bicubic(width * scale, height * scale)
    with big.get_frame(0) as frame:
        return np.clip((np.asarray(frame[0]).astype(np.float32) - 16) / 219, 0, 1)


def _overlay(frames: np.ndarray, at: int, mask: np.ndarray, top: int, left: int, luma: float = 225) -> None:
    """Paste a mask of text at whole pixels; what hangs over the edge is cut."""
    _, _, height, width = frames.shape
    y0, x0, y1, x1 = max(top, 0), max(left, 0), min(top + mask.shape[0], height), min(left + mask.shape[1], width)
    if y0 >= y1 or x0 >= x1:
        return
    part = mask[y0 - top : y1 - top, x0 - left : x1 - left]
    for plane, value in enumerate((luma, 128.0, 128.0)):
        window = frames[at, plane, y0:y1, x0:x1]
        window += (value - window) * part


def _bunny(n: int, start: int, size: tuple[int, int]) -> np.ndarray:
    return _decode(BUNNY, width=size[0], height=size[1], frames=n, start=start)


def _clip_bunny_pal(n: int) -> np.ndarray:
    return _camera_mtf(_bunny(n, 8, (720, 576)))


def _clip_bunny_ntsc(n: int) -> np.ndarray:
    """A cut a third of the way in, from the room to the meadow."""
    first = n // 3
    room = _film(_photo("room", 1.4), lambda t: Pose(380 + 2 * t, 500 - t), first, (720, 480), 0.5)
    return _camera_mtf(np.concatenate([room, _bunny(n - first, 92, (720, 480))]))


def _clip_street_pan(n: int) -> np.ndarray:
    """Planks and a dog, panned slowly by fractions of a line, zooming in a little."""
    return _camera_mtf(
        _film(_photo("street", 1.35), lambda t: Pose(390 + 0.9 * t, 800 - 0.55 * t, 0.99 - 0.002 * t), n, (720, 576))
    )


def _clip_stream_fast(n: int) -> np.ndarray:
    """A 12-pixel pan with a turn, then a cut to the same scene held still."""
    photo = _photo("stream")
    moving = n * 2 // 3
    pan = _film(photo, lambda t: Pose(410 + 11 * t, 460 + 1.5 * t, 1.0, 0.35 * t), moving, (720, 576), 0.5)
    still = _film(photo, lambda _: Pose(720, 480), 1, (720, 576))
    return _camera_mtf(np.concatenate([pan, np.repeat(still, n - moving, axis=0)]))


CREDITS = [
    "DIRECTED BY", "A. Projectionist", "", "CAMERA", "Irma Vep", "Jo Lens", "", "SOUND", "W. Flutter", "",
    "TAPE OPERATOR", "Hans Helical", "", "EDITED ON", "one-inch type C", "", "(c) MCMLXXXVI",
]  # fmt: skip
TICKER = "+++ tonight 20:15 Ampex 5.9 / JVC 3.6 / Sony 15.6 +++ weather: mild, west wind, fine rules ahead +++"


def _clip_titles(n: int) -> np.ndarray:
    """A still photograph under a roll of titles, a ticker and a box of one-line rules.

    The graphics come after the camera's low-pass, as a character generator's do.
    """
    still = _camera_mtf(_film(_photo("room", 1.4), lambda _: Pose(392, 700), 1, (720, 576)))
    frames = np.repeat(still, n, axis=0).copy()
    frames[:, 0, :, 40:420] = 16 + (frames[:, 0, :, 40:420] - 16) * 0.45
    roll = _text(CREDITS, 2)
    ticker = _text([TICKER], 2)
    rules = np.zeros((96, 220), np.float32)
    rules[8:40:4] = 1
    rules[48:88:8] = 1
    rules[:, 110:112] = 1
    for t in range(n):
        _overlay(frames, t, roll, 250 - 3 * t, 60)
        _overlay(frames, t, ticker[24:-24], 516, 240 - 5 * t, 235)
        _overlay(frames, t, rules, 60, 460, 200)
    return frames


def _clip_brushes_handheld(n: int) -> np.ndarray:
    """Saturated bristles from the hand: every field jumps a little and turns a little."""
    rng = np.random.default_rng([SEED, 6])
    steps = np.cumsum(rng.normal(0, (1.6, 1.2, 0.12, 0.002), (n + 1, 4)), axis=0)
    steps -= steps.mean(axis=0)

    def path(t: float) -> Pose:
        here = steps[int(t)] + (steps[int(t) + 1] - steps[int(t)]) * (t % 1)
        return Pose(455 + here[0], 360 + here[1], 1.0 + here[3], 2 + here[2])

    return _camera_mtf(_film(_photo("brushes", 1.5), path, n, (720, 480), 0.5))


def _clip_layers(n: int) -> np.ndarray:
    """Two cut-outs crossing a textured, slowly drifting ground: cover and uncover at hard edges."""
    size = (720, 480)
    ground = _film(_photo("stream"), lambda t: Pose(700 - 0.4 * t, 500), n, size)
    street = _photo("street", 1.35)
    left = _film(street, lambda t: Pose(440 - 5 * t, 830 + 1.5 * t), n, size)
    right = _film(_photo("brushes", 1.5), lambda t: Pose(400 + 7 * t, 360), n, size)
    y, x = np.mgrid[0:480, 0:720].astype(np.float32)
    for t in range(n):
        disc = np.clip(105 - np.hypot(x - 150 - 5 * t, y - 250 + 1.5 * t) + 0.5, 0, 1)
        card = np.clip(np.minimum(80 - abs(x - 600 + 7 * t), 110 - abs(y - 220)) + 0.5, 0, 1)
        ground[t] = ground[t] * (1 - disc) + left[t] * disc
        ground[t] = ground[t] * (1 - card) + right[t] * card
    return _camera_mtf(ground)


PAL, NTSC = (50, 1), (60000, 1001)
#        name, rate, top field first, chroma, luma noise on tape, maker, what it shows
CLIPS = [
    ("bunny 50p", PAL, True, "420", 4.0, _clip_bunny_pal, "a figure moving before a still ground; grass and fur"),
    ("street pan 50p", PAL, True, "420", 3.0, _clip_street_pan, "planks and fur, slow pan by parts of a line, zoom"),
    ("stream fast 50p", PAL, True, "422", 5.0, _clip_stream_fast, "12-pixel pan with a turn, then a cut to a still"),
    ("titles 50p", PAL, True, "420", 3.0, _clip_titles, "mostly still; one-line rules, a roll, a ticker"),
    ("bunny cut 59.94p", NTSC, True, "420", 7.0, _clip_bunny_ntsc, "a cut from a panned room to the meadow; worn tape"),
    ("brushes 59.94p", NTSC, False, "422", 4.0, _clip_brushes_handheld, "unsteady hand, saturated bristles; BFF"),
    ("layers 59.94p", NTSC, True, "422", 5.0, _clip_layers, "two cut-outs cross a drifting ground: cover and uncover"),
]  # fmt: skip


def truths(n: int, names: set[str] | None = None) -> Iterator[Truth]:
    for name, fps, tff, chroma, noise, make, shows in CLIPS:
        if names is None or name in names:
            yield Truth(name, _frames(make(n), chroma), fps, tff, chroma, noise, shows)


# ── what tape does ────────────────────────────────────────────────────────────────────────────


def interlace(frames: list[Frame], tff: bool) -> list[Frame]:
    """One field of each frame. Chroma lines go with the field whose luma lines they lie between."""
    return [
        tuple(_weave(first, second, tff) for first, second in zip(a, b, strict=True))
        for a, b in zip(frames[::2], frames[1::2], strict=True)
    ]


def _weave(first: Plane, second: Plane, tff: bool) -> Plane:
    out = (first if tff else second).copy()
    out[1::2] = (second if tff else first)[1::2]
    return out


def _gauss(sigma: float) -> np.ndarray:
    radius = math.ceil(3 * sigma)
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return (taps / taps.sum()).astype(np.float32)


def _along_lines(plane: Plane, taps: np.ndarray) -> Plane:
    radius = len(taps) // 2
    padded = np.pad(plane.astype(np.float32), ((0, 0), (radius, radius)), mode="edge")
    width = plane.shape[1]
    return sum(tap * padded[:, k : k + width] for k, tap in enumerate(taps))


# −6 dB of a Gaussian lies at f = √(ln 4) / (2πσ): here of 13.5 MHz, and 6.75 MHz for chroma
_HALF = math.sqrt(math.log(4)) / (2 * math.pi)
LUMA_TAPS = _gauss(_HALF / (3.0 / 13.5))
CHROMA_TAPS = _gauss(_HALF / (0.5 / 6.75))


def band_limit(frames: list[Frame]) -> list[Frame]:
    """Luma to 3 MHz, chroma to 0.5 MHz at −6 dB, along the lines only: no noise."""
    return [
        (
            _bytes(_along_lines(y, LUMA_TAPS)),
            _bytes(_along_lines(u, CHROMA_TAPS)),
            _bytes(_along_lines(v, CHROMA_TAPS)),
        )
        for y, u, v in frames
    ]


def tape(fields: list[Frame], luma_noise: float, key: int) -> list[Frame]:
    """Band limit, then noise new in every field: luma grains 1 to 2 px long, chroma streaks ~6."""
    rng = np.random.default_rng([SEED, key])
    out = []
    kinds = ((LUMA_TAPS, luma_noise, _gauss(0.7)), *[(CHROMA_TAPS, 0.9 * luma_noise, _gauss(2.5))] * 2)
    for picture in fields:
        planes = []
        for plane, (taps, sigma, grain) in zip(picture, kinds, strict=True):
            noise = _along_lines(rng.standard_normal(plane.shape, np.float32), grain)
            noise *= sigma / math.sqrt(float((grain**2).sum()))
            planes.append(_bytes(_along_lines(plane, taps) + noise))
        out.append(tuple(planes))
    return out
