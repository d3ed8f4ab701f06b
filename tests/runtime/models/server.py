"""A web server on this machine that serves one file as badly as a test wishes."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Site:
    """What the server does, and what was asked of it."""

    address: str = ""
    content: bytes = b""
    etag: str = '"one"'
    break_after: list[int] = field(default_factory=list)
    """For each request in turn: the bytes after which the line is cut."""
    answers: list[int] = field(default_factory=list)
    """For each request in turn: a status to answer with instead."""
    takes_ranges: bool = True
    says_length: bool = True
    asked: list[str | None] = field(default_factory=list)
    """The Range of each request."""


@contextmanager
def serving(content: bytes) -> Iterator[Site]:
    site = Site(content=content)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            site.asked.append(self.headers.get("Range"))
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", f"{site.address}/model.pth")
                self.end_headers()
                return
            if site.answers and (status := site.answers.pop(0)) != 200:
                self.send_error(status)
                return
            self._give()

        def _give(self) -> None:
            start, wanted = 0, self.headers.get("Range")
            if wanted and site.takes_ranges and self.headers.get("If-Range") == site.etag:
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
            body = site.content[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(site.content) - 1}/{len(site.content)}")
            if site.says_length:
                self.send_header("Content-Length", str(len(body)))
            if site.etag:
                self.send_header("ETag", site.etag)
            self.end_headers()
            self.wfile.write(body[: site.break_after.pop(0)] if site.break_after else body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
