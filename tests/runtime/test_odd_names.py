"""Names and numbers that cannot be are answered to whoever asks, and end no thread."""

from __future__ import annotations

import pytest

from nodes.media import MediaError
from runtime.protocol import Probe, decode_request, encode
from runtime.session import RequestError, Session
from runtime.sources import prober

ODD = "tape \udce9 é.dv"  # what Python makes of a Latin-1 name


def test_a_name_that_is_not_unicode_survives_the_wire() -> None:
    assert decode_request(encode(Probe(1, ODD))) == Probe(1, ODD)


def test_such_a_tape_is_refused_with_what_to_do() -> None:
    with Session() as session, pytest.raises(MediaError, match=r"tape \? é\.dv: .* Rename it"):
        prober(session)(ODD)


def test_what_cannot_be_sent_is_told_at_once_and_the_session_goes_on() -> None:
    with Session() as session:
        with pytest.raises(TypeError, match="cannot go over the wire"):
            session.preview("n", "out", 2**70)
        with pytest.raises(RequestError, match=r"nowhere\.mkv"):
            session.index("nowhere.mkv", "nowhere.bsindex")
