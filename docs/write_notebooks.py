"""Run the notebooks from top to bottom, one after the other, and keep what they show: ``make notebooks``.

They share one shop, in ``notebooks/patronage-data``, which is made anew; the later ones go on from what the
earlier ones left. What changes with every run or machine, such as when a cell ran, is left out.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
SHOP = FOLDER / "patronage-data"
SECONDS_A_CELL = 600


def main() -> int:
    """Run every notebook and write it in its place."""
    shutil.rmtree(SHOP, ignore_errors=True)
    for path in sorted(FOLDER.glob("*.ipynb")):
        started = time.monotonic()
        run(path)
        sys.stdout.write(
            f"{path.name} {time.monotonic() - started:.0f} s, {path.stat().st_size / 1000:.0f} KB\n"
        )
    return 0


def run(path: Path) -> None:
    """Run a notebook in its folder and write it with its outputs; an error in a cell is raised."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.write(notebook, path)


if __name__ == "__main__":
    sys.exit(main())
