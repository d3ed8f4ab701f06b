"""How uv is got where it is not, and what it is told of proxies and mirrors."""

from pathlib import Path

import pytest

from provision import uv
from provision.failure import Failed


class Machine:
    """Answers commands as a machine would whose Pythons have what they are said to have."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: bool, **pythons: str) -> None:
        self.pythons = pythons
        self.ran: list[str] = []
        monkeypatch.setattr(uv, "answer", self.answer)
        monkeypatch.setattr(uv, "run", lambda command, _root, _say: self.installs(command))
        monkeypatch.setattr(uv, "candidates", lambda _: [[name] for name in pythons])
        monkeypatch.setattr(uv.os, "geteuid", lambda: 0 if root else 1000)  # type: ignore[attr-defined]
        monkeypatch.setattr(uv.shutil, "which", lambda name: name if name == "apt-get" else None)  # type: ignore[attr-defined]

    def answer(self, command: list[str]) -> str | None:
        self.ran.append(" ".join(command))
        if command[0] == "apt-get":
            self.pythons = dict.fromkeys(self.pythons, "venv")
            return "done"
        return "yes" if command[2] in self.pythons[command[0]] else None

    def installs(self, command: list[str]) -> None:
        self.ran.append(" ".join(command))
        (Path(command[command.index("--target") + 1]) / "bin").mkdir(parents=True)


@pytest.fixture
def project(tmp_path: Path) -> str:
    (tmp_path / ".bootstrap").mkdir()
    return str(tmp_path)


def quiet(_text: str) -> None: ...


def test_the_first_python_that_has_pip_installs_it(monkeypatch: pytest.MonkeyPatch, project: str) -> None:
    machine = Machine(monkeypatch, root=False, bare="", other="pip")
    uv.bring(project, quiet)
    assert machine.ran[-1].startswith("other -m pip install --target ")
    assert "--require-hashes" in machine.ran[-1]
    assert [path.name for path in (Path(project) / ".bootstrap").iterdir()] == ["uv"]


def test_where_no_python_has_pip_a_bare_venv_brings_it(monkeypatch: pytest.MonkeyPatch, project: str) -> None:
    machine = Machine(monkeypatch, root=False, bare="", other="venv")
    uv.bring(project, quiet)
    assert "making-" in machine.ran[-1].split(" -m pip install")[0]


def test_debians_python_alone_names_the_command(monkeypatch: pytest.MonkeyPatch, project: str) -> None:
    machine = Machine(monkeypatch, root=False, bare="")
    with pytest.raises(Failed, match="sudo apt install python3-venv"):
        uv.bring(project, quiet)
    assert not any(command.startswith("apt-get") for command in machine.ran)
    assert list((Path(project) / ".bootstrap").iterdir()) == []


def test_as_root_apt_installs_what_is_missing(monkeypatch: pytest.MonkeyPatch, project: str) -> None:
    machine = Machine(monkeypatch, root=True, bare="")
    uv.bring(project, quiet)
    assert "apt-get install -y --no-install-recommends python3-venv" in machine.ran


def test_a_certificate_and_a_mirror_reach_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_SYSTEM_CERTS"):
        monkeypatch.delenv(name, raising=False)
    assert uv.uv_env().keys().isdisjoint({"UV_SYSTEM_CERTS", "UV_DEFAULT_INDEX"})
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/company.pem")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    assert uv.uv_env()["UV_SYSTEM_CERTS"] == "1"
    assert uv.uv_env()["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert uv.uv_env()["UV_DEFAULT_INDEX"] == "https://own.example/simple"
