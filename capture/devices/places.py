"""The places where devices are looked for, by platform. Each gives what it found, or raises what is then told.

ffmpeg is found once for all; a format that no ffmpeg here has is no fault of the user's, and is told to who asks.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from capture.devices import alsa, avfoundation, decklink, dshow, dshow_devices, firewire, pulse, v4l2_asking
from capture.devices.asking import PATIENCE_S, SilentError, ask
from capture.devices.found import Device, Fault, Found
from capture.devices.programs import inputs, programs
from runtime.ffmpeg import Ffmpeg, FfmpegError

Place = Callable[["Tools"], Found]


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs at hand. `fault`: why there is no ffmpeg."""

    ffmpegs: tuple[Ffmpeg, ...] = ()
    fault: str = ""
    dvgrab: str | None = None
    pactl: str | None = None

    def having(self, format: str) -> Ffmpeg | None:
        """The first ffmpeg that reads such devices."""
        return next((one for one in self.ffmpegs if format in inputs(one)), None)


def tools() -> Tools:
    try:
        ffmpegs, fault = programs(), ""
    except FfmpegError as error:
        ffmpegs, fault = (), str(error)
    return Tools(ffmpegs, fault, shutil.which("dvgrab"), shutil.which("pactl"))


def places(platform: str = sys.platform) -> Mapping[str, Place]:
    """By name, in the order in which they are shown."""
    if platform == "win32":
        return {"dshow": _dshow, "decklink": _decklink}
    if platform == "darwin":
        return {"avfoundation": _avfoundation, "decklink": _decklink}
    return {"v4l2": _v4l2, "firewire": _firewire, "decklink": _decklink, "alsa": _alsa, "pulse": _pulse}


def _dshow(tools: Tools) -> Found:
    program = _needed(tools, "dshow")
    said = ask(question(program, "dshow", (("list_devices", "true"),), "dummy"))
    devices, sounds = dshow_devices.devices(dshow.listed(said))
    return Found(devices, sounds)


def _avfoundation(tools: Tools) -> Found:
    program = _needed(tools, "avfoundation")
    said = ask(question(program, "avfoundation", (("list_devices", "true"),), ""))
    devices, sounds = avfoundation.devices(said)
    return Found(devices, sounds)


def _decklink(tools: Tools) -> Found:
    program = tools.having("decklink")
    if not program:
        text = "no ffmpeg here was built with DeckLink: Blackmagic's cards are reached through the system's own way"
        return Found(faults=(Fault("decklink", text, expected=True),))
    said = ask((program.path, "-hide_banner", "-sources", "decklink"))
    return Found(decklink.devices(said) or _decklink_before_2019(program))


def _decklink_before_2019(program: Ffmpeg) -> tuple[Device, ...]:
    return decklink.devices(ask(question(program, "decklink", (("list_devices", "1"),), "dummy")))


def _v4l2(tools: Tools) -> Found:
    devices, faults = v4l2_asking.ask_all()
    if devices and not tools.having("v4l2"):
        faults.append(Fault("v4l2", tools.fault or "no ffmpeg here reads video4linux: install the system's ffmpeg"))
    return Found(tuple(devices), faults=tuple(faults))


def _firewire(tools: Tools) -> Found:
    nodes = firewire.nodes()
    return Found(firewire.devices(nodes, tools.having("iec61883") is not None, tools.dvgrab))


def _alsa(tools: Tools) -> Found:
    sounds = alsa.sounds()
    if sounds and not tools.having("alsa"):
        text = "no ffmpeg here reads sound cards directly: they are reached through PulseAudio or PipeWire"
        return Found(faults=(Fault("alsa", text, expected=True),))
    return Found(sounds=sounds)


def _pulse(tools: Tools) -> Found:
    """pactl where it is, for it tells the plug; asked only where a server runs, for asking would start one."""
    program = tools.having("pulse")
    if not program or not _server():
        text = "no PulseAudio or PipeWire runs" if program else "no ffmpeg here reads PulseAudio"
        return Found(faults=(Fault("pulse", text, expected=True),))
    if tools.pactl:
        try:
            sounds = pulse.from_pactl(ask((tools.pactl, "list", "sources"), PATIENCE_S / 2))
        except SilentError:
            sounds = ()
        if sounds:
            return Found(sounds=sounds)
    return Found(sounds=pulse.from_ffmpeg(ask((program.path, "-hide_banner", "-sources", "pulse"), PATIENCE_S / 2)))


def _server() -> bool:
    if os.environ.get("PULSE_SERVER"):
        return True
    runtime = os.environ.get("PULSE_RUNTIME_PATH") or os.environ.get("XDG_RUNTIME_DIR", "")
    return any(Path(runtime, *parts).exists() for parts in (("pulse", "native"), ("native",))) if runtime else False


def _needed(tools: Tools, format: str) -> Ffmpeg:
    program = tools.having(format)
    if not program:
        raise SilentError(tools.fault or f"no ffmpeg here reads {format}. Install one that does")
    return program


def question(program: Ffmpeg, format: str, options: Iterable[tuple[str, str]], url: str) -> tuple[str, ...]:
    """ffmpeg asked about a device, not told to open it for good."""
    words = (word for name, value in options for word in (f"-{name}", value))
    return (program.path, "-hide_banner", "-nostdin", "-f", format, *words, "-i", url)
