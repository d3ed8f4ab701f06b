"""Which Python the environment is made with, in drawn worlds."""

from pathlib import PurePosixPath

from provision.pythons import Python, World, candidates, find

OLD = "/usr/bin/python3"


def world(*files: str, path: tuple[str, ...] = (), windows: bool = False, this: str = OLD) -> World:
    def listdir(folder: str) -> list[str]:
        inside = {str(PurePosixPath(name).relative_to(folder).parts[0]) for name in files if name.startswith(folder)}
        return sorted(inside)

    return World(this, windows, path, "/home/me/.pyenv", listdir, lambda name: name in files)


def test_the_python_that_started_us_comes_first() -> None:
    assert next(candidates(world("/opt/bin/python3.13", path=("/opt/bin",)))) == [OLD]


def test_shims_are_passed_over_for_the_real_binaries() -> None:
    here = world(
        "/home/me/.pyenv/shims/python3.12",
        "/usr/local/bin/python3.12",
        "/home/me/.pyenv/versions/3.12.1/bin/python",
        path=("/home/me/.pyenv/shims", "/usr/local/bin"),
    )
    assert list(candidates(here)) == [
        [OLD],
        ["/usr/local/bin/python3.12"],
        ["/home/me/.pyenv/versions/3.12.1/bin/python"],
    ]


def test_pyenv_offers_the_newest_patch_of_each_minor_and_no_version_that_cannot_serve() -> None:
    names = ("2.7.18", "3.11.7", "3.12.1", "3.12.10", "3.13.0", "3.15.0", "pypy3.10-7.3", "3.13-dev", "envs")
    here = world(*(f"/home/me/.pyenv/versions/{name}/bin/python" for name in names))
    assert [command[0].split("/")[5] for command in list(candidates(here))[1:]] == ["3.12.10", "3.12.1", "3.13.0"]


def test_windows_asks_its_launcher_by_version() -> None:
    assert ["py", "-3.12"] in list(candidates(world(windows=True, this="C:/Python38/python.exe")))
    assert not any(command[0] == "py" for command in candidates(world()))


def test_the_first_that_fits_is_taken_and_the_rest_are_not_started() -> None:
    answers = {
        OLD: Python(OLD, (3, 11), True),
        "/a/python3.12": None,  # a broken one
        "/b/python3.12": Python("/b/python3.12", (3, 12), False),  # 32 bit, or without the GIL
        "/a/python3.13": Python("/a/python3.13", (3, 13), True),
        "/a/python3.14": Python("/a/python3.14", (3, 14), True),
    }
    asked: list[str] = []

    def ask(command: list[str]) -> Python | None:
        asked.append(command[0])
        return answers[command[0]]

    files = [name for name in answers if name != OLD]
    found = find(world(*files, path=("/a", "/b")), ask)
    assert found == answers["/a/python3.13"]
    assert asked == [OLD, "/a/python3.12", "/b/python3.12", "/a/python3.13"]


def test_a_python_newer_than_the_wheels_does_not_fit() -> None:
    assert Python("", (3, 14), True).fits
    assert not Python("", (3, 15), True).fits
    assert not Python("", (3, 11), True).fits


def test_nothing_that_fits_is_none() -> None:
    assert find(world(), lambda command: Python(command[0], (3, 9), True)) is None
