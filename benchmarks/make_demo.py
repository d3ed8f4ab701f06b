"""Makes the demo clip: a natural scene as a worn VHS tape in PAL would give it, graphs/demo/tape.mkv.

    python benchmarks/make_demo.py [-o graphs/demo/tape.mkv] [--seconds 4.4]

From Big Buck Bunny at 25 whole frames: motion is interpolated to 50 pictures a second, cut to 4:3 at 720×576, and
each second line of each picture becomes a field, top field first. Then, field by field, what a tape does: luma to
3 MHz with the recorder's edge overshoot, chroma to 0.4 MHz, late and low, grain and chroma noise, drop-outs, head
switching in the lowest lines, lifted blacks, weak colour with a cast. The film's own sound gets hum and hiss.
Needs ffmpeg (imageio-ffmpeg's). The random numbers are seeded; coders differ between versions of ffmpeg.
"""

from __future__ import annotations

import argparse
import math
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt

HERE = Path(__file__).parent
SOURCE = HERE.parent / "tests" / "media" / "bigbuckbunny_1280x720_25p.mp4"
TARGET = HERE.parent / "graphs" / "demo" / "tape.mkv"
SEED = 1977
WIDTH, HEIGHT = 720, 576
MEGAHERTZ = 13.5
Plane = npt.NDArray[np.float32]
Field = tuple[Plane, Plane, Plane]


def pictures(seconds: float) -> list[Field]:
    """Whole pictures at 50 a second: Y at 720×576, U and V at 360×576, 8-bit codes as floats."""
    chain = (
        "crop=960:720,scale=720:576:flags=lanczos+accurate_rnd:out_color_matrix=bt601:out_range=tv,"
        "minterpolate=fps=50:mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1,format=yuv422p"
    )
    raw = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(SOURCE), "-vf", chain,
         "-frames:v", str(round(seconds * 50)), "-f", "rawvideo", "-"],
        check=True, stdout=subprocess.PIPE,
    ).stdout  # fmt: skip
    size = WIDTH * HEIGHT * 2
    found = []
    for at in range(0, len(raw) - size + 1, size):
        codes = np.frombuffer(raw, np.uint8, size, at).astype(np.float32)
        luma, chroma = codes[: WIDTH * HEIGHT], codes[WIDTH * HEIGHT :]
        u, v = chroma.reshape(2, HEIGHT, WIDTH // 2)
        found.append((luma.reshape(HEIGHT, WIDTH), u, v))
    return found


def blurred(plane: Plane, mhz: float, sample_mhz: float) -> Plane:
    """A Gaussian along each line that is 6 dB down at `mhz`."""
    sigma = math.sqrt(math.log(4)) / (2 * math.pi) * sample_mhz / mhz
    reach = math.ceil(3 * sigma)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps /= taps.sum()
    padded = np.pad(plane, ((0, 0), (reach, reach)), mode="edge")
    return sum(tap * padded[:, k : k + plane.shape[1]] for k, tap in enumerate(taps)).astype(np.float32)


def grain(shape: tuple[int, ...], rng: np.random.Generator, mhz: float, sample_mhz: float) -> Plane:
    """Noise of strength 1 with nothing above `mhz`."""
    noise = blurred(rng.standard_normal(shape, np.float32), mhz, sample_mhz)
    return noise / noise.std()


def moved(plane: Plane, right: float, down: int = 0) -> Plane:
    """Later along the line by a part of a pixel, and lower by whole lines."""
    at = np.arange(plane.shape[1], dtype=np.float32) - right
    left = np.floor(at).astype(int)
    part = (at - left).astype(np.float32)
    last = plane.shape[1] - 1
    out = plane[:, left.clip(0, last)] * (1 - part) + plane[:, (left + 1).clip(0, last)] * part
    return np.pad(out, ((down, 0), (0, 0)), mode="edge")[: len(plane)]


def on_tape(field: Field, rng: np.random.Generator) -> Field:
    """One field of 288 lines after recording, wear and playback."""
    luma, u, v = field
    soft = blurred(luma, 3.0, MEGAHERTZ)
    soft += 0.55 * (soft - blurred(soft, 1.3, MEGAHERTZ))  # the recorder's crispening: halos
    luma = soft + 5.0 * grain(soft.shape, rng, 4.2, MEGAHERTZ)
    chroma = []
    for plane in (u, v):
        plane = blurred(plane, 0.45, MEGAHERTZ / 2)
        plane = (plane + moved(plane, 0, 1)) / 2  # the delay line of a PAL decoder
        plane = moved(plane, 2.6, 1)
        streaks = grain(plane.shape, rng, 0.35, MEGAHERTZ / 2)
        chroma.append(plane + 5.5 * streaks + 1.2 * rng.standard_normal((plane.shape[0], 1), np.float32))
    dropouts(luma, rng)
    head_switch(luma, chroma, rng)
    # levels: blacks lifted, whites short; colour weak, with a cast to green and yellow
    luma = 16 + 20 + (luma - 16) * 0.74
    u, v = 128 + (chroma[0] - 128) * 0.72 - 6.0, 128 + (chroma[1] - 128) * 0.72 - 4.0
    return luma, u, v


def dropouts(luma: Plane, rng: np.random.Generator) -> None:
    """Streaks where the tape has lost its coating: bright, with a comet's tail."""
    for _ in range(rng.poisson(1.6)):
        line, start = int(rng.integers(4, 276)), int(rng.integers(0, 640))
        length = int(rng.integers(18, 130))
        end = min(start + length, WIDTH)
        tail = np.exp(-np.arange(end - start) / (length * 0.8))
        level = 230 if rng.random() < 0.75 else 20
        for below in range(2 if rng.random() < 0.3 else 1):
            luma[line + below, start:end] += (level - luma[line + below, start:end]) * tail


def head_switch(luma: Plane, chroma: list[Plane], rng: np.random.Generator) -> None:
    """The lowest lines, where the other head takes over: torn sideways and noisy."""
    for number, line in enumerate(range(283, 288)):
        tear = int(30 + 26 * number + rng.normal(0, 4))
        luma[line] = np.roll(luma[line], tear) + rng.normal(0, 16, WIDTH)
        for plane in chroma:
            plane[line] = np.roll(plane[line], tear // 2)


def frames(seconds: float) -> bytes:
    """The finished frames, YUV 4:2:0 with the chroma of each field apart, as one run of bytes."""
    rng = np.random.default_rng(SEED)
    shown = pictures(seconds)
    out = bytearray()
    for first, second in zip(shown[0::2], shown[1::2], strict=False):
        planes = [np.empty((HEIGHT, WIDTH), np.float32), *(np.empty((HEIGHT, WIDTH // 2), np.float32) for _ in "uv")]
        for parity, picture in enumerate((first, second)):
            field = on_tape((picture[0][parity::2], picture[1][parity::2], picture[2][parity::2]), rng)
            for plane, lines in zip(planes, field, strict=True):
                plane[parity::2] = lines
        out += coded(planes[0])
        for plane in planes[1:]:
            halved = np.empty((HEIGHT // 2, WIDTH // 2), np.float32)
            for parity in (0, 1):
                lines = plane[parity::2]
                near, far = (0.75, 0.25) if parity == 0 else (0.25, 0.75)
                halved[parity::2] = near * lines[0::2] + far * lines[1::2]
            out += coded(halved)
    return bytes(out)


def coded(plane: Plane) -> bytes:
    return np.clip(plane + 0.5, 1, 254).astype(np.uint8).tobytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=TARGET)
    parser.add_argument("--seconds", type=float, default=5.0)
    args = parser.parse_args()
    picture = frames(args.seconds)
    length = len(picture) / (WIDTH * HEIGHT * 1.5) / 25
    sound = (
        "[1:a:0]pan=mono|c0=0.5*FL+0.5*FR+0.5*FC,aresample=48000,lowpass=f=9000,volume=1.6[film];"
        "aevalsrc=0.016*sin(2*PI*50*t)+0.009*sin(2*PI*100*t+1)+0.006*sin(2*PI*150*t+2):s=48000[hum];"
        "anoisesrc=a=0.011:c=white:r=48000:seed=7,highpass=f=2500[hiss];"
        f"[film][hum][hiss]amix=inputs=3:duration=longest:normalize=0,atrim=end={length},apad=whole_dur={length}[s]"
    )
    args.output.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y",
         "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{WIDTH}x{HEIGHT}", "-r", "25", "-i", "-",
         "-i", str(SOURCE), "-filter_complex", sound, "-map", "0:v", "-map", "[s]",
         "-vf", "setparams=field_mode=tff:range=tv:color_primaries=bt470bg:color_trc=smpte170m:colorspace=bt470bg,"
         "setsar=16/15",
         "-c:v", "libx264", "-preset", "veryslow", "-crf", "22", "-flags", "+ildct+ilme", "-x264-params", "tff=1",
         "-g", "12", "-field_order", "tt", "-c:a", "flac", "-map_metadata", "-1",
         "-metadata", "title=Big Buck Bunny as a worn VHS tape (demo of Tapeloom)",
         "-metadata", "copyright=CC BY 3.0, Blender Foundation, www.bigbuckbunny.org; degraded",
         str(args.output)],
        input=picture, check=True,
    )  # fmt: skip
    print(f"{args.output}: {length:.2f} s, {args.output.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
