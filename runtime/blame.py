"""Finds the node that an error text speaks of: each step is compiled under its node's name in angle brackets."""

import re

_AT = re.compile(r'File "<([^<>" ]+)>", line (\d+)')  # no space: not "<frozen runpy>"
_PYTHONS_OWN = ("imports", "string", "stdin")


def blamed_line(text: str) -> tuple[str, int] | None:
    """(node, line of the script) of the innermost of our steps in a Python traceback, or None."""
    found = [match for match in _AT.findall(text) if match[0] not in _PYTHONS_OWN]
    return (found[-1][0], int(found[-1][1])) if found else None
