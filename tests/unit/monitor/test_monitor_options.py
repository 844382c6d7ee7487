"""`settings/monitor.toml`: a table for each concern, refused with the place of what is wrong."""

from __future__ import annotations

import json

import pytest

from patronage.errors import BadInput
from patronage.logic.monitor.options import MonitorOptions


def test_without_a_file_all_is_as_usual():
    options = MonitorOptions.from_toml("")
    assert options == MonitorOptions()
    segments, recommendations = options.retrain.segments, options.retrain.recommendations
    assert (segments.every_days, segments.drift) == (1, "alert")
    assert (recommendations.every_days, recommendations.drift) == (7, "retrain")


def test_a_manifest_holds_them_whole():
    options = MonitorOptions.from_toml(
        "[drift]\nmin_rows = 50\n[retrain.recommendations]\nevery_days = 3\n[attribution]\nclick_days = 3\n"
        "[experiments]\nconfidence = 0.9\n"
    )
    assert options.retrain.of("recommendations").every_days == 3
    written = json.loads(json.dumps(options.to_mapping()))
    assert MonitorOptions.from_mapping(written) == options
    assert written["drift"]["min_rows"] == 50


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[drfit]", "settings/monitor.toml, line 1, column 2: drfit is no table of it; near it: drift"),
        ("drift = 1", "settings/monitor.toml, line 1, column 1: drift = 1 must be a table"),
        (
            "[retrain]\nevery_days = 1",
            "settings/monitor.toml, line 2, column 1 [retrain]: every_days is no table of it",
        ),
        (
            "[retrain.segments]\nevery_days = 0",
            "settings/monitor.toml, line 2, column 1 [retrain.segments]: every_days = 0 must be",
        ),
        (
            "# ours\n\n[drift]\n  min_rows = 'x'",
            "settings/monitor.toml, line 4, column 3 [drift]: min_rows = 'x' must be",
        ),
        ("[attribution]\nclicks = 1", "settings/monitor.toml, line 2, column 1 [attribution]: clicks"),
        ("[experiments]\npower = 2", "settings/monitor.toml, line 2, column 1 [experiments]: power = 2"),
        (
            "attribution.click_days = 0",
            "settings/monitor.toml, line 1, column 13 [attribution]: click_days = 0",
        ),
        (
            f"[retrain.segments]\nevery_days = 1{'0' * 400}",
            "settings/monitor.toml, line 2, column 1 [retrain.segments]: every_days = 10000",
        ),
        (
            "[drift]\npsi_alarm = inf",
            "settings/monitor.toml, line 2, column 1 [drift]: psi_alarm = inf must be a",
        ),
        ("[", "settings/monitor.toml is no TOML"),
    ],
)
def test_what_is_wrong_is_told_with_file_table_name_and_rule(text, said):
    with pytest.raises(BadInput) as told:
        MonitorOptions.from_toml(text)
    assert str(told.value).startswith(said)
