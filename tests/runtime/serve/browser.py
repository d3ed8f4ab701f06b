"""A real browser for tests: a headless Chromium, spoken to by its DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE_S = 60.0


def program() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
    return next((found for name in names if (found := shutil.which(name))), None)


class Page:
    """One page, as large as a phone."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._number = connection, 0
        self.faults: list[str] = []
        self.hosts: set[str] = set()
        for what in ("Page.enable", "Runtime.enable", "Network.enable", "Log.enable"):
            self.do(what)
        self.do("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True)

    def do(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            said = json.loads(self._connection.recv(timeout=PATIENCE_S))
            if said.get("id") == self._number:
                assert "error" not in said, said["error"]
                result: dict[str, Any] = said["result"]
                return result
            self._heard(said)

    def _heard(self, said: dict[str, Any]) -> None:
        match said.get("method"):
            case "Runtime.exceptionThrown":
                self.faults.append(json.dumps(said["params"]["exceptionDetails"])[:500])
            case "Log.entryAdded" if said["params"]["entry"]["level"] == "error":
                self.faults.append(said["params"]["entry"]["text"])
            case "Network.requestWillBeSent":
                url = said["params"]["request"]["url"]
                if url.startswith("http"):
                    self.hosts.add(url.split("/")[2])

    def open(self, url: str) -> None:
        self.do("Page.navigate", url=url)
        self.until("document.readyState === 'complete'")

    def eval(self, code: str) -> Any:
        done = self.do("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def until(self, code: str) -> None:
        """Wait until it is true."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.eval(code):
            shown = self.eval("document.body ? document.body.innerText : ''")
            assert time.monotonic() < deadline, f"never true: {code}\n{shown}\n{self.faults}"
            time.sleep(0.05)

    def choose(self, what: str, file: Path) -> None:
        """Give a file to an input, as its dialog would."""
        root = self.do("DOM.getDocument")["root"]["nodeId"]
        node = self.do("DOM.querySelector", nodeId=root, selector=what)["nodeId"]
        self.do("DOM.setFileInputFiles", nodeId=node, files=[str(file)])

    def colours(self, scheme: str) -> None:
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path: Path) -> None:
        done = self.do("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(done["data"]))


@contextmanager
def chromium(folder: Path) -> Iterator[Page]:
    from websockets.sync.client import connect

    found = program()
    assert found is not None
    argv = [
        found, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder}", "--no-first-run",
        "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
        "--disable-component-update", "--disable-extensions", "about:blank",
    ]  # fmt: skip
    environment = {**os.environ, "HOME": str(folder)}
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        port = _port(folder / "DevToolsActivePort", process)
        with connect(f"ws://127.0.0.1:{port[0]}{port[1]}", max_size=64 << 20, proxy=None) as whole:
            whole.send(json.dumps({"id": 1, "method": "Target.createTarget", "params": {"url": "about:blank"}}))
            made = json.loads(whole.recv(timeout=PATIENCE_S))
            while made.get("id") != 1:
                made = json.loads(whole.recv(timeout=PATIENCE_S))
            target = made["result"]["targetId"]
            address = f"ws://127.0.0.1:{port[0]}/devtools/page/{target}"
            with connect(address, max_size=64 << 20, proxy=None) as connection:
                yield Page(connection)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(file: Path, process: subprocess.Popen[bytes]) -> tuple[str, str]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists() and len(lines := file.read_text().split()) == 2:
            return lines[0], lines[1]
        time.sleep(0.05)
    raise AssertionError("the browser did not start")
