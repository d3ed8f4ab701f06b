"""Hardware encoders: which there are for a codec, and how ffmpeg is told quality, bitrate and speed for each maker."""

from nodes.api import Coder, ParamError, PixelFormat, StrEnum


class Hardware(StrEnum):
    """Which chip encodes. Hardware is fast; software makes a better picture of the same size."""

    OFF = "off"
    """Software: the best picture for its size."""
    AUTO = "auto"
    """The first of this machine's encoders that works; software where none does."""
    NVENC = "nvenc"
    """NVIDIA."""
    AMF = "amf"
    """AMD."""
    QUICKSYNC = "quicksync"
    """Intel."""
    VIDEOTOOLBOX = "videotoolbox"
    """Apple."""


class Speed(StrEnum):
    """How long the encoder may think about a frame: slower makes a smaller file of the same quality."""

    ULTRAFAST = "ultrafast"
    SUPERFAST = "superfast"
    VERYFAST = "veryfast"
    FASTER = "faster"
    FAST = "fast"
    MEDIUM = "medium"
    SLOW = "slow"
    SLOWER = "slower"
    VERYSLOW = "veryslow"


_RANK = {speed: place for place, speed in enumerate(Speed)}  # 0 fastest … 8 slowest
_MAKERS = {
    Hardware.NVENC: "nvenc",
    Hardware.AMF: "amf",
    Hardware.QUICKSYNC: "qsv",
    Hardware.VIDEOTOOLBOX: "videotoolbox",
}


def coders(
    codec: str, hardware: Hardware, software: Coder, form: PixelFormat, interlaced: bool, quality: float, kbps: int,
    speed: Speed,
) -> tuple[Coder, ...]:  # fmt: skip
    """The coders to try in turn. `codec` is ffmpeg's word (`h264`, `hevc`, `av1`). ParamError where a chip that the
    user named cannot code this clip; `auto` then means software."""
    if hardware is Hardware.OFF:
        return (software,)
    why = _unfit(codec, form, interlaced)
    if hardware is Hardware.AUTO:
        found = [] if why else [_coder(codec, maker, form, quality, kbps, speed) for maker in _MAKERS]
        return (*(one for one in found if one), software)
    if why:
        raise ParamError(f"hardware encoders {why}. Set hardware to off")
    made = _coder(codec, hardware, form, quality, kbps, speed)
    if made is None:
        raise ParamError(f"{hardware.value} has no {codec.upper()} encoder. Set hardware to auto or off")
    return (made,)


def _unfit(codec: str, form: PixelFormat, interlaced: bool) -> str:
    """What hardware cannot do of this. Some chips can do more; none can be told beforehand."""
    if interlaced:
        return "cannot be trusted with interlaced video (deinterlace it, or code it in software)"
    if form.chroma != "420":
        return f"take 4:2:0 colour only, not {form.chroma}"
    if form.bits != 8 and codec == "h264":
        return "take 8 bit only for H.264"
    return ""


def _coder(codec: str, maker: Hardware, form: PixelFormat, quality: float, kbps: int, speed: Speed) -> Coder | None:
    if maker is Hardware.VIDEOTOOLBOX and codec == "av1":
        return None
    rank = _RANK[speed]
    level = str(round(quality))
    rate = ("-b:v", f"{kbps}k")
    options: tuple[str, ...]
    match maker:
        case Hardware.NVENC:
            preset = f"p{1 + rank * 6 // 8}"
            options = ("-preset", preset, "-tune", "hq", "-rc", "vbr", *(rate if kbps else ("-cq", level, "-b:v", "0")))
        case Hardware.QUICKSYNC:
            preset = ("veryfast", "veryfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")[
                rank
            ]
            options = ("-preset", preset, *(rate if kbps else ("-global_quality", level)))
        case Hardware.AMF:
            preset = ("speed", "speed", "speed", "speed", "balanced", "balanced", "quality", "quality", "quality")[rank]
            # AV1 counts its quantisers to 255 instead of 63
            step = str(round(quality * 4)) if codec == "av1" else level
            fixed = ("-rc", "cqp", "-qp_i", step, "-qp_p", step)
            options = ("-quality", preset, *(("-rc", "vbr_peak", *rate) if kbps else fixed))
        case _:
            # its scale is 1 (worst) to 100; CRF 18 is about 64
            options = rate if kbps else ("-q:v", str(max(1, min(100, round(100 - 2 * quality)))))
    pixels = "p010le" if form.bits == 10 else "nv12"
    return Coder(f"{codec}_{_MAKERS[maker]}", options, pixels, hardware=True)
