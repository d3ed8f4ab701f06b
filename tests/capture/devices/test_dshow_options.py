"""What `-list_options` tells of a DirectShow device: formats, sizes, rates, sockets, sound of its own."""

from __future__ import annotations

from fractions import Fraction

from capture.devices.dshow import listed
from capture.devices.dshow_devices import detailed, devices
from capture.devices.dshow_options import options
from capture.devices.found import Format, Input, Signal, Size
from capture.devices.lines import rate
from tests.capture.devices.recorded import said

NTSC = Fraction(30000, 1001)


def test_a_pin_with_a_chinese_name_tells_each_size_once() -> None:
    told = options(said("20"))
    assert told.formats == (
        Format(
            "yuyv422",
            (("pixel_format", "yuyv422"),),
            sizes=(Size(640, 480, (Fraction(10), Fraction(30)), between=True),),
        ),
        Format(
            "mjpeg",
            (("vcodec", "mjpeg"),),
            compressed=True,
            sizes=(Size(1280, 720, (Fraction(5), NTSC), between=True),),
        ),
    )
    assert told.inputs == ()
    assert not told.has_sound


def test_a_crossbar_gives_the_sockets_and_the_sound_that_belongs_to_each() -> None:
    told = options(said("21"))
    sound = (("crossbar_audio_input_pin_number", "2"),)
    assert told.inputs == (
        Input("Composite", (("crossbar_video_input_pin_number", "0"),), current=True, sound=sound),
        Input("S-Video", (("crossbar_video_input_pin_number", "1"),), sound=sound),
    )
    assert told.has_sound


def test_sizes_of_both_standards_are_told_by_one_format() -> None:
    uyvy, gray = options(said("21")).formats
    assert uyvy.name == "uyvy422"
    assert uyvy.sizes == (
        Size(720, 576, (Fraction(25),)),
        Size(704, 576, (Fraction(25),)),
        Size(720, 480, (NTSC,)),
        Size(704, 480, (NTSC,)),
        Size(640, 480, (NTSC,)),
        Size(360, 240, (NTSC,)),
        Size(360, 288, (Fraction(25),)),
    )
    assert gray.name == "gray"


def test_colours_unknown_types_and_impossible_rates_are_borne() -> None:
    told = options(said("22"))
    assert [(one.name, one.options, one.compressed) for one in told.formats] == [
        ("yuyv422", (("pixel_format", "yuyv422"),), False),
        ("unknown compression type 0x30313050", None, True),
        ("dvvideo", (("vcodec", "dvvideo"),), True),
        ("mjpeg", (("vcodec", "mjpeg"),), True),
        ("", (), False),
    ]
    yuyv, _, dv, mjpeg, unnamed = told.formats
    assert yuyv.sizes == (Size(640, 480, (Fraction(5), Fraction("30.0003")), between=True),)
    assert dv.sizes == (Size(720, 576, (Fraction(25),)),)
    assert mjpeg.sizes == (Size(1920, 1080),)  # inf and nan are no rates
    assert unnamed.sizes == (Size(320, 240, (Fraction(24000, 1001), Fraction(60000, 1001)), between=True),)
    assert told.has_sound


def test_details_make_an_analog_device_with_standards_and_its_own_sound() -> None:
    (device,), _ = devices(listed('[dshow @ 01] "Conexant Polaris Video Capture" (video)\n'))
    found, (own,) = detailed(device, options(said("21")))
    assert found.detailed
    assert found.nature.signal is Signal.ANALOG
    assert "Composite" in found.nature.reason
    assert [(one.name, one.rate, one.lines) for one in found.standards] == [("PAL", 25, 625), ("NTSC", NTSC, 525)]
    assert found.standards[0].options == (("video_size", "720x576"), ("framerate", "25"))
    assert own.source.url == "audio=Conexant Polaris Video Capture"
    assert found.links[0].sound == own.id


def test_a_device_that_gives_dv_is_dv_and_brings_its_sound() -> None:
    (device,), _ = devices(listed('[dshow @ 01] "Something" (video)\n'))
    found, sounds = detailed(device, options(said("22")))
    assert found.nature.signal is Signal.DV
    assert found.carries_sound
    assert sounds == ()


def test_rates_are_what_was_meant() -> None:
    assert rate("29.97") == NTSC
    assert rate("59.9401") == Fraction(60000, 1001)
    assert rate("23.976") == Fraction(24000, 1001)
    assert rate("25") == 25
    assert rate("30") == 30
    assert rate("7.5") == Fraction(15, 2)
    assert rate("30000/1001") == NTSC
    for text in ("0", "inf", "nan", "-nan(ind)", "1e+07", "-25", "", "25/0", "1e999999999", "9" * 5000, "٣"):
        assert rate(text) is None
