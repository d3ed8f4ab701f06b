"""`launch.py cluster`: several machines at one render."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.commands import DONE, UserError

if TYPE_CHECKING:
    from runtime.cluster.doors import Door

HELP = """Share renders out over several machines

  launch.py cluster certificates              make them, once; copy the folder's files to every machine
  launch.py cluster start --host 192.168.1.5  the scheduler, on one machine
  launch.py cluster join                      on each machine that shall make segments: the cluster that is found
  launch.py cluster join tls://192.168.1.5:8786
  launch.py cluster find                      clusters in the local network
  launch.py cluster status tls://…            who is there
  launch.py run vhs-pal -i tape.dv --cluster tls://192.168.1.5:8786

Without --host it is for this machine alone, tcp://127.0.0.1, and needs no certificates. See docs/cluster.md."""


def arguments(parser: argparse.ArgumentParser) -> None:
    todo = parser.add_subparsers(dest="todo", required=True, metavar="certificates|start|join|find|status")
    made = todo.add_parser("certificates", help="make an authority and a certificate for the machines of a cluster")
    made.add_argument("--anew", action="store_true", help="replace what is there")
    start = todo.add_parser("start", help="run the scheduler, until Ctrl-C")
    start.add_argument("--host", default="127.0.0.1", help="this machine's address in the network; needs certificates")
    start.add_argument("--port", type=int, help="left out, 8786")
    start.add_argument("--dashboard", type=int, help="port of Dask's dashboard on this machine; left out, 8787")
    start.add_argument("--silent", action="store_true", help="do not announce it in the local network")
    join = todo.add_parser("join", help="make segments for a cluster, until Ctrl-C")
    join.add_argument("address", nargs="?", help="left out, the one that is found in the local network")
    join.add_argument("--slots", type=int, default=1, metavar="N", help="segments at once")
    join.add_argument("--threads", type=int, default=0, metavar="N", help="VapourSynth's, for each of them")
    join.add_argument("--gpus", type=int, default=0, metavar="N", help="graphics cards that are offered")
    join.add_argument("--once", action="store_true", help="end when the cluster does, instead of waiting for it")
    todo.add_parser("find", help="list the clusters of the local network")
    status = todo.add_parser("status", help="who is there, and what they do")
    status.add_argument("address", nargs="?", help="left out, the one that is found in the local network")
    for one in (made, start, join, status):
        one.add_argument("--certificates", type=Path, metavar="FOLDER", help="where certificates lie")


def run(args: argparse.Namespace) -> int:
    try:
        from runtime.cluster.doors import ClusterError

        return int(_TODO[args.todo](args))
    except ImportError as fault:
        raise UserError(f"the cluster's layer is not here ({fault.name}): `launch.py setup cluster`") from None
    except ClusterError as fault:
        raise UserError(str(fault)) from None


def _certificates(args: argparse.Namespace) -> int:
    from runtime.cluster.certificates import CA_KEY, FOR_MACHINES, make, usual_folder

    folder = args.certificates or usual_folder()
    make(folder, anew=args.anew)
    print(f"made in {folder}")
    print(f"copy {', '.join(FOR_MACHINES)} to the same folder on the other machines, or name it with --certificates;")
    print(f"whoever has them can run anything on all of them. {CA_KEY} stays here")
    return DONE


def _start(args: argparse.Namespace) -> int:
    from runtime.cluster.doors import DASHBOARD_PORT, PORT, Door, loopback
    from runtime.cluster.serving import schedule

    protocol = "tcp" if loopback(args.host) and args.certificates is None else "tls"
    door = Door(protocol, args.host, PORT if args.port is None else args.port)
    dashboard = DASHBOARD_PORT if args.dashboard is None else args.dashboard
    return _until_told(schedule(door, args.certificates, _say, dashboard=dashboard, announce=not args.silent))


def _join(args: argparse.Namespace) -> int:
    from runtime.cluster.serving import Machine, join

    if args.slots < 1 or args.threads < 0 or args.gpus < 0:
        raise UserError("--slots is at least 1; --threads and --gpus are not negative")
    machine = Machine(args.slots, args.threads, args.gpus)
    return _until_told(join(_meant(args.address), args.certificates, machine, _say, once=args.once))


def _find(_args: argparse.Namespace) -> int:
    from runtime.cluster.finding import clusters

    found = {one.text for here in (False, True) for one in clusters(here=here)}
    print("\n".join(sorted(found)) or "no cluster answers in this network")
    return DONE


def _status(args: argparse.Namespace) -> int:
    from runtime.cluster.doors import ClusterError
    from runtime.cluster.looking import status
    from runtime.jobs.faults import BrokenRenderError

    try:
        for line in status(_meant(args.address), args.certificates):
            print(line)
    except BrokenRenderError as fault:
        raise ClusterError(str(fault)) from None
    return DONE


_TODO = {"certificates": _certificates, "start": _start, "join": _join, "find": _find, "status": _status}


def _meant(address: str | None) -> Door:
    from runtime.cluster.doors import ClusterError, door
    from runtime.cluster.finding import clusters

    if address is not None:
        return door(address)
    found = clusters(enough=1) or clusters(here=True, enough=1)
    if not found:
        raise ClusterError("no cluster answers in this network. Name its address")
    if len(found) > 1:
        raise ClusterError(f"there are several clusters: name one of {', '.join(one.text for one in found)}")
    return found[0]


def _until_told(work) -> int:  # type: ignore[no-untyped-def]
    """Run until Ctrl-C or a polite kill; both clean up."""

    async def main() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        if sys.platform != "win32":
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            _say("ended")

    asyncio.run(main())
    return DONE


def _say(text: str) -> None:
    print(text, flush=True)
