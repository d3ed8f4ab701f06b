"""The whole service in a process of its own: started, asked, watched by a browser the size of a phone, and ended."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the layer `serve` is not installed")

from runtime.jobs.journal import Folder, Piece, Whole
from runtime.jobs.queue.order import Job, Stage
from runtime.serve import stills
from tests.runtime.jobs.queue.hands import order as an_order
from tests.runtime.serve import browser
from tests.runtime.tapes import tape

PATIENCE_S = 120.0


@dataclass
class Running:
    process: subprocess.Popen[str]
    address: str
    token: str
    said: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Authorization": f"Bearer {token or self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.address}{path}", data, headers, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            held = answer.read()
            return json.loads(held) if "json" in answer.headers.get("content-type", "") else held

    def until(self, number: int, *stages: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            job: dict[str, Any] = self.ask("GET", f"/api/jobs/{number}")
            if job["stage"] in stages:
                return job
            assert job["stage"] != "failed", job
            assert time.monotonic() < deadline, job
            time.sleep(0.1)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "runtime.commands", "serve", "--port", "0", *words]


@contextmanager
def served(tmp_path: Path, *words: str) -> Iterator[Running]:
    environment = {**os.environ, "TAPELOOM_DATA": str(tmp_path / "data")}
    flags = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
    process = subprocess.Popen(
        command("--folder", str(tmp_path / "service"), *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment, creationflags=flags,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        assert lines[0], process.stderr.read() if process.stderr else ""
        address = lines[0].split()[-1]
        lines += [process.stdout.readline(), process.stdout.readline()]
        token = lines[1].split()[-1]
        yield Running(process, address, token, lines)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)
    return process.wait(60)


def test_a_tape_is_rendered_and_fetched_and_the_token_outlives_the_service(tmp_path: Path) -> None:
    (tmp_path / "tapes").mkdir()
    tape(tmp_path / "tapes" / "summer.mkv", seconds=0.4)
    with served(tmp_path, "--tapes", str(tmp_path / "tapes")) as service:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", service.address)
        number = service.ask("POST", "/api/jobs", {"preset": "archive-only", "input": "tapes/summer.mkv"})["id"]
        job = service.until(number, "done")
        assert [file["name"] for file in job["files"]] == ["summer-archive-only.mkv"]
        assert job["still"]
        assert service.ask("GET", f"/api/jobs/{number}/still").startswith(b"\xff\xd8")
        held = service.ask("GET", f"/api/jobs/{number}/files/0")
        assert len(held) == job["files"][0]["size_bytes"]
        assert held.startswith(b"\x1a\x45\xdf\xa3")  # Matroska's
        assert ended(service.process) == 0
    again = subprocess.Popen(
        command("--folder", str(tmp_path / "service"), "--watch-only"), stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TAPELOOM_DATA": str(tmp_path / "data")},
    )  # fmt: skip
    try:
        assert again.stdout is not None
        second = Running(again, again.stdout.readline().split()[-1], service.token)
        assert second.ask("GET", f"/api/jobs/{number}")["stage"] == "done"
        assert ended(again) == 0
        assert "token" not in again.stdout.read(), "it is shown once"
    finally:
        again.kill()
        again.communicate()


def test_what_is_being_rendered_goes_back_in_line_when_the_service_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "tapes").mkdir()
    tape(tmp_path / "tapes" / "long.mkv", seconds=20, size="320x240")
    with served(tmp_path, "--tapes", str(tmp_path / "tapes")) as service:
        wanted = {"preset": "vhs-pal", "input": "tapes/long.mkv"}
        number = service.ask("POST", "/api/jobs", wanted)["id"]
        service.until(number, "running", "done")
        assert ended(service.process) == 0
    with served(tmp_path, "--watch-only", "--new-token") as service:
        assert service.ask("GET", f"/api/jobs/{number}")["stage"] in ("waiting", "done")
        assert ended(service.process) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--host", "203.0.113.7"), "cannot be listened at"),
        (("--tapes", "nowhere-at-all"), "no such folder"),
        (("--cert", "x.pem"), "both --cert and --key"),
        (("--cert", "x.pem", "--key", "y.pem"), "certificate"),
        (("--upload-gb", "0"), "--upload-gb"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        command("--folder", str(tmp_path / "service"), *words), capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "TAPELOOM_DATA": str(tmp_path / "data")}, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# ------------------------------------------------------------------------------------------------- stills


def test_a_job_under_way_is_shown_by_its_newest_whole_segment(tmp_path: Path) -> None:
    order = an_order("tape", tmp_path)
    out = tmp_path / "tape.mkv"
    job = Job(1, order, Stage.RUNNING)
    assert stills.source(job, [out]) is None
    folder = Folder.make(Folder.of(out), {})
    for first, name in ((0, "encode1-00000000.mkv"), (10, "encode1-00000010.mkv")):
        tape(folder.path / name, seconds=0.1, sound=False)
        folder.keep(Whole(first, first + 10, {"encode1": Piece(name, 10, 1, "", "")}))
    folder.close()
    (folder.path / "encode1-00000020.mkv").write_bytes(b"being written")
    found = stills.source(job, [tmp_path / "tape"])
    assert found is not None
    assert found.path.name == "encode1-00000010.mkv"
    jpeg = stills.Stills().jpeg(found)
    assert jpeg is not None
    assert jpeg.startswith(b"\xff\xd8")
    found.path.write_bytes(b"no pictures at all")
    assert stills.Stills().jpeg(found) is None


def test_a_name_that_only_begins_the_same_is_another_job(tmp_path: Path) -> None:
    Folder.make(tmp_path / "tape 2.mkv.job", {}).close()
    assert stills.source(Job(1, an_order("tape", tmp_path), Stage.RUNNING), [tmp_path / "tape"]) is None


# ------------------------------------------------------------------------------------------------ a browser


@pytest.mark.skipif(browser.program() is None, reason="no Chromium here")
def test_the_page_on_a_phone(tmp_path: Path) -> None:
    (tmp_path / "tapes").mkdir()
    tape(tmp_path / "tapes" / "summer.mkv", seconds=0.4)
    with (
        served(tmp_path, "--tapes", str(tmp_path / "tapes")) as service,
        browser.chromium(tmp_path / "browser") as page,
    ):
        page.open(service.address)
        page.until("!document.getElementById('enter').hidden")
        page.eval("document.getElementById('token').value = 'wrong'; document.getElementById('enter').requestSubmit()")
        page.until("document.getElementById('enter-fault').textContent.includes('wrong')")
        page.faults.clear()

        page.open("about:blank")
        page.open(f"{service.address}/#token={service.token}")
        page.until("document.getElementById('link').textContent === 'live'")
        assert service.token not in page.eval("location.href")
        assert page.eval("document.getElementById('none').hidden") is False

        page.eval("document.getElementById('add').open = true")
        page.until("document.getElementById('source').options.length > 1")
        page.eval(
            "document.getElementById('source').value = 'tapes/summer.mkv';"
            "document.getElementById('preset').value = 'archive-only';"
            "document.getElementById('order').requestSubmit()"
        )
        page.until("document.querySelector('#jobs .done') !== null")
        page.until("!document.querySelector('#jobs .still').hidden")
        page.until("document.querySelector('#jobs .still').naturalWidth > 0")
        assert "Fetch summer-archive-only.mkv" in page.eval("document.querySelector('#jobs').innerText")

        (tmp_path / "from the phone.mkv").write_bytes((tmp_path / "tapes" / "summer.mkv").read_bytes())
        page.choose("#file", tmp_path / "from the phone.mkv")
        page.eval("document.getElementById('order').requestSubmit()")
        page.until("document.querySelectorAll('#jobs .done').length === 2")
        assert (tmp_path / "service" / "uploads" / "from the phone.mkv").is_file()
        assert page.eval("document.getElementById('order-said').textContent") == "It is in line."

        assert page.eval("document.documentElement.scrollWidth") <= 390, "it is wider than a phone"
        small = page.eval(
            "[...document.querySelectorAll('button, select, input, summary')].filter(one => one.offsetParent)"
            ".map(one => one.getBoundingClientRect()).filter(box => box.height < 40).length"
        )
        assert small == 0, "a thumb needs 40 pixels"
        nameless = page.eval(
            "[...document.querySelectorAll('button, select, input, progress, img')].filter(one => one.offsetParent)"
            ".filter(one => !(one.textContent.trim() || one.labels?.length || one.getAttribute('aria-label') ||"
            "one.alt || one.getAttribute('aria-labelledby'))).length"
        )
        assert nameless == 0, "a screen reader would not know what it is"
        for scheme in ("light", "dark"):
            page.colours(scheme)
            assert contrast(page) >= 4.5, scheme
        page.until("localStorage.getItem('tapeloom-token') !== null")

        page.eval("[...document.querySelectorAll('#jobs button')].find(one => one.dataset.what === 'remove').click()")
        page.until("document.querySelectorAll('#jobs > li').length === 1")
        assert page.faults == []
        assert page.hosts == {service.address.removeprefix("http://")}
        assert service.process.poll() is None


def contrast(page: browser.Page) -> float:
    """The least there is between a text and what is behind it (WCAG 2's formula)."""
    return float(
        page.eval("""(() => {
        const part = (text) => text.match(/[\\d.]+/g).map(Number);
        const light = (rgb) => rgb.slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
        const behind = (one) => {
            for (; one; one = one.parentElement) {
                const colour = part(getComputedStyle(one).backgroundColor);
                if (colour.length === 3 || colour[3] === 1) return colour;
            }
            return [255, 255, 255];
        };
        let least = 21;
        for (const one of document.querySelectorAll('h1,h2,h3,p,span,label,button,summary,select')) {
            if (!one.offsetParent || !one.textContent.trim()) continue;
            const [a, b] = [light(part(getComputedStyle(one).color)), light(behind(one))];
            least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
        }
        return least;
    })()""")
    )
