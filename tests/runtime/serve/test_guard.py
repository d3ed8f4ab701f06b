"""Nothing is told and nothing is done without the token."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the layer `serve` is not installed")

from starlette.websockets import WebSocketDisconnect

from runtime.serve import keys
from runtime.serve.app import PAGE, application
from tests.runtime.serve.hosting import TOKEN, Site

FILLED = {"{id}": "1", "{what}": "cancel", "{number}": "0", "{name}": "tape.dv"}


def test_every_route_there_is_refuses_without_the_token_and_with_a_wrong_one(site: Site, client: Any) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert len(paths) > 8
    for path, methods in paths.items():
        for pattern, word in FILLED.items():
            path = path.replace(pattern, word)
        if "{ticket}" in path:
            continue
        for method in methods:
            for token in (None, "wrong", TOKEN + "x", ""):
                answer = site.client(token).request(method, path)
                assert answer.status_code == 401, (method, path, token)
                assert "token" in answer.json()["detail"]


def test_the_description_of_the_service_needs_the_token_too(site: Site) -> None:
    for path in ("/api/openapi.json", "/docs", "/redoc", "/api/nothing", "/../x"):
        assert site.client(None).get(path).status_code == 401


def test_an_odd_path_opens_nothing(site: Site) -> None:
    """As it comes off the wire: a client that is up to something tidies no path."""
    app = application(site.service)

    async def status(path: str) -> int:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
                 "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [],
                 "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2)}  # fmt: skip
        await app(scope, receive, send)
        return int(sent[0]["status"])

    for path in ("/api/fetch/../jobs", "/api/fetch/", "/api/fetch/x/../../jobs", "//api/jobs", "/api/fetch//api/jobs"):
        assert asyncio.run(status(path)) in (401, 404), path


def test_openapi_says_how_to_come_in(client: Any) -> None:
    told = client.get("/api/openapi.json").json()
    assert told["openapi"].startswith("3.")
    assert told["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


def test_a_watcher_without_the_token_is_shown_nothing(site: Site) -> None:
    for first in ('{"token": "wrong"}', "{}", "[]", "no json", '{"token": 5}'):
        with site.client(None).websocket_connect("/api/watch") as socket:
            socket.send_text(first)
            with pytest.raises(WebSocketDisconnect) as ended:
                socket.receive_text()
            assert ended.value.code == 4401


def test_a_watcher_is_told_of_every_change_whoever_makes_it(site: Site, client: Any) -> None:
    with site.client(None).websocket_connect("/api/watch") as socket:
        socket.send_text(json.dumps({"token": TOKEN}))
        assert socket.receive_json() == {"jobs": [], "remark": ""}
        made = client.post("/api/jobs", json={"preset": "archive-only", "input": "tapes/summer.dv"}).json()
        state = socket.receive_json()
        while not state["jobs"]:
            state = socket.receive_json()
        assert [job["stage"] for job in state["jobs"]] == ["waiting"]
        site.queue.cancel(made["id"])  # as another program would
        while state["jobs"][0]["stage"] != "cancelled":
            state = socket.receive_json()


def test_the_page_asks_no_other_host_and_runs_no_foreign_code(site: Site) -> None:
    for path, kind in (("/", "text/html"), ("/page.js", "text/javascript"), ("/page.css", "text/css")):
        answer = site.client(None).get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    texts = [(PAGE / name).read_text("utf-8") for name in ("index.html", "page.js", "page.css")]
    assert not re.search(r"(?:https?:)?//[\w.-]+\.\w", "\n".join(texts).replace("//${location.host}", ""))
    assert "onclick=" not in texts[0]
    assert "innerHTML" not in texts[1]


def test_a_long_request_is_refused_before_it_is_read(client: Any) -> None:
    assert client.post("/api/jobs", content=b"x", headers={"content-length": str(1 << 30)}).status_code == 413
    assert client.post("/api/jobs", content=(b"x" * (1 << 20) for _ in range(20))).status_code == 422


def test_the_token_is_shown_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    first, token = keys.kept(tmp_path / "service")
    assert len(token) >= 40
    assert first.opens(token)
    assert token not in (tmp_path / "service" / keys.FILE).read_text()
    again, nothing = keys.kept(tmp_path / "service")
    assert nothing == ""
    assert again.opens(token)
    assert not again.opens(token[:-1])
    anew, other = keys.kept(tmp_path / "service", anew=True)
    assert anew.opens(other)
    assert not anew.opens(token)


def test_a_damaged_token_opens_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    for text in ("{torn", "[]", '{"token_sha256": 5}', '{"token_sha256": ""}'):
        (tmp_path / keys.FILE).write_text(text)
        with pytest.raises(keys.TokenError, match="--new-token"):
            keys.kept(tmp_path)


def test_a_ticket_ends(tmp_path: Path) -> None:
    now = [100.0]
    held = keys.Keys(keys.hashed("x"), clock=lambda: now[0])
    word = held.ticket(tmp_path / "a.mkv")
    assert held.redeem(word) == tmp_path / "a.mkv"
    assert held.redeem(word + "x") is None
    now[0] += keys.TICKET_S + 1
    assert held.redeem(word) is None
