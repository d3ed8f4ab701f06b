"""What a tape may be called, so that its files can go to any system, and no other tape is written over. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from editor.language import tr

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def name_fault(name: str) -> str:
    """Why a tape cannot be called that on some system that its file may come to; empty where it can."""
    if not name.strip():
        return tr("Give the tape a name")
    bad = _FORBIDDEN.search(name)
    if bad is not None:
        return tr("{letter} cannot be in the name of a file").format(letter=repr(bad[0]))
    if name != name.strip() or name.endswith("."):
        return tr("A name neither begins nor ends with a space, nor ends with a dot")
    return tr("Windows keeps this name for itself") if _DEVICES.fullmatch(name) else ""


def free_name(name: str, taken: Collection[str]) -> str:
    """`name`, or with the next number: `Tape 3` → `Tape 4`. `taken`: names of files, whatever their endings."""
    begun = {one.casefold() for one in taken}

    def used(text: str) -> bool:
        head = text.casefold()
        return any(one == head or one.startswith(f"{head}.") for one in begun)

    if not used(name):
        return name
    found = re.fullmatch(r"(.*?)[ ]?(\d{1,3})", name)
    base, number = (found[1], int(found[2])) if found and found[1].strip() and not found[1].endswith("-") else (name, 1)
    while used(f"{base} {number + 1}"):
        number += 1
    return f"{base} {number + 1}"
