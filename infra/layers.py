"""The layers: our library, and third-party packages that pip builds for arm64 without Docker."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

from aws_cdk import CfnResource
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.names import LAYER_SETS

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "layers"
PYTHON_VERSION = "3.13"
RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64
PLATFORMS = tuple(
    f"{name}_aarch64"
    for name in ("manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_17", "manylinux2014")
)
"""Lambda's Python 3.13 runs on Amazon Linux 2023, which has glibc 2.34."""

LEFT_OUT = ["**/__pycache__", "**/*.pyc"]
NOT_FOR_LAMBDA = ["python/patronage/cli", "python/patronage/cloud"]

TRIMMED_FOLDERS = ("__pycache__", "tests", "test", "include", "bin")
TRIMMED_FILES = ("*.pyc", "*.pyi", "*.pyx", "*.pxd", "*.h", "*.c", "*.a", "RECORD")
"""What no import needs: bytecode (Lambda writes its own), tests, headers, type stubs."""


class Layers(Construct):
    """One layer a set, made when the first function asks for it."""

    def __init__(self, scope: Construct, construct_id: str, *, built: bool) -> None:
        super().__init__(scope, construct_id)
        self._library = self._build_layer("patronage", ROOT / "layers" / "patronage")
        folder = build_layer if built else mark_unbuilt
        self._sets = {name: self._build_layer(name, folder(name)) for name in LAYER_SETS}

    def of(self, sets: Sequence[str]) -> list[lambda_.ILayerVersion]:
        """Return our library and the named sets."""
        return [self._library, *(self._sets[name] for name in sets)]

    def _build_layer(self, name: str, folder: Path) -> lambda_.LayerVersion:
        layer = lambda_.LayerVersion(
            self,
            name.capitalize(),
            code=lambda_.Code.from_asset(str(folder), exclude=[*LEFT_OUT, *NOT_FOR_LAMBDA]),
            compatible_architectures=[ARCHITECTURE],
            compatible_runtimes=[RUNTIME],
            description=f"Patronage: {name}",
        )
        cast("CfnResource", layer.node.default_child).override_logical_id(f"{name.capitalize()}Layer")
        return layer


def requirements_of(name: str) -> Path:
    """Return the file with a set's pinned requirements."""
    return ROOT / "layers" / name / "requirements.txt"


def build_layer(name: str) -> Path:
    """Install a set's requirements for Lambda into a folder, once for each content of the file.

    Parameters
    ----------
    name : str
        One of `LAYER_SETS`.

    Returns
    -------
    Path
        Folder with a `python` folder in it, as Lambda expects a layer.
    """
    requirements = requirements_of(name)
    digest = hashlib.sha256(requirements.read_bytes() + Path(__file__).read_bytes()).hexdigest()[:12]
    target = BUILD / f"{name}-{digest}"
    if not target.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD, prefix=f".{name}-") as scratch:
            packages = Path(scratch) / "layer" / "python"
            _install(requirements, packages)
            _trim(packages)
            # Renamed when whole: a build that was cut off is never taken for a layer.
            packages.parent.rename(target)
    return target


def mark_unbuilt(name: str) -> Path:
    """Return a folder with a note instead of packages, for a cloud on this machine."""
    target = BUILD / f"{name}-unbuilt"
    target.mkdir(parents=True, exist_ok=True)
    note = f"The layer {name} was not built: its packages come from the environment that runs the function.\n"
    (target / "UNBUILT.txt").write_text(note, encoding="utf-8")
    return target


def unpacked_bytes(folder: Path) -> int:
    """Return what a folder weighs when Lambda has unpacked it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _install(requirements: Path, target: Path) -> None:
    platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
    subprocess.run(  # noqa: S603 - our own arguments, no shell
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--target", str(target), "--requirement", str(requirements), "--no-deps", "--no-compile"),
            *("--implementation", "cp", "--python-version", PYTHON_VERSION, "--only-binary=:all:"),
            *platforms,
        ],
        check=True,
    )


def _trim(packages: Path) -> None:
    for name in TRIMMED_FOLDERS:
        for folder in list(packages.rglob(name)):
            if folder.is_dir():
                shutil.rmtree(folder)
    for pattern in TRIMMED_FILES:
        for file in packages.rglob(pattern):
            file.unlink()
