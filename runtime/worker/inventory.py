"""What of VapourSynth is here, as JSON: `python -m runtime.worker.inventory`. A plugin that fails to load says so."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
from pathlib import Path
from typing import Any

SCRIPTS = ("vsdeinterlace", "vsdenoise", "vsdehalo", "vsexprtools", "dfttest2")
"""The Python packages that shipped nodes write calls to."""


def inventory() -> dict[str, Any]:
    """core: version and threads. plugins: by distribution, each namespace's version. broken: what failed, and why."""
    import vapoursynth as vs

    loaded = {
        Path(plugin.plugin_path).resolve(): (plugin.namespace, ".".join(map(str, plugin.version)))
        for plugin in vs.core.plugins()
        if plugin.plugin_path
    }
    plugins: dict[str, dict[str, str]] = {}
    broken: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        inside = [file for file in distribution.files or () if "vapoursynth/plugins/" in file.as_posix()]
        if not inside:
            continue
        name = f"{distribution.name} {distribution.version}"
        paths = {Path(str(distribution.locate_file(file))).resolve() for file in inside}
        plugins[name] = dict(loaded[path] for path in sorted(paths & loaded.keys()))
        if not plugins[name]:
            broken[name] = "its plugin did not load"
    for script in SCRIPTS:
        try:
            importlib.import_module(script)
        except Exception as error:  # a broken package may raise anything
            broken[script] = f"{type(error).__name__}: {error}"
    return {
        "core": str(vs.__version__),
        "threads": vs.core.num_threads,
        "plugins": plugins,
        "broken": broken,
    }


def namespaces() -> list[str]:
    """Every namespace that a script can use, wherever its plugin came from."""
    import vapoursynth as vs

    return sorted(plugin.namespace for plugin in vs.core.plugins())


if __name__ == "__main__":
    print(json.dumps(namespaces() if "--namespaces" in sys.argv else inventory()))
