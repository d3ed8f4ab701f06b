"""Runs an ONNX stage: `run_model` is what a step of the worker's script calls.

Through vs-mlrt's filter where that serves, else through onnxruntime, with the same numbers. A provider that does not
work here is said in the log and another takes its place; the picture is the same, only slower.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import vapoursynth as vs

from runtime.protocol import FOR_THE_USER
from runtime.worker import providers
from runtime.worker.alike import off
from runtime.worker.exchange import exchangeable
from runtime.worker.inference import Inference, told
from runtime.worker.numbers import called_from, of_numbers
from runtime.worker.tiled import free_memory, out_of_memory, tile_that_fits
from runtime.worker.tiles import halved
from runtime.worker.timing import Order, Timed, timed

_PROOF = 64
"""The side of the picture that a provider is proved with."""
_PLENTY = 20
"""A net that takes less than this part of the free memory leaves enough."""

Way = Callable[[], list[vs.VideoNode]]


class ModelError(Exception):
    """No provider runs this model on these clips; the text says why and what next."""


def run_model(
    clips: Sequence[vs.VideoNode],
    path: str,
    provider: str = "auto",
    precision: str = "auto",
    tile: tuple[int, int] = (0, 0),
    overlap: int = 0,
    scale: int | Fraction = 1,
    pictures: int = 1,
    multiple: int = 1,
    engine: str = "",
) -> list[vs.VideoNode]:
    """The `pictures`, of three planes or of one, that the model makes of the planes of `clips` (RGBS and GRAYS of one
    size), `scale` times as large. `tile` (0: as memory allows) and `overlap` count in pixels of its input. `engine`
    forces `mlrt` or `onnxruntime`."""
    if tile[0]:
        overlap = min(overlap, (min(tile) - 1) // 3)
    at = called_from()
    job = _Job(list(clips), path, precision, tile, overlap, Fraction(scale), pictures, multiple)
    if provider == "auto" and not engine:
        job.look_up()
    if not tile[0]:
        job.fit_memory()
    names = providers.best() if provider == "auto" else [provider, "cpu"] if provider != "cpu" else ["cpu"]
    faults: list[str] = []
    for name in names:
        for way, make in job.ways(name, engine):
            try:
                made = make()
                if name != "cpu" and (wrong := job.error(name, way)) > job.tolerance:
                    raise ValueError(f"its picture is wrong by {wrong:.2g}")
            except ModelError:
                raise  # no provider makes another picture of it
            except Exception as fault:  # a driver, a filter, a model: all may fail in any way
                faults.append(short(fault))
                if name != "cpu":
                    warn(f"{job.title}: {name} by {way} does not work here ({short(fault)})")
                continue
            if name != provider and provider not in ("auto", "cpu"):
                warn(f"{job.title}: runs on {name} instead of {provider}")
            return [of_numbers(each, job.title, at) for each in made]
        if not job.ways(name, engine) and name != "cpu":
            warn(f"{job.title}: {name} is not here ({providers.tried(name).why})")
    raise ModelError(
        f"the model {job.title} cannot be run: {faults[-1] if faults else 'nothing here runs it'}. "
        "Choose another model, or look at it with `launch.py models info`"
    )


class _Job:
    def __init__(
        self,
        clips: list[vs.VideoNode],
        path: str,
        precision: str,
        tile: tuple[int, int],
        overlap: int,
        scale: Fraction,
        pictures: int,
        multiple: int,
    ) -> None:
        self.clips, self.path, self.precision, self.tile, self.overlap = clips, path, precision, tile, overlap
        self.scale, self.pictures, self.multiple = scale, pictures, multiple
        self.title = path.replace("\\", "/").rsplit("/", 1)[-1]
        self.tight = False  # memory may not do: take the way that can make its tiles smaller
        self.known = Timed()

    @property
    def size(self) -> tuple[int, int]:
        return self.clips[0].width, self.clips[0].height

    def look_up(self) -> None:
        """What timing has found of this model on the processor, where that is what will compute it."""
        if self.precision == "fp16" or providers.best() != ["cpu"]:
            return
        fixed = bool(self.tile[0]) and self.multiple >= max(self.tile)
        planes = tuple(clip.format.num_planes for clip in self.clips)
        size = self.tile if fixed else self.size
        self.known = timed(Order(self.path, planes, size, str(self.scale), self.pictures, self.multiple, fixed))

    def fit_memory(self) -> None:
        """Tiles, where the whole picture would take more than there is."""
        seen = self.known.bytes_a_pixel * 3 // 2  # of a smaller picture
        planes = sum(clip.format.num_planes for clip in self.clips)
        tile = tile_that_fits(self.size, self.overlap, self.scale, self.multiple, seen, planes)
        if tile[0]:
            self.tile, self.tight = tile, True

    def ways(self, name: str, engine: str) -> list[tuple[str, Way]]:
        """How a provider can be asked, the better first."""
        works = providers.tried(name).ways if name != "cpu" else ("mlrt", "onnxruntime")
        found: list[tuple[str, Way]] = []
        if name == "cpu" and self.known.better == "ov" and self._fits_mlrt(engine):
            found.append(("mlrt", lambda: self.by_mlrt("ov")))
        if "mlrt" in works and self._fits_mlrt(engine) and hasattr(vs.core, providers.IN_MLRT[name][0]):
            found.append(("mlrt", lambda: self.by_mlrt(name)))
        if "onnxruntime" in works:
            found.append(("onnxruntime", lambda: self.by_onnxruntime(name)))
        return [way for way in found if not engine or way[0] == engine]

    def _fits_mlrt(self, engine: str) -> bool:
        """vs-mlrt's tiles must overlap by the scale times as much, which may leave nothing of them."""
        if engine == "mlrt" or not self.tile[0]:
            return True
        spent = 2 * self.overlap * max(self.scale, Fraction(1))
        return not self.tight and spent * 2 <= min(self.tile)

    # -- proof
    @property
    def tolerance(self) -> float:
        """What a provider may differ from the processor: full precision on a card is often 19 bits, half 11."""
        return 0.01 if self.precision == "fp32" else 0.04

    def error(self, name: str, way: str) -> float:
        """How far a small picture is off that this model makes by `name`, against the processor's. Endless where it is
        no number."""
        fixed = self.tile[0] and self.multiple >= max(self.tile)
        side = -(-_PROOF // self.multiple) * self.multiple
        width, height = self.tile if fixed else (side, side)
        clips = []
        for clip in self.clips:
            blank = clip.std.BlankClip(width=width, height=height, length=1, keep=True)
            waves = [f"X {7 + plane} / sin Y {11 - plane} / cos + 4 / 0.5 +" for plane in range(clip.format.num_planes)]
            clips.append(blank.akarin.Expr(waves))
        small = _Job(clips, self.path, self.precision, (0, 0), 0, self.scale, self.pictures, self.multiple)
        made = small.by_mlrt(name) if way == "mlrt" else small.by_onnxruntime(name)
        worst = 0.0
        for one, other in zip(made, small.by_onnxruntime("cpu"), strict=True):
            with one.get_frame(0) as a, other.get_frame(0) as b:
                planes = range(a.format.num_planes)
                shown = (np.stack([np.asarray(each[plane]) for plane in planes]) for each in (a, b))
                worst = max(worst, off(*shown, jumps=told(self.path, "jumps") == "yes"))
        return worst

    # -- vs-mlrt
    def by_mlrt(self, name: str) -> list[vs.VideoNode]:
        """Through the filter. On a card one frame is tried, with smaller tiles while its memory does not do; should
        memory run out later, or on the processor, `exchange` brings another way."""
        if name == "cpu" or self.known.better == name:
            made = self._filter(name, self.tile)
            return exchangeable(made, lambda: self._smaller("cpu", self.tile)) if self._may_starve() else made
        tile = self.tile
        while True:
            blank = [clip.std.BlankClip(length=1, keep=True) for clip in self.clips]
            try:
                for made in self._filter(name, tile, blank):
                    with made.get_frame(0):
                        pass
                break
            except vs.Error as fault:
                smaller = self._halved(tile)
                if not out_of_memory(fault) or smaller is None:
                    raise
                warn(f"{self.title}: {name} is out of memory; goes on with tiles of {smaller[0]} × {smaller[1]}")
                tile = smaller
        return exchangeable(self._filter(name, tile), lambda: self._smaller(name, tile))

    def _halved(self, tile: tuple[int, int]) -> tuple[int, int] | None:
        return halved(tile if tile[0] else self.size, self.overlap, self.multiple)

    def _may_starve(self) -> bool:
        """Whether memory might run out on the way: not with a net that is known to want next to none, where what an
        exchange costs would show."""
        seen = self.known.bytes_a_pixel
        return not seen or seen * self.size[0] * self.size[1] > free_memory() // _PLENTY

    def _smaller(self, name: str, tile: tuple[int, int]) -> list[vs.VideoNode]:
        """By onnxruntime, which can halve its tiles again and again; the user is told."""
        smaller = self._halved(tile) or tile
        shown = f" with tiles of {smaller[0]} × {smaller[1]}" if smaller[0] else ""
        warn(f"{self.title}: out of memory; goes on{shown}")
        self.tile = smaller
        return self.by_onnxruntime(name)

    def _filter(
        self, name: str, tile: tuple[int, int], clips: Sequence[vs.VideoNode] | None = None
    ) -> list[vs.VideoNode]:
        space, provider = providers.IN_MLRT[name]
        options: dict[str, object] = {}
        if tile[0]:
            # it cuts the overlap off in pixels of its output
            around = -(-self.overlap * self.scale.numerator // self.scale.denominator)
            width, height = self.size
            options |= {"tilesize": [min(tile[0], width), min(tile[1], height)]}
            options |= {"overlap": [around if tile[0] < width else 0, around if tile[1] < height else 0]}
        if provider:
            options |= {"provider": provider, "fp16": self.precision != "fp32"}
        elif space == "ov" and self.precision != "fp16":
            options["config"] = providers.exact
        elif space == "ncnn":
            options["fp16"] = self.precision == "fp16"
        run = getattr(vs.core, space).Model
        given = list(self.clips if clips is None else clips)
        if self.pictures == 1:
            return [self._checked(run(given, self.path, **options))]
        made = run(given, self.path, flexible_output_prop="plane", **options)
        count = made["num_planes"]
        if count not in (self.pictures, 3 * self.pictures):
            raise ModelError(f"{self.title} gives {count} planes instead of {3 * self.pictures}")
        planes = [made["clip"].std.PropToClip(f"plane{at}") for at in range(count)]
        if count == self.pictures:
            return [self._checked(plane) for plane in planes]
        join = vs.core.std.ShufflePlanes
        return [self._checked(join(planes[at : at + 3], [0, 0, 0], vs.RGB)) for at in range(0, len(planes), 3)]

    def _checked(self, clip: vs.VideoNode) -> vs.VideoNode:
        width, height = self.size
        wanted = int(width * self.scale), int(height * self.scale)
        if (clip.width, clip.height) != wanted:
            text = f"{self.title} makes {clip.width} × {clip.height} of {width} × {height}"
            raise ModelError(f"{text}, not {wanted[0]} × {wanted[1]}: the scale in its description is wrong")
        return clip

    # -- onnxruntime
    def by_onnxruntime(self, name: str) -> list[vs.VideoNode]:
        """Frame by frame in Python: can make its tiles smaller, and leave a provider that fails, at any frame."""
        inference = Inference(
            self.path,
            name,
            self.tile,
            self.overlap,
            self.scale,
            self.multiple,
            lambda text: warn(f"{self.title}: {text}"),
        )
        inference.check(sum(clip.format.num_planes for clip in self.clips))
        return inference.clips(self.clips, self.pictures)


def by_filter(name: str, clips: list[vs.VideoNode], path: str, scale: str, pictures: int) -> list[vs.VideoNode]:
    """The pictures by vs-mlrt's filter of a provider on the processor, whole and in full precision."""
    return _Job(clips, path, "fp32", (0, 0), 0, Fraction(scale), pictures, 1)._filter(name, (0, 0))


def short(fault: BaseException) -> str:
    text = str(fault).strip().splitlines()
    return (text[0] if text else type(fault).__name__).removeprefix("operator(): ")


def warn(text: str) -> None:
    vs.core.log_message(vs.MESSAGE_TYPE_WARNING, f"{FOR_THE_USER}{text}")
