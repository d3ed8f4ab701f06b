"""3D lookup tables."""

import hashlib
from pathlib import Path

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    FilePath,
    MediaError,
    Node,
    PixelFormat,
    Ref,
    Script,
    StrEnum,
    converted,
    gives,
    param,
    takes,
)

_MOST_BYTES = 64_000_000  # a 129³ table with nine digits


class Interpolation(StrEnum):
    """How values between the table's entries are found."""

    TETRAHEDRAL = "tetrahedral"
    """Best for grays; what grading systems use."""
    TRILINEAR = "trilinear"


class Lut(Node):
    """Apply a look or a calibration from a .cube file.

    The table gets full-range R'G'B' of the picture as it is; the clip keeps its format. Colours and levels beyond what
    RGB can show (super-white, some of tape's most saturated reds) are clipped on the way: set Levels first. Make or
    choose tables for video-level footage (BT.709 in, BT.709 out); a log table makes no sense on tape.
    """

    id, version = "colour.lut", 1
    label, needs = "3D LUT", ("timecube",)
    words = ("cube", "lookup table", "grade", "look", "film", "calibration", "color grading")
    clip = takes(Clip)
    out = gives(Clip)

    file: Annotated[FilePath, param("The .cube file; none changes nothing", suffixes=(".cube",))] = FilePath("")
    strength: Annotated[float, param("How much of the look", low=0, high=1, step=0.05)] = 1.0
    interpolation: Annotated[Interpolation, param("Between the table's entries", advanced=True)] = (
        Interpolation.TETRAHEDRAL
    )

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        if self.file and self.strength:
            identity(self.file)
        return clip

    def build(self, script: Script, clip: Ref) -> Ref:
        if not self.file or self.strength == 0:
            return clip
        info = clip.info
        rgb = converted(clip, PixelFormat.parse("RGBS"))
        made = rgb.timecube.Cube(
            script.file(self.file, identity(self.file)),
            interp=1 if self.interpolation is Interpolation.TETRAHEDRAL else 0,
        )
        back = converted(made.known(rgb.info), info.format)
        if self.strength < 1:
            back = script.core.std.Merge(clip, back, weight=[self.strength])
        return back


def identity(path: str) -> str:
    """A name for the table's content. MediaError where it is none that can be used."""
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise MediaError(f"{path}: cannot be read ({error.strerror}). Choose a .cube file that is there") from None
    if len(data) > _MOST_BYTES:
        raise MediaError(f"{path}: is too large for a lookup table. Choose a .cube file")
    words = [line.split() for line in data.decode("utf-8", "replace").splitlines() if line.strip()]
    size = next((row[1] for row in words if row[0] == "LUT_3D_SIZE" and len(row) == 2), "")
    if not size.isdecimal() or not 2 <= int(size) <= 256:
        raise MediaError(f"{path}: is no 3D table (no valid LUT_3D_SIZE line). Choose a .cube file that holds one")
    rows = sum(1 for row in words if len(row) == 3 and row[0][0] in "+-.0123456789")
    if rows != int(size) ** 3:
        raise MediaError(f"{path}: holds {rows} entries instead of {size}³; it is damaged. Fetch it again")
    return hashlib.sha256(data).hexdigest()
