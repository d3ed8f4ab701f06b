"""A cluster is found in the network by whoever looks; here on the loopback."""

from __future__ import annotations

import pytest

pytest.importorskip("zeroconf", reason="the cluster's layer is not installed: `launch.py setup cluster`")

from zeroconf import ServiceInfo

from runtime.cluster.finding import _TYPE, _doors, announced, clusters

PATIENCE_S = 30.0


def test_what_is_announced_is_found_and_gone_afterwards() -> None:
    with announced("tcp://127.0.0.1:48786"):
        for _ in range(10):  # other tests may announce, too
            found = [one.text for one in clusters(PATIENCE_S, here=True, enough=1)]
            if "tcp://127.0.0.1:48786" in found:
                break
    assert "tcp://127.0.0.1:48786" in found
    assert "tcp://127.0.0.1:48786" not in [one.text for one in clusters(0.5, here=True)]


@pytest.mark.parametrize(
    ("address", "protocol", "found"),
    [
        ("192.0.2.7", "tls", ["tls://192.0.2.7:8786"]),
        ("192.0.2.7", "tcp", []),
        ("127.0.0.1", "tcp", ["tcp://127.0.0.1:8786"]),
        ("192.0.2.7", "http", []),
    ],
)
def test_nobody_is_led_to_an_open_door(address: str, protocol: str, found: list[str]) -> None:
    info = ServiceInfo(
        _TYPE, f"x.{_TYPE}", port=8786, parsed_addresses=[address], properties={"protocol": protocol}
    )  # fmt: skip
    assert [one.text for one in _doors(info)] == found
