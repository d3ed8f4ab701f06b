"""Finds the node that an error text speaks of: each step is compiled under its node's name in angle brackets."""

import re

_AT = re.compile(r'File "<([^<>" ]+)>", line (\d+)')  # no space: not "<frozen runpy>"
_FATAL = "Fatal Python error"
_CRASHED = re.compile(_FATAL + r".*?^Current thread [^\n]*\n(.*?)(?:^$|\Z)", re.DOTALL | re.MULTILINE)
_PYTHONS_OWN = ("imports", "string", "stdin")
_FOR_THE_USER = re.compile(r"^runtime\.[\w.]+: (.*?)(?: \(File \"<[^<>\" ]+>\", line \d+\))?$")
"""The last line of an exception of our own: it is said as it stands."""
_NO_MEMORY = re.compile(r"(?:BFCArena|Failed to allocate memory)(?:.*requested buffer of size (\d+))?", re.DOTALL)
"""As onnxruntime says it."""


def blamed_line(text: str) -> tuple[str, int] | None:
    """(node, line of the script) of the innermost of our steps in a traceback or in a crash's stacks, or None."""
    crash = _CRASHED.search(text)
    found = [at for at in _AT.findall(crash[1] if crash else text) if at[0] not in _PYTHONS_OWN]
    if not found or (crash is None and _FATAL in text):
        return None
    node, line = found[0 if crash else -1]  # faulthandler writes the innermost first, a traceback last
    return node, int(line)


def last_words(text: str) -> tuple[str, tuple[str, ...]]:
    """A message and, of a traceback, all of it for the log: its last line says what happened. What we raised for the
    user needs no log."""
    if found := _NO_MEMORY.search(text):
        wanted = f" ({int(found[1]) / 1e9:,.1f} GB at once)" if found[1] else ""
        return f"a model wants more memory than there is{wanted}. Set smaller tiles, or choose another model", ()
    if "Traceback (most recent call last)" not in text:
        return text, ()
    lines = tuple(line.rstrip() for line in text.strip().splitlines())
    ours = _FOR_THE_USER.match(lines[-1].strip())
    return (ours[1], ()) if ours else (lines[-1].strip(), lines)
