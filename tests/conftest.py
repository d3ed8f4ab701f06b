"""Ctrl-C works in the tests however they were started: a shell that runs them in the background has it ignored, and
every child would inherit that."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
