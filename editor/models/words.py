"""What is known of a model, in words for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from editor.language import tr
from editor.models.job import Does, Job, Stage
from editor.models.known import Known
from editor.renders.words import size
from runtime.models.entry import Entry, HashSource, Pattern

PAL = 720 * 576
CONVERTED = "converted here"
"""The shelf's own word (runtime.models.store), which takes too long to import for the window's thread."""


def about(one: Known) -> str:
    """What it does, in a sentence."""
    if one.entry is not None:
        return tr(one.entry.about)
    return tr("Shows how it works; a real one does better.") if one.name.startswith("demo-") else ""


def scale_word(one: Known) -> str:
    """`2×`; empty for one that keeps the size."""
    scale = one.model.scale if one.model is not None else one.entry.scale if one.entry is not None else 1
    return "" if scale == 1 else f"{scale}×"


def state_word(one: Known, job: Job | None) -> str:
    """In a few letters, at the end of its line: how it stands with it."""
    if job is not None and not job.stage.over:
        return job_word(job)
    if job is not None and job.stage is Stage.FAILED:
        return tr("failed")
    if one.fault:
        return tr("cannot be read")
    if one.comes_along:
        return tr("comes along")
    if one.held is not None:
        return size(one.held.size)
    if one.part:
        return tr("{size} came").format(size=size(one.part))
    return ""


def job_word(job: Job) -> str:
    """`34 %`, `waiting`, `checking`."""
    if job.stage is Stage.WAITING:
        return tr("waiting")
    if job.stage is Stage.STOPPING:
        return tr("stopping")
    if job.share is not None:
        return tr("{percent} %").format(percent=int(job.share * 100))
    if job.total is None and job.have:
        return size(job.have)
    words = {
        Does.VERIFY: tr("checking"),
        Does.REMOVE: tr("removing"),
        Does.BRING: tr("trying it"),
        Does.CONVERT: tr("converting"),
    }
    return words.get(job.does, tr("fetching"))


def progress_line(job: Job) -> str:
    """`realesrgan.pth: 12 MB of 64 MB, 3 MB a second`."""
    if job.stage is Stage.WAITING:
        return tr("Waits for the one before it.")
    if job.stage is Stage.STOPPING:
        if job.does is Does.CONVERT:
            return tr("Stops…")
        return tr("Stops as soon as the server answers.")
    if not job.have:
        return job.said or job_word(job)
    came = tr("{have} of {total}").format(have=size(job.have), total=size(job.total)) if job.total else size(job.have)
    pace = ", " + tr("{size} a second").format(size=size(job.per_s)) if job.per_s else ""
    return f"{job.said}: {came}{pace}"


def licence_line(entry: Entry) -> str:
    licence = entry.licence
    if licence.code == licence.weights:
        said = licence.code
    else:
        said = tr("code {code}; weights {weights}").format(code=licence.code, weights=licence.weights)
    return f"{said} ({tr(licence.note)})" if licence.note else said


def takes_line(one: Known) -> str:
    """What it is fed."""
    entry = one.entry
    if entry is None:
        return ""
    words = {
        Pattern.FRAME: tr("one whole picture"),
        Pattern.TILES: tr("one picture, in overlapping tiles"),
        Pattern.WINDOW: tr("{count} pictures in a row, for the middle one"),
        Pattern.RECURRENT: tr("chunks of {count} pictures, each seeing those before and after it"),
        Pattern.PAIR_TIME: tr("two pictures and a moment between them"),
        Pattern.LUMA: tr("the brightness of one picture"),
        Pattern.CHROMA_MERGE: tr("a small gray picture, for its colours"),
        Pattern.FACES: tr("faces, cut out and pasted back"),
        Pattern.MASK: tr("a picture and a mask of what is to be filled"),
        Pattern.DETECTOR: tr("a picture, in which it finds faces"),
    }
    if entry.pattern is Pattern.MASK and entry.window > 1:
        words[Pattern.MASK] = tr("{count} pictures in a row and a mask of each, for the middle one")
    parts = [words.get(entry.pattern, entry.pattern.value).format(count=entry.window)]
    if entry.fixed_size:
        parts.append(tr("of {side} × {side} alone").format(side=entry.fixed_size))
    elif entry.multiple > 1:
        parts.append(tr("padded to multiples of {number}").format(number=entry.multiple))
    return ", ".join(parts)


def memory_line(entry: Entry) -> str:
    if entry.memory is None:
        return ""
    need = size(entry.memory.bytes_per_pixel * PAL)
    basis = tr("measured") if entry.memory.basis == "measured" else tr("estimated")
    return tr("about {size} for a whole 720 × 576 picture ({basis}); tiles take less").format(size=need, basis=basis)


def hash_lines(one: Known) -> Iterator[tuple[str, str]]:
    """(`ok` | `warn` | `muted`, words) on who vouches for its files."""
    if one.held is not None:
        for item in one.held.items:
            if item.unverified:
                yield "warn", tr("{file}: unverified, recorded when it first came").format(file=item.name)
            elif item.trust == CONVERTED:
                yield "muted", tr("{file}: converted here, its hash is kept").format(file=item.name)
            elif one.entry is not None and one.entry.own:
                yield "muted", tr("{file}: your own, its hash is kept").format(file=item.name)
            else:
                yield "ok", tr("{file}: as its source states").format(file=item.name)
        return
    entry = one.entry
    if entry is None or entry.builtin:
        return
    if entry.ncnn is not None:
        yield "ok", tr("known: measured by us in the package {package}").format(package=entry.ncnn.package)
    for file in entry.files:
        if not file.sha256:
            yield "warn", tr("{file}: nobody states one; it is recorded on first use").format(file=file.name)
        elif entry.ncnn is None:
            many = file.hash_source is HashSource.MANY
            told = tr("{file}: known, many sources agree") if many else tr("{file}: known, by few sources")
            yield "ok", told.format(file=file.name)


def origin_lines(one: Known) -> Iterator[str]:
    """Where its files came from, or would come from."""
    if one.held is not None:
        yield from dict.fromkeys(item.source for item in one.held.items)
        return
    entry = one.entry
    if entry is None or entry.builtin:
        return
    if entry.package is not None:
        half = tr("the package {package} {version}, which ships these weights at half precision")
        text = half if entry.ncnn is not None else tr("the package {package} {version}, which ships this very file")
        yield text.format(package=entry.package.package, version=entry.package.version)
    for file in entry.files:
        yield file.address or tr("{file}: no address is known; fetch it by hand from its page").format(file=file.name)


def found_by(one: Known, typed: str) -> bool:
    """Whether every word that was typed is somewhere in what is known of it."""
    entry = one.entry
    about = (entry.about, entry.suits, entry.architecture, str(entry.licence)) if entry is not None else ()
    text = " ".join((one.name, one.title, one.task, *about, *map(tr, about))).casefold()
    return all(word in text for word in typed.casefold().split())
