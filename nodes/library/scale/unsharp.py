"""Unsharp mask, with its halos held back."""

import math

from nodes.api import Annotated, Clip, ClipInfo, Family, Node, Ref, Script, StrEnum, gives, param, takes
from nodes.library._fields import by_field


class Direction(StrEnum):
    """Along which direction detail is strengthened."""

    BOTH = "both"
    """Across and down."""
    ACROSS = "across"
    """Across only: tape is soft across, while its lines are as sharp as ever."""


class UnsharpMask(Node):
    """Strengthen detail of a chosen size: the classic remedy for the soft look of VHS.

    The difference from a blurred copy is added to the picture. `threshold` leaves faint differences, mostly
    noise, alone; `overshoot` holds back the bright and dark outlines that sharpening draws along edges.
    Sharpen after denoising. Only brightness is sharpened; interlaced clips are sharpened field by field.
    """

    id, version = "scale.unsharp", 1
    label = "Sharpen (unsharp mask)"
    words = ("sharpness", "detail", "usm", "gaussian", "crisp", "halo", "aperture", "horizontal")
    needs = ("akarin",)
    clip = takes(Clip)
    out = gives(Clip)

    strength: Annotated[
        float, param("How much of the difference is added; 0 changes nothing", low=0, high=5, step=0.1)
    ] = 0.7
    radius: Annotated[float, param("Size of the detail", low=0.4, high=4, step=0.1, unit="px")] = 1.5
    direction: Annotated[Direction, param("Along which direction")] = Direction.BOTH
    threshold: Annotated[
        float,
        param("Differences up to this many of 255 levels stay as they are", low=0, high=32, step=0.5, unit="levels"),
    ] = 0.5
    overshoot: Annotated[
        float, param("How far beyond its neighbours a pixel may go", low=0, high=255, step=1, unit="levels")
    ] = 6.0

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        if self.strength == 0:
            return clip
        colour = info.format.family is Family.YUV
        planes = [0] if colour else None

        def sharpen(part: Ref) -> Ref:
            part = script.let("part", part)
            weights = _gauss(self.radius)
            soft = part.std.Convolution(matrix=weights, mode="h", planes=planes)
            if self.direction is Direction.BOTH:
                soft = soft.std.Convolution(matrix=weights, mode="v", planes=planes)
            expr = self._expression(info.format.peak / 255)
            return script.core.akarin.Expr([part, soft], [expr, ""] if colour else [expr])

        return by_field((clip,), info, sharpen)

    def _expression(self, level: float) -> str:
        """`level` is one of 255 steps in the clip's samples."""
        near = [f"x[{dx},{dy}]" for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dx or dy]
        floor = "x " + " ".join(f"{at} min" for at in near) + f" {self.overshoot * level!r} -"
        ceiling = "x " + " ".join(f"{at} max" for at in near) + f" {self.overshoot * level!r} +"
        core = self.threshold * level
        detail = f"x y - D! D@ D@ {-core!r} {core!r} clamp - {self.strength!r} * x +"
        return f"{detail} {floor} max {ceiling} min"


def _gauss(radius: float) -> list[float]:
    """A Gaussian of this standard deviation, cut at three of them; std.Convolution takes 25 weights at
    most."""
    reach = min(12, math.ceil(3 * radius))
    return [math.exp(-((at / radius) ** 2) / 2) for at in range(-reach, reach + 1)]
