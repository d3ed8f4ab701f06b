"""Stands before everything: without the token nothing is answered but the empty page itself, and no request that is
not an upload may be long. Written as plain ASGI, so that a route that somebody adds is guarded without being told."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.serve.keys import Keys

OPEN = ("/", "/page.js", "/page.css", "/favicon.ico")
"""The page, which holds nothing."""
TICKETS, UPLOADS = "/api/fetch/", "/api/uploads/"
BODY_BYTES = 18 << 20
"""A graph has 16 MB at most."""
HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


class Guard:
    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self.app, self.keys = app, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # a WebSocket's first message is its token: browsers send it no headers
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if not (path in OPEN or path.startswith(TICKETS) or self._known(scope)):
            text = "the token is missing or wrong. It was shown when the service was started for the first time"
            await _answer(send, 401, text, {"www-authenticate": "Bearer"})
            return
        if path.startswith(UPLOADS):
            await self.app(scope, receive, _with_headers(send))
            return
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if not said.isdigit() or int(said) > BODY_BYTES:
            await _answer(send, 413, f"a request has {BODY_BYTES >> 20} MB at most")
            return
        await self.app(scope, _bounded(receive), _with_headers(send))

    def _known(self, scope: Scope) -> bool:
        said = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        kind, _, token = said.partition(" ")
        return kind.lower() == "bearer" and self.keys.opens(token.strip())


def _bounded(receive: Receive) -> Receive:
    """A body that says nothing of its length ends where it gets too long; what is left is no JSON."""
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > BODY_BYTES:
                return {"type": "http.request", "body": b"", "more_body": False}
        return message

    return receiving


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            held = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *((name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in held),
            ]
        await send(message)

    return sending


async def _answer(send: Send, code: int, text: str, more: Mapping[str, str] | None = None) -> None:
    body = json.dumps({"detail": text}).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body)), **HEADERS, **(more or {})}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": code, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
