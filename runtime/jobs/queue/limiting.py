"""An order's limits: threads, memory, and the card that it may use."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from runtime.hardware.look import look
from runtime.hardware.seating import NoSuchCard, Seat, here, seat_at
from runtime.jobs.queue.order import Order
from runtime.jobs.render import BrokenRenderError, render_limits
from runtime.session import Session


def session_for(order: Order) -> Session:
    """A worker within the order's limits. BrokenRenderError where the card it names is not here."""
    limits = replace(render_limits(), memory_bytes=order.memory_mb << 20)
    return Session(threads=order.threads, limits=limits, environment=seat_for(order.gpu).environment)


@cache
def seat_for(gpu: str) -> Seat:
    if not gpu:
        return here(1)[0]
    try:
        return seat_at(look(), gpu)
    except NoSuchCard as fault:
        raise BrokenRenderError(str(fault)) from None
