"""Takes a clip apart into brightness and colour."""

from nodes.api import Clip, ClipInfo, Family, Fraction, Node, PixelFormat, Ref, Script, gives, replace, takes


class SplitPlanes(Node):
    """Take brightness (Y) and the two colour differences (U, V) apart, each as a gray clip.

    For treating colour apart from brightness, as tape recorders do. Merge planes puts them together again.
    On most tapes colour is stored coarser, so U and V come out smaller than Y.
    """

    id, version = "utility.split", 1
    label, words = "Split planes", ("luma", "chroma", "channels", "y", "u", "v", "extract", "separate colour")
    clip = takes(Clip, families=("yuv",))
    y = gives(Clip, "Brightness")
    u = gives(Clip, "Blue difference")
    v = gives(Clip, "Red difference")

    def forecast(self, clip: ClipInfo) -> dict[str, ClipInfo]:
        gray = PixelFormat(Family.GRAY, clip.format.bits, clip.format.floating)
        chroma = replace(
            clip,
            format=gray,
            width=clip.width >> clip.format.ss_w,
            height=clip.height >> clip.format.ss_h,
            sar=_coarse(clip),
        )
        return {"y": replace(clip, format=gray), "u": chroma, "v": chroma}

    def build(self, script: Script, clip: Ref) -> dict[str, Ref]:
        planes = {
            port: clip.std.ShufflePlanes(planes=plane, colorfamily=script.vs.GRAY) for plane, port in enumerate("yuv")
        }
        sar = _coarse(clip.info)
        if sar != clip.info.sar:
            for port in "uv":
                planes[port] = planes[port].std.SetFrameProps(_SARNum=sar.numerator, _SARDen=sar.denominator)
        return planes


def _coarse(clip: ClipInfo) -> Fraction:
    """The pixel shape of a colour plane."""
    return clip.sar * Fraction(1 << clip.format.ss_w, 1 << clip.format.ss_h)
