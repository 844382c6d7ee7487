"""What the rules of quality may be about, and how each finding is said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Something that rules may be about.

    Parameters
    ----------
    says : str
        What was found: a sentence's beginning with places for `value` and `column`.
    advice : str
        What a person does next.
    is_of_column : bool
        Whether a rule must name a column (or ``*``).
    limit : str
        How a limit is written.
    """

    says: str
    advice: str
    is_of_column: bool = False
    limit: str = "{:g}"


_SHARE = "{:.0%}"
MEASURES = {
    "refused_share": Measure(
        says="{value:.1%} of the records were refused",
        advice="see the reasons with: patronage report OBJECT",
        limit=_SHARE,
    ),
    "repeated_share": Measure(
        says="{value:.1%} of the records repeat others of the same file",
        advice="check whether the export lists each row once",
        limit=_SHARE,
    ),
    "rows_ratio": Measure(
        says="the upload has {value:.2f} times the rows of the median of the uploads before",
        advice="check that the export covers its whole period, and only that",
    ),
    "age_days": Measure(
        says="the newest row is {value:.1f} days old",
        advice="check that the export ran; a file of past times may be left as it is",
        limit="{:g} days",
    ),
    "unknown_product_share": Measure(
        says="{value:.1%} of the rows name a product that the table of products lacks",
        advice="upload the products that are missing, or check which id the export writes",
        limit=_SHARE,
    ),
    "unmatched_share": Measure(
        says="{value:.1%} of the cancellations and refunds have no sale in the file or the lake",
        advice="upload the orders that they take back, or check which order the export lets them refer to",
        limit=_SHARE,
    ),
    "null_share": Measure(
        says="{column} is missing in {value:.1%} of the rows",
        advice="check that the export has the column, and that it is filled",
        is_of_column=True,
        limit=_SHARE,
    ),
    "low": Measure(
        says="the least {column} is {value:,g}", advice="look for a slip in the file", is_of_column=True
    ),
    "high": Measure(
        says="the greatest {column} is {value:,g}", advice="look for a slip in the file", is_of_column=True
    ),
    "distinct_share": Measure(
        says="{column} has different values in {value:.1%} of the rows that have one",
        advice="check that the export writes the right id",
        is_of_column=True,
        limit=_SHARE,
    ),
    "change": Measure(
        says="the distribution of {column} has moved by {value:.2f} (population stability index) from the "
        "uploads before",
        advice="check units and currency, and whether the shop's assortment or prices changed",
        is_of_column=True,
    ),
}
"""What rules may be about, by the name that a rule gives."""
