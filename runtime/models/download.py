"""Fetches one file into a part file: progress, resume, retries. What is whole and right is for the caller to name.

Beside `NAME.part` stands `NAME.part.json`: the address and the server's mark (ETag or date) of what has come so far.
A later start asks for the rest, on the condition that the mark still holds; else it begins anew.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import json
import os
import shutil
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from provision.make import try_lock
from runtime.models.fault import ShelfError

TIMEOUT_S = 30.0
TRIES = 3
"""Each goes on where the one before broke off; only tries that bring nothing count."""
_WAIT_S = 1.0
_CHUNK = 1 << 18
_SPARE = 1 << 24
"""Bytes that a disk keeps free beyond the file."""
_MOST = 16 << 30
"""No model is larger: a server that does not stop is stopped."""
_AGENT = "Tapeloom (model shelf)"

Progress = Callable[[int, int | None], None]
"""Told the bytes here and the bytes in all, where the server says."""


@dataclass(frozen=True)
class Mark:
    """What a part is a part of."""

    address: str
    validator: str = ""
    total: int | None = None


def fetch(
    address: str, part: Path, progress: Progress, *, timeout_s: float = TIMEOUT_S, wait_s: float = _WAIT_S
) -> str:
    """Bring the whole file at `address` into `part`, going on from what lies there. Gives its SHA-256.

    ShelfError where it cannot; what has come is kept where it can be gone on with."""
    here = urlsplit(address).hostname or address
    idle = 0
    while True:
        before = size_of(part)
        try:
            _fetch_once(address, part, progress, timeout_s)
            break
        except urllib.error.HTTPError as error:
            error.close()
            if error.code < 500 and error.code not in (408, 429):
                raise ShelfError(_refused(error.code, error.reason, address)) from None
            cause: Exception = error
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            if (said := _final(error, here, part)) is not None:
                raise ShelfError(said) from None
            cause = error
        idle = 0 if size_of(part) > before else idle + 1
        if idle >= TRIES:
            raise ShelfError(_gave_up(cause, here, part)) from None
        time.sleep(wait_s * 2**idle)
    return sha256(part)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def discard(part: Path) -> None:
    """The part and its mark."""
    part.unlink(missing_ok=True)
    _beside(part).unlink(missing_ok=True)


def mark_of(part: Path) -> Mark | None:
    try:
        said = json.loads(_beside(part).read_text("utf-8"))
        return Mark(str(said["address"]), str(said["validator"]), said["total"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _beside(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _fetch_once(address: str, part: Path, progress: Progress, timeout_s: float) -> None:
    mark = mark_of(part)
    start = size_of(part) if mark and mark.address == address and mark.validator else 0
    request = urllib.request.Request(address, headers={"User-Agent": _AGENT, "Accept-Encoding": "identity"})
    if start and mark:
        if mark.total == start:
            progress(start, start)
            return
        request.add_header("Range", f"bytes={start}-")
        request.add_header("If-Range", mark.validator)
    try:
        answer = _opener().open(request, timeout=timeout_s)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing beyond what is here: what lies here is of no use
            discard(part)
        raise
    with answer:
        _take(answer, address, part, start, progress)


def _take(answer: Any, address: str, part: Path, start: int, progress: Progress) -> None:
    going_on = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {start}-")
    if not going_on:
        start = 0
    length = answer.headers.get("Content-Length")
    total = start + int(length) if length and length.isdigit() else None
    room = shutil.disk_usage(part.parent).free
    if total is not None and total - start + _SPARE > room:
        raise OSError(errno.ENOSPC, f"{total - start} bytes are to come, {room} are free")
    # a weak ETag does not promise the same bytes
    strong = answer.headers.get("ETag", "")
    validator = answer.headers.get("Last-Modified", "") if strong.startswith("W/") or not strong else strong
    with part.open("ab" if going_on else "wb") as file:
        _beside(part).write_text(json.dumps(asdict(Mark(address, validator, total))), "utf-8")
        have = start
        progress(have, total)
        while chunk := answer.read(_CHUNK):
            file.write(chunk)
            have += len(chunk)
            if have > _MOST:
                raise ShelfError(f"{address}: more than {_MOST >> 30} GB came, which no model is")
            progress(have, total)
        file.flush()
        os.fsync(file.fileno())
    if total is not None and have < total:  # http.client ends quietly when a peer closes early
        raise http.client.IncompleteRead(b"", total - have)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows, but never from https to something that others can read and change."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise ShelfError(f"{urlsplit(req.full_url).hostname} sends us on to an unprotected address; not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_Redirects)  # with the proxies that the environment names


def _refused(code: int, reason: str, address: str) -> str:
    if code == 416:
        return f"{address}: what had come does not fit what is there now; start again, it is fetched anew"
    moved = "the file is not there any more" if code in (404, 410) else "it was not given"
    return f"{address}: {code} {reason}: {moved}. Fetch it by hand and add --from-file FILE"


def _final(error: Exception, here: str, part: Path) -> str | None:
    """What no second try mends, in words."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    match reason:
        case ssl.SSLCertVerificationError():
            return f"{here}: its certificate is not trusted here ({reason.verify_message}); see SSL_CERT_FILE"
        case OSError(errno=errno.ENOSPC):
            return f"{part.parent}: the disk is full; make room and start again, it goes on where it stopped"
        case PermissionError() if reason is error:
            return f"{part.parent} cannot be written; TAPELOOM_DATA names another folder"
        case OSError(errno=errno.EDQUOT):
            return f"{part.parent}: your share of the disk is used up; make room and start again"
    return None


def _gave_up(error: Exception, here: str, part: Path) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    match reason:
        case socket.gaierror():
            what = f"{here} is not found: no network, or a proxy is needed (HTTPS_PROXY)"
        case TimeoutError():
            what = f"{here} does not answer"
        case http.client.IncompleteRead():
            what = f"{here} broke off"
        case _:
            what = f"{here}: {reason}"
    have = size_of(part)
    kept = f" {have} bytes are kept: start again to go on" if have and mark_of(part) else ""
    return f"{what}. Try later, or fetch it by hand and add --from-file FILE.{kept}"


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Holds `path` against a second download of the same model, for as long as this process lives."""
    with path.open("a+b") as file:
        if not try_lock(file.fileno()):
            raise ShelfError(f"{path.parent.name}: another Tapeloom is fetching it just now")
        yield
