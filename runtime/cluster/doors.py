"""Addresses of a cluster, and which of them may be opened. Pure.

Whoever can speak to a Dask scheduler can run anything on every machine that joined it. So plain `tcp://` is for this
machine alone; beyond it, both ends show a certificate of the same authority (`tls://`).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

PORT = 8786
DASHBOARD_PORT = 8787
_FORM = "write it as tls://host:8786, or tcp://127.0.0.1:8786 on this machine"


class ClusterError(Exception):
    """One line for the user: what is wrong with a cluster, and what to do."""


@dataclass(frozen=True, slots=True)
class Door:
    protocol: str
    host: str
    port: int

    @property
    def text(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.protocol}://{host}:{self.port}"

    @property
    def here(self) -> bool:
        """Whether only this machine can reach it."""
        return loopback(self.host)


def loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def door(text: str) -> Door:
    """An address as the user writes it. ClusterError; also where it would be open to strangers."""
    protocol, mark, rest = text.partition("://")
    if not mark or protocol not in ("tcp", "tls"):
        raise ClusterError(f"{text} is no address of a cluster: {_FORM}")
    host, _, port = rest.rstrip("/").rpartition(":")
    if not host:
        host, port = rest.rstrip("/"), str(PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not 0 <= int(port) < 65536:
        raise ClusterError(f"{text} is no address of a cluster: {_FORM}")
    return allowed(Door(protocol, host, int(port)))


def allowed(one: Door) -> Door:
    """Itself. ClusterError where nobody would be asked who he is."""
    if one.protocol == "tcp" and not one.here:
        raise ClusterError(
            f"{one.text} would be open to everybody who can reach it. Make certificates with "
            f"`launch.py cluster certificates` and use tls://{one.host}:{one.port}"
        )
    return one
