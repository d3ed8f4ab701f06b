"""When the environment counts as whole."""

from pathlib import Path

import pytest

from provision import environment


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose environment holds app, with its Python and its locks."""
    (tmp_path / "requirements").mkdir()
    for layer in environment.LAYERS:
        (tmp_path / "requirements" / f"{layer}.txt").write_text(f"{layer} 1\n")
    inside = Path(environment.python(str(tmp_path)))
    inside.parent.mkdir(parents=True)
    (tmp_path / "python").touch()
    inside.symlink_to(tmp_path / "python")
    (tmp_path / ".venv" / "pyvenv.cfg").write_text(f"home = {tmp_path}\n")
    (tmp_path / ".venv" / "made-from").mkdir()
    (tmp_path / ".venv" / "made-from" / "app.txt").write_text("app 1\n")
    return tmp_path


def test_an_environment_made_from_this_lock_stands(root: Path) -> None:
    assert environment.missing(str(root), ["app"]) == []


def test_a_layer_that_was_not_asked_for_is_not_missed(root: Path) -> None:
    assert environment.missing(str(root), ["app", "dev"]) == ["dev"]


def test_a_changed_lock_wants_a_new_environment_and_is_still_known_as_installed(root: Path) -> None:
    (root / "requirements" / "app.txt").write_text("app 2\n")
    assert environment.missing(str(root), ["app"]) == ["app"]
    assert environment.installed(str(root)) == ["app"]


def test_a_lock_cut_short_by_a_full_disk_counts_as_changed(root: Path) -> None:
    (root / ".venv" / "made-from" / "app.txt").write_text("app")
    assert environment.missing(str(root), ["app"]) == ["app"]


def test_all_is_missing_when_the_python_underneath_is_gone(root: Path) -> None:
    (root / "python").unlink()
    assert environment.missing(str(root), ["app", "dev"]) == ["app", "dev"]


def test_nothing_made_yet(tmp_path: Path) -> None:
    assert environment.missing(str(tmp_path), ["app"]) == ["app"]
    assert environment.installed(str(tmp_path)) == []


def test_a_lock_that_is_not_there_never_equals_a_layer_that_is_not_there(root: Path) -> None:
    (root / "requirements" / "dev.txt").unlink()
    assert environment.missing(str(root), ["dev"]) == ["dev"]
