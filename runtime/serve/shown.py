"""What the service says, as types: OpenAPI is made from them. Paths are those that the service gives its folders."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from nodes.registry import Registry
from runtime.jobs.journal import JournalError
from runtime.jobs.queue.order import Job
from runtime.jobs.queue.store import Queue, QueueError
from runtime.serve import stills
from runtime.serve.ordering import outputs
from runtime.serve.places import Places


class File(BaseModel):
    name: str
    size_bytes: int | None = Field(description="null: it is gone")
    folder: bool = Field(default=False, description="a folder of pictures, which is not sent")


class JobShown(BaseModel):
    """Where a job stands. Times are seconds since 1970 by the service's clock; 0: not yet."""

    id: int
    name: str
    stage: str = Field(description="waiting, preparing, running, paused, done, failed, cancelled")
    text: str = Field(description="what is being done, or what went wrong")
    wish: str = Field(description="what has been asked for and will be soon: pause, cancel")
    share: float = Field(description="0…1")
    fps: float
    left_s: float | None
    elapsed_s: float
    size_bytes: int
    priority: int
    added: float
    began: float
    ended: float
    notes: list[str]
    log: list[str] = Field(description="the last words of a failure")
    files: list[File]
    still: str = Field(description="changes with the picture that /still gives; empty: there is none")


class State(BaseModel):
    """The whole list; the WebSocket sends it whenever something has changed."""

    jobs: list[JobShown]
    remark: str = Field(default="", description="why the list may be old")


class Submission(BaseModel):
    """What is to be rendered: a graph or a preset."""

    model_config = ConfigDict(extra="forbid")

    graph: dict[str, Any] | None = Field(default=None, description="the content of a .graph file")
    preset: Annotated[str, Field(max_length=100)] = ""
    input: Annotated[str, Field(max_length=4096, description="the tape, as /api/files names it")] = ""
    inputs: dict[str, str] = Field(default_factory=dict, description="tapes by the node that reads them")
    set: Annotated[list[str], Field(max_length=200, description="like qtgmc1.preset=slow")] = []
    name: Annotated[str, Field(max_length=100)] = ""
    frames: tuple[int, int | None] | None = Field(default=None, description="first, and the one behind the last")
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0


class Ordered(BaseModel):
    id: int


class Refused(BaseModel):
    detail: str = Field(description="what is wrong, a line for each")


class Taken(BaseModel):
    path: str = Field(description="name it in `input`")
    size_bytes: int


class Listed(BaseModel):
    files: list[Taken]
    folders: list[str]


class PresetShown(BaseModel):
    name: str
    title: str
    about: str


class Address(BaseModel):
    url: str = Field(description="good without the token, for an hour")


class Said(BaseModel):
    at: float
    run: int
    kind: str
    text: str


def shown(job: Job, places: Places, registry: Registry) -> JobShown:
    files = []
    for path in job.files:
        try:
            size = path.stat().st_size
        except OSError:
            files.append(File(name=path.name, size_bytes=None))
            continue
        files.append(File(name=path.name, size_bytes=size, folder=path.is_dir()))
    try:
        picture = stills.source(job, outputs(job.order.graph, registry))
    except JournalError:  # a share that stumbles: the list is told all the same
        picture = None
    return JobShown(
        id=job.id, name=job.order.name, stage=job.stage.value, text=_without_paths(job.text, places), wish=job.wish,
        share=min(1.0, max(0.0, job.share)), fps=job.fps, left_s=job.left_s, elapsed_s=job.elapsed_s,
        size_bytes=job.size_bytes, priority=job.priority, added=job.added, began=job.began, ended=job.ended,
        notes=[_without_paths(note, places) for note in job.notes[-20:]],
        log=[_without_paths(line, places) for line in job.log[-40:]],
        files=files, still=picture.stamp if picture else "",
    )  # fmt: skip


def state(queue: Queue, places: Places, registry: Registry) -> State:
    try:
        return State(jobs=[shown(job, places, registry) for job in queue.jobs()])
    except QueueError as fault:
        return State(jobs=[], remark=str(fault))


def _without_paths(text: str, places: Places) -> str:
    """The service's folders by the names that they have outside."""
    for name, root in places.roots.items():
        text = text.replace(str(root), name)
    return text
