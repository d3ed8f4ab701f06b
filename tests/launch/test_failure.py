"""What the user is told when installing fails. The outputs are uv's and pip's own."""

import pytest

from provision.failure import explain

OUTPUTS = {
    "uv offline": (
        "error: Request failed after 3 retries in 9.4s\n"
        "  cause: Failed to fetch: `https://index.example/simple/av/`\n"
        "  cause: error sending request for url\n  cause: client error (Connect)\n  cause: dns error\n"
        "  cause: failed to lookup address information: Temporary failure in name resolution",
        "check the connection",
    ),
    "pip offline": (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError: Failed to establish a new "
        "connection: [Errno -3] Temporary failure in name resolution'\n"
        "ERROR: Could not find a version that satisfies the requirement uv==0.13.9 (from versions: none)\n"
        "ERROR: No matching distribution found for uv==0.13.9",
        "check the connection",
    ),
    "proxy with a certificate of its own": (
        "error: error sending request for url\n  cause: client error (Connect)\n"
        "  cause: invalid peer certificate: UnknownIssuer",
        "SSL_CERT_FILE",
    ),
    "full disk": (
        "error: Failed to install: av-19.0.2.whl\n  cause: failed to copy file\n"
        "  cause: No space left on device (os error 28)",
        "make room",
    ),
    "altered package": (
        "error: Failed to download `av==19.0.2`\n  cause: Hash mismatch for `av==19.0.2`\n\nExpected:\n  sha256:00",
        "nothing was installed",
    ),
    "unsupported system": (
        "error: Because vapoursynth-akarin==1.5.0 has no wheels with a matching platform tag (e.g. `musllinux_1_2`)",
        "docs/platforms.md",
    ),
    "foreign folder": ("error: failed to open file `/root/.cache/uv/x`: Permission denied (os error 13)", "who owns"),
    "anything else": ("warning: one thing\nerror: the moon is in the wrong place", "the moon is in the wrong place"),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_message_says_what_to_do_in_one_line(name: str) -> None:
    output, advice = OUTPUTS[name]
    message = str(explain(output, "/x/install.log"))
    assert advice in message
    assert "/x/install.log" in message
    assert "\n" not in message


def test_silence_is_explained_too() -> None:
    assert "it printed nothing" in str(explain("", "/x/install.log"))
