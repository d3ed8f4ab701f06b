"""launch.py and provision keep to what an old Python knows, and to what a quick start can afford."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = [ROOT / "launch.py", *sorted((ROOT / "provision").glob("*.py"))]
SLOW = {"subprocess", "json", "hashlib", "tempfile", "shutil", "typing", "re", "dataclasses", "pathlib", "argparse"}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """With the project on the path, whether or not launch.py started these tests with PYTHONSAFEPATH."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_python_3_8_can_read_it(file: Path) -> None:
    ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_only_the_standard_library_is_imported(file: Path) -> None:
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).split(".")[0])
    assert names <= sys.stdlib_module_names | {"provision"}


def test_a_later_start_imports_nothing_slow() -> None:
    program = "import sys; before = set(sys.modules); import launch; print(*(set(sys.modules) - before))"
    done = run(sys.executable, "-S", "-c", program)
    assert "provision.environment" in done.stdout, done.stderr
    assert set(done.stdout.split()) & SLOW == set()


def old_pythons() -> list[str]:
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    known = [shutil.which(f"python3.{minor}") for minor in (8, 9, 10, 11)]
    return [name for name in known if name and "shims" not in name] + [
        str(path) for minor in (8, 9, 10, 11) for path in sorted(versions.glob(f"3.{minor}.*/bin/python"))
    ]


@pytest.mark.skipif(not old_pythons(), reason="no older Python here")
def test_the_oldest_python_here_runs_every_part_of_it() -> None:
    modules = ", ".join(["launch", *(f"provision.{file.stem}" for file in FILES[1:] if file.stem != "__init__")])
    program = f"import {modules}; print(launch.main(['setup', 'nothing']))"
    done = run(old_pythons()[0], "-c", program)
    assert done.stdout == "2\n", done.stderr
    assert "nothing is no layer" in done.stderr


def test_the_locks_name_no_registry_and_pin_every_package_by_hash() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock.name
        assert "index-url" not in text, lock.name
        entries = text.replace("\\\n", "").splitlines()
        assert entries
        assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == [], lock.name


def test_the_layers_ask_for_the_same_version_of_what_they_share() -> None:
    seen: dict[str, str] = {}
    for layer in ("app", "editor", "serve", "cluster", "dev"):
        for line in (ROOT / "requirements" / f"{layer}.txt").read_text(encoding="utf-8").splitlines():
            name, equals, rest = line.partition("==")
            if equals and not line.startswith(" "):
                version = rest.split()[0]
                assert seen.setdefault(name, version) == version, f"{name}: {layer}"
