"""A driver's controls, asked and set through a driver made of the kernel's own layouts."""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from capture.decks.listing import devices as decks
from capture.devices.found import Device, DeviceId, Driver, FfmpegInput, Nature, Signal
from capture.procamp.controls import ProcAmpError, hindrance
from capture.procamp.v4l2 import G_CTRL, QUERYCTRL, S_CTRL, asked, read, turn, turned

_BASE = 0x0098_0900
GRABBER = Device(
    DeviceId("v4l2:1"), "Grabber", Driver.V4L2, FfmpegInput("v4l2", "/dev/video0"), Nature(Signal.ANALOG, "")
)


@dataclass
class FakeDriver:
    """Answers as linux/videodev2.h has it: v4l2_queryctrl (68 bytes) and v4l2_control (8 bytes)."""

    ranges: dict[int, tuple[int, int, int, int, int]]
    """id → least, most, step, usual, flags"""
    values: dict[int, int] = field(default_factory=dict)
    stuck: bool = False

    def __call__(self, request: int, question: bytes) -> bytes:
        (number,) = struct.unpack_from("<I", question)
        if number not in self.ranges:
            raise OSError(errno.EINVAL, "Invalid argument")
        least, most, step, usual, flags = self.ranges[number]
        if request == QUERYCTRL:
            assert len(question) == 68
            return struct.pack("<II32siiiiI8x", number, 1, b"Name\0", least, most, step, usual, flags)
        _, value = struct.unpack("<Ii", question)
        if request == S_CTRL:
            if self.stuck:
                raise OSError(errno.EBUSY, "Device or resource busy")
            if not least <= value <= most:
                raise OSError(errno.ERANGE, "Numerical result out of range")
            self.values[number] = value - value % step
        else:
            assert request == G_CTRL
        return struct.pack("<Ii", number, self.values.get(number, usual))


def test_the_numbers_are_the_kernels() -> None:
    assert (QUERYCTRL, G_CTRL, S_CTRL) == (0xC0445624, 0xC008561B, 0xC008561C)


def test_all_four_controls_are_read_in_the_drivers_own_numbers() -> None:
    driver = FakeDriver({_BASE: (0, 255, 1, 128, 0), _BASE + 1: (0, 127, 1, 64, 0), _BASE + 2: (0, 127, 1, 64, 0),
                         _BASE + 3: (-128, 127, 1, 0, 0)}, {_BASE + 3: -7})  # fmt: skip
    state = asked(driver)
    assert [one.name for one in state.controls] == ["brightness", "contrast", "saturation", "hue"]
    hue = state.control("hue")
    assert hue is not None and (hue.least, hue.most, hue.usual, hue.value) == (-128, 127, 0, -7)


def test_what_a_driver_lacks_or_has_disabled_is_left_out_and_what_it_holds_is_told() -> None:
    state = asked(FakeDriver({_BASE: (0, 255, 1, 128, 0x1), _BASE + 1: (0, 9, 1, 5, 0x2), _BASE + 2: (3, 3, 1, 3, 0)}))
    assert [(one.name, one.held) for one in state.controls] == [("contrast", True)]
    assert asked(FakeDriver({})).why


def test_a_control_is_set_and_what_the_driver_made_of_it_comes_back() -> None:
    driver = FakeDriver({_BASE: (0, 255, 4, 128, 0)})
    assert turned(driver, "brightness", 130) == 128
    with pytest.raises(ProcAmpError, match="brightness: the driver does not take 999"):
        turned(driver, "brightness", 999)
    driver.stuck = True
    with pytest.raises(ProcAmpError, match="busy"):
        turned(driver, "brightness", 8)


def test_values_are_brought_to_what_the_device_takes() -> None:
    (control,) = asked(FakeDriver({_BASE: (10, 250, 4, 130, 0)})).controls
    assert [control.nearest(value) for value in (-5, 11, 12, 999)] == [10, 10, 10, 250]


def test_a_node_that_is_not_there_or_no_device_is_told_in_one_line(tmp_path: Path) -> None:
    plain = tmp_path / "video0"
    plain.touch()
    for node in (tmp_path / "none", plain):
        try:
            why = read(str(node)).why  # no device at all answers ENOTTY to each question
        except ProcAmpError as fault:
            why = str(fault)
        assert why and "\n" not in why
    with pytest.raises(ProcAmpError):
        turn(str(plain), "hue", 3)


def test_kinds_that_have_nothing_to_turn_are_known_without_asking() -> None:
    assert hindrance(GRABBER) == ""
    assert hindrance(replace(GRABBER, nature=Nature(Signal.DV, ""))) == "dv"
    assert hindrance(replace(GRABBER, driver=Driver.DSHOW)) == "dshow"
    assert {hindrance(one) for one in decks()} == {"deck"}
