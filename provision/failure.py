"""How provisioning fails: what went wrong and what to do, in words for the user."""

from __future__ import annotations

import re


class Failed(Exception):
    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


# What uv and pip print, in the order of what explains most.
CAUSES = (
    (
        r"no space left|not enough space|os error (28|112)\b|disk quota",
        "the disk is full. The environment and uv's cache take about 2 GB, with torch about 7 GB: make room and start "
        "again.",
    ),
    (
        r"certificate verify failed|invalid peer certificate|unknownissuer|self.signed certificate",
        "the package registry's certificate is not trusted here. Behind a proxy that inspects traffic, set "
        "SSL_CERT_FILE to its certificate file and start again.",
    ),
    (
        r"hash mismatch|do not match the hashes",
        "a package differs from the one that was tested, so nothing was installed. Empty the cache "
        "(uv cache clean) or use another mirror, and start again.",
    ),
    (
        r"dns error|failed to lookup|name resolution|failed to resolve|tcp connect|no route to host"
        r"|connection (refused|reset|error|aborted)|network is unreachable|client error|error sending request"
        r"|timed? ?out|max retries exceeded|failed to establish a new connection|tls handshake|proxy"
        r"|unexpected eof|connectivity is disabled|offline|no matching distribution",
        "the package registry could not be reached. The first start needs the network (or a mirror, named in "
        "UV_DEFAULT_INDEX): check the connection and start again; what has been fetched is kept.",
    ),
    (
        r"no wheels|no usable wheels|platform tag|can't be installed because|not supported on this platform",
        "a package has no build for this system. docs/platforms.md lists what is supported.",
    ),
    (
        r"permission denied|access is denied|read-only file system",
        "a folder cannot be written. Check who owns this folder and uv's cache.",
    ),
)


def explain(output: str, log: str) -> Failed:
    """What the output of uv or pip means for the user. `log` is the file that keeps it."""
    for signs, meaning in CAUSES:
        if re.search(signs, output, re.IGNORECASE):
            return Failed(f"{meaning} (Its own words: {log})")
    last = output.strip().splitlines()[-1:] or ["it printed nothing"]
    return Failed(f"installing failed: {last[0].strip()} (The rest: {log})")
