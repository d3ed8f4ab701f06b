"""The presets in a restorer's words: what each is for, and what one might look for it by."""

from __future__ import annotations

from dataclasses import dataclass

from editor.language import tr


@dataclass(frozen=True)
class Words:
    """`line` says in one sentence what the preset does; `found_by` are further search words."""

    title: str
    line: str
    found_by: str = ""


def preset_words() -> dict[str, Words]:
    """By preset name, in the order of the gallery."""
    return {
        "vhs-pal": Words(
            tr("VHS, PAL"),
            tr("A European tape, 576 lines: noise and dropouts go, fields become 50 whole frames."),
            tr("s-vhs europe 576i 25i secam camcorder family tape"),
        ),
        "vhs-ntsc": Words(
            tr("VHS, NTSC"),
            tr("An American or Japanese tape, 480 lines: fields become 59.94 whole frames."),
            tr("s-vhs america japan 480i 29.97 family tape"),
        ),
        "hi8": Words(
            tr("Video8 and Hi8"),
            tr("Small camcorder tapes: grain and dropouts, gentler on colour than VHS."),
            tr("8mm handycam camcorder digital8"),
        ),
        "dv-pal": Words(
            tr("DV, PAL"),
            tr("Digital tapes, 576 lines: the picture is clean already, only fields and blocks are mended."),
            tr("minidv dvcam digital camcorder 576i bff"),
        ),
        "dv-ntsc": Words(
            tr("DV, NTSC"),
            tr("Digital tapes, 480 lines with 4:1:1 colour: fields become 59.94 whole frames."),
            tr("minidv dvcam digital camcorder 480i bff 4:1:1"),
        ),
        "telecine": Words(
            tr("Film on NTSC tape"),
            tr("Cinema and drama: the pulldown is taken out, 23.976 true film frames come back."),
            tr("ivtc pulldown 24p 3:2 cinema film movie"),
        ),
        "gentle": Words(
            tr("Gentle"),
            tr("Little is touched: for good tapes, and where nothing may be lost."),
            tr("careful light mild progressive"),
        ),
        "capture-pal": Words(
            tr("Capture, PAL"),
            tr("Play a tape once: a recording to keep, and a restored copy beside it. 576 lines."),
            tr("record digitise grab vcr deck device s-video composite usb live"),
        ),
        "capture-ntsc": Words(
            tr("Capture, NTSC"),
            tr("Play a tape once: a recording to keep, and a restored copy beside it. 480 lines."),
            tr("record digitise grab vcr deck device s-video composite usb live"),
        ),
        "archive-only": Words(
            tr("Archive copy"),
            tr("Nothing is altered: a lossless FFV1 master with everything the tape holds."),
            tr("ffv1 lossless master preservation museum"),
        ),
        "fast-preview": Words(
            tr("Quick look"),
            tr("A watchable file within minutes: to see what is on a tape before restoring it."),
            tr("fast draft preview small"),
        ),
    }
