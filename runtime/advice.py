"""What to do with a file, from what it says and what its pictures show. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from nodes.clip import Fields
from nodes.media import Media, VideoStream
from runtime.media import is_tape_size

ORDER_WORDS = {"tff": "top field first", "bff": "bottom field first", "progressive": "progressive"}


def measured_words(measured: Mapping[str, Any]) -> str:
    """A measurement in words, with the numbers behind it."""
    if measured.get("error"):
        return str(measured["error"])
    kind, first = measured["kind"], ORDER_WORDS.get(measured["first"], "order unclear")
    said = {
        "tff": "interlaced, top field first",
        "bff": "interlaced, bottom field first",
        "progressive": "progressive",
        "shifted": f"progressive, but shifted by a field ({first})",
        "telecine": f"film with 2:3 pulldown ({first})",
    }.get(kind, "not enough motion to tell")
    return f"{said}; {measured['moving']} of {measured['frames']} frames move" + (
        "" if kind == "unknown" else f", order {measured['order']:+.2f}, weave {measured['weave']:.2f}"
    )


def field_conflict(stream: VideoStream, measured: Mapping[str, Any]) -> str:
    """A sentence where the picture does not show the field order that will be assumed; else empty."""
    kind = measured.get("kind", "unknown")
    if kind == "unknown" or measured.get("error"):
        return ""
    assumed = stream.clip.fields
    who = "the flag says" if stream.flagged is assumed else "assumed is"
    now = f"{who} {ORDER_WORDS[assumed.value]}"
    if kind == "shifted":
        return (
            f"{now}, the picture shows whole frames whose fields lie in two coded frames: "
            "put 'Shift fields' behind the source instead of a deinterlacer"
        )
    shown = measured["first"] if kind == "telecine" else kind
    if not shown or shown == assumed.value:
        return ""
    return (
        f"{now}, the picture says {ORDER_WORDS[shown]}: set the source's field order, "
        f"like --set source1.field_order={shown}"
    )


def preset_for(media: Media, measured: Mapping[str, Any]) -> str:
    """The shipped preset that suits the file; empty where there is no picture."""
    if not media.video:
        return ""
    stream = media.video[0]
    clip = stream.clip
    kind = measured.get("kind", "unknown")
    if kind == "telecine":
        return "telecine"
    fields = Fields(kind) if kind in ("tff", "bff", "progressive") else clip.fields
    if not fields.interlaced or kind == "shifted" or not is_tape_size(clip):
        return "gentle"
    system = "pal" if clip.height in (576, 608) else "ntsc"
    return f"{'dv' if stream.codec == 'dvvideo' else 'vhs'}-{system}"


def settings_for(media: Media, measured: Mapping[str, Any]) -> list[str]:
    """What to set in the preset of `preset_for`, as texts of `--set`."""
    if not media.video:
        return []
    conflict = field_conflict(media.video[0], measured)
    found = [conflict.rpartition("--set ")[2]] if "source1.field_order=" in conflict else []
    kind = measured.get("kind", "unknown")
    if preset_for(media, measured) == "gentle" and (kind == "progressive" or not media.video[0].clip.fields.interlaced):
        found.append("qtgmc1.bypass=on")  # whole frames: nothing to deinterlace
    return found


def suggestions(media: Media, measured: Mapping[str, Any]) -> list[str]:
    """What to do next, a line each."""
    if not media.video:
        return ["it has sound only: bring it in with the node 'Sound file'"]
    conflict = field_conflict(media.video[0], measured)
    found = [conflict] if conflict else []
    words = ["python3 launch.py run", preset_for(media, measured), "-i", shlex.quote(media.path), "-o restored.mkv"]
    words += [f"--set {text}" for text in settings_for(media, measured)]
    found.append(f"try: {' '.join(words)}")
    return found
