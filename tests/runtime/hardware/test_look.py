"""Looking never hangs and never fails as a whole; what is found becomes an order; the user's word stands above it."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from nodes.sink import Coder
from runtime import ffmpeg as ffmpegs
from runtime.commands import main
from runtime.ffmpeg import Ffmpeg
from runtime.hardware import assigning, look, wishes
from runtime.hardware.asking import Absent, asked, output
from runtime.hardware.encoders import every, proved
from runtime.hardware.machine import Cpu, Encoder, Gpu, Machine, Maker, Memory
from runtime.hardware.scoring import for_ai, for_encoding
from runtime.hardware.wishes import Wishes

GIB = 1 << 30
RTX = Gpu("0000:01:00.0", Maker.NVIDIA, "GeForce RTX 3080 Ti", 12 * GIB, 11 * GIB, False)
RX = Gpu("0000:03:00.0", Maker.AMD, "Radeon RX 7900 XTX", 24 * GIB, None, False)
UHD = Gpu("0000:00:02.0", Maker.INTEL, "UHD Graphics 770", None, None, True)


def machine(*gpus: Gpu, works: tuple[str, ...] = ()) -> Machine:
    encoders = tuple(Encoder(name, maker, name in works, "" if name in works else "no") for name, maker in every())
    return Machine(Cpu("Xeon", 8, 16, 16), Memory(32 * GIB, 20 * GIB), gpus, (), encoders)


# --------------------------------------------------------------------------------------------------- asking


def test_one_that_hangs_and_one_that_breaks_fail_alone() -> None:
    held = threading.Event()

    def broken() -> str:
        raise OSError("the driver is gone")

    def absent() -> str:
        raise Absent

    began = time.monotonic()
    told = asked({"good": lambda: "here", "late": lambda: str(held.wait()), "broken": broken, "none": absent}, 0.2)
    took_s = time.monotonic() - began
    held.set()
    assert told.found == {"good": "here"}
    assert told.failed == {"broken": "the driver is gone", "late": "no answer within 0 s"}
    assert took_s < 60


def test_a_tool_that_fails_says_why_and_one_that_is_missing_is_absent() -> None:
    with pytest.raises(OSError, match="no devices here"):
        output([sys.executable, "-c", "import sys; sys.exit('no devices here')"], 60)
    with pytest.raises(Absent):
        output(["no-such-tool-anywhere"], 60)


def test_this_machine_is_seen() -> None:
    here = look.look(encoders=False)
    assert here.cpu.threads >= here.cpu.usable >= 1
    assert 0 < here.memory.free_bytes <= here.memory.total_bytes
    assert json.dumps(look.as_json(here))


@pytest.mark.skipif(sys.platform != "linux", reason="a tree of Linux")
def test_a_container_with_a_quota_and_a_broken_nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "bin" / "nvidia-smi"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\necho 'Failed to initialize NVML: Driver/library version mismatch'\nexit 18\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tool.parent), prepend=os.pathsep)
    (tmp_path / "sys/fs/cgroup").mkdir(parents=True)
    (tmp_path / "sys/fs/cgroup/cpu.max").write_text("100000 100000\n")
    here = look.look(encoders=False, root=tmp_path)
    assert here.cpu.usable == 1
    assert ("nvidia", "Failed to initialize NVML: Driver/library version mismatch") in here.failures


def test_encoders_count_once_they_have_coded(tmp_path: Path) -> None:
    tried = proved(Ffmpeg("f", "9"), 60, lambda _, coder: "" if coder.encoder == "hevc_qsv" else "no such device")
    assert [one.name for one in tried if one.works] == ["hevc_qsv"]
    assert {one.why for one in tried if not one.works} == {"no such device"}


def test_an_encoder_that_hangs_leaves_the_others_untried_and_nobody_waiting() -> None:
    held = threading.Event()

    def why(_: Ffmpeg, coder: Coder) -> str:
        if coder.encoder == "h264_amf":
            held.wait()
        return ""

    tried = {one.name: one for one in proved(Ffmpeg("f", "9"), 0.2, why)}
    held.set()
    assert tried["h264_nvenc"].works
    assert not tried["h264_amf"].works
    assert tried["av1_qsv"].why == "not tried within 0 s"
    assert len(tried) == len(every())


# --------------------------------------------------------------------------------------------------- orders


def test_the_fastest_encoder_that_proved_itself_comes_first() -> None:
    one = machine(UHD, RX, works=("h264_qsv", "h264_amf", "hevc_qsv"))
    assert [best.encoder for best in for_encoding(one)] == ["amf", "qsv", ""]
    assert [best.encoder for best in for_encoding(one, "hevc")] == ["qsv", ""]
    assert for_encoding(one)[0].device == RX.id


def test_the_user_can_say_otherwise() -> None:
    one = machine(UHD, RX, works=("h264_qsv", "h264_amf"))
    assert [best.encoder for best in for_encoding(one, wanted=Wishes(encoders=("qsv",)))] == ["qsv", "amf", ""]
    assert for_encoding(one, wanted=Wishes(encoders=("cpu",)))[0].device == "cpu"
    assert for_ai(one, Wishes(ai=("uhd",)))[0].device == UHD.id
    assert for_ai(one, Wishes(ai=("cpu",)))[0].device == "cpu"


def test_ai_goes_to_cards_with_memory_of_their_own_and_to_what_was_measured_first() -> None:
    one = machine(UHD, RX, RTX)
    assert [best.device for best in for_ai(one)] == [RTX.id, RX.id, UHD.id, "cpu"]
    assert for_ai(one, speeds={RX.id: 12.0, RTX.id: 7.0})[0].device == RX.id
    small = replace(RTX, memory_bytes=GIB)
    assert [best.device for best in for_ai(machine(small))] == ["cpu"]


def test_one_card_computes_and_the_other_encodes() -> None:
    given = assigning.roles(machine(RTX, UHD, works=("h264_nvenc", "h264_qsv")), wanted=Wishes(ai=("nvidia",)))
    assert given.ai[0].device == RTX.id
    assert given.encode.encoder in ("nvenc", "qsv")
    alone = assigning.roles(machine(RTX, works=("h264_nvenc",)))
    assert (alone.ai[0].device, alone.encode.encoder) == (RTX.id, "nvenc")
    none = assigning.roles(machine())
    assert (none.ai[0].device, none.encode.device) == ("cpu", "cpu")
    wished = assigning.roles(machine(RTX, works=("h264_nvenc",)), wanted=Wishes(encoders=("cpu",)))
    assert wished.encode.device == "cpu"


def test_wishes_are_kept_and_reach_the_choice_of_an_encoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path))
    monkeypatch.setattr(ffmpegs, "refusal", lambda _, coder: "")
    coders = [Coder("h264_nvenc", hardware=True), Coder("h264_qsv", hardware=True), Coder("libx264")]

    def chosen() -> str:
        return ffmpegs.choose(Ffmpeg("f", "9"), coders)[0].encoder

    assert chosen() == "h264_nvenc"
    wishes.keep(["quicksync"], None)
    assert chosen() == "h264_qsv"
    monkeypatch.setenv("TAPELOOM_ENCODERS", "cpu")
    assert chosen() == "libx264"
    monkeypatch.delenv("TAPELOOM_ENCODERS")
    (tmp_path / wishes.FILE).write_text("{torn")
    assert chosen() == "h264_nvenc"
    with pytest.raises(ValueError, match="quicksnyc"):
        wishes.keep(["quicksnyc"], None)


def test_doctor_shows_the_hardware(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TAPELOOM_DATA", str(tmp_path))
    monkeypatch.setattr(look, "look", lambda: machine(RTX, UHD, works=("h264_nvenc", "hevc_nvenc")))
    assert main(["doctor", "--hardware"]) == 0
    shown = capsys.readouterr().out
    assert "GeForce RTX 3080 Ti (NVIDIA, 0000:01:00.0), 11.0 GiB of 12.0 GiB free" in shown
    assert "NVENC: h264, hevc proved" in shown
    assert main(["doctor", "--hardware", "--json", "--prefer", "encoders=cpu"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["gpus"][0]["memory_bytes"] == 12 * GIB
    assert told["wishes"] == {"encoders": ["cpu"], "ai": []}
    assert main(["doctor", "--prefer", "encoders=frobnicate"]) == 2
    assert "frobnicate" in capsys.readouterr().err
