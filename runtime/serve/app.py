"""The service's routes: the queue's own words over HTTP, the state over a WebSocket, files in and out."""

from __future__ import annotations

import asyncio
import json
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request, Response, Security, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, JSONResponse
from fastapi.security import HTTPBearer
from starlette.requests import ClientDisconnect

from graphs.codec import DocumentError
from graphs.library import preset, preset_names
from nodes.registry import Registry
from runtime.jobs.journal import JournalError
from runtime.jobs.queue.left_over import throw_away
from runtime.jobs.queue.order import Job, Stage
from runtime.jobs.queue.store import Queue, QueueError
from runtime.serve import stills, uploads
from runtime.serve.guarding import Guard
from runtime.serve.keys import Keys
from runtime.serve.ordering import RefusedOrderError, Wanted, order, outputs
from runtime.serve.places import PlaceError, Places
from runtime.serve.shown import (
    Address,
    JobShown,
    Listed,
    Ordered,
    PresetShown,
    Refused,
    Said,
    State,
    Submission,
    Taken,
    shown,
    state,
)
from runtime.serve.watching import CrowdedError, Watching

PAGE = Path(__file__).parent / "page"
_TOKEN_S = 10.0
_WRONG: dict[int | str, dict[str, Any]] = {422: {"model": Refused}, 401: {"model": Refused}}
_ABOUT = """The queue of this machine's Tapeloom. Every request needs `Authorization: Bearer TOKEN`.

`/api/watch` is a WebSocket: send `{"token": "…"}` first, then the state comes whenever it has changed."""


@dataclass
class Service:
    """What the routes work with. `nudge`: something was put in line. `version` is the program's."""

    queue: Queue
    places: Places
    keys: Keys
    registry: Registry
    trust: bool = False
    limits: uploads.Limits = field(default_factory=uploads.Limits)
    nudge: Callable[[], None] = lambda: None
    version: str = "0"
    pictures: stills.Stills = field(default_factory=stills.Stills)


def application(service: Service) -> FastAPI:
    bearer = HTTPBearer(auto_error=False, description="shown once, at the service's first start")
    app = FastAPI(
        title="Tapeloom", version=service.version, description=_ABOUT, docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", dependencies=[Security(bearer)],
    )  # fmt: skip
    app.add_middleware(Guard, keys=service.keys)
    app.add_exception_handler(QueueError, _queue_fault)
    _jobs(app, service)
    _orders(app, service)
    _files(app, service)
    _watch(app, service)
    _page(app)
    return app


async def _queue_fault(_: Request, fault: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(fault)}, 409)


def _jobs(app: FastAPI, service: Service) -> None:
    queue = service.queue

    @app.get("/api/jobs")
    def jobs() -> State:
        """The list: what is over, as it ended; then what is and will be done."""
        return state(queue, service.places, service.registry)

    @app.get("/api/jobs/{id}", responses={404: {"model": Refused}})
    def job(id: int) -> JobShown:
        return shown(_known(queue, id), service.places, service.registry)

    @app.get("/api/jobs/{id}/history")
    def history(id: int) -> list[Said]:
        """All that was said of it, run by run."""
        _known(queue, id)
        return [Said(at=one.at, run=one.run, kind=one.kind, text=one.text) for one in queue.history(id)]

    @app.post("/api/jobs/{id}/{what}", status_code=204, responses={409: {"model": Refused}})
    def wish(id: int, what: Literal["pause", "resume", "cancel", "retry", "first", "up", "down", "last"]) -> None:
        job = _known(queue, id)
        if what in ("pause", "resume", "cancel") and (why := job.settled(what)):
            raise HTTPException(409, why)
        results = outputs(job.order.graph, service.registry)
        match what:
            case "pause":
                queue.pause(id)
            case "resume":
                queue.resume(id)
            case "cancel":
                queue.cancel(id)
                if not job.owner:  # else whoever renders it does so when it has ended
                    service.places.tidy(results)
            case "retry":
                try:
                    service.places.restore(results)
                except OSError as fault:
                    raise HTTPException(507, f"the results' folder cannot be written ({fault.strerror})") from None
                queue.retry(id)
            case "first" | "up" | "down" | "last":
                queue.move(id, what)
        service.nudge()

    @app.delete("/api/jobs/{id}", status_code=204, responses={409: {"model": Refused}})
    def remove(id: int) -> None:
        """Take it off the list; results stay. What is made of one that was cancelled goes."""
        job = _known(queue, id)
        queue.remove(id)
        if job.kept and job.stage is Stage.CANCELLED:
            throw_away(job.kept)
        service.places.tidy(outputs(job.order.graph, service.registry))

    pictured: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}, 503: {"model": Refused}}

    @app.get("/api/jobs/{id}/still", response_class=Response, responses=pictured)
    def still(id: int) -> Response:
        """A small picture of how far it is."""
        one = _known(queue, id)
        try:
            found = stills.source(one, outputs(one.order.graph, service.registry))
        except JournalError:
            raise HTTPException(503, "the job's journal cannot be read just now. Nothing is lost: try again") from None
        jpeg = service.pictures.jpeg(found) if found else None
        if jpeg is None:
            raise HTTPException(404, "there is no picture of it yet")
        return Response(jpeg, media_type="image/jpeg")


def _orders(app: FastAPI, service: Service) -> None:
    @app.get("/api/presets")
    def presets() -> list[PresetShown]:
        found = (preset(name) for name in preset_names())
        return [PresetShown(name=one.name, title=one.title, about=one.about) for one in found if one]

    @app.post("/api/jobs", status_code=201, responses={**_WRONG, 403: {"model": Refused}})
    def submit(wanted: Submission) -> Ordered:
        """Put a graph in line. 403: it brings code of its own along, and the service was started without --trust."""
        if (wanted.graph is None) == (not wanted.preset):
            raise HTTPException(422, "send a graph or name a preset, one of the two")
        document = json.dumps(wanted.graph) if wanted.graph is not None else ""
        inputs = {**({"": wanted.input} if wanted.input else {}), **wanted.inputs}
        if wanted.frames and (wanted.frames[0] < 0 or (wanted.frames[1] or wanted.frames[0] + 1) <= wanted.frames[0]):
            raise HTTPException(422, "frames: the end must lie behind the first")
        asked = Wanted(document, wanted.preset, inputs, wanted.set, wanted.name, wanted.frames)
        try:
            made = order(asked, service.places, service.registry, trust=service.trust)
        except DocumentError as fault:
            raise HTTPException(422, "\n".join(fault.faults)) from None
        except (RefusedOrderError, PlaceError) as fault:
            raise HTTPException(403 if getattr(fault, "trust", False) else 422, str(fault)) from None
        except OSError as fault:
            raise HTTPException(507, f"the results' folder cannot be written ({fault.strerror})") from None
        number = service.queue.add(made, wanted.priority)
        service.nudge()
        return Ordered(id=number)


def _files(app: FastAPI, service: Service) -> None:
    @app.get("/api/files")
    def files() -> Listed:
        """The tapes that can be named in `input`."""
        found = [Taken(path=path, size_bytes=size) for path, size in service.places.videos()]
        return Listed(files=found, folders=list(service.places.roots))

    @app.put("/api/uploads/{name}", status_code=201, responses={**_WRONG, 413: {"model": Refused}})
    async def upload(name: str, request: Request) -> Taken:
        """Send a tape: the body is the file itself."""
        said = request.headers.get("content-length", "")
        length = int(said) if said.isdigit() else None
        try:
            path = await uploads.taken(service.places, name, request.stream(), length, service.limits)
        except PlaceError as fault:
            raise HTTPException(422, str(fault)) from None
        except uploads.TooLargeError as fault:
            raise HTTPException(413, str(fault)) from None
        except ClientDisconnect:
            return Taken(path="", size_bytes=0)  # nobody hears it
        except OSError as fault:
            raise HTTPException(507, f"it cannot be kept ({fault.strerror})") from None
        return Taken(path=service.places.named(path), size_bytes=path.stat().st_size)

    @app.get("/api/jobs/{id}/files/{number}", response_class=FileResponse)
    def result(id: int, number: int) -> FileResponse:
        """A result, or a part of it (Range)."""
        return _sent(_result(service, id, number))

    @app.post("/api/jobs/{id}/files/{number}/address")
    def address(id: int, number: int) -> Address:
        """Where a browser can fetch a result, which sends no token by itself."""
        return Address(url=f"/api/fetch/{service.keys.ticket(_result(service, id, number))}")

    @app.get("/api/fetch/{ticket}", response_class=FileResponse)
    def fetch(ticket: str) -> FileResponse:
        path = service.keys.redeem(ticket)
        if path is None or not path.is_file():
            raise HTTPException(404, "this address is not good any more")
        return _sent(path)


def _watch(app: FastAPI, service: Service) -> None:
    queue, places, registry = service.queue, service.places, service.registry
    watching = Watching(queue.changes, lambda: state(queue, places, registry).model_dump_json())

    @app.websocket("/api/watch")
    async def watch(socket: WebSocket) -> None:
        await socket.accept()
        try:
            first = await asyncio.wait_for(socket.receive_text(), _TOKEN_S)
            said = json.loads(first)
            token = said.get("token") if isinstance(said, dict) else None
        except (TimeoutError, ValueError, KeyError, WebSocketDisconnect):
            token = None
        if not isinstance(token, str) or not service.keys.opens(token):
            with suppress(RuntimeError):
                await socket.close(4401, "the token is missing or wrong")
            return
        try:
            async with watching.watcher() as states:
                gone = asyncio.create_task(_gone(socket))
                while True:
                    fresh = asyncio.create_task(states.get())
                    await asyncio.wait({gone, fresh}, return_when=asyncio.FIRST_COMPLETED)
                    if gone.done():
                        fresh.cancel()
                        return
                    await socket.send_text(fresh.result())
        except CrowdedError:
            await socket.close(4429, "too many are watching already")
        except (WebSocketDisconnect, RuntimeError):
            return


async def _gone(socket: WebSocket) -> None:
    """Ends when the other side does; what it says is not listened to."""
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_text()


def _page(app: FastAPI) -> None:
    kinds = {"/": ("index.html", "text/html"), "/page.js": ("page.js", "text/javascript"),
             "/page.css": ("page.css", "text/css")}  # fmt: skip
    for path, (name, kind) in kinds.items():
        text = (PAGE / name).read_bytes()

        def sent(text: bytes = text, kind: str = kind) -> Response:
            return Response(text, media_type=kind)

        app.add_api_route(path, sent, include_in_schema=False, response_class=Response, name=name)


def _known(queue: Queue, id: int) -> Job:
    found = queue.job(id) if 0 < id < 1 << 62 else None
    if found is None:
        raise HTTPException(404, f"there is no job {id}")
    return found


def _result(service: Service, id: int, number: int) -> Path:
    files = _known(service.queue, id).files
    path = files[number] if 0 <= number < len(files) else None
    if path is None or not path.is_file():
        raise HTTPException(404, "there is no such result, or it is gone")
    return path


def _sent(path: Path) -> FileResponse:
    headers = {"content-disposition": _saved_as(path.name)}
    return FileResponse(path, headers=headers, media_type="application/octet-stream")


def _saved_as(name: str) -> str:
    """Both names of RFC 6266, appendix D: a plain one for programs that read no other (curl -OJ), and the true one."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    plain = "".join("_" if one in '"\\%' or not one.isprintable() else one for one in plain)
    plain = plain.strip()
    if not plain or plain.startswith("."):
        plain = f"result{plain}"
    both = f'attachment; filename="{plain}"'
    return both if plain == name else f"{both}; filename*=UTF-8''{quote(name, safe='')}"
