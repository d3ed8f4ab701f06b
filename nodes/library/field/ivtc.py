"""Inverse telecine: joins the fields of film pictures again and drops the repeats."""

from collections.abc import Iterator

from nodes.api import (
    Annotated,
    Clip,
    ClipInfo,
    Fields,
    Fraction,
    Node,
    Ref,
    Script,
    StrEnum,
    converted,
    gives,
    param,
    replace,
    takes,
)


class Film(StrEnum):
    """How the film came onto the tape."""

    PULLDOWN = "pulldown"
    """NTSC 3:2 pulldown: every fifth frame is a repeat and is dropped, 29.97 becomes 23.976."""
    SHIFTED = "shifted"
    """PAL film with shifted fields: only join the fields, drop nothing."""


class Matcher(StrEnum):
    """Which tool looks for the partner of each field."""

    VFM = "vfm"
    """VIVTC: dependable on most tapes."""
    TFM = "tfm"
    """TIVTC: a second opinion where VFM picks wrong partners."""


class Combed(StrEnum):
    """What becomes of frames that stay combed after matching."""

    DEINTERLACE = "deinterlace"
    """Deinterlace only those frames (BWDIF)."""
    LEAVE = "leave"
    """Leave them as they are."""


class InverseTelecine(Node):
    """Get the original film frames back from a telecined tape.

    Films, and many cartoons and music videos, were shot at 24 frames a second and spread over the fields of
    video. This looks for the fields of one film picture, joins them without loss, and on NTSC drops the
    repeats. Frames that stay combed (edits, video titles) can be deinterlaced. Run it before anything that
    changes or scales lines. Not for material shot on video: every field there shows its own moment, so
    deinterlace it.
    """

    id, version = "field.ivtc", 1
    label = "Inverse telecine"
    words = (
        "ivtc",
        "pulldown",
        "3:2",
        "film",
        "24p",
        "23.976",
        "decimate",
        "telecide",
        "vfm",
        "tfm",
        "field match",
    )
    needs = ("vivtc", "tivtc", "bwdif", "akarin")
    clip = takes(
        Clip,
        fields="interlaced",
        families=("yuv",),
        depths=("8", "10", "12", "14", "16"),
        chroma=("420", "422", "444"),
    )
    out = gives(Clip)

    film: Annotated[Film, param("How the film came onto the tape")] = Film.PULLDOWN
    matcher: Annotated[Matcher, param("Which tool looks for the partner fields")] = Matcher.VFM
    combed: Annotated[Combed, param("Frames that stay combed after matching")] = Combed.DEINTERLACE
    threshold: Annotated[
        int,
        param(
            "Lines that differ more than this count as combed: raise it for noisy tapes",
            low=1,
            high=60,
            advanced=True,
        ),
    ] = 12

    def forecast(self, clip: ClipInfo) -> ClipInfo:
        made = replace(clip, fields=Fields.PROGRESSIVE)
        if self.film is Film.SHIFTED:
            return made
        # VDecimate drops one of every five; an incomplete last five keeps all
        return replace(made, fps=clip.fps * 4 / 5, frames=clip.frames // 5 * 4 + clip.frames % 5)

    def check(self, clip: ClipInfo) -> Iterator[str]:
        rate = Fraction(30000, 1001)
        if self.film is Film.PULLDOWN and abs(clip.fps - rate) > rate / 200:
            yield (
                f"film: 3:2 pulldown runs at 29.97 frames a second, this clip at {float(clip.fps):.5g}; "
                "set film to shifted unless you know better"
            )
        if self.film is Film.SHIFTED and abs(clip.fps - rate) < rate / 200:
            yield "film: at 29.97 every fifth frame of film is a repeat; set film to pulldown to drop it"

    def build(self, script: Script, clip: Ref) -> Ref:
        info = clip.info
        top_first = int(info.fields is Fields.TFF)
        eight_bit = info.format.with_depth("8")
        if self.matcher is Matcher.VFM:
            # VFM looks at 8 bits only; the fields it joins may come from another clip
            seen = converted(clip, eight_bit)
            kept = {} if info.format == eight_bit else {"clip2": clip}
            joined = seen.vivtc.VFM(order=top_first, cthresh=self.threshold, **kept)
        else:
            # PP=1: mark combed frames, mend none
            joined = clip.tivtc.TFM(order=top_first, PP=1, cthresh=self.threshold)
        joined = script.let("joined", joined.std.SetFieldBased(0))
        if self.combed is Combed.DEINTERLACE:
            # VFM gives an estimate of the frame; its own fields are still of two moments, so interpolate
            # one
            mended = joined.bwdif.Bwdif(field=top_first)
            joined = script.core.akarin.Select([joined, mended], [joined], ["x._Combed"])
        if self.film is Film.SHIFTED:
            return joined
        joined = script.let("whole", joined).known(replace(info, fields=Fields.PROGRESSIVE))
        if info.format == eight_bit:
            return joined.vivtc.VDecimate()
        return converted(joined, eight_bit).vivtc.VDecimate(clip2=joined)
