"""What the canvas says in tool tips and on cards. Texts are HTML where they are longer; names are escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from editor.canvas.facts import Facts
from editor.language import tr
from graphs.document import NodeId
from nodes.clip import ClipInfo, SoundInfo
from runtime.readings import NodeCost

if TYPE_CHECKING:
    from editor.canvas.card import CardItem, CardPort
    from editor.canvas.hits import Hit
    from editor.canvas.mirror import Mirror
    from editor.canvas.wire import Wire
    from editor.desk.desk import Desk


class Words:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def missing(self, type_id: str) -> str:
        return tr("{type} is not installed here").format(type=type_id)

    def cost(self, cost: NodeCost) -> str:
        return tr("{ms} ms").format(
            ms=f"{cost.ms_per_frame:.3g}" if cost.ms_per_frame < 100 else round(cost.ms_per_frame)
        )

    def aloud(self, current: NodeId | None, chosen: int, mirror: Mirror) -> str:
        """What a screen reader says of the canvas: the current node and its state, or how to find one."""
        card = mirror.cards.get(current) if current is not None else None
        if card is None:
            keys = tr("Alt and the arrow keys go from node to node, Tab adds one, the menu key shows what can be done")
            return tr("{count} nodes. {keys}").format(count=len(mirror.cards), keys=keys)
        face = card.face
        state = {
            "error": tr("error"),
            "warning": tr("warning"),
            "missing": tr("not installed"),
            "muted": tr("muted"),
            "bypassed": tr("bypassed"),
        }.get(face.state, "")
        wired = [tr("{port} is wired").format(port=name) for name, gives in sorted(face.wired) if not gives]
        parts = [face.title, face.line, state, face.message, *wired]
        if chosen > 1:
            parts.append(tr("{count} selected").format(count=chosen))
        return ". ".join(part for part in parts if part)

    def tip(self, hit: Hit, desk: Desk) -> str:
        """What to show when the mouse rests."""
        if hit.port is not None:
            return self._port(hit.port)
        if hit.card is not None:
            return self._card(hit.card, desk)
        if hit.wire is not None:
            return self._wire(hit.wire)
        return ""

    def _port(self, port: CardPort) -> str:
        view = port.view
        rows = [f"<b>{escape(view.name)}</b> · {escape(view.kind or tr('unknown'))}"]
        if view.optional:
            rows[0] += f" · {tr('need not be wired')}"
        if view.lost:
            rows.append(tr("This port is gone from the node's type. Wire it anew."))
        if view.help:
            rows.append(escape(view.help))
        info = self._facts.info(*port.address)
        if info is not None:
            rows.append(escape(described(info)))
        return "<br>".join(rows)

    def _card(self, card: CardItem, desk: Desk) -> str:
        doc, kind = desk.graph.nodes[card.node], desk.kind(card.node)
        rows = [f"<b>{escape(card.face.title)}</b> · {escape(card.node)}"]
        if kind is not None:
            rows.append(escape(f"{kind.name()} ({kind.id})"))
            rows.append(escape(kind.help().split("\n\n")[0].replace("\n", " ")))
        if card.face.message:
            rows.append(f"<b>{escape(card.face.message)}</b>")
        rows += [escape(problem.text) for problem in self._facts.problems(card.node)]
        cost = self._facts.cost(card.node)
        if cost is not None and cost.frames:
            text = tr("{ms} a frame, {share} % of the time")
            rows.append(text.format(ms=self.cost(cost), share=round(cost.share * 100)))
        if doc.notes:
            rows.append(f"<i>{escape(doc.notes)}</i>")
        return "<br>".join(dict.fromkeys(rows))

    def _wire(self, wire: Wire) -> str:
        link = wire.link
        rows = [f"<b>{escape('.'.join(link.source))} → {escape('.'.join(link.target))}</b>"]
        info = self._facts.info(*link.source)
        if info is not None:
            rows.append(escape(described(info)))
        if wire.conversion:
            rows.append(tr("converted on the way to {format}").format(format=escape(wire.conversion)))
        if wire.problem:
            rows.append(f"<b>{escape(wire.problem)}</b>")
        return "<br>".join(rows)


def described(info: ClipInfo | SoundInfo) -> str:
    """A clip or sound in one line with its length."""
    seconds = float(info.duration)
    length = f"{int(seconds // 3600)}:{int(seconds // 60) % 60:02}:{seconds % 60:05.2f}"
    if isinstance(info, ClipInfo):
        return f"{info.line()} · {tr('{count} frames').format(count=info.frames)} · {length}"
    return f"{info.line()} · {length}"
