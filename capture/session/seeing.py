"""What the live picture is, a few times a second: a picture, blank, blue or snow; its luma excursions; and whether a
scene begins, which is asked of every frame, on few of its points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from capture.session.messages import Signal, SignalKind

__all__ = ["Eye", "kind_of"]

Plane = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

_FLAT = 5.0  # codes: more noise than a blank tape's picture has after the deck's noise reduction
_SNOW_SPREAD, _SNOW_LIKENESS = 22.0, 0.45


class Eye:
    """`size`, `bits`, `chroma` (how many times smaller, across and down) of the live planes come with the first frame's
    format. `tell` hears Signal; `kinds` each change of what the picture is; `scenes` each scene's first frame."""

    def __init__(
        self,
        tell: Callable[[Signal], None],
        kinds: Callable[[SignalKind, int, float], None],
        scenes: Callable[[int, float], None],
    ) -> None:
        self._tell, self._kinds, self._scenes = tell, kinds, scenes
        self._kind: SignalKind = "none"
        self.shape = (0, 0, 8, 1, 0)  # width, height, bits, log2 of the chroma's smallness
        self._small: npt.NDArray[np.float32] | None = None
        self._before: float = 0.0

    def look(self, number: int, t_s: float, data: memoryview) -> None:
        """The newest frame, now and then."""
        luma, blue, red = self._planes(data)
        if luma is None or blue is None or red is None:
            return
        scale = 2.0 ** (self.shape[2] - 8)
        kind = kind_of(luma, blue, red, scale)
        if kind != self._kind:
            self._kind = kind
            self._kinds(kind, number, t_s)
        points = luma[::2, ::2].astype(np.float32) / scale
        low, high = np.percentile(points, (0.1, 99.9))
        top = (2 ** self.shape[2] - 1) / scale
        self._tell(
            Signal(
                t_s, number, kind, float(low), float(high),
                below=float((points < 16).mean()), above=float((points > 235).mean()),
                crushed=float((points <= 1).mean()), clipped=float((points >= top - 1).mean()),
            )
        )  # fmt: skip

    def every(self, number: int, t_s: float, data: memoryview) -> None:
        """Every frame: a cut is a change that neither the frame before nor what came before it announced."""
        luma = self._planes(data)[0]
        if luma is None:
            return
        small = luma[8:-8:16, 8:-8:16].astype(np.float32) / 2.0 ** (self.shape[2] - 8)
        if self._small is not None and self._small.shape == small.shape and self._kind == "picture":
            change = float(np.abs(small - self._small).mean())
            if change > 24.0 and change > 4.0 * (self._before + 1.0):
                self._scenes(number, t_s)
            self._before = change
        self._small = small

    def _planes(self, data: memoryview) -> tuple[Plane | None, Plane | None, Plane | None]:
        width, height, bits, sub_w, sub_h = self.shape
        kind = np.dtype("u1" if bits == 8 else "<u2")
        across, down = -(-width >> sub_w), -(-height >> sub_h)
        sizes = (width * height, across * down)
        if not width or len(data) != (sizes[0] + 2 * sizes[1]) * kind.itemsize:
            return None, None, None
        flat = np.frombuffer(data, kind)
        luma = flat[: sizes[0]].reshape(height, width)
        blue = flat[sizes[0] : sizes[0] + sizes[1]].reshape(down, across)
        return luma, blue, flat[sizes[0] + sizes[1] :].reshape(down, across)


def kind_of(luma: Plane, blue: Plane, red: Plane, scale: float = 1.0) -> SignalKind:
    """Of the inner part of the picture: tape has black borders and head-switching noise."""
    height, width = luma.shape
    rows = luma[height // 8 : -height // 8 : 8, width // 8 : -width // 8].astype(np.float32) / scale
    spread = float(rows.std())
    if spread < _FLAT:
        u, v = float(blue.mean()) / scale, float(red.mean()) / scale
        return "blue" if u > 150 and v < 140 else "blank"
    if spread > _SNOW_SPREAD:
        off = rows - rows.mean()
        likeness = float((off[:, 1:] * off[:, :-1]).mean() / (off * off).mean())
        if likeness < _SNOW_LIKENESS:
            return "snow"
    return "picture"
