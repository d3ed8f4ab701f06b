"""The front door: makes the environment on the first start, then hands over to the command line.

Any Python from 3.8 on may start this file, so here and in `provision` there is only the standard library and
3.8's syntax. A later start compares a few files and execs; what making needs is imported when it is needed.
"""

from __future__ import annotations

import os
import sys

ROOT = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, ROOT)  # also when PYTHONSAFEPATH or -P keeps a script's folder off the path

from provision import environment  # noqa: E402  (found through the line above)

NEEDS = {  # others: "app" alone
    "test": ("app", "editor", "serve", "cluster", "dev"),
    "": ("app", "editor"),
    "edit": ("app", "editor"),
    "serve": ("app", "serve"),
    "cluster": ("app", "cluster"),
}
WINDOW = ("", "edit")  # no command at all opens the window
OWN_COMMANDS = ("setup", "lock")  # these stand before, or beside, the environment


def main(argv: list[str]) -> int:
    if sys.version_info < (3, 8):
        say(f"Tapeloom is started by Python 3.8 or newer; this is {sys.version.split()[0]}.")
        return 1
    command = argv[0] if argv else ""
    if command in OWN_COMMANDS:
        return provisioning(argv)
    layers = NEEDS.get(command, ("app",))
    if any(word.split("=")[0] == "--cluster" for word in argv[1:]):
        layers = (*layers, "cluster")
    if environment.missing(ROOT, layers):
        code = provisioning(["setup", *layers])
        if code:
            return code
    return hand_over(argv)


def provisioning(argv: list[str]) -> int:
    """Runs setup or lock. A failure is one message for the user; only a bug of ours shows a traceback."""
    from provision.failure import Failed

    try:
        if argv[0] == "lock":
            from provision import relock

            relock.relock(ROOT, argv[1:], say)
        else:
            from provision import make

            make.setup(ROOT, argv[1:], say)
    except Failed as failed:
        say(str(failed))
        return failed.code
    except KeyboardInterrupt:
        say("stopped. Start again to go on: what has been fetched is kept.")
        return 130
    return 0


def hand_over(argv: list[str]) -> int:
    python = environment.python(ROOT)
    windowed = not argv or argv[0] in WINDOW
    command = [python, "-m", *(["editor", *argv[1:]] if windowed else ["runtime.commands", *argv])]
    env = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"):
        env.pop(name, None)  # a studio's PYTHONPATH would put its numpy before ours
    env["PYTHONSAFEPATH"] = "1"  # nor may a file in the user's folder: that is where they run us
    env.setdefault("PYTHONUTF8", "1")
    if os.name != "nt":
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(python, command, env)
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the child too, and is the child's to answer
    return subprocess.call(command, env=env)


def say(text: str) -> None:
    print("tapeloom: " + text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
