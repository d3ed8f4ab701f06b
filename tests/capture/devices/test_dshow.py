"""DirectShow's listings, in every grammar that ffmpeg has had: each device, its kind and its alternative name."""

from __future__ import annotations

import pytest

from capture.devices.dshow import Listed, listed
from capture.devices.dshow_devices import devices
from capture.devices.found import FfmpegInput, Signal
from tests.capture.devices.recorded import said

CAPTURE = "{65e8773d-8f56-11d0-a3b9-00a0c9223196}"
PICTURES, SOUNDS = (
    "@device_sw_{860BB310-5D01-11D0-BD3B-00A0C911CE86}",
    "@device_sw_{33D9A762-90C8-11D0-BD43-00A0C911CE86}",
)
WAVE = r"@device_cm_{33D9A762-90C8-11D0-BD43-00A0C911CE86}\wave_"
PNP = r"@device_pnp_\\?" + "\\"
V, A, BOTH = "video", "audio", "audio video"

TRUTH: dict[str, list[tuple[str, str, str]]] = {
    "01": [
        (V, "Integrated Camera", ""),
        (V, "screen-capture-recorder", ""),
        (A, "Internal Microphone (Conexant 2", ""),
        (A, "virtual-audio-capturer", ""),
    ],
    "02": [
        (
            V,
            "USB 2861 Device",
            rf"{PNP}usb#vid_eb1a&pid_5051&mi_00#6&2a91c004&0&0000#{CAPTURE}\{{0a1b2c3d-1111-4d94-b574-000000000001}}",
        ),
        (
            V,
            "FaceTime HD Camera",
            rf"{PNP}pci#ven_14e4&dev_1570&subsys_157014e4&rev_00#000000ffff00000001#{CAPTURE}\global",
        ),
        (A, "Headset Microphone (Cirrus Logic CS4208 (AB 94))", WAVE + "{00000000-0000-4088-895B-000000000002}"),
    ],
    "03": [
        (V, "Integrated Webcam", rf"{PNP}usb#vid_0c45&pid_6448&mi_00#7&1b77aa02&0&0000#{CAPTURE}\global"),
        (V, "screen-capture-recorder", PICTURES + r"\{4EA69364-2C8A-4AE6-A561-56E4B5044439}"),
        (A, "麦克风 (High Definition Audio 设备)", WAVE + "{00000000-B335-41EC-BED5-000000000003}"),
        (A, "virtual-audio-capturer", SOUNDS + r"\{8E146464-DB61-4309-AFA1-3578E927E935}"),
    ],
    "04": [
        (
            V,
            "OV5648",
            rf"{PNP}display#int34d7#4&10000001&0&uid144599#{CAPTURE}\{{83ce0022-0000-41de-b2c3-000000000004}}",
        ),
        (
            V,
            "GC2355",
            rf"{PNP}display#int34d7#4&10000001&0&uid144599#{CAPTURE}\{{82a248ab-0000-4091-892e-000000000005}}",
        ),
    ],
    "05": [
        (V, "DirectShow Softcam", PICTURES + r"\DirectShow Softcam"),
        (V, "OBS Virtual Camera", PICTURES + r"\{A3FCE0F5-3493-419F-958A-ABA1250EC20B}"),
    ],
    "06": [
        (V, "USB Video", rf"{PNP}usb#vid_534d&pid_2109&mi_00#7&10000002&0&0000#{CAPTURE}\global"),
        (V, "HD Pro Webcam C920", rf"{PNP}usb#vid_046d&pid_082d&mi_00#7&10000003&0&0000#{CAPTURE}\global"),
        (V, "Camera (NVIDIA Broadcast)", PICTURES + r"\{7BBFF097-0000-4AA6-B685-000000000006}"),
        (V, "OBS Virtual Camera", PICTURES + r"\{A3FCE0F5-3493-419F-958A-ABA1250EC20B}"),
        (A, "Digital Audio Interface (USB Digital Audio)", WAVE + "{1A430BF9-0000-42F8-8831-000000000007}"),
        (A, "Microphone (NVIDIA Broadcast)", WAVE + "{8F8F2EDE-0000-4AA6-A4FA-000000000008}"),
    ],
    "07": [
        (V, "screen-capture-recorder", PICTURES + r"\{4EA69364-2C8A-4AE6-A561-56E4B5044439}"),
        (A, "virtual-audio-capturer", SOUNDS + r"\{8E146464-DB61-4309-AFA1-3578E927E935}"),
    ],
    "08": [
        (V, "ASUS FHD webcam", rf"{PNP}usb#vid_13d3&pid_52b8&mi_00#6&10000004&0&0000#{CAPTURE}\global"),
        (
            A,
            "Microphone Array (Intel® Smart Sound Technology for Digital Microphones)",
            WAVE + "{ED11F459-0000-4592-8A73-000000000009}",
        ),
    ],
    "09": [
        (V, "USB Video", rf"{PNP}usb#vid_534d&pid_2109&mi_00#6&10000005&0&0000#{CAPTURE}\global"),
        (
            A,
            "デジタル オーディオ インターフェイス (USB Digital Audio)",
            WAVE + "{265CAD41-0000-411E-B22A-00000000000A}",
        ),
    ],
    "10": [
        (V, "GV-USB2, Analog Capture", rf"{PNP}usb#vid_04bb&pid_0532#10000006#{CAPTURE}\global"),
        (BOTH, "Game Capture HD60 S", rf"{PNP}usb#vid_0fd9&pid_004f#10000007#{CAPTURE}\global"),
        (V, 'Cam "Link" 4K', rf"{PNP}usb#vid_0fd9&pid_0066&mi_00#10000008#{CAPTURE}\global"),
        (A, "Elgato Wave:3", WAVE + "{00000000-0000-0000-0000-00000000000B}"),
        (A, "Micrófono (2- USB2.0 MIC)", WAVE + "{00000000-0000-0000-0000-00000000000C}"),
        (V, "Decklink Video Capture", PICTURES + r"\{44A8B5C7-13B6-4211-BD40-35B629D9E6DF}"),
        (V, "Mystery", ""),
    ],
    "11": [
        (V, "USB2.0 PC CAMERA", rf"{PNP}usb#vid_05e1&pid_0408&mi_00#7&10000009&0&0000#{CAPTURE}\global"),
        (V, "USB2.0 PC CAMERA", rf"{PNP}usb#vid_05e1&pid_0408&mi_00#7&1000000a&0&0000#{CAPTURE}\global"),
        (
            V,
            "Microsoft DV-Kamera und -Videorekorder",
            rf"{PNP}avc#sony&dv_vcr&typ_1&id_0#08004601024f0b3c#{CAPTURE}\global",
        ),
        (A, "Видеозахват (USB)", WAVE + "{00000000-0000-0000-0000-00000000000D}"),
        (V, "", ""),
    ],
    "12": [
        (V, "USB Video Device", ""),
        (V, "USB Video Device", ""),
        (V, "Grabber: Video", ""),
        (A, "USB Video Device", ""),
        (A, "USB Audio", ""),
        (A, "USB Audio", ""),
    ],
}


def facts(one: Listed) -> tuple[str, str, str]:
    return " ".join(sorted(one.kinds)), one.name, one.alternative


@pytest.mark.parametrize("sample", TRUTH)
def test_every_device_of_a_recording_is_found_with_its_kind_and_alternative_name(sample: str) -> None:
    assert [facts(one) for one in listed(said(sample))] == TRUTH[sample]


@pytest.mark.parametrize("sample", TRUTH)
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(sample: str) -> None:
    text = said(sample).replace("\n", "\r\n")
    assert [facts(one) for one in listed(text)] == TRUTH[sample]


def test_twins_are_numbered_within_their_kind() -> None:
    assert [one.number for one in listed(said("12"))] == [0, 1, 0, 0, 0, 1]


def test_a_device_that_says_nothing_of_itself_is_not_sure() -> None:
    assert [(one.name, one.sure) for one in listed(said("05"))] == [
        ("DirectShow Softcam", False),
        ("OBS Virtual Camera", True),
    ]


def test_a_device_is_opened_by_its_alternative_name() -> None:
    pictures, sounds = devices(listed(said("10")))
    wave = next(one for one in sounds if one.name == "Elgato Wave:3")
    assert wave.source == FfmpegInput("dshow", "audio=" + WAVE + "{00000000-0000-0000-0000-00000000000B}")
    link = next(one for one in pictures if one.name == 'Cam "Link" 4K')
    assert isinstance(link.source, FfmpegInput)
    assert link.source.url == rf"video={PNP}usb#vid_0fd9&pid_0066&mi_00#10000008#{CAPTURE}\global"


def test_an_alternative_name_has_no_colon_that_ffmpeg_would_split_at() -> None:
    for sample in TRUTH:
        pictures, sounds = devices(listed(said(sample)))
        for one in (*pictures, *sounds):
            assert isinstance(one.source, FfmpegInput)
            if one.alternative:
                assert ":" not in one.source.url


def test_twins_without_alternative_names_are_opened_by_number() -> None:
    pictures, sounds = devices(listed(said("12")))
    assert [one.source for one in pictures[:2]] == [
        FfmpegInput("dshow", "video=USB Video Device"),
        FfmpegInput("dshow", "video=USB Video Device", (("video_device_number", "1"),)),
    ]
    assert [one.source for one in sounds[1:]] == [
        FfmpegInput("dshow", "audio=USB Audio"),
        FfmpegInput("dshow", "audio=USB Audio", (("audio_device_number", "1"),)),
    ]


def test_every_device_has_an_id_of_its_own() -> None:
    for sample in TRUTH:
        pictures, sounds = devices(listed(said(sample)))
        ids = [one.id for one in pictures] + [one.id for one in sounds]
        assert len(set(ids)) == len(ids)


def test_a_name_that_cannot_be_opened_is_told() -> None:
    pictures, _ = devices(listed(said("12")))
    assert "colon" in next(one.note for one in pictures if one.name == "Grabber: Video")


def test_a_device_with_no_name_at_all_is_left_out() -> None:
    pictures, _ = devices(listed(said("11")))
    assert all(one.name for one in pictures)


def test_a_deck_on_firewire_is_known_by_its_path_in_any_language() -> None:
    pictures, _ = devices(listed(said("11")))
    deck = next(one for one in pictures if "DV" in one.name)
    assert deck.nature.signal is Signal.DV
    assert "FireWire" in deck.nature.reason
    assert deck.carries_sound
    assert "sound" in deck.note


def test_a_program_that_calls_itself_a_camera_is_one_but_a_cards_own_driver_is_not() -> None:
    pictures, _ = devices(listed(said("06")))
    assert [(one.name, one.nature.reason) for one in pictures if one.alternative.startswith(PICTURES)] == [
        ("Camera (NVIDIA Broadcast)", "it is a program, not a device"),
        ("OBS Virtual Camera", "it is a program, not a device"),
    ]
    pictures, _ = devices(listed(said("10")))
    card = next(one for one in pictures if one.name == "Decklink Video Capture")
    assert card.nature.signal is Signal.UNKNOWN
    assert "Blackmagic" in card.nature.reason
