"""Which addresses a cluster may be opened at."""

from __future__ import annotations

import pytest

from runtime.cluster.doors import ClusterError, door


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("tls://tower:9000", "tls://tower:9000"),
        ("tls://192.168.1.5", "tls://192.168.1.5:8786"),
        ("tcp://127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("tcp://localhost:1/", "tcp://localhost:1"),
        ("tcp://[::1]:8786", "tcp://[::1]:8786"),
    ],
)
def test_an_address_is_read_and_written(text: str, whole: str) -> None:
    assert door(text).text == whole


@pytest.mark.parametrize("text", ["tcp://0.0.0.0:8786", "tcp://192.168.1.5:8786", "tcp://tower", "tcp://[::]:1"])
def test_plain_tcp_is_for_this_machine_alone(text: str) -> None:
    with pytest.raises(ClusterError, match=r"launch\.py cluster certificates"):
        door(text)


@pytest.mark.parametrize(
    "text", ["", "tower:8786", "http://tower", "tls://", "tls://a:b", "tls://a:99999", "ucx://a:1"]
)
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(ClusterError, match=r"tls://host:8786"):
        door(text)
