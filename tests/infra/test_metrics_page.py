"""docs/reference/metrics.md says which metrics and alarms there are."""

from __future__ import annotations

from typing import Any

from docs.write_metrics import metrics_page
from patronage.logic.monitor.metrics import METRICS
from tests_support import REPOSITORY

PAGE = REPOSITORY / "docs" / "reference" / "metrics.md"


def test_the_page_is_what_its_writer_writes_of_this_template(template: dict[str, Any]):
    page = PAGE.read_text(encoding="utf-8")
    assert page == metrics_page(template), "write it again: python -m docs.write_reference metrics"


def test_every_metric_has_a_meaning_and_a_function_that_writes_it():
    rows = {
        line.split("|")[1].strip(" `"): [each.strip() for each in line.split("|")]
        for line in PAGE.read_text(encoding="utf-8").partition("## Alarms")[0].splitlines()
        if line.startswith("| `")
    }
    assert rows.keys() == {each.name for each in METRICS}
    assert all(cells[4] != "—" and cells[5] != "—" for cells in rows.values())
