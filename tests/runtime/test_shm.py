"""Slots that are lent stay readable for as long as anybody looks, and come back once nobody does."""

import gc

from runtime.shm import Slots


def test_a_lent_slot_shows_what_was_written_and_cannot_be_written_to() -> None:
    with Slots.create(2, 4096) as slots:
        with slots.slot(1) as target:
            target[:4] = b"tape"
        lent = slots.lend(1, 4, lambda: None)
        assert bytes(lent) == b"tape"
        assert lent.readonly
        assert slots.lent == 1
        del lent


def test_it_comes_back_when_the_last_view_of_it_goes() -> None:
    back: list[int] = []
    with Slots.create(2, 4096) as slots:
        lent = slots.lend(0, 100, lambda: back.append(0))
        part = lent[10:20]
        del lent
        gc.collect()
        assert back == []
        assert slots.lent == 1
        del part
        assert back == [0]
        assert slots.lent == 0


def test_it_outlives_the_slots() -> None:
    slots = Slots.create(1, 4096)
    with slots.slot(0) as target:
        target[:4] = b"tape"
    lent = slots.lend(0, 4, lambda: None)
    slots.close()
    assert bytes(lent) == b"tape"
    lent.release()
    slots.close()  # again does no harm
