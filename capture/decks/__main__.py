"""`python -m capture.decks pal --faults "drop 7 @ 12.4"`: a test deck whose stdout is what ffmpeg reads.

Also started by its path, from any folder (listing.command)."""

import sys
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from capture.decks.starting import main

if __name__ == "__main__":
    sys.exit(main())
