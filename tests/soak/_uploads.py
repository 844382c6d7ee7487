"""Files that are uploaded and delivered, and what their reports say beside what the books expect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from patronage.logic.upload_keys import report_key
from patronage.steps.ingest import object_id
from patronage.stores.objects import read_json
from soak._cloud import RAW
from soak._orders import file_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from soak._books import Books, Fates
    from soak._cloud import Cloud
    from soak._orders import Order


@dataclass(kw_only=True)
class Written:
    """An object of orders whose event is yet to be delivered."""

    key: str
    detail: dict[str, Any]
    orders: Sequence[Order]
    content: bytes
    at: datetime
    refused: int = 0
    expected: Fates = field(default_factory=dict)

    @property
    def report_key(self) -> str:
        """Where its report lies."""
        return report_key(object_id(self.key, self.detail["object"]["version-id"]))


class Uploads:
    """Uploads to the raw bucket.

    Parameters
    ----------
    cloud, books
        Where they go, and what must come of them.
    """

    def __init__(self, cloud: Cloud, books: Books) -> None:
        self._cloud, self._books = cloud, books
        self._seen: set[str] = set()
        self.gone: list[str] = []
        """All who were erased."""
        self.delivered: set[str] = set()
        """The reports that there must be."""
        self.reports: list[tuple[dict[str, Any], Fates]] = []
        """Those of the day, each beside what must have become of its rows."""

    def write(
        self, key: str, orders: Sequence[Order], *, bad: Sequence[str] = (), content: bytes = b""
    ) -> Written:
        """Upload orders, with bad rows beside them."""
        body = content or file_of(orders, more=bad)
        detail = self._put(key, body)
        at = self._cloud.clock.now
        return Written(key=key, detail=detail, orders=orders, content=body, at=at, refused=len(bad))

    def deliver(self, written: Written) -> dict[str, Any]:
        """Deliver the event of an upload; the second time it must change nothing."""
        if not written.expected:
            written.expected = self._books.take(
                written.orders, written.content, at=written.at, key=written.key, refused=written.refused
            )
            again = {each.customer_id for each in written.orders} & set(self.gone)
            written.expected["erased_customers_again"] = len(again)
        self._cloud.deliver(written.detail)
        self.delivered.add(written.report_key)
        report: dict[str, Any] = read_json(self._cloud.store, written.report_key)
        self.reports.append((report, written.expected))
        return report

    def orders(self, key: str, orders: Sequence[Order]) -> None:
        """Upload orders and deliver their event."""
        self.deliver(self.write(key, orders))

    def broken(self, key: str) -> None:
        """Upload a file that nobody can read; its message ends in the dead-letter queue."""
        detail = self._put(key, b"PK\x03\x04 a workbook that was cut off")
        with pytest.raises(Exception, match="cannot be read"):
            self._cloud.deliver(detail)
        self._expect(key, detail, "unreadable")

    def catalogue(self, content: bytes) -> None:
        """Upload the products."""
        detail = self._put("raw/products/products.csv", content)
        self._cloud.deliver(detail)
        self._expect("raw/products/products.csv", detail, "done")

    def events(self, day: date, *, is_told_twice: bool) -> None:
        """Write what the delivery stream holds as an object, as it does every quarter of an hour, or more."""
        if not (records := self._cloud.stream.records):
            return
        key = f"raw/events/{day:%Y/%m/%d}/21/events-1-{day}"
        detail = self._put(key, b"".join(records))
        records.clear()
        for _ in range(2 if is_told_twice else 1):
            self._cloud.deliver(detail)
        self._expect(key, detail, "done")

    def deliver_what_erasure_wrote(self) -> None:
        """Deliver the events of objects that were written anew, which are no uploads."""
        for page in self._cloud.s3.get_paginator("list_object_versions").paginate(Bucket=RAW):
            for each in page.get("Versions", []):
                if each["VersionId"] not in self._seen:
                    self._seen.add(each["VersionId"])
                    self._cloud.deliver(self._cloud.event_of(each["Key"], each["VersionId"]))

    def _put(self, key: str, content: bytes) -> dict[str, Any]:
        detail = self._cloud.upload(key, content)
        self._seen.add(detail["object"]["version-id"])
        return detail

    def _expect(self, key: str, detail: dict[str, Any], state: str) -> None:
        where = report_key(object_id(key, detail["object"]["version-id"]))
        self.delivered.add(where)
        assert read_json(self._cloud.store, where)["state"] == state
