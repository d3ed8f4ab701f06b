"""The words that a node's tooltip has: what it does, what it takes and gives, why it cannot run. Pure."""

from __future__ import annotations

import html

from editor import theme
from editor.language import tr
from editor.palette.categories import title
from editor.palette.entries import Entry


def tip(entry: Entry, trouble: str = "") -> str:
    """As rich text, 340 pixels wide at most."""
    kind, dim = entry.kind, theme.colour("text2").name()
    rows = [
        f"<b>{html.escape(entry.label)}</b> <span style='color:{dim}'>· {html.escape(title(entry.category))}</span>"
    ]
    if entry.summary:
        rows.append(html.escape(entry.summary))
    takes = [f"{port.name} ({_of(port.kind.name, port.optional)})" for port in kind.inputs.values()]
    gives = [f"{port.name} ({port.kind.name})" for port in kind.outputs.values()]
    ports = []
    if takes:
        ports.append(tr("Takes {ports}").format(ports=", ".join(takes)))
    if gives:
        ports.append(tr("Gives {ports}").format(ports=", ".join(gives)))
    if ports:
        rows.append(f"<span style='color:{dim}'>{html.escape(' · '.join(ports))}</span>")
    if entry.origin not in ("library", ""):
        rows.append(f"<span style='color:{dim}'>{html.escape(tr('From {pack}').format(pack=entry.origin))}</span>")
    if trouble:
        rows.append(f"<span style='color:{theme.colour('warn').name()}'>{html.escape(trouble)}</span>")
    body = "".join(f"<p style='margin:3px 0'>{row}</p>" for row in rows)
    return f"<table width=340><tr><td>{body}</td></tr></table>"


def _of(kind: str, optional: bool) -> str:
    return tr("{kind}, may be left open").format(kind=kind) if optional else kind
