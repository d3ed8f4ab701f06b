"""The test command: stages told apart, words passed on, the exit code true."""

import subprocess
import sys
from pathlib import Path

import pytest

from runtime.commands import test as command

ROOT = Path(__file__).resolve().parents[2]


def quick(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "runtime.commands",
            "test",
            "--quick",
            "--",
            "-n",
            "0",
            "-p",
            "no:cacheprovider",
            *words,
        ],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_words_reach_pytest_and_its_closing_line_is_shown() -> None:
    done = quick("tests/launch/test_failure.py", "-k", "full")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
    assert done.stdout.splitlines()[-1] == "test: pytest ok"


def test_a_failing_test_fails_the_command(tmp_path: Path) -> None:
    failing = tmp_path / "test_failing.py"
    failing.write_text("def test_it() -> None:\n    assert 1 == 2\n")
    done = quick(str(failing))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "test: pytest FAILED"


def test_a_failing_check_shows_its_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(
        command.CHECKS, "mypy", [sys.executable, "-c", "print('error: wrong type'); raise SystemExit(1)"]
    )
    assert command.check("mypy") is False
    assert "error: wrong type" in capsys.readouterr().out


def test_a_check_that_passes_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(command.CHECKS, "mypy", [sys.executable, "-c", "print('chatter')"])
    assert command.check("mypy") is True
    assert "chatter" not in capsys.readouterr().out
