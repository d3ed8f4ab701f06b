"""Every message survives the wire, and what is no message is refused."""

import dataclasses
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import protocol
from runtime.protocol import Pong, ProtocolError, Reply, Request, decode_reply, decode_request, encode


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a field's type."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{one.name: values(hints[one.name]) for one in dataclasses.fields(hint)})
    args = get_args(hint)
    match get_origin(hint):
        case origin if origin is tuple:
            return st.lists(values(args[0]), max_size=2).map(tuple)
        case origin if origin is dict:
            return st.dictionaries(st.text(max_size=5), values(args[1]), max_size=2)
        case origin if origin is Literal:
            return st.sampled_from(args)
        case origin if origin in (types.UnionType, Union):
            return st.none() | values(next(arg for arg in args if arg is not types.NoneType))
    plain: dict[Any, st.SearchStrategy[Any]] = {
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False),
        str: st.text(max_size=8),
        bytes: st.binary(max_size=8),
        bool: st.booleans(),
        object: st.none() | st.integers(0, 9) | st.text(max_size=3) | st.lists(st.integers(0, 9), max_size=2),
    }
    return plain[hint]


@pytest.mark.parametrize("kind", get_args(Request), ids=lambda kind: kind.__name__)
def test_every_request_survives_the_wire(kind: type[Request]) -> None:
    @given(values(kind))
    def survives(message: Request) -> None:
        assert decode_request(encode(message)) == message

    survives()


@pytest.mark.parametrize("kind", get_args(Reply), ids=lambda kind: kind.__name__)
def test_every_reply_survives_the_wire(kind: type[Reply]) -> None:
    @given(values(kind))
    def survives(message: Reply) -> None:
        assert decode_reply(encode(message)) == message

    survives()


def test_fields_of_a_newer_version_are_ignored_and_missing_ones_take_their_default() -> None:
    newer = msgpack.packb(["Ready", {"version": 1, "pid": 7, "colour_of_the_case": "beige"}])
    assert decode_reply(newer) == protocol.Ready(version=1, pid=7)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc1",
        msgpack.packb(7),
        msgpack.packb(["Pong"]),
        msgpack.packb(["Gong", {}]),
        msgpack.packb(["Pong", {"id": 1}]),
        msgpack.packb(["Pong", {"id": "one", "rss_bytes": 1}]),
        msgpack.packb(["Pong", [1, 2]]),
        encode(Pong(1, 2)) + b"x",
    ],
)
def test_what_is_no_message_is_refused(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_reply(payload)


@given(st.binary(max_size=60))
def test_random_bytes_never_raise_anything_else(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_request(payload)


def test_a_reply_is_no_request() -> None:
    with pytest.raises(ProtocolError):
        decode_request(encode(Pong(1, 2)))


def test_every_message_is_frozen_and_slotted() -> None:
    for kind in (*get_args(Request), *get_args(Reply)):
        assert kind.__dataclass_params__.frozen, kind
        assert not hasattr(kind, "__dict__") or "__slots__" in vars(kind), kind
