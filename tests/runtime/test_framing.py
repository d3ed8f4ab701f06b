"""Bytes on a pipe: whole messages come out, and rubbish is told from a message."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.framing import LIMIT_BYTES, MAGIC, Wire, WireClosed, WireCorrupt


def over(data: bytes) -> Wire:
    return Wire(io.BytesIO(data), io.BytesIO())


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_payloads_come_out_as_they_went_in(payloads: list[bytes]) -> None:
    pipe = io.BytesIO()
    out = Wire(io.BytesIO(), pipe)
    for payload in payloads:
        out.send(payload)
    back = over(pipe.getvalue())
    assert [back.receive() for _ in payloads] == payloads
    with pytest.raises(WireClosed) as end:
        back.receive()
    assert end.value.whole


@given(st.binary(min_size=8, max_size=64).filter(lambda data: not data.startswith(MAGIC)))
def test_anything_else_is_rubbish(data: bytes) -> None:
    with pytest.raises(WireCorrupt):
        over(data).receive()


def test_an_absurd_length_is_rubbish() -> None:
    with pytest.raises(WireCorrupt, match="bytes long"):
        over(struct.pack("<4sI", MAGIC, LIMIT_BYTES + 1)).receive()


@pytest.mark.parametrize("cut", [1, 7, 9])
def test_an_end_in_the_middle_is_not_a_whole_end(cut: int) -> None:
    pipe = io.BytesIO()
    Wire(io.BytesIO(), pipe).send(b"hello")
    with pytest.raises(WireClosed) as end:
        over(pipe.getvalue()[:cut]).receive()
    assert not end.value.whole


def test_a_payload_above_the_limit_is_not_sent() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return LIMIT_BYTES + 1

    pipe = io.BytesIO()
    with pytest.raises(ValueError, match="above the most"):
        Wire(io.BytesIO(), pipe).send(Huge())
    assert pipe.getvalue() == b""
