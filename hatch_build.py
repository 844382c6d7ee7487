"""Put into the wheel what `patronage demo` deploys beside the library.

That is the CDK app, the functions, the dashboard and the orders. It lies in `patronage/_repository`, where
`patronage.cloud.repository` finds it. An editable installation has the checkout itself and needs none of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "patronage/_repository"
TAKEN = (
    "cdk.json",
    "dashboard/dist/**/*",
    "data/README.md",
    "data/*.csv",
    "data/*.parquet",
    "events/*.json",
    "functions/*/handler.py",
    "infra/**/*.js",
    "infra/**/*.py",
    "layers/*/requirements.txt",
)


class Repository(BuildHookInterface):  # type: ignore[type-arg]
    """Add the files to a wheel; an sdist has them at their own places."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "dashboard" / "dist" / "index.html").is_file():
            raise SystemExit(
                "dashboard/dist holds no index.html: the dashboard is not built; run make release"
            )
        for file in files_of(root):
            build_data["force_include"][str(file)] = f"{FOLDER}/{file.relative_to(root).as_posix()}"


def files_of(root: Path) -> Iterator[Path]:
    """Yield the files of the repository that a wheel takes along."""
    for pattern in TAKEN:
        yield from sorted(path for path in root.glob(pattern) if path.is_file())
