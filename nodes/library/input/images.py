"""Numbered pictures as a clip."""

import re
from pathlib import PurePath

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    FilePath,
    Fraction,
    Media,
    MediaError,
    Node,
    Probe,
    Ref,
    Script,
    gives,
    param,
    replace,
)
from nodes.library.input._tape import Aspect, FieldOrder, marked, opened, ordered, picture_of, shaped

_PATTERN = re.compile(r"%(?:0\d{1,2})?d")


class Images(Node):
    """A sequence of numbered pictures (PNG, TIFF, JPEG, DPX, EXR…), played at a rate of your choice.

    Choose the first picture, such as scan0001.png: those that follow it without a gap are taken with it. A pattern
    such as scan%04d.png works too. All pictures must have the same size.
    """

    id, version = "input.images", 1
    label, needs = "Image sequence", ("bs",)
    words = ("pictures", "png", "tiff", "jpeg", "dpx", "exr", "frames", "stills", "numbered", "scan", "film", "source")
    out = gives(Clip)

    file: Annotated[FilePath, param("The first picture, or a pattern such as scan%04d.png")] = FilePath("")
    rate: Annotated[Fraction, param("Pictures a second", low=0.01, high=240)] = Fraction(25)
    first: Annotated[int, param("Number of the first picture; −1 takes the chosen or the lowest one", low=-1)] = -1
    field_order: Annotated[FieldOrder, param("Which field was first in time, where pictures are interlaced")] = (
        FieldOrder.AUTO
    )
    aspect: Annotated[Aspect, param("Shape of the whole picture", label="Picture shape")] = Aspect.AUTO

    def forecast(self, probe: Probe) -> ClipInfo:
        return self._clip(*self._found(probe))

    def build(self, script: Script, probe: Probe) -> Ref:
        media, first = self._found(probe)
        info = self._clip(media, first)
        numbered = {} if first is None else {"start_number": first}
        identity = media.identity if first is None else f"{media.identity}-{first}"
        clip = script.core.bs.VideoSource(
            script.file(media.path, identity),
            **numbered,
            cachemode=script.local("cachemode", 4),
            cachepath=script.local(f"index:{identity}"),
        )
        return marked(clip.std.AssumeFPS(fpsnum=info.fps.numerator, fpsden=info.fps.denominator), info)

    def _found(self, probe: Probe) -> tuple[Media, int | None]:
        """The pictures, and the number of the first one to use (None: one picture without a number)."""
        pattern, chosen = pattern_of(self.file)
        media = opened(pattern, probe)
        tags = dict(media.metadata)
        if "sequence first" not in tags:
            return media, None
        low, high = int(tags["sequence first"]), int(tags["sequence last"])
        first = self.first if self.first >= 0 else low if chosen is None else chosen
        if not low <= first <= high:
            raise MediaError(
                f"{media.path}: there is no picture {first} in the sequence {low} to {high}. Choose a number in it"
            )
        return media, first

    def _clip(self, media: Media, first: int | None) -> ClipInfo:
        clip = shaped(ordered(picture_of(media, 1).clip, self.field_order), self.aspect)
        skipped = 0 if first is None else first - int(dict(media.metadata)["sequence first"])
        return replace(clip, fps=self.rate, frames=clip.frames - skipped)


def pattern_of(file: str) -> tuple[str, int | None]:
    """The pattern that a picture's name belongs to, and its number. A pattern, or a name without a number, is itself.

    >>> pattern_of("/scans/tape 1/scan0007.png")
    ('/scans/tape 1/scan%04d.png', 7)
    """
    name = PurePath(file).name
    if _PATTERN.search(name):
        return file, None
    numbers = list(re.finditer(r"[0-9]{1,9}", PurePath(file).stem))
    if not numbers:
        return file, None
    found = numbers[-1]
    digits = found[0]
    place = f"%0{len(digits)}d" if digits.startswith("0") and len(digits) > 1 else "%d"
    start = len(file) - len(name)
    before, after = file[: start + found.start()], file[start + found.end() :]
    return before.replace("%", "%%") + place + after.replace("%", "%%"), int(digits)
