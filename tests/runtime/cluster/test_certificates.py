"""Only who has a certificate of the cluster's own authority gets in."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the cluster's layer is not installed: `launch.py setup cluster`")

from distributed.security import Security

from runtime.cluster.certificates import CA, CA_KEY, CERT, KEY, make, security
from runtime.cluster.doors import ClusterError, door
from runtime.cluster.looking import status
from runtime.cluster.sharing import connected
from runtime.commands import main
from runtime.jobs.faults import BrokenRenderError
from tests.runtime.cluster.loopback import process


def test_keys_are_for_this_user_alone_and_are_not_made_twice(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    assert main(["cluster", "certificates", "--certificates", str(folder)]) == 0
    assert sorted(one.name for one in folder.iterdir()) == sorted((CA, CA_KEY, CERT, KEY))
    if os.name != "nt":
        assert {stat.S_IMODE((folder / name).stat().st_mode) for name in (CA_KEY, KEY)} == {0o600}
    before = (folder / CERT).read_bytes()
    assert main(["cluster", "certificates", "--certificates", str(folder)]) == 2
    assert (folder / CERT).read_bytes() == before
    make(folder, anew=True)
    assert (folder / CERT).read_bytes() != before


def test_where_certificates_are_missing_it_says_how_to_make_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cluster", "start", "--host", "192.0.2.1", "--certificates", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "ca.pem is missing" in said
    assert "launch.py cluster certificates" in said
    assert main(["cluster", "join", "tcp://192.0.2.1:8786"]) == 2
    assert "would be open to everybody" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_machine_with_the_certificate_gets_in_and_strangers_do_not(tmp_path: Path) -> None:
    ours, strange = tmp_path / "ours", tmp_path / "strange"
    make(ours)
    make(strange)
    words = ("start", "--port", "0", "--dashboard", "0", "--silent", "--certificates", ours)
    with process(*words, cache=tmp_path / "cache") as scheduler:
        address = scheduler.until("the cluster is at").split()[-1]
        assert address.startswith("tls://127.0.0.1:")
        place = door(address)
        with process("join", address, "--certificates", ours, cache=tmp_path / "cache1") as machine:
            machine.until("joined")
            lines = list(status(place, ours))
            assert lines[0] == f"{address}: 1 machine"
            assert "0 of 1 segments" in lines[1]
            assert machine.listens() == {"127.0.0.1"}
        with pytest.raises(BrokenRenderError, match="does not answer"):
            connected(place, security(strange))
        unknown = Security(require_encryption=True, tls_ca_file=str(ours / CA))
        with pytest.raises(BrokenRenderError, match="does not answer"):
            connected(place, unknown)  # it trusts the cluster, and shows nothing
        with process("join", address, "--once", "--certificates", strange, cache=tmp_path / "cache2") as refused:
            refused.until("does not let this machine in")
        with pytest.raises(ClusterError, match="missing"):
            security(tmp_path)
