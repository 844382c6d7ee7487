"""The docs tell every setting of operations with its default."""

from __future__ import annotations

import json
import re

from patronage.logic.monitor.options import MonitorOptions
from tests_support import REPOSITORY

ROW = re.compile(r"\| `\[([\w.]+)\]` `(\w+)` \| `(.+?)` \| (.+) \|")


def test_the_table_of_settings_is_that_of_the_options() -> None:
    page = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    told = {(table, name): default for table, name, default, _ in ROW.findall(page)}
    options = MonitorOptions().to_mapping()
    retrain = options.pop("retrain")
    tables = options | {f"retrain.{family}": rules for family, rules in retrain.items()}
    assert told == {
        (table, name): json.dumps(default)
        for table, values in tables.items()
        for name, default in values.items()
    }
