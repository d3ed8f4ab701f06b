"""Stands in for the worker and does one thing wrong: `faulty_worker.py HOW`."""

import os
import sys
import time

from runtime.protocol import (
    VERSION,
    Configure,
    Configured,
    Load,
    Ready,
    Started,
    StartFailed,
    Stop,
    decode_request,
    encode,
)
from runtime.worker.stdio import take_wire


def main() -> None:
    how = sys.argv[1]
    if how == "prints before the wire is taken":
        print("Hello from a plugin's start-up", flush=True)
    wire = take_wire()
    if how == "cannot work":
        wire.send(encode(StartFailed("VapourSynth cannot be loaded: no module named vapoursynth")))
        return
    if how == "dies at once":
        os._exit(9)
    if how == "never starts":
        time.sleep(60)
    wire.send(encode(Ready(VERSION + 1 if how == "another version" else VERSION, os.getpid())))
    while True:
        request = decode_request(wire.receive())
        if isinstance(request, Stop) and how != "will not stop":
            return
        if isinstance(request, Configure):
            wire.send(encode(Configured(request.id)))
        if isinstance(request, Load) and how == "closes the wire and stays":
            wire.send(encode(Started(request.id, "src", None, "f-src")))
            wire._writer.close()
            time.sleep(60)


if __name__ == "__main__":
    main()
