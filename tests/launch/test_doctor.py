"""What doctor tells, and when it says that `run` cannot work."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision import environment
from runtime.commands import doctor
from runtime.commands.doctor import Finding


def told(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> int:
    monkeypatch.setattr(doctor, "examine", lambda: list(findings))
    return doctor.run(argparse.Namespace(json=False, hardware=False, prefer=[]))


def test_a_note_does_not_fail_and_a_missing_part_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, Finding("gpu", "note", "none"), Finding("python", "ok", "3.12")) == 0
    assert told(monkeypatch, Finding("ffmpeg", "missing", "not here", "do this"), Finding("python", "ok", "3.12")) == 1


def test_every_remedy_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    told(monkeypatch, Finding("ffmpeg", "missing", "not here", "do this"))
    shown = capsys.readouterr().out
    assert "✗ ffmpeg" in shown
    assert "→ do this" in shown


def test_a_look_that_fails_is_a_finding_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[Finding]:
        raise OSError("no such thing")

    monkeypatch.setattr(doctor, "gpu", broken)
    parts = {finding.part: finding for finding in doctor.examine()}
    assert parts["broken"].state == "missing"
    assert "no such thing" in parts["broken"].found
    assert parts["temp"].state in ("ok", "note")


def test_a_cache_that_cannot_be_made_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TAPELOOM_CACHE", str(tmp_path / "file" / "cache"))
    findings = {finding.part: finding for finding in doctor.disk()}
    assert findings["cache"].state == "missing"
    assert "TAPELOOM_CACHE" in findings["cache"].mend


def test_a_package_changed_by_hand_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "installed", lambda _: ["app"])
    monkeypatch.setattr(doctor, "pins", lambda _: {"numpy": "0.1", "no-such-package": "1"})
    (finding,) = doctor.packages()
    assert finding.state == "missing"
    assert "tested is 0.1" in finding.found
    assert "no-such-package is none" in finding.found


def test_a_layer_that_is_not_here_is_told_with_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "missing", lambda *_: ["torch"])
    monkeypatch.setattr(environment, "installed", lambda _: ["app"])
    found = {finding.part: finding for finding in doctor.layers()}
    assert found["set torch"].state == "note"
    assert ".pth" in found["set torch"].found
    assert found["set torch"].mend == "python3 launch.py setup torch (4.7 GB on Linux)"
    assert found["set app"].state == "ok"


def test_every_plugin_of_the_set_loads(capsys: pytest.CaptureFixture[str]) -> None:
    findings = list(doctor.vapoursynth())
    assert [finding for finding in findings if finding.state != "ok"] == []
    names = {name for finding in findings[1:] for name in finding.found.split(", ")}
    assert {"bs", "akarin", "bwdif", "znedi3", "mvu", "tivtc", "zsmooth", "ort"} <= names


def test_json_is_for_programs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: [Finding("gpu", "note", "none")])
    doctor.run(argparse.Namespace(json=True, hardware=False, prefer=[]))
    assert json.loads(capsys.readouterr().out) == {
        "sound": True,
        "findings": [{"part": "gpu", "state": "note", "found": "none", "mend": ""}],
    }
