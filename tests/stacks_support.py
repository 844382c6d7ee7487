"""Several stacks in one assembly, as one account may hold them: one start of the CDK for all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests_support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOCAL = {
    "cloud": "local",
    "layers": "unbuilt",
    "schedule": "off",
    "at_once": str(max(os.cpu_count() or 1, 2)),
}
_PROGRAM = """
import json, sys
from infra.app import new_app, options_of, prepare_imports
prepare_imports()
out, stacks = sys.argv[1], json.loads(sys.argv[2])
from infra.stack import PatronageStack
app = new_app(output=out, context=next(iter(stacks.values())))
for name, context in stacks.items():
    PatronageStack(app, name, options=options_of(new_app(context=context)))
app.synth()
"""


def synthesise_stacks(folder: Path, stacks: Mapping[str, Mapping[str, str]]) -> Path:
    """Synthesise stacks for the local cloud, and return their assembly.

    Parameters
    ----------
    folder : Path
        Where it and the shops' settings go.
    stacks : mapping
        By name the context of each beside what is local; ``shop`` is the text of its settings.
    """
    contexts = {}
    for name, context in stacks.items():
        shop = folder / f"{name}.toml"
        shop.write_text(f"[shop]\n{context['shop']}", encoding="utf-8")
        contexts[name] = {**LOCAL, **context, "shop": str(shop)}
    out = folder / "cdk.out"
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, out, json.dumps(contexts)],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if not name.startswith("CDK_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out
