"""`python -m runtime.worker`: takes the wire before anything can print on it, then works until told to stop.
`--modest`: gives way to everything else on the machine."""

import sys

from runtime.worker.stdio import take_wire

if __name__ == "__main__":
    wire = take_wire()
    if "--modest" in sys.argv[1:]:
        from runtime.worker.modest import give_way

        give_way()
    from runtime.worker.loop import work

    work(wire)
