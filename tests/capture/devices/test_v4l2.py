"""video4linux2's bytes, as a C compiler lays them out by linux/videodev2.h, and the device that comes of them."""

from __future__ import annotations

import errno
import struct
from fractions import Fraction
from pathlib import Path

import pytest

from capture.devices import v4l2_structs as v
from capture.devices import v4l2_text
from capture.devices.found import Device, FfmpegInput, Format, Input, Signal, Size, Standard
from capture.devices.sysfs import Plug
from capture.devices.v4l2 import device
from capture.devices.v4l2_asking import ask_all
from tests.capture.devices.recorded import said

NTSC = Fraction(30000, 1001)


def answers() -> dict[str, tuple[int, bytes]]:
    """By name: the question's number and the answer's bytes."""
    rows = (row.split() for row in said("60").splitlines())
    return {name: (int(code, 16), bytes.fromhex(answer)) for name, code, answer in rows}


class Driver:
    """Answers as the driver of an EasyCAP (STK1160) would; `without`: questions that it refuses."""

    def __init__(self, *without: str, capability: str = "QUERYCAP") -> None:
        self.known = answers()
        self.without = without
        self.capability = capability
        self.asked: list[int] = []

    def __call__(self, request: int, question: bytes) -> bytes | None:
        self.asked.append(request)
        name = next(name.split(".")[0] for name, (code, _) in self.known.items() if code == request)
        if name in self.without:
            return None
        if name == "QUERYCAP":
            return self.known[self.capability][1]
        if name in ("G_INPUT", "G_STD"):
            return self.known[name][1]
        index = struct.unpack_from("<I", question)[0]
        place = ""
        if name.startswith("ENUM_FRAME"):
            place = "." + question[4:8].decode()
        if name == "ENUM_FRAMEINTERVALS":
            place += ".{}x{}".format(*struct.unpack_from("<II", question, 8))
        found = self.known.get(f"{name}{place}.{index}")
        return found[1] if found else None


def easycap(*without: str, plug: Plug = Plug("usb 1-1.2")) -> Device:  # noqa: B008 (a frozen value)
    found = device("/dev/video0", 0, plug, Driver(*without))
    assert found is not None
    return found


@pytest.mark.parametrize("name", answers())
def test_every_question_has_the_number_that_the_kernels_header_gives_it(name: str) -> None:
    assert getattr(v, name.split(".")[0]) == answers()[name][0]


def test_every_answer_has_the_size_that_the_kernels_header_gives_it() -> None:
    known = answers()
    questions = {
        "QUERYCAP": v.capability_question(),
        "ENUMINPUT.0": v.input_question(0),
        "ENUMSTD.0": v.standard_question(0),
        "ENUM_FMT.0": v.format_question(0),
        "ENUM_FRAMESIZES.UYVY.0": v.size_question(0, 0),
        "ENUM_FRAMEINTERVALS.MJPG.1280x720.0": v.interval_question(0, 0, 1, 1),
        "G_INPUT": v.number_question(),
        "G_STD": v.set_question(),
    }
    for name, question in questions.items():
        assert len(question) == len(known[name][1])


def test_a_question_says_what_is_asked_where_the_kernel_looks_for_it() -> None:
    known = answers()
    assert v.format_question(1)[:8] == known["ENUM_FMT.1"][1][:8]
    assert v.input_question(4)[:4] == known["ENUMINPUT.4"][1][:4]
    assert v.size_question(0, 0x59565955)[:8] == known["ENUM_FRAMESIZES.UYVY.0"][1][:8]
    interval = known["ENUM_FRAMEINTERVALS.UYVY.720x576.0"][1]
    assert v.interval_question(0, 0x59565955, 720, 576)[:16] == interval[:16]


def test_an_easycap_tells_its_sockets_by_name() -> None:
    every = ("NTSC", "NTSC-M", "PAL", "PAL-BG", "PAL-M", "SECAM")
    assert easycap().inputs == (
        Input("Composite0", (("channel", "0"),), standards=every),
        Input("Composite1", (("channel", "1"),), current=True, standards=every),
        Input("Composite2", (("channel", "2"),), standards=every),
        Input("Composite3", (("channel", "3"),), standards=every),
        Input("S-Video", (("channel", "4"),), standards=every, note="no signal now"),
    )


def test_an_easycap_tells_its_standards_and_which_is_chosen() -> None:
    assert easycap().standards == (
        Standard("NTSC", (("standard", "NTSC"),), NTSC, 525),
        Standard("NTSC-M", (("standard", "NTSC-M"),), NTSC, 525),
        Standard("PAL", (("standard", "PAL"),), Fraction(25), 625, current=True),
        Standard("PAL-BG", (("standard", "PAL-BG"),), Fraction(25), 625),
        Standard("PAL-M", (("standard", "PAL-M"),), NTSC, 525),
        Standard("SECAM", (("standard", "SECAM"),), Fraction(25), 625),
    )


def test_an_easycap_tells_formats_sizes_and_rates_and_which_ffmpeg_cannot_read() -> None:
    assert easycap().formats == (
        Format(
            "uyvy422",
            (("input_format", "uyvy422"),),
            sizes=tuple(
                Size(*size, (Fraction(5), Fraction(60)), between=True)
                for size in ((720, 576), (704, 576), (720, 486), (720, 480), (704, 480), (640, 480))
            ),
            description="UYVY 4:2:2",
        ),
        Format(
            "mjpeg",
            (("input_format", "mjpeg"),),
            compressed=True,
            sizes=(Size(1280, 720, (NTSC, Fraction(25))),),
            description="Motion-JPEG",
        ),
        Format("YVYU", None, description="YVYU 4:2:2"),
    )


def test_an_easycap_is_analog_by_what_it_has() -> None:
    found = easycap()
    assert (found.nature.signal, found.nature.reason) == (Signal.ANALOG, "it has an input Composite0")
    assert (found.name, found.id, found.of) == ("stk1160", "v4l2:usb-0000:00:14.0-1.2:0", "usb 1-1.2")
    assert found.source == FfmpegInput("v4l2", "/dev/video0")
    assert found.detailed


@pytest.mark.parametrize(
    ("without", "reason"),
    [(("ENUMINPUT",), "it knows the television standard NTSC"), (("ENUMINPUT", "ENUMSTD"), "its name")],
)
def test_less_told_is_less_sure(without: tuple[str, ...], reason: str) -> None:
    found = easycap(*without)
    assert found.nature.signal is Signal.ANALOG
    assert reason in found.nature.reason


def test_usb_numbers_tell_where_the_driver_tells_little() -> None:
    found = easycap("ENUMINPUT", "ENUMSTD", plug=Plug("usb 1-1.2", (0x534D, 0x2109), "MACROSILICON USB Video"))
    assert found.nature.signal is Signal.DIGITAL
    assert "534d:2109" in found.nature.reason


def test_a_node_for_metadata_is_no_device() -> None:
    driver = Driver(capability="QUERYCAP.meta")
    assert device("/dev/video1", 1, Plug(), driver) is None
    assert driver.asked == [v.QUERYCAP]


def test_a_driver_that_never_ends_its_list_is_not_followed_for_ever() -> None:
    socket = answers()["ENUMINPUT.0"][1]

    def endless(request: int, question: bytes) -> bytes | None:
        return socket if request == v.ENUMINPUT else Driver()(request, question)

    found = device("/dev/video0", 0, Plug(), endless)
    assert found is not None
    assert len(found.inputs) == 256


def test_a_node_that_is_no_video_device_gives_nothing_and_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "video0").write_bytes(b"not a device")
    assert ask_all(tmp_path, tmp_path) == ([], [])


def test_a_node_that_may_not_be_opened_is_told_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "video0"
    node.write_bytes(b"")

    def refused(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("os.open", refused)
    devices, (fault,) = ask_all(tmp_path, tmp_path)
    assert devices == []
    assert str(node) in fault.text
    assert "group video" in fault.text


def test_ffmpegs_list_of_formats_is_read_exact_and_stepwise() -> None:
    mjpeg, yuyv = v4l2_text.formats(said("50"))
    assert (mjpeg.name, mjpeg.compressed, mjpeg.options) == ("mjpeg", True, (("input_format", "mjpeg"),))
    assert [(one.width, one.height) for one in mjpeg.sizes] == [
        *[(1920, 1080), (1280, 720), (960, 540), (800, 600), (640, 480), (320, 240), (320, 180), (176, 144), (160, 120)]
    ]
    assert [(one.width, one.height) for one in yuyv.sizes] == [(1920, 1080), (1280, 720), (640, 480), (320, 240)]
    stepwise, unsupported = v4l2_text.formats(said("51"))
    assert stepwise.sizes[:2] == (Size(720, 576), Size(704, 576))
    assert Size(640, 480) in stepwise.sizes
    assert (unsupported.name, unsupported.options) == ("YVYU 4:2:2", None)


def test_ffmpegs_list_of_standards_is_read() -> None:
    assert [one.name for one in v4l2_text.standards(said("52"))] == ["NTSC", "NTSC-M", "PAL", "SECAM", "PAL-D/K"]
