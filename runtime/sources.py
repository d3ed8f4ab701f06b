"""Looks at sources through the supervised worker: a file that crashes a decoder crashes nothing of ours."""

from __future__ import annotations

from nodes.media import Media, MediaError, Probe
from runtime import takes
from runtime.media import media_from
from runtime.session import NodeError, RequestError, Session, WorkerGone


def prober(session: Session) -> Probe:
    """A probe for `compiled` that asks the session's worker."""

    def look(path: str) -> Media:
        if takes.stands_for_others(path):
            return takes.media_of(path, look)
        if any("\ud800" <= sign <= "\udfff" for sign in path):
            shown = path.encode("utf-8", "replace").decode()
            raise MediaError(
                f"{shown}: its name holds bytes that are no letters, which BestSource cannot open. Rename it"
            )
        try:
            facts = session.probe(path)
        except (RequestError, WorkerGone, NodeError) as fault:
            raise MediaError(f"{path}: looking at it failed ({fault}). Is it damaged?") from None
        return media_from(facts, path)

    return look
