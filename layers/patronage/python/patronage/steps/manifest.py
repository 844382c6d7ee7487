"""What a run is pinned to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from patronage.errors import BadInput, NotFound
from patronage.logic.engine_choice import DUCKDB
from patronage.logic.segments.options import SegmentOptions
from patronage.settings import Shop
from patronage.stores.objects import read_json, write_json

if TYPE_CHECKING:
    from patronage.stores.objects import ObjectStore


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a run reads: never a row that came later.

    Parameters
    ----------
    as_of : datetime
        Rows from this instant on are left out; every figure of the run is stated as of it.
    tables : dict
        Version of each lake table.
    champion : dict
        Name and version of the model that was live when the run began; empty where there was none.
    quality : list of dict
        The quality rules that the newest uploads of the tables break (`open_breaches`).
    live_runs : dict
        By family the run that was live when the run began.
    segmentation : dict
        The `SegmentOptions` of a run of segments.
    variants : dict
        By name the weights of each list that arms of experiments need beside those of the live model
        (`variants_of`).
    promoted : dict
        ``model`` and ``version`` that a person makes live again, the ``reason``, and ``by`` whom; empty where
        the gate decides.
    lake_lines : int
        Order lines of the lake when a run of a promoted version began, which reads older ones; 0 of others.
    has_simulated_events : bool
        Whether an event that the run reads was made up; what is computed from events says so.
    monitor : dict
        The `MonitorOptions` of a run of monitoring, by table of `settings/monitor.toml`.
    rows : dict
        How many rows the tables have by which the engine was chosen, at their pinned versions.
    engine, engine_reason : str
        What carries the run ("duckdb", "spark", or "too_large" for nothing), and why (`choose_engine`).
    engine_reason_code, engine_reason_values
        What the reason says, for programs; of a run that was pinned before there were codes, None and {}.
    reproducible : bool
        Whether the lake still holds what the run read; an erasure ends that.
    not_reproducible_because : str
        Why not.
    """

    run_id: str
    family: str
    as_of: datetime
    created_at: datetime
    tables: dict[str, dict[str, int]]
    shop: Shop
    lines: int
    champion: dict[str, str] = field(default_factory=dict)
    quality: list[dict[str, Any]] = field(default_factory=list)
    live_runs: dict[str, str] = field(default_factory=dict)
    segmentation: dict[str, Any] = field(default_factory=dict)
    variants: dict[str, dict[str, float]] = field(default_factory=dict)
    promoted: dict[str, str] = field(default_factory=dict)
    lake_lines: int = 0
    has_simulated_events: bool = False
    monitor: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    engine: str = DUCKDB
    engine_reason: str = ""
    engine_reason_code: str | None = None
    engine_reason_values: dict[str, Any] = field(default_factory=dict)
    reproducible: bool = True
    not_reproducible_because: str = ""

    @property
    def today(self) -> str:
        """The shop's day that ends at, or holds, `as_of`."""
        last = self.as_of - timedelta(microseconds=1)
        return last.astimezone(ZoneInfo(self.shop.timezone)).date().isoformat()

    @property
    def previous(self) -> str:
        """The run of segments that customers move from; empty where there was none."""
        return self.live_runs.get("segments", "")

    @property
    def options(self) -> SegmentOptions:
        """How the shop wants its customers segmented."""
        return SegmentOptions.from_mapping(self.segmentation)

    @classmethod
    def load(cls, store: ObjectStore, run_id: str) -> Manifest:
        """Read a run's manifest."""
        values = read_json(store, f"runs/{run_id}/manifest.json")
        times = {name: datetime.fromisoformat(values[name]) for name in ("as_of", "created_at")}
        return cls(**{**values, **times, "shop": Shop.from_mapping(values["shop"])})

    @classmethod
    def find(cls, store: ObjectStore, run_id: str) -> Manifest | None:
        """Read a run's manifest; None for no run, and for one that is gone or laid out otherwise."""
        try:
            return cls.load(store, run_id) if run_id else None
        except (NotFound, BadInput, KeyError, TypeError):  # removed, or of another version of Patronage
            return None

    def save(self, store: ObjectStore) -> None:
        """Write the manifest."""
        values = asdict(self) | {"as_of": self.as_of.isoformat(), "created_at": self.created_at.isoformat()}
        write_json(store, f"runs/{self.run_id}/manifest.json", values)
