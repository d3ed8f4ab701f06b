"""`python -m runtime.worker`: takes the wire before anything can print on it, then works until told to stop."""

from runtime.worker.stdio import take_wire

if __name__ == "__main__":
    wire = take_wire()
    from runtime.worker.loop import work

    work(wire)
