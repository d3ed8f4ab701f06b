"""Makes the pictures of the docs from a real run: `.venv/bin/python docs/images/make.py`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        launch = HERE.parent.parent / "launch.py"
        subprocess.run([sys.executable, str(launch), "demo", "-o", folder], check=True)
        with Image.open(Path(folder) / "before-after.png") as still:
            still.convert("RGB").save(HERE / "before-after.jpg", quality=88, optimize=True)
    print(HERE / "before-after.jpg")


if __name__ == "__main__":
    main()
