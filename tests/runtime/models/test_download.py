"""Downloads that break off, change, are refused or do not fit: gone on with, begun anew, or said in one line."""

import hashlib
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.models import download
from runtime.models.download import discard, fetch
from runtime.models.fault import ShelfError
from tests.runtime.models.server import Site, serving

CONTENT = bytes(range(256)) * 8192  # 2 MiB


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving(CONTENT) as site:
        yield site


def brought(site: Site, part: Path, path: str = "model.pth") -> list[tuple[int, int | None]]:
    """Fetch, expect the whole, and give the progress that was told."""
    told: list[tuple[int, int | None]] = []
    digest = fetch(f"{site.address}/{path}", part, lambda have, total: told.append((have, total)), wait_s=0)
    assert digest == hashlib.sha256(CONTENT).hexdigest()
    assert part.read_bytes() == CONTENT
    return told


def refused(site: Site, part: Path, path: str = "model.pth") -> str:
    with pytest.raises(ShelfError) as caught:
        fetch(f"{site.address}/{path}", part, lambda *_: None, wait_s=0, timeout_s=5)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_progress_is_told_up_to_the_whole(site: Site, tmp_path: Path) -> None:
    told = brought(site, tmp_path / "a.part")
    assert told == sorted(told)
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_a_line_that_breaks_is_taken_up_where_it_broke(site: Site, tmp_path: Path) -> None:
    site.break_after = [500_000, 700_000]
    told = brought(site, tmp_path / "a.part")
    assert site.asked == [None, "bytes=500000-", "bytes=1200000-"]
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_a_later_start_goes_on_too(site: Site, tmp_path: Path) -> None:
    site.break_after = [300_000, 0, 0, 0]
    said = refused(site, tmp_path / "a.part")
    assert "broke off" in said
    assert "300000 bytes are kept" in said
    site.asked.clear()
    told = brought(site, tmp_path / "a.part")
    assert site.asked == ["bytes=300000-"]
    assert told[0] == (300_000, len(CONTENT))


def test_a_file_that_changed_meanwhile_is_begun_anew(site: Site, tmp_path: Path) -> None:
    good, site.content = site.content, b"old" * 300_000
    site.break_after = [300_000, 0, 0, 0]
    refused(site, tmp_path / "a.part")
    site.content, site.etag = good, '"two"'
    brought(site, tmp_path / "a.part")


def test_a_server_without_ranges_is_asked_for_the_whole(site: Site, tmp_path: Path) -> None:
    site.takes_ranges = False
    site.break_after = [500_000]
    brought(site, tmp_path / "a.part")


def test_a_server_without_a_mark_is_never_gone_on_with(site: Site, tmp_path: Path) -> None:
    site.etag = ""
    site.break_after = [500_000]
    brought(site, tmp_path / "a.part")
    assert site.asked == [None, None]


def test_a_server_that_does_not_say_how_much(site: Site, tmp_path: Path) -> None:
    site.says_length = False
    assert brought(site, tmp_path / "a.part")[-1] == (len(CONTENT), None)


def test_a_part_that_is_whole_is_not_fetched_again(site: Site, tmp_path: Path) -> None:
    brought(site, tmp_path / "a.part")
    site.asked.clear()
    brought(site, tmp_path / "a.part")
    assert site.asked == []
    discard(tmp_path / "a.part")
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_another_address_is_not_gone_on_with(site: Site, tmp_path: Path) -> None:
    site.break_after = [300_000, 0, 0, 0]
    refused(site, tmp_path / "a.part", "other.pth")
    site.asked.clear()
    brought(site, tmp_path / "a.part")
    assert site.asked == [None]


def test_redirects_are_followed(site: Site, tmp_path: Path) -> None:
    brought(site, tmp_path / "a.part", "moved")


def test_a_server_that_is_busy_is_asked_again(site: Site, tmp_path: Path) -> None:
    site.answers = [503, 429]
    brought(site, tmp_path / "a.part")


@pytest.mark.parametrize(("status", "said"), [(404, "not there any more"), (403, "it was not given")])
def test_a_refusal_is_final(site: Site, tmp_path: Path, status: int, said: str) -> None:
    site.answers = [status] * 9
    assert said in refused(site, tmp_path / "a.part")
    assert len(site.asked) == 1
    assert list(tmp_path.iterdir()) == []


def test_nobody_there_is_said(site: Site, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        site.address = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert "--from-file" in refused(site, tmp_path / "a.part")


def test_no_network_is_said(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert "127.0.0.1 is not found: no network" in refused(site, tmp_path / "a.part")


def test_a_full_disk_is_said_before_anything_is_written(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    assert "the disk is full" in refused(site, tmp_path / "a.part")
    assert list(tmp_path.iterdir()) == []
