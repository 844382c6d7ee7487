"""What a shop of any size learns from: who bought what in Spark, and beside it what fits one machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import functions as sql

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from patronage.logic.recommenders import Interactions


@dataclass(frozen=True, kw_only=True)
class Purchases:
    """The same purchases three times, in less and less detail.

    Parameters
    ----------
    frame : DataFrame
        All of named customers: ``customer``, ``product``, ``day`` (int; days since 1970-01-01); a product
        stands once for a customer and a day.
    counted : Interactions
        All of the shop, counted by group of customers, product and day; its customers are the groups, and
        guests are in none. It grows with products and days.
    drawn : Interactions
        Those of a sample of the customers, who are numbered anew. It is all of them in a shop of fewer.
    """

    frame: DataFrame
    counted: Interactions
    drawn: Interactions

    @property
    def n_products(self) -> int:
        """How many products there are."""
        return self.counted.n_products

    def before(self, day: int) -> Purchases:
        """Return what was bought before a day."""
        return Purchases(
            frame=self.frame.where(sql.col("day") < day),
            counted=self.counted.where(self.counted.days < day),
            drawn=self.drawn.where(self.drawn.days < day),
        )
