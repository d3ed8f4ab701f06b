"""Settings as text: what "copy settings" puts on the clipboard, and what "paste settings" makes of it. Pure."""

from __future__ import annotations

import json
from typing import cast

from editor.forms.presets import OF_ONE_TAPE
from editor.forms.subject import Subject
from graphs.document import Json, JsonObject, thawed
from nodes.params import ParamError

KEY = "tapeloom.settings"


def as_text(type_id: str, params: JsonObject) -> str:
    """JSON that a person can read and send."""
    return json.dumps({KEY: type_id, "params": thawed(params)}, indent=2, ensure_ascii=False)


def from_text(text: str, subject: Subject) -> dict[str, Json] | None:
    """The values that the nodes of `subject` take from `text`; None if it holds no settings of theirs.

    Settings of another type lend the params that both have, but never a file or a frame range.
    """
    try:
        data = json.loads(text)
    except ValueError:
        return None
    if not isinstance(data, dict) or not isinstance(data.get(KEY), str) or not isinstance(data.get("params"), dict):
        return None
    same = all(node.type == data[KEY] for node in subject.nodes)
    found: dict[str, Json] = {}
    for param in subject.params:
        if param.name not in data["params"] or (not same and param.kind in OF_ONE_TAPE):
            continue
        try:
            found[param.name] = cast("Json", param.plain(param.accept(data["params"][param.name])))
        except ParamError:
            continue
    return found or None
