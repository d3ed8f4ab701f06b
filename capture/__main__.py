"""`python -m capture COMMAND …`: the same as `launch.py capture COMMAND …`, for a window that has its environment
already and starts a command beside itself."""

from __future__ import annotations

import sys

from runtime.commands import main

if __name__ == "__main__":
    sys.exit(main(["capture", *sys.argv[1:]]))
