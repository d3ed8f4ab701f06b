"""Remembers the last answer to each question, so that a document is looked at anew only where an edit touched it.

Answers hang on what they are about by identity, which is what an edit keeps: it hands on the very values that it did
not change. `same` makes equal things identical again, so that a change which comes to nothing stops there.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from operator import is_
from typing import cast


class Recall:
    """One answer a question. Not for use from several threads at once."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, tuple[tuple[object, ...], object]] = {}

    def __call__[T](self, question: Hashable, about: tuple[object, ...], make: Callable[[], T]) -> T:
        """The last answer where it was about these very things (compared with `is`), else what `make` gives."""
        last = self._answers.get(question)
        if last is not None and len(last[0]) == len(about) and all(map(is_, last[0], about)):
            return cast("T", last[1])
        answer = make()
        self._answers[question] = (about, answer)
        return answer

    def same[T](self, question: Hashable, value: T) -> T:
        """The last value given for this question if it equals `value`, else `value`."""
        last = self._answers.get(question)
        if last is not None and (last[1] is value or last[1] == value):
            return last[1]
        self._answers[question] = ((), value)
        return value

    def forget(self, question: Hashable) -> None:
        self._answers.pop(question, None)

    def __len__(self) -> int:
        return len(self._answers)

    def clear(self) -> None:
        self._answers.clear()
