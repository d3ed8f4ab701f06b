"""Runs the service: uvicorn in front, one renderer behind, until it is stopped. What was being rendered goes back in
line and is gone on with later."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from runtime.jobs.events import Event
from runtime.jobs.queue.order import Job, Stage
from runtime.jobs.queue.working import Renderer
from runtime.serve.app import Service, application
from runtime.serve.ordering import outputs

_GRACE_S = 5


class ServeError(Exception):
    """It cannot be started; one line that says what to do."""


@dataclass(frozen=True)
class Listening:
    """Where it is to be heard. `certificate` and `key`: for https, files in PEM."""

    host: str = "127.0.0.1"
    port: int = 8321
    certificate: Path | None = None
    key: Path | None = None

    @property
    def loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def secure(self) -> bool:
        return self.certificate is not None

    def address(self, port: int) -> str:
        host = self.host
        if host in ("0.0.0.0", "::"):
            host = _own_address() or socket.gethostname()
        host = f"[{host}]" if ":" in host else host
        return f"http{'s' if self.secure else ''}://{host}:{port}"


def serve(service: Service, where: Listening, *, render: bool = True, ready: Callable[[str], None] = print) -> None:
    """Until Ctrl-C. `ready` is called with the address once it listens. ServeError."""
    with ExitStack() as stack:
        heard = stack.enter_context(_bound(where))
        if render:
            renderer = stack.enter_context(_rendering(service))
            service.nudge = renderer.nudge
        config = uvicorn.Config(
            application(service), log_level="warning", access_log=False, server_header=False, lifespan="off",
            timeout_graceful_shutdown=_GRACE_S, ws="websockets-sansio", ws_max_size=1 << 16,
            ssl_certfile=where.certificate, ssl_keyfile=where.key,
        )  # fmt: skip
        try:
            config.load()
        except OSError as fault:
            raise ServeError(f"the certificate cannot be used ({fault.strerror or fault})") from None
        ready(where.address(heard.getsockname()[1]))
        uvicorn.Server(config).run(sockets=[heard])


@contextmanager
def _bound(where: Listening) -> Iterator[socket.socket]:
    """Bound before anything else is started, so that a port that is taken is told at once."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        made = socket.create_server((where.host, where.port), family=family, backlog=128)
    except OSError as fault:
        text = f"{where.host}:{where.port} cannot be listened at ({fault.strerror or fault})"
        raise ServeError(f"{text}. Choose another --port") from None
    with made:
        yield made


@contextmanager
def _rendering(service: Service) -> Iterator[Renderer]:
    def hear(job: Job, event: Event | None) -> None:
        if event is None and job.stage is Stage.CANCELLED:
            service.places.tidy(outputs(job.order.graph, service.registry))

    with Renderer(service.queue, service.registry, hear) as renderer:
        thread = threading.Thread(target=_untiring, args=(renderer,), name="renderer")
        thread.start()
        try:
            yield renderer
        finally:
            renderer.stop("the service was stopped")
            thread.join()


def _untiring(renderer: Renderer) -> None:
    """Render until it is stopped. A fault of ours ends one job, never the service's work."""
    while True:
        try:
            renderer.all()
            return
        except Exception:
            traceback.print_exc()
            time.sleep(_GRACE_S)


def _own_address() -> str:
    """By which the network knows this machine, where that can be told; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))  # RFC 5737: nobody's
        except OSError:
            return ""
        return str(one.getsockname()[0])
