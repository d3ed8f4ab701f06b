"""launch.py as a user meets it, in a small project of its own with a uv that needs no network."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).resolve()
PROJECT = HERE.parents[2]
HOSTILE = ["plain", "a b'ü", 'quo"te $HOME', "[x]*?", "名前 (1)"]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fake uv is a shell script")

COMMANDS = """
import json, os, signal, sys
if sys.argv[1:2] == ["exit"]:
    sys.exit(int(sys.argv[2]))
import runtime
print(json.dumps({
    "argv": sys.argv[1:], "cwd": os.getcwd(), "prefix": sys.prefix, "runtime": runtime.__file__,
    "path": sys.path, "marker": os.environ.get("MARKER"),
}))
"""


class Site:
    """A project in its folder, a home, and the fake uv."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home = root, home
        self.says = home / "says"
        self.says.mkdir(parents=True)
        (home / "bin").mkdir()
        uv = home / "bin" / "uv"
        words = shlex.join([sys.executable, str(HERE.with_name("fake_uv.py"))])
        uv.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
        uv.chmod(0o755)
        self.env = {**os.environ, "PATH": f"{home / 'bin'}:/usr/bin:/bin", "HOME": str(home), "FAKE_UV": str(self.says)}
        for name in ("PYTHONPATH", "PYTHONSAFEPATH", "PYENV_ROOT", "COVERAGE_PROCESS_START"):
            self.env.pop(name, None)

    def command(self, *words: str, python: str = sys.executable) -> list[str]:
        return [python, str(self.root / "launch.py"), *words]

    def start(self, *words: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), cwd=cwd, env={**self.env, **env}, capture_output=True, encoding="utf-8", check=False
        )

    def begin(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*words), env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )

    def calls(self) -> list[str]:
        calls = self.says / "calls"
        return calls.read_text().splitlines() if calls.exists() else []

    def leftovers(self) -> list[str]:
        return sorted(path.name for path in (self.root / ".bootstrap").iterdir() if "-" in path.name)


def project(root: Path) -> None:
    (root / "runtime" / "commands").mkdir(parents=True)
    for package in (root / "runtime", root / "runtime" / "commands"):
        (package / "__init__.py").touch()
    (root / "runtime" / "commands" / "__main__.py").write_text(COMMANDS)
    (root / "requirements").mkdir()
    for layer in ("app", "editor", "serve", "cluster", "dev", "torch", "uv"):
        (root / "requirements" / f"{layer}.txt").write_text(f"{layer}==1\n")
    shutil.copy(PROJECT / "launch.py", root)
    shutil.copytree(PROJECT / "provision", root / "provision", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    project(tmp_path / "project")
    return Site(tmp_path / "project", tmp_path / "home")


def until(true: Callable[[], bool], within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_first_start_makes_the_environment_and_the_second_uses_it(tmp_path: Path, name: str) -> None:
    project(tmp_path / name)
    site = Site(tmp_path / name, tmp_path / "home")
    first = site.start("probe", "x.dv")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["prefix"] == str(site.root / ".venv")
    assert site.calls() == ["venv --relocatable", "pip sync"]
    second = site.start("probe", "x.dv")
    assert json.loads(second.stdout)["argv"] == ["probe", "x.dv"]
    assert second.stderr == ""
    assert len(site.calls()) == 2
    assert site.leftovers() == []


def test_the_users_folder_and_words_arrive_as_they_were(site: Site, tmp_path: Path) -> None:
    elsewhere = tmp_path / "my tapes"
    (elsewhere / "runtime").mkdir(parents=True)
    (elsewhere / "runtime" / "__init__.py").write_text("raise SystemExit('a stranger was imported')")
    (elsewhere / "json.py").write_text("raise SystemExit('a stranger was imported')")
    words = ["run", "-i", "a b'\".dv", "", "--set", "x.y=ü *", "--", "-z"]
    done = site.start(*words, cwd=elsewhere, PYTHONPATH=str(elsewhere), MARKER="kept")
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["argv"] == words
    assert seen["cwd"] == str(elsewhere)
    assert seen["runtime"] == str(site.root / "runtime" / "__init__.py")
    assert str(elsewhere) not in seen["path"]
    assert seen["marker"] == "kept"


def test_the_exit_code_is_the_commands(site: Site) -> None:
    assert [site.start("exit", code).returncode for code in ("0", "2", "130")] == [0, 2, 130]


def test_a_link_to_launch_starts_the_project_it_points_into(site: Site, tmp_path: Path) -> None:
    link = tmp_path / "tapeloom"
    link.symlink_to(site.root / "launch.py")
    done = subprocess.run([sys.executable, str(link), "probe"], env=site.env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_moved_project_starts_without_being_made_again(site: Site, tmp_path: Path) -> None:
    site.start("probe")
    site.root = site.root.rename(tmp_path / "moved here")
    done = site.start("probe")
    assert json.loads(done.stdout)["runtime"] == str(site.root / "runtime" / "__init__.py")
    assert json.loads(done.stdout)["prefix"] == str(site.root / ".venv")
    assert len(site.calls()) == 2


def test_an_environment_whose_python_is_gone_is_made_again(site: Site) -> None:
    site.start("probe")
    (site.root / ".venv" / "bin" / "python").unlink()
    assert site.start("probe").returncode == 0
    assert len(site.calls()) == 4


def test_a_changed_lock_makes_the_environment_anew(site: Site) -> None:
    site.start("probe")
    (site.root / "requirements" / "app.txt").write_text("app==2\n")
    stray = site.root / ".venv" / "stray"
    stray.touch()
    assert site.start("probe").returncode == 0
    assert not stray.exists()
    assert (site.root / ".venv" / "made-from" / "app.txt").read_text() == "app==2\n"


def test_test_adds_its_layer_and_later_makings_keep_it(site: Site) -> None:
    made_from = site.root / ".venv" / "made-from"
    site.start("probe")
    assert sorted(path.stem for path in made_from.iterdir()) == ["app"]
    site.start("test")
    assert sorted(path.stem for path in made_from.iterdir()) == ["app", "cluster", "dev", "editor", "serve"]
    (site.root / "requirements" / "app.txt").write_text("app==2\n")
    site.start("probe")
    assert sorted(path.stem for path in made_from.iterdir()) == ["app", "cluster", "dev", "editor", "serve"]


def test_the_service_brings_its_own_layer_and_no_window(site: Site) -> None:
    assert site.start("serve").returncode == 0
    made_from = site.root / ".venv" / "made-from"
    assert sorted(path.stem for path in made_from.iterdir()) == ["app", "serve"]


def test_the_cluster_s_layer_comes_with_its_command_and_with_the_flag(site: Site) -> None:
    made_from = site.root / ".venv" / "made-from"
    assert site.start("run", "a.graph").returncode == 0
    assert sorted(path.stem for path in made_from.iterdir()) == ["app"]
    assert site.start("run", "a.graph", "--cluster=tcp://127.0.0.1:8786").returncode == 0
    assert sorted(path.stem for path in made_from.iterdir()) == ["app", "cluster"]
    assert site.start("cluster", "status").returncode == 0


def test_torch_comes_only_when_it_is_asked_for_and_then_stays(site: Site) -> None:
    made_from = site.root / ".venv" / "made-from"
    site.start("test")
    assert not (made_from / "torch.txt").exists()
    asked = site.start("setup", "torch")
    assert asked.returncode == 0, asked.stderr
    assert "torch: 4.7 GB on Linux" in asked.stderr
    (site.root / "requirements" / "app.txt").write_text("app==2\n")
    for words in (("probe",), ("setup", "--again"), ("setup", "--again", "editor")):
        before = len(site.calls())
        assert site.start(*words).returncode == 0
        assert len(site.calls()) == before + 2
        assert (made_from / "torch.txt").read_text() == "torch==1\n"
    assert sorted(path.stem for path in made_from.iterdir()) == ["app", "cluster", "dev", "editor", "serve", "torch"]


def test_a_torch_that_cannot_be_fetched_leaves_what_was_there(site: Site) -> None:
    site.start("probe")
    (site.says / "fail").write_text("error: No space left on device (os error 28)")
    done = site.start("setup", "torch")
    assert done.returncode == 1
    assert "with torch about 7 GB" in done.stderr
    assert site.start("probe").returncode == 0
    assert not (site.root / ".venv" / "made-from" / "torch.txt").exists()
    assert site.leftovers() == []


def test_starts_at_the_same_time_make_one_environment(site: Site) -> None:
    starts = [site.begin("probe") for _ in range(4)]
    ends = [start.communicate(timeout=100) for start in starts]
    assert [start.returncode for start in starts] == [0] * 4, ends
    assert site.calls() == ["venv --relocatable", "pip sync"]
    assert site.leftovers() == []


def test_a_start_killed_in_the_middle_is_healed_by_the_next(site: Site) -> None:
    (site.says / "hold").touch()
    killed = site.begin("probe")
    until((site.says / "holding").exists)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (site.root / ".venv").exists()
    following = site.begin("probe")  # waits for the uv that the killed start left behind
    assert following.stderr is not None
    assert "waiting for it" in following.stderr.readline()
    assert len(site.calls()) == 2
    (site.says / "hold").unlink()
    out, err = following.communicate(timeout=60)
    assert following.returncode == 0, err
    assert json.loads(out)["argv"] == ["probe"]
    assert site.leftovers() == []
    killed.communicate()


def test_ctrl_c_in_the_middle_ends_with_130_and_leaves_nothing(site: Site) -> None:
    (site.says / "hold").touch()
    stopped = site.begin("probe")
    until((site.says / "holding").exists)
    stopped.send_signal(signal.SIGINT)
    _, err = stopped.communicate(timeout=60)
    assert stopped.returncode == 130
    assert "Traceback" not in err
    assert "Start again to go on" in err
    assert site.leftovers() == []


def test_a_failed_change_leaves_the_old_environment_standing(site: Site) -> None:
    site.start("probe")
    (site.says / "fail").write_text("error: No space left on device (os error 28)")
    (site.root / "requirements" / "dev.txt").write_text("dev==2\n")
    assert site.start("test").returncode == 1
    assert site.start("probe").returncode == 0
    assert site.leftovers() == []


def test_offline_is_one_clear_message(site: Site) -> None:
    (site.says / "fail").write_text("error: Request failed\n  cause: client error (Connect)\n  cause: dns error")
    done = site.start("probe")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if "could not be reached" in line]
    assert len(lines) == 1
    assert "dns error" in (site.root / ".bootstrap" / "install.log").read_text()


def test_a_project_that_cannot_be_written_says_so(site: Site) -> None:
    (site.root / ".bootstrap").write_text("a file where a folder should be")
    done = site.start("probe")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_setup_knows_its_layers(site: Site) -> None:
    done = site.start("setup", "edtior")
    assert done.returncode == 2
    assert "app, editor, serve, cluster, dev" in done.stderr
    assert site.calls() == []
    assert site.start("setup", "dev").returncode == 0
    assert (site.root / ".venv" / "made-from" / "app.txt").exists()
    assert (site.root / ".venv" / "made-from" / "dev.txt").exists()
    site.start("setup", "--again")
    assert len(site.calls()) == 4


def test_a_missing_lock_is_named(site: Site) -> None:
    (site.root / "requirements" / "app.txt").unlink()
    done = site.start("probe")
    assert done.returncode == 1
    assert "requirements/app.txt is missing" in done.stderr
