"""What stands over the live picture, and in its place where there is none. Pure."""

from __future__ import annotations

from editor.capture import words
from editor.capture.standing import Standing
from editor.language import tr


def instead(standing: Standing, *, chosen: bool, looking: bool) -> str:
    """Where there is no picture. `chosen`: the device is here; `looking`: devices are looked for."""
    if standing.state == "failed" and standing.failed is not None:
        return standing.failed.text
    if standing.state in ("preview", "armed", "recording"):
        return tr("Waiting for the first picture…")
    if standing.state == "finishing":
        return _finishing(standing)
    if chosen:
        return tr("Nothing is open")
    if looking:
        return tr("Looking for devices…")
    return tr("Choose a device on the right.\nWithout one, the test deck shows how it works.")


def alarm(standing: Standing) -> str:
    """What must not be missed: large, over the picture."""
    if standing.state == "paused":
        safe = tr("What came so far is safe. Recording goes on by itself as soon as it is back.")
        return f"{_why(standing)}\n{safe}"
    return _finishing(standing) if standing.state == "finishing" else ""


def badges(standing: Standing, behind: str = "") -> tuple[tuple[str, str], ...]:
    """Words and their colours in the corner. `behind`: of a picture that comes through the graph."""
    made = []
    if standing.state == "recording":
        made.append((f"● {tr('REC')}", "#ff6a62"))
    elif standing.state in ("preview", "armed", "paused"):
        made.append((words.state(standing.state), "#f0b03f" if standing.state != "preview" else "#d9dee7"))
    signal = standing.signal
    if signal is not None and words.signal(signal.kind):
        made.append((words.signal(signal.kind), "#f0b03f"))
    if behind:
        made.append((behind, "#9cc9ff"))
    return tuple(made)


def _why(standing: Standing) -> str:
    last = next(
        (one for one in reversed(standing.events) if one.kind in ("vanished", "stall", "changed", "disk")), None
    )
    return words.happened(last) if last is not None else standing.reason or tr("Nothing comes from the device")


def _finishing(standing: Standing) -> str:
    at = standing.finishing
    if at is None:
        return tr("The recording is made whole…")
    return tr("The recording is made whole: {what}, {percent} %").format(what=at.what, percent=round(at.share * 100))
