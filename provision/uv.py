"""Gets uv, and runs it: its progress told, its failures explained."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Callable

from provision import environment
from provision.failure import Failed, explain
from provision.pythons import candidates, clean_env, this_world

OLDEST = (0, 8)
Say = Callable[[str], None]


class Uv:
    def __init__(self, command: list[str], root: str, say: Say) -> None:
        self.command = command
        self.root = root
        self.say = say

    def run(self, *arguments: str) -> None:
        """Raises Failed. What uv printed is kept in .bootstrap/install.log."""
        run([*self.command, *arguments], self.root, self.say)


def get(root: str, say: Say) -> Uv:
    own = uv_in(os.path.join(root, ".bootstrap", "uv"))
    for command in ([shutil.which("uv") or own], [own], [sys.executable, "-m", "uv"]):
        if usable(command):
            return Uv(command, root, say)
    say("fetching uv, which installs the rest")
    bring(root, say)
    if not usable([own]):
        raise Failed("uv was installed but does not start. Remove the folder .bootstrap and start again.")
    return Uv([own], root, say)


def uv_in(folder: str) -> str:
    return os.path.join(folder, "bin", "uv.exe" if os.name == "nt" else "uv")


def usable(command: list[str]) -> bool:
    version = re.match(r"uv (\d+)\.(\d+)", answer([*command, "--version"]) or "")
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST


def bring(root: str, say: Say) -> None:
    """Puts uv under .bootstrap/uv. The folder gets its name when it is whole."""
    bootstrap = os.path.join(root, ".bootstrap")
    making = tempfile.mkdtemp(prefix="making-", dir=bootstrap)
    try:
        pip = find_pip(making)
        if pip is None and apt_install(["python3-venv"], say):
            pip = find_pip(making)
        if pip is None:
            raise Failed(
                "no Python found here can install packages (it has neither pip nor ensurepip). "
                "Do this, then start again: " + how_to_get_pip()
            )
        target = os.path.join(making, "uv")
        lock = environment.lock(root, "uv")
        checks = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--retries", "2"]
        run([*pip, "install", "--target", target, *checks, "-r", lock], root, say)
        shutil.rmtree(os.path.join(bootstrap, "uv"), ignore_errors=True)
        os.rename(target, os.path.join(bootstrap, "uv"))
    finally:
        shutil.rmtree(making, ignore_errors=True)


def find_pip(making: str) -> list[str] | None:
    """The pip of some Python here, else one in a bare venv made under `making`."""
    pythons = list(candidates(this_world()))
    for python in pythons:
        if answer([*python, "-m", "pip", "--version"]) is not None:
            return [*python, "-m", "pip"]
    for python in pythons:
        bare = os.path.join(making, "venv")
        if answer([*python, "-m", "venv", "--clear", bare]) is not None:  # Debian's alone has no ensurepip
            return [environment.python_in(bare), "-m", "pip"]
    return None


def apt_install(packages: list[str], say: Say) -> bool:
    """Installs Debian packages where this runs as root. False where it may or can not."""
    if sys.platform == "win32" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say("installing " + " ".join(packages) + " with apt-get")
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    return answer(install) is not None or (answer(["apt-get", "update"]) is not None and answer(install) is not None)


def how_to_get_pip() -> str:
    for tool, command in (
        ("apt-get", "sudo apt install python3-venv"),
        ("dnf", "sudo dnf install python3-pip"),
        ("pacman", "sudo pacman -S python-pip"),
        ("zypper", "sudo zypper install python3-pip"),
        ("apk", "sudo apk add py3-pip"),
    ):
        if shutil.which(tool):
            return command
    return "install Python 3.12 or newer from python.org, or uv"


def answer(command: list[str]) -> str | None:
    """What a command prints, or None where it fails or is not there."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=clean_env(),
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode("utf-8", "replace")


def run(command: list[str], root: str, say: Say) -> None:
    log = os.path.join(root, ".bootstrap", "install.log")
    with open(log, "a", encoding="utf-8") as kept:
        kept.write("$ " + " ".join(command) + "\n")
        kept.flush()
        try:
            process = subprocess.Popen(
                command,
                cwd=root,
                env=uv_env(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                close_fds=os.name == "nt",  # the lock goes along: see make.bootstrap
            )
        except OSError as error:
            raise Failed(f"{command[0]} does not start: {error}") from None
        printed = []
        assert process.stdout is not None
        try:
            for raw in process.stdout:
                line = raw.decode("utf-8", "replace").rstrip()
                printed.append(line)
                kept.write(line + "\n")
                if line.startswith("Downloading ") and not line.startswith("Downloading http"):
                    say("  " + line[0].lower() + line[1:])
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
    if code:
        raise explain("\n".join(printed), log)


def uv_env() -> dict[str, str]:
    """A mirror named for pip serves uv too; a company's certificates are read where the system keeps them."""
    env = clean_env()
    env.update(UV_NO_PROGRESS="1", NO_COLOR="1", PIP_USER="0", PIP_NO_INPUT="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    if env.get("SSL_CERT_FILE") or env.get("SSL_CERT_DIR"):
        env.setdefault("UV_SYSTEM_CERTS", "1")
    if env.get("PIP_INDEX_URL"):
        env.setdefault("UV_DEFAULT_INDEX", env["PIP_INDEX_URL"])
    return env
