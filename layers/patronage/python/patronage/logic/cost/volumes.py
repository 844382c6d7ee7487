"""How much a shop has and does, and what was measured of our own work: the two halves of an estimate."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from patronage.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENTS_AN_ORDER, LOOKUPS_AN_ORDER = 200, 100
"""Where a shop does not say: of 33 visits one ends in an order; each has six events and three lists."""
GROWING = {"events": EVENTS_AN_ORDER, "lookups": LOOKUPS_AN_ORDER}


@dataclass(frozen=True, kw_only=True)
class Volumes:
    """A shop's own numbers.

    Parameters
    ----------
    customers, products : int
        That have bought, and that are sold.
    orders, order_lines : int
        A month.
    events, lookups : int
        A month: what visitors do and is posted, and answers of products.
    uploads : int
        Files a month.
    history_months : int
        For how many months orders are kept.
    """

    customers: int = 10_000
    products: int = 2_000
    orders: int = 5_000
    order_lines: int = 15_000
    events: int = 5_000 * EVENTS_AN_ORDER
    lookups: int = 5_000 * LOOKUPS_AN_ORDER
    uploads: int = 31
    history_months: int = 24

    def __post_init__(self) -> None:
        for each in fields(self):
            if getattr(self, each.name) < 0:
                raise BadInput(f"{each.name} {getattr(self, each.name)} must be 0 or more")

    @property
    def kept_lines(self) -> int:
        """Order lines that the lake holds after the months for which they are kept."""
        return self.order_lines * max(1, self.history_months)

    @property
    def kept_events(self) -> int:
        """Events that it holds after as many months."""
        return self.events * max(1, self.history_months)

    def stated(self, **given: int | None) -> Volumes:
        """Return these with what was given instead; what goes with the orders follows their number."""
        named = {name: value for name, value in given.items() if value is not None}
        follows: dict[str, int] = {}
        if "orders" in named:
            follows = {name: each * named["orders"] for name, each in GROWING.items()}
            follows["order_lines"] = round(named["orders"] * self.order_lines / max(1, self.orders))
        return replace(self, **(follows | named))

    @classmethod
    def of_lake(cls, counted: Mapping[str, Any]) -> Volumes:
        """Read what a lake holds, as `logic/sql/volumes.sql` counts it."""
        months = max(1.0, counted["days"] / 30.44)
        orders, lines = round(counted["orders"] / months), round(counted["lines"] / months)
        seen = round(counted["events"] / months)
        return cls(
            customers=counted["customers"],
            products=counted["products"],
            orders=orders,
            order_lines=lines,
            events=seen or orders * EVENTS_AN_ORDER,
            lookups=orders * LOOKUPS_AN_ORDER,
            history_months=max(24, round(months)),
        )


class Assumption(NamedTuple):
    """One number that an estimate rests on, what it counts, and where it comes from."""

    value: float
    unit: str
    source: str


SERVE = "make bench NAME=serve"
DEMO = "make demo, on two cores that others used too: at most"
STACK_COST = "patronage cost --stack, of a stack in the local cloud"
GUESS = "a guess"
ASSUMED: Mapping[str, Assumption] = {
    "lookup_ms": Assumption(4.2, "ms a lookup, of 1 GB", SERVE),
    "collect_ms": Assumption(20, "ms a posted event, of 0.5 GB", SERVE),
    "reads_a_lookup": Assumption(2, "read units: the customer's item and the visit's", SERVE),
    "events_a_request": Assumption(1, "events a request; a batch of ten costs a tenth", "docs/events.md"),
    "log_kb_a_request": Assumption(1.0, "KB of logs a request: the access log's line, Lambda's two", SERVE),
    "ingest_gb_s_an_upload": Assumption(6, "GB-seconds an upload, however small", GUESS),
    "ingest_gb_s_a_million_lines": Assumption(20, "GB-seconds a million lines", DEMO),
    "monitoring_gb_s": Assumption(60, "GB-seconds a daily run of monitoring", GUESS),
    "uploads_gb_s": Assumption(
        10, "GB-seconds a run of monitoring after an upload, most of which end when it has looked", GUESS
    ),
    "uploads_transitions": Assumption(
        6, "state transitions of such a run", "infra/monitor.py: from AnyWait to NothingToDo"
    ),
    "upkeep_gb_s": Assumption(30, "GB-seconds a daily run of upkeep", GUESS),
    "segmentation_gb_s": Assumption(500, "GB-seconds a run", DEMO),
    "segmentation_gb_s_a_million_lines": Assumption(4_200, "GB-seconds a million kept lines", DEMO),
    "training_gb_s": Assumption(
        4_300,
        "GB-seconds a run: the search takes 120 s a method",
        "search_seconds for each of twelve methods, at 3,008 MB: at most",
    ),
    "training_gb_s_a_million_lines": Assumption(600, "GB-seconds a million kept lines", DEMO),
    "transitions_a_run": Assumption(
        50, "state transitions a run, children of its Maps among them", STACK_COST
    ),
    "calls_a_run": Assumption(30, "calls of functions a run", DEMO),
    "traces_a_run": Assumption(5, "traces a run: its execution and the children of its Maps", STACK_COST),
    "environments": Assumption(
        4, "environments of lookup and collect that are warm; each reads a secret every 5 minutes", GUESS
    ),
    "segmentations": Assumption(30, "runs a month: one a day on which orders came", "docs/operations.md"),
    "trainings": Assumption(5, "runs a month: one a week, and one when something has changed", "the same"),
    "items_a_customer": Assumption(2, "items a customer in a publication of segments", STACK_COST),
    "units_an_item": Assumption(1.0, "write units an item", SERVE),
    "page_units_a_run": Assumption(
        100,
        "write units a publication: figures and lists of the shop, in pages of up to 100 KB",
        "49 of the smallest shop, its documents packed",
    ),
    "page_bytes_a_customer": Assumption(
        25,
        "bytes a customer in a publication's pages of members: 6 for each of four methods",
        "10,000 packed",
    ),
    "writes_an_item": Assumption(2, "writes: one to publish it, one to let it end", SERVE),
    "line_bytes": Assumption(60, "bytes an order line in the lake, twice that as uploaded", "docs/lake.md"),
    "item_bytes": Assumption(900, "bytes an item; two generations are kept", SERVE),
    "objects_a_run": Assumption(120, "objects written a run, and as many read three times", GUESS),
    "pollers": Assumption(5, "pollers of the queue, one request each 20 s", "AWS Lambda's guide"),
    "alerts": Assumption(10, "e-mails", GUESS),
    "signed_in": Assumption(5, "people who look at segments", GUESS),
}
