"""The JSON Schema (draft 2020-12) of a document, made from the node types at hand.

It is for text editors and other programs: documents that Tapeloom saves fit it. Tapeloom itself is more lenient
(unknown node types, unknown fields, old versions) and so is the schema about these.
"""

from __future__ import annotations

from typing import Any

from graphs.document import GROUP, thawed
from graphs.upgrade import FORMAT, VERSION, defaults
from nodes.node import Node
from nodes.params import MOST_POINTS, Kind, Param
from nodes.registry import Registry

type Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ID = "^[A-Za-z_][A-Za-z0-9_-]{0,63}$"
_POINT: Schema = {"type": "array", "prefixItems": [{"type": "number"}] * 2, "items": False, "minItems": 2}
_END: Schema = {
    "description": "A node and one of its ports.",
    "type": "array",
    "prefixItems": [{"type": "string", "pattern": _ID}] * 2,
    "items": False,
    "minItems": 2,
}


def document_schema(registry: Registry) -> Schema:
    """The schema of a whole document. Params are checked for nodes of the present version of a known type."""
    kinds = sorted(registry, key=lambda kind: kind.id)
    return {
        "$schema": DRAFT,
        "title": "Tapeloom graph",
        "type": "object",
        "required": ["format", "version", "nodes", "links"],
        "properties": {
            "format": {"const": FORMAT},
            "version": {"const": VERSION},
            "meta": {
                "description": "What the graph is for.",
                "type": "object",
                "properties": {
                    "title": {"type": "string"},
                    "about": {"type": "string"},
                    "standard": {"enum": ["pal", "ntsc"], "description": "The tapes that it is made for."},
                },
            },
            "nodes": _by_id({"$ref": "#/$defs/node"}),
            "links": {"type": "array", "items": {"$ref": "#/$defs/link"}},
            "groups": _by_id({"$ref": "#/$defs/group"}),
            "notes": _by_id({"$ref": "#/$defs/note"}),
        },
        "$defs": {
            "node": _node([kind.id for kind in kinds]),
            "link": {"type": "object", "required": ["from", "to"], "properties": {"from": _END, "to": _END}},
            "group": {
                "type": "object",
                "properties": {
                    "label": {"type": "string"},
                    "nodes": {"type": "array", "items": {"type": "string", "pattern": _ID}},
                    "colour": {"type": "string"},
                    "collapsed": {"type": "boolean"},
                },
            },
            "note": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "position": _POINT, "size": _POINT},
            },
            "inside": {
                "description": "What a group node is made of, and what of it shows outside.",
                "type": "object",
                "required": ["nodes", "links"],
                "properties": {
                    "meta": {"type": "object"},
                    "nodes": _by_id({"$ref": "#/$defs/node"}),
                    "links": {"type": "array", "items": {"$ref": "#/$defs/link"}},
                    "groups": _by_id({"$ref": "#/$defs/group"}),
                    "notes": _by_id({"$ref": "#/$defs/note"}),
                    "inputs": _shown("to", {"type": "array", "items": _END}),
                    "outputs": _shown("from", _END),
                    "params": _shown("to", _END, label={"type": "string"}, default={}),
                },
            },
            "types": {kind.id: node_schema(kind) for kind in kinds},
        },
    }


def _by_id(item: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"pattern": _ID}, "additionalProperties": item}


def _shown(end: str, what: Schema, **more: Schema) -> Schema:
    """What a group shows: a name outside, and what it stands for inside."""
    named: Schema = {"name": {"type": "string", "pattern": _ID}, end: what, **more}
    return {"type": "array", "items": {"type": "object", "required": ["name", end], "properties": named}}


def _node(known: list[str]) -> Schema:
    return {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {"type": "string", "minLength": 1, "anyOf": [{"enum": known}, {"type": "string"}]},
            "version": {"type": "integer", "minimum": 0},
            "label": {"type": "string"},
            "position": _POINT,
            "bypass": {"type": "boolean"},
            "mute": {"type": "boolean"},
            "notes": {"type": "string"},
            "params": {"type": "object"},
        },
        "allOf": [
            *({"$ref": f"#/$defs/types/{name}"} for name in known),
            {
                "if": {"properties": {"type": {"const": GROUP}, "version": {"const": 1}}, "required": ["type"]},
                "then": {"properties": {"inside": {"$ref": "#/$defs/inside"}}},
            },
        ],
    }


def node_schema(kind: type[Node]) -> Schema:
    """What the params of a node of this type and its present version hold; anything else is left alone."""
    return {
        "if": {
            "required": ["type"],
            "properties": {"type": {"const": kind.id}, "version": {"const": kind.version}},
        },
        "then": {
            "title": kind.name(),
            "description": kind.help(),
            "properties": {
                "params": {
                    "type": "object",
                    "properties": {
                        name: {**param_schema(param), "default": thawed(defaults(kind)[name])}
                        for name, param in kind.params.items()
                    },
                }
            },
        },
    }


def param_schema(param: Param) -> Schema:
    """The values of one param, as a saved document holds them."""
    unit = f" ({param.unit})" if param.unit else ""
    made: Schema = {"title": param.title, "description": param.help + unit, **_values(param)}
    return made


def _values(param: Param) -> Schema:
    match param.kind:
        case Kind.BOOL:
            return {"type": "boolean"}
        case Kind.INT:
            whole: Schema = {"type": "integer", **_bounds(param)}
            if param.odd:
                whole["not"] = {"multipleOf": 2}
            if param.multiple > 1:
                whole["multipleOf"] = param.multiple
            return whole
        case Kind.FLOAT:
            return {"type": "number", **_bounds(param)}
        case Kind.FRACTION:
            ratio = r"^\s*-?[0-9]+(\.[0-9]+|[/:]0*[1-9][0-9]*)?\s*$"
            return {"anyOf": [{"type": "string", "pattern": ratio}, {"type": "number", **_bounds(param)}]}
        case Kind.CHOICE:
            assert param.choices is not None
            return {"enum": [member.value for member in param.choices]}
        case Kind.COLOUR:
            return {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}
        case Kind.RANGES:
            frame: Schema = {"type": "integer", "minimum": 0, "maximum": 2**31}
            last: Schema = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 2**31}, {"type": "null"}]}
            return {
                "type": "array",
                "items": {"type": "array", "prefixItems": [frame, last], "items": False, "minItems": 2},
            }
        case Kind.CURVE:
            share: Schema = {"type": "number", "minimum": 0, "maximum": 1}
            point: Schema = {"type": "array", "prefixItems": [share, share], "items": False, "minItems": 2}
            return {"type": "array", "items": point, "minItems": 2, "maxItems": MOST_POINTS}
        case Kind.LONG_TEXT:
            return {"type": "string", "maxLength": param.max_length, "pattern": r"^[^\u0000]*$"}
        case Kind.TEXT | Kind.FILE | Kind.FOLDER:
            return {"type": "string", "maxLength": param.max_length, "pattern": r"^[^\u0000\r\n]*$"}


def _bounds(param: Param) -> Schema:
    bounds: Schema = {}
    if param.low is not None:
        bounds["minimum"] = param.low
    if param.high is not None:
        bounds["maximum"] = param.high
    return bounds
