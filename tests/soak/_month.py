"""A month of a shop, day by day, through the product's functions; what must hold is checked each evening."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from patronage.logic.monitor.options import SETTINGS as MONITOR
from patronage.settings import Shop
from soak import _plan
from soak._books import Books
from soak._http import ask
from soak._machines import Machines
from soak._orders import RATE, ZONE, local
from soak._search import Searcher
from soak._seen import Seen
from soak._shop import ZOE, SimulatedShop
from soak._trial import TRIAL, Trial
from soak._uploads import Uploads
from soak._visits import Visits

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from soak._cloud import Cloud
    from soak._orders import Order
    from soak._plan import Plan
    from soak._uploads import Written

SETTINGS = Shop(
    currency="GBP",
    timezone=ZONE.key,
    rates={"EUR": str(RATE)},
    search_seconds=0,
    keep_generation_days=3,
)
_CORRECTED_DAYS = 5
"""Orders of so many days are corrected."""


class Month:
    """The simulation.

    Parameters
    ----------
    cloud : Cloud
        The stack, before the first day.
    plan : Plan
        What happens.
    seed : int
        What all that is drawn comes from.
    """

    def __init__(self, cloud: Cloud, plan: Plan, seed: int) -> None:
        self.cloud, self.plan = cloud, plan
        self.shop = SimulatedShop(seed, customers=plan.customers, a_day=plan.a_day)
        self.books, self.trial = Books(), Trial()
        self.visits = Visits(cloud, self.shop, self.books)
        self.uploads = Uploads(cloud, self.books)
        self.seen = Seen(cloud, self.books, self.visits, self.trial, plan)
        self.machines = Machines(cloud, on_end=self.seen.ended)
        self.searcher = Searcher(cloud)
        self.erased: list[str] = []
        """Customers who were erased and have not come again."""
        self._wants_rollback = False
        self._late: list[Written] = []
        self._files: dict[date, Written] = {}

    def run(self, check: Callable[[Month, date], None]) -> None:
        """Go through all days; `check` is told of each when it is over."""
        self._begin()
        for number in range(1, self.plan.days + 1):
            day, happens = _plan.START + timedelta(days=number - 1), self.plan.happens.get(number, ())
            self.visits.answers.clear()
            if number > 1:
                self.uploads.reports.clear()
                self._night(day)
            self._morning(day, happens)
            placed = self._daytime(day)
            self._evening(day, happens, placed)
            check(self, day)

    def _begin(self) -> None:
        """Upload what was ordered before."""
        self.cloud.store.write_bytes(MONITOR, self.plan.monitor.encode())
        days = (_plan.START - timedelta(days=ago) for ago in range(self.plan.history, 0, -1))
        self.uploads.catalogue(self.shop.catalogue())
        self.uploads.orders(
            "raw/orders/history.csv", [each for day in days for each in self.shop.orders(day)]
        )
        self.machines.run()

    def _night(self, day: date) -> None:
        """Deliver what is late, watch, make anew what is due, and compact the lake."""
        self.cloud.clock.until(local(day, 1.5))
        for written in self._late:
            self.uploads.deliver(written)
        self._late.clear()
        self.machines.run()
        self.cloud.clock.until(local(day, 3))
        self.machines.start("monitoring", f"{day:%Y%m%d}-daily", trigger="schedule")
        self.machines.run()
        self.cloud.clock.until(local(day, 3.3))
        self.cloud.step("compact", "compact", f"{day:%Y%m%d}-upkeep")

    def _morning(self, day: date, happens: tuple[str, ...]) -> None:
        """Do what people do."""
        self.cloud.clock.until(local(day, 9))
        if _plan.DRIFT in happens:
            self.shop.drift()
            self.uploads.catalogue(self.shop.catalogue())
        self._try(happens)
        self._wants_rollback |= _plan.ROLL_BACK in happens
        if self._wants_rollback and self.seen.is_new("recommendations"):
            self._wants_rollback = False
            self._roll_back("recommendations")
        if _plan.ERASE_FIRST in happens:
            self._erase(ZOE)
        if _plan.ERASE_SECOND in happens:
            net = self.books.figures(self.cloud.clock.now).net_by_customer
            self._erase(max(net, key=lambda each: (net[each], each)))

    def _daytime(self, day: date) -> list[Order]:
        """Let visitors come by, and return what they order."""
        self.cloud.clock.until(local(day, 10))
        self.seen.open(self.cloud.table.pointer())
        placed = []
        for number in range(self.plan.visits):
            self.cloud.clock.until(local(day, 10 + 10 * number / self.plan.visits))
            placed.append(self.visits.visit())
        self.visits.look_around()
        return [order for order in placed if order]

    def _evening(self, day: date, happens: tuple[str, ...], placed: list[Order]) -> None:
        """Upload what the day brought, delivered in any order, some of it late or twice."""
        self.cloud.clock.until(local(day, 21.8))
        self.uploads.events(day, is_told_twice=self.shop.happens(0.3))
        self.cloud.clock.until(local(day, 22))
        today = sorted([*self.shop.orders(day), *placed], key=lambda order: order.ordered_at)
        if _plan.COMES_AGAIN in happens:
            today.append(self.shop.order_of(self.erased.pop(), self.shop.products[0], local(day, 21.7)))
        bad = _bad_rows(day) if _plan.BAD_ROWS in happens else []
        written = [self.uploads.write(f"raw/orders/{day}.csv", today, bad=bad)]
        self._files[day] = written[0]
        if _plan.BROKEN in happens:
            self.uploads.broken(f"raw/orders/{day}-broken.xlsx")
        if _plan.COPY in happens:
            written.append(self._copied(day))
        written.append(self.uploads.write(f"raw/orders/{day}-changed.csv", self._changed(day, today)))
        if self.shop.happens(0.4) or _plan.REVERSED in happens:
            written.reverse()
        elif self.shop.happens(0.2):
            self._late.append(written.pop())
        if self.shop.happens(0.4) or _plan.TWICE in happens:
            written.append(written[0])
        for each in written:
            self.uploads.deliver(each)
        self.machines.run()

    def _changed(self, day: date, today: list[Order]) -> list[Order]:
        """Correct some orders, those of today too, and give some money back."""
        since = local(day - timedelta(days=_CORRECTED_DAYS), 0)
        known = [each for each in self.books.orders() if each.ordered_at >= since]
        sales = [each for each in [*known, *today] if each.kind == "sale"]
        sales.sort(key=lambda order: order.order_id)
        back = self.shop.some([each for each in sales if f"R{each.order_id}" not in self.books.held], 2)
        chosen = [*self.shop.some(sales, 5), *self.shop.some(today, 1)]
        changed = {each.order_id: each for each in chosen if each.kind == "sale" and each not in back}
        return [
            *(self.shop.corrected(each) for each in changed.values()),
            *(self.shop.refund(each, local(day, 21.75)) for each in back),
        ]

    def _copied(self, day: date) -> Written:
        """Upload yesterday's file once more, under another name; who was erased since is not in it."""
        file = self._files[day - timedelta(days=1)]
        orders = [each for each in file.orders if each.customer_id not in self.erased]
        same = file.content if len(orders) == len(file.orders) else b""
        refused = file.refused if same else 0
        copied = self.uploads.write(f"raw/orders/copies/{day}.csv", orders, content=same)
        copied.refused = refused
        return copied

    def _try(self, happens: tuple[str, ...]) -> None:
        """Begin, stop or archive the experiment."""
        if _plan.EXPERIMENT in happens:
            self._ask("POST", "/experiments", body=TRIAL)
            self.trial.began = datetime.fromisoformat(self._move("start")["started_at"])
        if _plan.STOP in happens:
            self.trial.stopped = datetime.fromisoformat(self._move("stop")["stopped_at"])
        if _plan.ARCHIVE in happens:
            self._move("archive")
            self.trial.is_archived = True

    def _move(self, move: str) -> dict[str, Any]:
        path = {"experiment_id": TRIAL["experiment_id"]}
        return self._ask("POST", f"/experiments/{{experiment_id}}/{move}", path=path)

    def _roll_back(self, family: str) -> None:
        said = self._ask("POST", "/models/rollback", body={"family": family})
        for event in self.cloud.functions.events:
            self.cloud.call("publish", event)
        self.cloud.functions.events.clear()
        self.seen.rolled_back[family] = said["rolled_back"]

    def _erase(self, customer_id: str) -> None:
        """Erase a customer, who then comes no more."""
        path = {"customer_id": quote(customer_id, safe="")}
        said = self._ask("DELETE", "/customers/{customer_id}", path=path)
        self.shop.leave(customer_id)
        self.machines.run()
        self.uploads.deliver_what_erasure_wrote()
        status = self._ask("GET", "/erasures/{erasure_id}", path={"erasure_id": said["erasure_id"]})
        assert status["state"] == "done", status
        self.books.forget(customer_id)
        self.visits.forget(customer_id)
        self.erased.append(customer_id)
        self.uploads.gone.append(customer_id)

    def _ask(self, method: str, resource: str, **asked: Any) -> dict[str, Any]:
        return ask(self.cloud, "api", method, resource, is_admin=True, **asked)


def _bad_rows(day: date) -> list[str]:
    """Return rows of which each breaks a rule."""
    ahead = day + timedelta(days=3)
    return [
        f"X{day:%m%d}1,nobody,tea-0,The tea-0,a few,2.50,,GBP,sale,,{day}T12:00:00Z,GB,web",
        f"X{day:%m%d}2,nobody,tea-0,The tea-0,1,-2.50,,GBP,sale,,{day}T12:00:00Z,GB,web",
        f"X{day:%m%d}3,nobody,tea-0,The tea-0,1,2.50,,GBP,sale,,{ahead}T12:00:00Z,GB,web",
        f"X{day:%m%d}4,nobody,,,1,2.50,,GBP,sale,,{day}T12:00:00Z,GB,web",
    ]
