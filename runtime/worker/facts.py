"""What a clip is, asked of VapourSynth itself."""

import vapoursynth as vs

from runtime.protocol import ClipFacts, Plain


def clip_facts(clip: vs.VideoNode, first: vs.RawFrame | None = None) -> ClipFacts:
    """`first`: frame 0, where its props are wanted."""
    props = first.props if first is not None else {}

    def prop(name: str) -> int | None:
        value = props.get(name)
        return int(value) if isinstance(value, int) else None

    return ClipFacts(
        clip.width,
        clip.height,
        clip.format.name if clip.format is not None else "",
        clip.fps_num,
        clip.fps_den,
        clip.num_frames,
        field_based=prop("_FieldBased"),
        sar_num=prop("_SARNum"),
        sar_den=prop("_SARDen"),
        matrix=prop("_Matrix"),
        range=prop("_Range"),
        primaries=prop("_Primaries"),
        transfer=prop("_Transfer"),
    )


def plain_props(frame: vs.RawFrame) -> dict[str, Plain]:
    return {name: _plain(value) for name, value in frame.props.items()}


def _plain(value: object) -> Plain:
    match value:
        case bool() | int():
            return int(value)  # enums too
        case float() | str():
            return value
        case bytes():
            return value.decode("utf-8", "replace")
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return f"<{type(value).__name__}>"
