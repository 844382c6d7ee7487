"""CDNOW: purchases of 23,570 customers from January 1997 to June 1998, and a published sample of them.

From brucehardie.com/datasets; the summaries lie in the wheel of Lifetimes 0.11.3 (PyPI).
"""

from __future__ import annotations

import pandas as pd

from tests_support import shared

COLUMNS = ["customer", "day", "quantity", "value"]


def all_purchases() -> pd.DataFrame:
    """Return all 69,659 purchases as texts; a day is ``19970101``."""
    return pd.read_csv(shared("cdnow/CDNOW_master.txt.gz"), sep=r"\s+", header=0, names=COLUMNS, dtype=str)


def sample() -> pd.DataFrame:
    """Return the purchases of the sample of 2,357 customers."""
    names = ["master_id", *COLUMNS]
    return pd.read_csv(shared("cdnow/CDNOW_sample.txt"), sep=r"\s+", names=names, parse_dates=["day"])


def summary(*, with_transactions: bool = False) -> pd.DataFrame:
    """Return a published summary of the sample: frequency, recency, age and maybe mean value, in weeks."""
    ending = "_with_transactions" if with_transactions else ""
    found = pd.read_csv(shared(f"cdnow/cdnow_customers_summary{ending}.csv"))
    value = ["value"] if with_transactions else []
    found.columns = ["id", "frequency", "recency", "age", *value]
    return found
