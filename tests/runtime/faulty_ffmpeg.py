"""Stands in for ffmpeg and does one thing wrong: `faulty_ffmpeg.py HOW OUT …`."""

import sys
import time
from pathlib import Path


def main() -> int:
    how, out = sys.argv[1], Path(sys.argv[2])
    out.write_bytes(b"half a file")
    match how:
        case "disk-full":
            sys.stdin.buffer.read(500_000)
            print("[out#0/matroska] Error writing trailer: No space left on device", file=sys.stderr)
            return 228  # ffmpeg's exit code for ENOSPC
        case "short":
            sys.stdin.buffer.read()
            print("frame=93\ntotal_size=11\nprogress=end", flush=True)
            return 0
        case "silent":
            sys.stdin.buffer.read()
            return 0
        case "stuck":
            time.sleep(60)
    return 1


if __name__ == "__main__":
    sys.exit(main())
