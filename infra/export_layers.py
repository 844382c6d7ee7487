"""Write `layers/<set>/requirements.txt` from uv.lock: `python infra/export_layers.py`, after each `uv lock`.

A layer holds the versions that the tests ran with, and only files whose hash the lock names.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)

from infra.names import JOB_PACKAGES, JOB_SET, LAYER_PACKAGES  # noqa: E402 - after the repository's root is on the path
from infra.packages import PLATFORMS, PYTHON_VERSION, requirements_of  # noqa: E402

Package = dict[str, Any]

SETS = {**LAYER_PACKAGES, JOB_SET: JOB_PACKAGES}
"""What is built for arm64: the layers, and the packages of the Spark job."""

ENVIRONMENT = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "aarch64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": f"{PYTHON_VERSION}.0",
    "python_version": PYTHON_VERSION,
    "sys_platform": "linux",
}
HEADER = "# Written by infra/export_layers.py from uv.lock; do not edit.\n"


def main() -> None:
    """Write the requirements of every set."""
    for name in SETS:
        path = requirements_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(requirements(name), encoding="utf-8")


def requirements(name: str) -> str:
    """Return what pip needs to install a set: its packages and theirs, pinned, each with a hash."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    packages = [package for package in lock["package"] if _applies(package)]
    lines = [
        f"{package['name']}=={package['version']} --hash={_best_wheel(package)['hash']}\n"
        for package in _closure(SETS[name], packages)
    ]
    return HEADER + "".join(lines)


def _applies(package: Package) -> bool:
    markers = package.get("resolution-markers")
    return not markers or any(_holds(marker) for marker in markers)


def _holds(marker: str) -> bool:
    return Marker(marker).evaluate(ENVIRONMENT)


def _closure(names: tuple[str, ...], packages: list[Package]) -> list[Package]:
    """Follow the dependencies that hold on Lambda; the result is sorted by name."""
    by_name = {package["name"]: package for package in packages}
    found: dict[str, Package] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = by_name[name]
            needed = found[name].get("dependencies", [])
            waiting += [each["name"] for each in needed if _holds(each.get("marker", "python_version > '3'"))]
    return [found[name] for name in sorted(found)]


def _best_wheel(package: Package) -> dict[str, str]:
    """Return the wheel that pip would choose on Lambda."""
    ranks = {tag: rank for rank, tag in enumerate(_lambda_tags())}
    ranked = []
    for wheel in package["wheels"]:
        *_, tags = parse_wheel_filename(wheel["url"].rsplit("/", 1)[1])
        if fitting := [ranks[tag] for tag in tags if tag in ranks]:
            ranked.append((min(fitting), wheel))
    if not ranked:
        raise SystemExit(
            f"{package['name']} {package['version']} has no wheel for arm64 and Python {PYTHON_VERSION}; "
            "lock a version that has one"
        )
    return dict(min(ranked, key=lambda entry: entry[0])[1])


def _lambda_tags() -> list[Tag]:
    version = tuple(int(part) for part in PYTHON_VERSION.split("."))
    interpreter = f"cp{version[0]}{version[1]}"
    return [
        *cpython_tags(version, platforms=PLATFORMS),
        *compatible_tags(version, interpreter=interpreter, platforms=PLATFORMS),
    ]


if __name__ == "__main__":
    main()
