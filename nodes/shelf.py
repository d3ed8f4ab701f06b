"""The model shelf as nodes see it: which files a name stands for. What writes the shelf is `runtime.models.store`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ONNX_SUFFIX = ".onnx"
TORCH_SUFFIXES = (".pth", ".pt", ".ckpt", ".safetensors")
SUFFIXES = (ONNX_SUFFIX, *TORCH_SUFFIXES)
"""What a model's file may end in."""
JOURNAL = "shelf.json"
"""What the shelf writes into a model's folder; its `inspected` describes the model."""
PRECISIONS = ("fp16", "int8")
"""What a model is converted to beside singles."""
_OURS = Path(__file__).parent / "models"
_DEMO = Path(__file__).parent.parent / "graphs" / "demo" / "models"


@dataclass(frozen=True, slots=True)
class Files:
    """The same model as ONNX and as PyTorch weights; one of them may not be there."""

    onnx: Path | None = None
    torch: Path | None = None

    @property
    def best(self) -> Path | None:
        return self.onnx or self.torch


def shelves() -> tuple[Path, ...]:
    """The folders in which a model is sought by its name: the user's own shelf, then what comes along."""
    named = os.environ.get("TAPELOOM_DATA")
    if named:
        return Path(named) / "models", _OURS, _DEMO
    import platformdirs

    return platformdirs.user_data_path("tapeloom") / "models", _OURS, _DEMO


def shelved() -> dict[str, Files]:
    """Every model that can be named: `NAME.onnx`, `NAME.pth` …, or what the journal in the folder `NAME` names."""
    found: dict[str, Files] = {}
    for folder in reversed(shelves()):
        if folder.is_dir():
            lone = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
            found |= {path.stem: beside(path) for path in lone}
            kept = {path.parent.name: _kept(path) for path in sorted(folder.glob(f"*/{JOURNAL}"))}
            found |= {name: files for name, files in kept.items() if files.best}
            found |= {
                path.stem: Files(path)
                for name, files in kept.items()
                if files.onnx
                for path in _lower(files.onnx, name)
            }
    return found


def on_shelf() -> dict[str, Path]:
    """Every model that can be named, and the file that it is run from unless something else is asked for."""
    return {name: files.best for name, files in shelved().items() if files.best}


def beside(path: Path) -> Files:
    """The file and, where it is there, the other kind of the same model, under the same name."""
    if path.suffix.lower() == ONNX_SUFFIX:
        others = (path.with_suffix(suffix) for suffix in TORCH_SUFFIXES)
        return Files(path, next((other for other in others if other.is_file()), None))
    onnx = path.with_suffix(ONNX_SUFFIX)
    return Files(onnx if onnx.is_file() else None, path)


def journal_of(sha256: str) -> Path | None:
    """The journal of the model on the shelf that is this very file and has been looked into."""
    for folder in shelves():
        for journal in sorted(folder.glob(f"*/{JOURNAL}")):
            said = read_object(journal)
            if said.get("inspected") and any(item.get("sha256") == sha256 for item in items(said)):
                return journal
    return None


def items(journal: dict[str, object]) -> Iterator[dict[str, object]]:
    """What a journal says of each of its files."""
    files = journal.get("files")
    for one in files if isinstance(files, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            yield one


def read_object(path: Path) -> dict[str, object]:
    """A JSON file's object; empty where it holds none."""
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _lower(onnx: Path, name: str) -> Iterator[Path]:
    """What counts in fewer bits of the model `name`: `NAME.fp16.onnx`, which is called NAME.fp16."""
    for precision in PRECISIONS:
        path = onnx.with_name(f"{name}.{precision}{ONNX_SUFFIX}")
        if path != onnx and any(item["name"] == path.name for item in items(read_object(onnx.with_name(JOURNAL)))):
            yield path


def _kept(journal: Path) -> Files:
    """What a folder of the shelf holds: the first file of each kind."""
    found: dict[str, Path] = {}
    for item in items(read_object(journal)):
        path = journal.parent / Path(str(item["name"])).name
        kind = str(item.get("format"))
        if kind not in found and (kind != "onnx" or path.suffix.lower() == ONNX_SUFFIX) and path.is_file():
            found[kind] = path
    return Files(found.get("onnx"), found.get("torch"))
