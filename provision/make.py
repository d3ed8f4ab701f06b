"""Makes .venv: beside the old one, then put in its place, so that a start never meets half an environment.

The folder is relocatable (uv's scripts and our .pth are relative), so a moved project needs no new one.
Killed in the middle, this leaves a `making-` folder that the next start sweeps away; uv's cache keeps what
was fetched.
"""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import sys
import tempfile
import time
from typing import Iterator

from provision import environment, pythons, uv
from provision.failure import Failed


def setup(root: str, arguments: list[str], say: uv.Say) -> None:
    """`setup [--again] [app|editor|serve|cluster|dev|torch ...]`: what the named layers need and is missing."""
    layers = [word for word in arguments if word != "--again"]
    for word in layers:
        if word not in environment.LAYERS:
            raise Failed(
                f"setup: {word} is no layer. Layers are {', '.join(environment.LAYERS)}; "
                "--again makes the environment anew.",
                code=2,
            )
    layers = ["app", *layers]  # which the others stand on
    for layer in layers:
        if environment.read(environment.lock(root, layer)) is None:
            raise Failed(f"requirements/{layer}.txt is missing: fetch the whole project again.")
    with bootstrap(root, say) as folder:
        if "--again" in arguments or environment.missing(root, layers):
            make(root, folder, layers, say)
        if "editor" in layers:
            system_libraries(root, say)


def make(root: str, folder: str, layers: list[str], say: uv.Say) -> None:
    started = time.monotonic()
    wanted = [name for name in environment.LAYERS if name in {*layers, *environment.installed(root)}]
    named = [f"{name}: {environment.SIZES[name]}" if name in environment.SIZES else name for name in wanted]
    say(f"making the environment ({', '.join(named)}) in {environment.venv(root)}")
    tool = uv.get(root, say)
    python = pythons.find(pythons.this_world())
    making = tempfile.mkdtemp(prefix="making-", dir=folder)
    try:
        fresh = os.path.join(making, "venv")
        make_venv(tool, python, fresh)
        os.mkdir(os.path.join(fresh, "made-from"))
        copies = [  # installed from the copies: a lock may change while this runs
            shutil.copyfile(environment.lock(root, layer), environment.made_from(fresh, layer)) for layer in wanted
        ]
        inside = environment.python_in(fresh)
        tool.run("pip", "sync", "--python", inside, "--require-hashes", "--no-build", *copies)
        make_importable(fresh)
        swap(folder, fresh, environment.venv(root))
    finally:
        shutil.rmtree(making, ignore_errors=True)
    say(f"the environment stands after {time.monotonic() - started:.0f} s")


def make_venv(tool: uv.Uv, python: pythons.Python | None, folder: str) -> None:
    words = ("venv", "--relocatable", "--prompt", "tapeloom", "--python")
    if python is not None:
        tool.run(*words, python.executable, folder)
        return
    tool.say("no Python 3.12 to 3.14 found here: uv brings one")
    # VapourSynth has no wheels for Windows on ARM, which runs x64 programs
    brought = f"cpython-{pythons.BROUGHT}-windows-x86_64-none" if os.name == "nt" else pythons.BROUGHT
    try:
        tool.run(*words, brought, folder)
    except Failed as failed:
        raise Failed(
            "no Python 3.12 to 3.14 is here, and uv could not fetch one. Install one (from python.org, with pyenv, or "
            f"from your system's packages) and start again. uv's try: {failed}"
        ) from None


def make_importable(venv: str) -> None:
    """Puts the project's folder on the environment's path, for children too, whatever their current folder.

    The line is relative to site-packages, so it holds after a move."""
    lib = os.path.join(glob.escape(venv), "Lib" if os.name == "nt" else os.path.join("lib", "python3*"))
    (site_packages,) = glob.glob(os.path.join(lib, "site-packages"))
    up = "../../.." if os.name == "nt" else "../../../.."
    with open(os.path.join(site_packages, "tapeloom.pth"), "w", encoding="ascii") as file:
        file.write(up + "\n")


def swap(folder: str, fresh: str, venv: str) -> None:
    old = tempfile.mkdtemp(prefix="old-", dir=folder)
    try:
        if os.path.lexists(venv):
            os.rename(venv, os.path.join(old, "venv"))
        os.rename(fresh, venv)
    except OSError as error:
        raise Failed(
            f"the new environment cannot take its place ({error.strerror}). "
            "Close every Tapeloom that is running and start again."
        ) from None
    finally:
        shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def bootstrap(root: str, say: uv.Say) -> Iterator[str]:
    """The folder .bootstrap, held by one start at a time.

    The kernel drops the lock with the last process that has it. uv inherits it (not on Windows), so after a kill -9
    of this process the next start waits for the uv left behind, which warms the cache, and sweeps up after it."""
    folder = os.path.join(root, ".bootstrap")
    try:
        os.makedirs(folder, exist_ok=True)
        file = open(os.path.join(folder, "lock"), "a+b")  # noqa: SIM115
    except OSError as error:
        raise Failed(f"{folder} cannot be written ({error.strerror}). Put the project where you may write.") from None
    with file:
        told = False
        while not try_lock(file.fileno()):
            if not told:
                say("another start is making the environment: waiting for it")
                told = True
            time.sleep(0.1)
        os.set_inheritable(file.fileno(), True)
        for name in os.listdir(folder):
            if name.startswith(("making-", "old-")):
                shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
        yield folder


def try_lock(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network folders have no locks: go on without
        return True
    return True


def system_libraries(root: str, say: uv.Say) -> None:
    """Qt's libraries, which no wheel brings: installed as root with apt, else named with the command."""
    printed = uv.answer([environment.python(root), "-P", "-m", "runtime.system", "missing"])
    packages = (printed or "").split()
    if packages and not uv.apt_install(packages, say):
        say("the window needs system libraries that are missing: see `launch.py doctor`")
