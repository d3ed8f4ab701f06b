"""Clusters of the local network, by zeroconf (mDNS). Being found opens no door: certificates do."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from runtime.cluster.doors import ClusterError, Door, allowed, door

try:
    from zeroconf import InterfaceChoice, ServiceBrowser, ServiceInfo, ServiceStateChange, Zeroconf
except ImportError:  # Intel Macs have no wheel
    Zeroconf = None  # type: ignore[assignment,misc]

_TYPE = "_tapeloom._tcp.local."
_MISSING = "this machine cannot look for clusters (zeroconf is missing): name the address"


@contextmanager
def announced(address: str) -> Iterator[None]:
    """Others find the scheduler at `address` while this lasts. Where that is impossible nothing is announced."""
    one = door(address)
    if Zeroconf is None:
        yield
        return
    try:
        net = Zeroconf(interfaces=["127.0.0.1"] if one.here else InterfaceChoice.All)
    except OSError:  # no network
        yield
        return
    info = ServiceInfo(
        _TYPE, f"{socket.gethostname().split('.')[0]}-{one.port}.{_TYPE}", port=one.port,
        parsed_addresses=_addresses(one.host), properties={"protocol": one.protocol},
    )  # fmt: skip
    try:
        net.register_service(info)
        yield
    finally:
        net.close()


def clusters(within_s: float = 3.0, *, here: bool = False, enough: int = 0) -> list[Door]:
    """Those that answer in time; `here`: on this machine alone. Returns early with `enough` of them. ClusterError."""
    if Zeroconf is None:
        raise ClusterError(_MISSING)
    try:
        net = Zeroconf(interfaces=["127.0.0.1"] if here else InterfaceChoice.All)
    except OSError as fault:
        raise ClusterError(f"the network cannot be asked for clusters: {fault}") from None
    found: dict[str, Door] = {}
    news = threading.Condition()

    def heard(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is ServiceStateChange.Removed:
            return
        info = zeroconf.get_service_info(service_type, name)
        for one in _doors(info) if info is not None else ():
            with news:
                found[one.text] = one
                news.notify_all()

    browser = ServiceBrowser(net, _TYPE, handlers=[heard])
    end_s = time.monotonic() + within_s
    try:
        with news:
            while (left_s := end_s - time.monotonic()) > 0 and not (enough and len(found) >= enough):
                news.wait(left_s)
            return [found[text] for text in sorted(found)]
    finally:
        browser.cancel()
        net.close()


def _doors(info: ServiceInfo) -> Iterator[Door]:
    """What a stranger announced, as far as it may be used."""
    protocol = (info.properties.get(b"protocol") or b"").decode("ascii", "replace")
    if protocol not in ("tcp", "tls") or not info.port:
        return
    for host in info.parsed_addresses():
        try:
            yield allowed(Door(protocol, host, info.port))
        except ClusterError:
            continue


def _addresses(host: str) -> list[str]:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return sorted({str(one[4][0]) for one in socket.getaddrinfo(host, None)})
    return [host]
