"""A shelf in an empty folder, with models whose weights a test server has."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

from runtime.models.download import Progress, fetch
from runtime.models.entry import Entry, HashSource, Licence, NcnnSource, Pattern, Task, Weights
from runtime.models.store import Shelf
from tests.runtime.models.nets import ncnn_net

CONTENT = b"PK\3\4" + bytes(range(256)) * 512
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def model(name: str, address: str, sha256: str = DIGEST, **more: object) -> Entry:
    """An entry with one file at `address`."""
    source = HashSource.FEW if sha256 else HashSource.NONE
    entry = Entry(
        name=name,
        title=name.title(),
        does=Task.UPSCALE,
        about="A test's.",
        suits="Tests.",
        architecture="none",
        pattern=Pattern.TILES,
        page="https://example.org/model",
        licence=Licence("MIT", "MIT"),
        scale=2,
        files=(Weights("model.pth", f"{address}/model.pth" if address else "", sha256, source),),
    )
    return replace(entry, **more)  # type: ignore[arg-type]


def shelf(folder: Path, *entries: Entry) -> Shelf:
    return Shelf(folder / "models", {entry.name: entry for entry in entries})


def package(site: Path, name: str = "tiny-ncnn-py") -> NcnnSource:
    """A Python package under `site` that ships an ncnn net, as pip leaves one."""
    folder = site / "tiny_ncnn_py" / "models"
    folder.mkdir(parents=True)
    param, weights = ncnn_net(folder)
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (param, weights)]
    return NcnnSource(name, "1.0", "MIT", "tiny_ncnn_py/models", param.name, digests[0], weights.name, digests[1])


def left(shelf: Shelf) -> list[str]:
    """The files under the shelf, locks left out."""
    return sorted(
        str(path.relative_to(shelf.folder).as_posix())
        for path in shelf.folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    )


@contextmanager
def crawling(shelf: Shelf, *names: str, size: int, per_s: int) -> Iterator[Shelf]:
    """`shelf` with the weights of these models on a server of our own that takes its time over them."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(size))
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(0, size, per_s // 10):
                    self.wfile.write(bytes(per_s // 10))
                    time.sleep(0.1)

        def log_message(self, format: str, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"

    def nearer(where: str, part: Path, progress: Progress) -> str:
        return fetch(f"{address}/{where.rpartition('/')[2]}", part, progress)

    try:
        with mock.patch("runtime.models.getting.fetch", nearer):
            slow = {name: replace(shelf.entries[name], ncnn=None) for name in names}
            yield Shelf(shelf.folder, {**shelf.entries, **slow})
    finally:
        server.shutdown()
        server.server_close()
