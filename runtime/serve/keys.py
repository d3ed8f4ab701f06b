"""Who may talk to the service: whoever holds its token. It is made at the first start, shown once, and kept as a hash.

A token has 256 random bits, so one round of SHA-256 is enough: there is nothing to guess faster. Tickets stand in for
it where a browser can send no header: a download's address. They are good for one file, and for an hour.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FILE = "service.json"
TICKET_S = 3600.0
_TICKETS = 256


class TokenError(Exception):
    """The token's file cannot be read or written; one line that says what to do."""


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass
class Keys:
    """`token_sha256`: what the token's hash must be."""

    token_sha256: str
    clock: Callable[[], float] = time.monotonic
    _tickets: dict[str, tuple[float, Path]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def opens(self, token: str) -> bool:
        return hmac.compare_digest(hashed(token), self.token_sha256)

    def ticket(self, file: Path) -> str:
        """A word that gives out this file for a while: a phone asks for a large one in parts."""
        now = self.clock()
        made = secrets.token_urlsafe(32)
        with self._lock:
            self._tickets = {word: held for word, held in self._tickets.items() if held[0] > now}
            while len(self._tickets) >= _TICKETS:
                self._tickets.pop(next(iter(self._tickets)))
            self._tickets[made] = now + TICKET_S, file
        return made

    def redeem(self, ticket: str) -> Path | None:
        """The file; None: unknown, or too late."""
        with self._lock:
            until, file = self._tickets.get(ticket, (0.0, None))
        return file if until > self.clock() else None


def kept(folder: Path, *, anew: bool = False) -> tuple[Keys, str]:
    """The keys of the service whose folder this is, and the token where it was made just now: nobody can show it
    again. `anew`: make another; the old one then opens nothing. TokenError."""
    path = folder / FILE
    try:
        held = None if anew else json.loads(path.read_text("utf-8")).get("token_sha256")
        if isinstance(held, str) and len(held) == 64:
            return Keys(held), ""
        if held is not None or (path.exists() and not anew):
            raise ValueError
    except FileNotFoundError:
        pass
    except (OSError, ValueError, AttributeError):
        raise TokenError(f"{path} cannot be read. Make another token with --new-token") from None
    token = secrets.token_urlsafe(32)
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"token_sha256": hashed(token)}, file)
        part.replace(path)
    except OSError as fault:
        raise TokenError(f"{path} cannot be written ({fault.strerror}). Name another --folder") from None
    return Keys(hashed(token)), token
