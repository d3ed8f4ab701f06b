"""Reads what a DV frame says of itself in its DIF blocks: timecode, recording date, picture shape, sound.

SMPTE 314M / IEC 61834: 80-byte blocks, 150 to a sequence; 10 sequences a frame in NTSC (120,000 bytes), 12 in
PAL (144,000). Packs of five bytes lie in the subcode (block 1, 2), VAUX (3–5) and audio blocks.
Pure: bytes in, data out.
"""

_BLOCK, _SEQUENCE = 80, 12_000
_NOTHING = b"\xff\xff\xff\xff"


def frame_bytes(start: bytes) -> int:
    """The length of the DV25 frame that begins with `start`, or 0 where no frame begins."""
    if len(start) < 4 or start[0] >> 5 != 0 or start[2] != 0:
        return 0
    return 144_000 if start[3] & 0x80 else 120_000


def read(frame: bytes) -> dict[str, object]:
    """What the first frame's packs say; keys are there only where the tape says something.

    `timecode` (`hh:mm:ss:ff`, `;` before ff for drop frame), `date` (yyyy-mm-dd), `time`, `wide` (16:9),
    `pal`, `sound_unlocked`.
    """
    length = frame_bytes(frame)
    if not length or len(frame) < _SEQUENCE:
        return {}
    facts: dict[str, object] = {"pal": length == 144_000}
    for sequence in range(min(len(frame), length) // _SEQUENCE):
        for number in range(150):
            at = sequence * _SEQUENCE + number * _BLOCK
            _block(frame[at : at + _BLOCK], facts)
    return facts


def _block(block: bytes, facts: dict[str, object]) -> None:
    match block[0] >> 5:
        case 1:
            packs = [block[6 + 8 * k : 11 + 8 * k] for k in range(6)]
        case 2:
            packs = [block[3 + 5 * k : 8 + 5 * k] for k in range(15)]
        case 3:
            packs = [block[3:8]]
        case _:
            return
    for pack in packs:
        if pack[1:] != _NOTHING:
            _pack(pack, facts)


def _pack(pack: bytes, facts: dict[str, object]) -> None:
    match pack[0]:
        case 0x13:
            hours, minutes, seconds, frames = (
                _bcd(pack[4], 3),
                _bcd(pack[3], 7),
                _bcd(pack[2], 7),
                _bcd(pack[1], 3),
            )
            if max(minutes, seconds) < 60 and hours < 24 and frames < 30:
                sign = ";" if pack[1] & 0x40 else ":"
                facts.setdefault("timecode", f"{hours:02}:{minutes:02}:{seconds:02}{sign}{frames:02}")
        case 0x62:
            day, month, year = _bcd(pack[2], 3), _bcd(pack[3], 1), _bcd(pack[4], 15)
            if 1 <= day <= 31 and 1 <= month <= 12 and year < 100:
                facts.setdefault("date", f"{year + (1900 if year >= 75 else 2000):04}-{month:02}-{day:02}")
        case 0x63:
            seconds, minutes, hours = _bcd(pack[2], 7), _bcd(pack[3], 7), _bcd(pack[4], 3)
            if max(minutes, seconds) < 60 and hours < 24:
                facts.setdefault("time", f"{hours:02}:{minutes:02}:{seconds:02}")
        case 0x61:
            facts.setdefault("wide", pack[2] & 7 in (2, 7))
        case 0x50:
            facts.setdefault("sound_unlocked", bool(pack[1] & 0x80))


def _bcd(byte: int, tens: int) -> int:
    return (byte >> 4 & tens) * 10 + (byte & 15)
