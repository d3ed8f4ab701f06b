"""Lab colour to RGB, as pixel expressions: what models of colours give is a and b of Lab, and L is the picture's.

CIE 1976 L*a*b* with the white of D65, and sRGB's transfer (IEC 61966-2-1), as OpenCV counts and as the models were
trained. All values are real: gray and RGB 0 to 1, a and b about -110 to 110.
"""

from __future__ import annotations

WHITE = (0.95047, 1.0, 1.08883)
FROM_XYZ = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
"""XYZ to linear sRGB: the inverse of the primaries' matrix."""
_SMALL, _SLOPE, _OFFSET = 216 / 24389, 841 / 108, 4 / 29


def rgb_of_lab() -> tuple[str, str, str]:
    """The expressions for R, G and B where x is the gray picture, y is a and z is b. RGB is clipped."""
    luminance = "x 0 max 1 min gray! gray@ 0.04045 > gray@ 0.055 + 1.055 / 2.4 pow gray@ 12.92 / ? lum!"
    cubic = f"lum@ {_SMALL!r} > lum@ 1 3 / pow lum@ {_SLOPE!r} * {_OFFSET!r} + ? root!"
    before = " ".join((luminance, cubic, _plain("root@ y 500 / +", "red"), _plain("root@ z 200 / -", "blue")))
    made = []
    for row in FROM_XYZ:
        x, y, z = (weight * white for weight, white in zip(row, WHITE, strict=True))
        linear = f"red@ {x!r} * lum@ {y!r} * + blue@ {z!r} * + 0 max 1 min c!"
        made.append(f"{before} {linear} c@ 0.0031308 > c@ 1 2.4 / pow 1.055 * 0.055 - c@ 12.92 * ?")
    return made[0], made[1], made[2]


def _plain(value: str, name: str) -> str:
    """The tristimulus `name`, of its white's, from the cube root `value`."""
    return f"{value} t! t@ {6 / 29!r} > t@ t@ * t@ * t@ {_OFFSET!r} - {_SLOPE!r} / ? {name}!"
