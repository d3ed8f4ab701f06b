"""A service in this process, with a queue of its own that nobody renders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.jobs.queue.store import Queue
from runtime.serve.app import Service, application
from runtime.serve.places import Places

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

TOKEN = "a-token-for-tests"


@dataclass
class Site:
    service: Service
    tapes: Path
    outside: Path

    @property
    def places(self) -> Places:
        return self.service.places

    @property
    def queue(self) -> Queue:
        return self.service.queue

    def client(self, token: str | None = TOKEN) -> TestClient:
        from fastapi.testclient import TestClient

        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return TestClient(application(self.service), headers=headers)
