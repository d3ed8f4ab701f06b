"""Matrix, range and primaries: the same colours, written differently."""

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Matrix,
    Node,
    Primaries,
    Range,
    Ref,
    Script,
    StrEnum,
    Transfer,
    gives,
    guess_matrix,
    param,
    replace,
    takes,
)


class Space(StrEnum):
    """A family of colour coefficients."""

    KEEP = "keep"
    PAL = "bt601 pal"
    """Standard definition, 625 lines (BT.470 System B/G)."""
    NTSC = "bt601 ntsc"
    """Standard definition, 525 lines (SMPTE 170M)."""
    HD = "bt709"
    """High definition, and most files meant for computers."""
    UHD = "bt2020"


class Levels(StrEnum):
    """Which code values are black and white."""

    KEEP = "keep"
    LIMITED = "limited"
    """16 to 235: television, and nearly every video file."""
    FULL = "full"
    """0 to 255."""


MATRICES = {
    Space.PAL: Matrix.BT470BG,
    Space.NTSC: Matrix.SMPTE170M,
    Space.HD: Matrix.BT709,
    Space.UHD: Matrix.BT2020_NCL,
}
PRIMARIES = {
    Space.PAL: Primaries.BT470BG,
    Space.NTSC: Primaries.SMPTE170M,
    Space.HD: Primaries.BT709,
    Space.UHD: Primaries.BT2020,
}


class ConvertColour(Node):
    """Write the same colours with another matrix, range or set of primaries.

    Needed when a picture changes its class: standard definition scaled to HD should become BT.709, or players show
    greens and reds slightly wrong. Samples change so that the picture looks the same, and the clip is marked. If the
    picture is right but marked wrong, use Mark colour instead, which changes no sample.
    """

    id, version = "colour.convert", 1
    label, needs = "Convert colour", ()
    words = (
        "matrix",
        "bt601",
        "bt709",
        "rec709",
        "range",
        "full",
        "limited",
        "tv levels",
        "pc levels",
        "primaries",
        "gamut",
    )
    clip = takes(Clip, fields="whole", families=("yuv", "gray"))
    out = gives(Clip)

    space: Annotated[Space, param("Colour coefficients to write with")] = Space.HD
    levels: Annotated[Levels, param("Range of code values to write with")] = Levels.KEEP
    primaries: Annotated[
        bool, param("Convert the primaries too: exact colours on a calibrated screen, clips a little")
    ] = False

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        made = clip
        if self.levels is not Levels.KEEP:
            made = replace(made, range=Range(self.levels.value))
        if self.space is Space.KEEP or not clip.format.chroma:
            return made
        made = replace(made, matrix=MATRICES[self.space])
        if self.primaries:
            made = replace(made, primaries=PRIMARIES[self.space], transfer=_transfer(clip))
        return made

    def build(self, script: Script, clip: Ref) -> Ref:
        info, target = clip.info, self.forecast(clip.info)
        options: dict[str, object] = {}
        if target.range is not info.range:
            options |= {"range_in": info.range.code, "range": target.range.code}
        if target.matrix is not info.matrix:
            options |= {"matrix_in": int(guess_matrix(info)), "matrix": int(target.matrix)}
        if target.primaries is not info.primaries:
            transfer = int(target.transfer)
            options |= {"matrix_in": int(guess_matrix(info)), "matrix": int(target.matrix)}
            options |= {"primaries_in": int(_primaries(info)), "primaries": int(target.primaries)}
            options |= {"transfer_in": transfer, "transfer": transfer}
        if not options:
            return clip
        if info.format.bits < 16 and not info.format.floating:
            options["dither_type"] = "ordered" if info.interlaced else "error_diffusion"
        return clip.resize.Bicubic(**options)


def _primaries(clip: ClipInfo) -> Primaries:
    """The clip's own, or those that go with its matrix."""
    if clip.primaries is not Primaries.UNSPECIFIED:
        return clip.primaries
    by_matrix = {MATRICES[space]: PRIMARIES[space] for space in MATRICES}
    return by_matrix.get(guess_matrix(clip), Primaries.BT709)


def _transfer(clip: ClipInfo) -> Transfer:
    return clip.transfer if clip.transfer is not Transfer.UNSPECIFIED else Transfer.BT709
