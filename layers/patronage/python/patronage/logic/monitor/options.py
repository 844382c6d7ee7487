"""How a shop wants its operations: the lake's `settings/monitor.toml`, a table for each concern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from patronage.logic.drift.options import DriftOptions
from patronage.logic.effectiveness.options import AttributionOptions
from patronage.logic.experiments.analysis_options import AnalysisOptions
from patronage.logic.monitor.retrain_options import ALERT, FAMILIES, RetrainOptions
from patronage.logic.settings_text import below, located, toml_of
from patronage.logic.settings_values import check_name, refused

SETTINGS = "settings/monitor.toml"
"""Where the settings lie in the lake."""
_SEGMENTS = RetrainOptions(every_days=1, drift=ALERT)


@dataclass(frozen=True, kw_only=True)
class Retrain:
    """The rules of each family that is retrained."""

    segments: RetrainOptions = _SEGMENTS
    recommendations: RetrainOptions = field(default_factory=RetrainOptions)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], place: str) -> Retrain:
        """Read the tables of the families; `place` is what a message calls the table that holds them."""
        usual, read = cls(), {}
        _check_names(values, FAMILIES, place)
        for name, table in values.items():
            with below(name):
                within = f"{place.removesuffix(']')}.{name}]"
                read[name] = RetrainOptions.from_mapping(table, within, usual=getattr(usual, name))
        return cls(**read)

    def of(self, family: str) -> RetrainOptions:
        """Return the rules of a family."""
        return {"segments": self.segments, "recommendations": self.recommendations}[family]


@dataclass(frozen=True, kw_only=True)
class MonitorOptions:
    """What differs from shop to shop; a run of monitoring pins it.

    Parameters
    ----------
    drift : DriftOptions
        When data or behaviour count as drifted.
    retrain : Retrain
        When a family is retrained.
    attribution : AttributionOptions
        Which order a recommendation counts for.
    experiments : AnalysisOptions
        How experiments are analysed.
    """

    drift: DriftOptions = field(default_factory=DriftOptions)
    retrain: Retrain = field(default_factory=Retrain)
    attribution: AttributionOptions = field(default_factory=AttributionOptions)
    experiments: AnalysisOptions = field(default_factory=AnalysisOptions)

    @classmethod
    def from_toml(cls, content: str | bytes) -> MonitorOptions:
        """Read the settings file; what it leaves out is as usual.

        Raises
        ------
        BadInput
            A table or name is unknown, or a value breaks a rule; the message names file, table and rule.
        """
        values = toml_of(content, SETTINGS)
        with located(content, SETTINGS):
            return cls.from_mapping(values)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> MonitorOptions:
        """Build the options from plain values, by table."""
        read: dict[str, Any] = {}
        _check_names(values, _TABLES, SETTINGS)
        for name, table in values.items():
            with below(name):
                read[name] = _TABLES[name].from_mapping(table, f"{SETTINGS} [{name}]")
        return cls(**read)

    def to_mapping(self) -> dict[str, Any]:
        """Write the options as plain values, which `from_mapping` reads."""
        return asdict(self)


_TABLES: dict[str, Any] = {
    "drift": DriftOptions,
    "retrain": Retrain,
    "attribution": AttributionOptions,
    "experiments": AnalysisOptions,
}


def _check_names(values: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    """Refuse what is no table of a place."""
    for name, value in values.items():
        check_name(name, known, place, what="table of it")
        if not isinstance(value, Mapping):
            said = f"{name} = {value!r} must be a table; give its settings names of their own"
            raise refused(place, name, said, rule="type")
