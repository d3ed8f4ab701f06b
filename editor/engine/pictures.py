"""The pictures at hand: for scrubbing back, for undo, for loops. Bounded in bytes; what was used longest ago goes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from PySide6.QtGui import QImage

from editor.engine.board import Key
from runtime.session import Picture

MOST_BYTES = 384 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture; sar is 0 where its frame does not say."""

    image: QImage
    sar: Fraction
    took_ms: float


def kept_from(picture: Picture) -> Kept:
    """The picture as Qt paints it. Nothing is copied: the image keeps the buffer alive."""
    image = QImage(picture.data, picture.width, picture.height, picture.stride, QImage.Format.Format_RGB32)
    sar = Fraction(picture.sar_num, picture.sar_den) if picture.sar_num > 0 and picture.sar_den > 0 else Fraction(0)
    return Kept(image, sar, picture.took_ms)


class PictureCache:
    """Pictures by their key. Whoever uses it from several threads holds a lock."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._bytes = most_bytes, 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._frames: dict[str, dict[int, int]] = {}  # fingerprint → frame → how many pictures of it

    def __len__(self) -> int:
        return len(self._kept)

    def limit(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._shrink()

    def get(self, key: Key) -> Kept | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Key, kept: Kept) -> None:
        self._drop(key)
        self._kept[key] = kept
        self._bytes += kept.image.sizeInBytes()
        frames = self._frames.setdefault(key[0], {})
        frame = _frame(key)
        frames[frame] = frames.get(frame, 0) + 1
        self._shrink()

    def clear(self) -> None:
        self._kept.clear()
        self._frames.clear()
        self._bytes = 0

    def knows(self, fingerprint: str) -> bool:
        """Whether any frame of this is at hand."""
        return fingerprint in self._frames

    def has(self, fingerprint: str, frame: int) -> bool:
        """Whether any picture of this frame is at hand."""
        return frame in self._frames.get(fingerprint, ())

    def ranges(self, fingerprint: str) -> tuple[tuple[int, int], ...]:
        """The frames at hand as half-open ranges, in order."""
        return ranges(self._frames.get(fingerprint, ()))

    def _shrink(self) -> None:
        while self._bytes > self._most and self._kept:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        gone = self._kept.pop(key, None)
        if gone is None:
            return
        self._bytes -= gone.image.sizeInBytes()
        frames, frame = self._frames[key[0]], _frame(key)
        frames[frame] -= 1
        if not frames[frame]:
            del frames[frame]
            if not frames:
                del self._frames[key[0]]


def _frame(key: Key) -> int:
    return key[1] // 2 if key[4] == "bob" else key[1]  # a bob counts fields


def ranges(frames: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Half-open ranges that hold just these frames."""
    found: list[tuple[int, int]] = []
    for frame in sorted(frames):
        if found and found[-1][1] == frame:
            found[-1] = (found[-1][0], frame + 1)
        else:
            found.append((frame, frame + 1))
    return tuple(found)
