"""A uv that makes real but empty environments at once, and fails or dawdles when FAKE_UV says so.

FAKE_UV is a folder: `calls` lists each call; `fail` holds what `pip sync` says as it fails; while `hold` exists,
`pip sync` waits, having written `holding`.
"""

import os
import sys
import time
import venv
from pathlib import Path

SAYS = Path(os.environ["FAKE_UV"])


def main(words: list[str]) -> int:
    if words == ["--version"]:
        print("uv 99.0.0")
        return 0
    with (SAYS / "calls").open("a") as calls:
        calls.write(" ".join(words[:2]) + "\n")
    if words[0] == "venv":
        venv.create(words[-1], symlinks=True)
        return 0
    if (SAYS / "hold").exists():
        (SAYS / "holding").touch()
    deadline = time.monotonic() + 60
    while (SAYS / "hold").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    if (SAYS / "fail").exists():
        print((SAYS / "fail").read_text(), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
