"""`launch.py serve`: the queue over HTTP, for programs and for a phone."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nodes.registry import default_registry
from runtime import folders
from runtime.commands import DONE, FAILED, UserError
from runtime.commands.run import polite_kills
from runtime.jobs.queue.store import Queue, QueueError

HELP = """Serve the queue: a page for the phone, REST and WebSocket for programs

  launch.py serve                                   this machine only
  launch.py serve --host 0.0.0.0 --tapes captures   the local network; tapes in that folder can be named
  launch.py serve --watch-only                      show the queue, render nothing

Every request needs the token, which is shown once, at the first start (docs/serve.md)."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1: this machine only)")
    parser.add_argument("--port", type=int, default=8321)
    parser.add_argument("--tapes", action="append", default=[], metavar="DIR", type=Path,
        help="a folder whose tapes can be named; may be said several times")  # fmt: skip
    parser.add_argument("--folder", type=Path, metavar="DIR",
        help="the service's own, for uploads and results; left out, `service` in the data folder")  # fmt: skip
    parser.add_argument("--upload-gb", type=float, default=200.0, metavar="GB", help="the largest upload (200)")
    parser.add_argument("--new-token", action="store_true", help="make another token; the old one opens nothing")
    parser.add_argument("--watch-only", action="store_true", help="render nothing: another program does")
    parser.add_argument("--trust", action="store_true", help="run code that is written in graphs that are sent")
    parser.add_argument("--cert", type=Path, metavar="FILE", help="https: the certificate, in PEM")
    parser.add_argument("--key", type=Path, metavar="FILE", help="https: its private key, in PEM")


def run(args: argparse.Namespace) -> int:
    try:
        from runtime.serve import keys, uploads
        from runtime.serve.app import Service
        from runtime.serve.places import Places
        from runtime.serve.serving import Listening, ServeError, serve
    except ModuleNotFoundError as fault:
        raise UserError(f"{fault.name} is not installed. Run `python3 launch.py setup serve`", FAILED) from None
    if (args.cert is None) != (args.key is None):
        raise UserError("https needs both --cert and --key")
    if not 0 <= args.port < 65536:
        raise UserError(f"--port {args.port}: 1 to 65535, or 0 for any that is free")
    if not 0 < args.upload_gb < 1e6:
        raise UserError(f"--upload-gb {args.upload_gb:g}: more than nothing")
    where = Listening(args.host, args.port, args.cert, args.key)
    places = Places((args.folder or folders.data() / "service").absolute(), _tapes(args.tapes))
    try:
        places.prepare()
        known, token = keys.kept(places.own, anew=args.new_token)
    except OSError as fault:
        raise UserError(f"{fault.filename} cannot be made ({fault.strerror}). Name another --folder", FAILED) from None
    except keys.TokenError as fault:
        raise UserError(str(fault), FAILED) from None

    def ready(address: str) -> None:
        print(f"Tapeloom is served at {address}", flush=True)
        if token:
            print(f"token, shown this once: {token}")
            print(f"open on a phone:        {address}/#token={token}", flush=True)
        if not where.loopback and not where.secure:
            print(
                "note: whoever listens on this network can read along: use --cert and --key, or a VPN", file=sys.stderr
            )

    try:
        queue = Queue()
        try:
            limits = uploads.Limits(upload_bytes=int(args.upload_gb * (1 << 30)))
            service = Service(queue, places, known, default_registry(), args.trust, limits)
            with polite_kills():
                serve(service, where, render=not args.watch_only, ready=ready)
        finally:
            queue.close()
    except (QueueError, ServeError) as fault:
        raise UserError(str(fault), FAILED) from None
    except KeyboardInterrupt:
        pass  # the way to end it
    return DONE


def _tapes(given: list[Path]) -> dict[str, Path]:
    """Folders by the names that they get outside: their own, numbered where two are called alike."""
    named: dict[str, Path] = {}
    for folder in given:
        if not folder.is_dir():
            raise UserError(f"--tapes {folder}: there is no such folder")
        base = folder.absolute().name or "tapes"
        name, number = base, 1
        while name in named or name in ("uploads", "results"):
            number += 1
            name = f"{base}-{number}"
        named[name] = folder.absolute()
    return named
