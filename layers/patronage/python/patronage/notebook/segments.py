"""What a run of segments found out, as frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.local.runs import run_of
from patronage.logic.segments.methods import METHODS
from patronage.notebook.frames import CLAIM, DAY, NUMBER, TEXT, WHOLE, rows_frame, run_frame, typed
from patronage.steps.figures import ANALYTICS
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    import pandas as pd

    from patronage.local.lakes import OpenLake

_SEGMENT = {
    **typed(TEXT, "segment_id", "name"),
    **typed(WHOLE, "customers"),
    **typed(NUMBER, "customer_share"),
    **typed(WHOLE, "net_minor"),
    **typed(NUMBER, "revenue_share", "mean_recency_days", "mean_frequency"),
    **typed(NUMBER, "mean_probability_alive", "mean_churn_probability"),
    **typed(
        WHOLE, "expected_value_12m_minor", "expected_value_12m_low_minor", "expected_value_12m_high_minor"
    ),
}
_MONEY = typed(WHOLE, "net_minor", "sale_minor", "cancellation_minor", "refund_minor")
_SALES = {
    **_MONEY,
    **typed(WHOLE, "fee_minor", "orders"),
    **typed(NUMBER, "aov_minor", "items"),
    **typed(WHOLE, "customers", "new_customers", "returning_customers"),
    **typed(WHOLE, "new_net_minor", "returning_net_minor", "guest_net_minor"),
}
_PRODUCT = {**_MONEY, **typed(WHOLE, "orders"), **typed(NUMBER, "items"), **typed(WHOLE, "customers")}
_PERIOD = {**typed(DAY, "begins"), **typed(CLAIM, "is_running")}
_REST = typed(CLAIM, "is_rest")
_SALES_BY = {
    "month": ("months", {**typed(TEXT, "month"), **_PERIOD, **_SALES}),
    "week": ("weeks", {**typed(TEXT, "week"), **_PERIOD, **_SALES}),
    "country": ("countries", {**typed(TEXT, "country"), **_REST, **_SALES}),
    "channel": ("channels", {**typed(TEXT, "channel"), **_REST, **_SALES}),
    "product": ("products", {**typed(TEXT, "product_id", "name"), **_REST, **_PRODUCT}),
}
_COHORT_PERIODS = ("month", "week", "quarter")
_OF_COHORT = {**typed(TEXT, "cohort"), **typed(DAY, "begins"), **typed(WHOLE, "customers")}
_OF_PERIOD = {
    **typed(WHOLE, "offset", "active"),
    **typed(NUMBER, "retention"),
    **typed(WHOLE, "net_minor"),
    **typed(NUMBER, "cumulative_ltv_minor"),
    **typed(CLAIM, "is_running"),
}
_HOLDOUT = {
    **typed(TEXT, "what"),
    **typed(WHOLE, "customers", "days"),
    **typed(NUMBER, "predicted", "low", "high", "actual", "bias", "coverage", "mean_absolute_error", "auc"),
}
_CLUSTER = {
    **typed(TEXT, "cluster_id", "name"),
    **typed(WHOLE, "customers"),
    **typed(TEXT, "feature"),
    **typed(NUMBER, "mean", "median", "z"),
}
_VALIDITY = {
    **typed(WHOLE, "k"),
    **typed(NUMBER, "silhouette", "stability", "inertia"),
    **typed(CLAIM, "is_chosen"),
}


class SegmentFrames:
    """The part of a shop that reads the newest run of segments."""

    _opened: OpenLake

    def segments(self, method: str = "rfm") -> pd.DataFrame:
        """Return the segments of a method with their customers and money.

        Parameters
        ----------
        method : {"rfm", "kmeans", "lifecycle", "behaviour"}
            What parts the customers.

        Returns
        -------
        pandas.DataFrame
            A row a segment, the greatest net first: segment_id and name (text), customers (integer),
            customer_share and revenue_share (of those who are in a segment, 0 to 1), net_minor (integer),
            mean_recency_days, mean_frequency, mean_probability_alive, mean_churn_probability (of no purchase
            within 3 months), and expected_value_12m_minor with the bounds of its 80 % interval. Without
            purchases to forecast from, the latter are absent.

        Raises
        ------
        BadInput
            There is no such method.
        NotFound
            The customers have not been segmented yet.

        Examples
        --------
        Of a shop with two customers and a guest:

        >>> shop.segments()[["name", "customers", "net_minor"]]
                          name  customers  net_minor
        0              At Risk          1       1450
        1  Potential Loyalists          1          0
        """
        if method not in METHODS:
            raise BadInput(f"method {method!r} is unknown; known are {', '.join(METHODS)}")
        summary = self._figures("segments/summary.json")
        rows = summary["segments"] if method == "rfm" else summary["other_methods"][method]
        frame = rows_frame(rows, _SEGMENT)
        order = frame.sort_values(["net_minor", "segment_id"], ascending=[False, True])
        return order.reset_index(drop=True)

    def customers(self) -> pd.DataFrame:
        """Return what a run of segments says of each customer.

        Returns
        -------
        pandas.DataFrame
            A row a customer, by customer_id: recency_days, frequency (days with a purchase), net_minor, the
            scores r, f and m from 1 to 5, the segment of each method (segment_id, lifecycle_id, cluster_id,
            behaviour_id), probability_alive, expected purchases and value with their 80 % intervals, and the
            habits that are known. Guests have no row.

        Raises
        ------
        NotFound
            The customers have not been segmented yet.
        """
        return self._of_run("segments/customers.parquet", "FROM found ORDER BY customer_id")

    def rfm(self) -> pd.DataFrame:
        """Return recency, frequency and money of each customer, with the scores and the segment.

        Returns
        -------
        pandas.DataFrame
            A row a customer, by customer_id: recency_days (whole days before the run's as_of), frequency
            (days with a purchase), net_minor, r, f, m (1 to 5), segment_id.

        Raises
        ------
        NotFound
            The customers have not been segmented yet.
        """
        columns = "customer_id, recency_days, frequency, net_minor, r, f, m, segment_id"
        return self._of_run("segments/rfm.parquet", f"SELECT {columns} FROM found ORDER BY customer_id")

    def lifetime_value(self) -> pd.DataFrame:
        """Return what each buyer is expected to buy and spend.

        Returns
        -------
        pandas.DataFrame
            A row a customer of whom something is forecast, by customer_id: probability_alive,
            churn_probability (that nothing is bought within 3 months), and for 3 and 12 months
            expected_purchases and expected_value (``…_3m_minor``), each with ``low`` and ``high`` of its
            80 % interval.

        Raises
        ------
        NotFound
            The customers have not been segmented yet.
        """
        sql = (
            "SELECT customer_id, probability_alive, churn_probability, "
            "COLUMNS('expected_(purchases|value)_.*') FROM found WHERE probability_alive IS NOT NULL "
            "ORDER BY customer_id"
        )
        return self._of_run("segments/customers.parquet", sql)

    def lifetime_holdout(self) -> pd.DataFrame:
        """Return how the forecasts did on a part of the past that they had not seen.

        Returns
        -------
        pandas.DataFrame
            A row for purchases and one for value (minor units): customers, days (length of what was held
            out), predicted with low and high of its 80 % interval, actual, bias (predicted over actual less
            one), coverage (share of the customers whose own 80 % interval held) and mean_absolute_error a
            customer. A row for churn: the mean chance to buy nothing on those days, the share of the
            customers who did not, and the area under the ROC curve, auc. No row where the past was too short
            to hold a part of it out.

        Raises
        ------
        NotFound
            The customers have not been segmented yet.
        """
        held_out = self._figures(ANALYTICS["lifetime"])["holdout"]
        what = [name for name in ("purchases", "value", "churn") if held_out.get(name)]
        rows = [{"what": name, "days": held_out["days"], **held_out[name]} for name in what]
        return rows_frame(rows, _HOLDOUT)

    def cohorts(self, period: str = "month") -> pd.DataFrame:
        """Return how many of those who first bought in one period came back in later ones, and their money.

        Parameters
        ----------
        period : {"month", "week", "quarter"}
            How long a cohort and each of its periods last, in the shop's zone.

        Returns
        -------
        pandas.DataFrame
            A row for each cohort and offset: cohort (text), begins (day), customers of the cohort, offset
            (periods since the first), active (who bought in it), retention (active over customers),
            net_minor, cumulative_ltv_minor (net so far, a customer), is_running (the period had not ended).

        Raises
        ------
        BadInput
            There is no such period.
        NotFound
            The customers have not been segmented yet.
        """
        if period not in _COHORT_PERIODS:
            raise BadInput(f"period {period!r} is unknown; known are {', '.join(_COHORT_PERIODS)}")
        found = self._figures(ANALYTICS[f"cohorts-{period}"])
        rows = [
            {name: cohort[name] for name in _OF_COHORT} | each
            for cohort in found["cohorts"]
            for each in cohort["periods"]
        ]
        return rows_frame(rows, _OF_COHORT | _OF_PERIOD)

    def sales(self, by: str = "month") -> pd.DataFrame:
        """Return the shop's sales, guests included.

        Parameters
        ----------
        by : {"month", "week", "day", "country", "channel", "product"}
            What a row is. Of countries, channels and products those beyond the largest are one row, whose
            ``is_rest`` is true.

        Returns
        -------
        pandas.DataFrame
            net_minor (what was sold less what came back, and fees), its parts sale_minor,
            cancellation_minor, refund_minor and fee_minor, orders, aov_minor (net an order), items, and
            customers, new and returning ones. A product has no fees, and nothing of orders' values.

        Raises
        ------
        BadInput
            There is no such way to part them.
        NotFound
            The customers have not been segmented yet.
        """
        if by == "day":
            return self._of_run("metrics/sales_days.parquet", "FROM found ORDER BY day")
        if by not in _SALES_BY:
            raise BadInput(f"by {by!r} is unknown; known are day, {', '.join(_SALES_BY)}")
        listed, columns = _SALES_BY[by]
        return rows_frame(self._figures(ANALYTICS["sales"])[listed], columns)

    def clusters(self) -> pd.DataFrame:
        """Return the clusters of k-means, each with its name and what sets it apart.

        Returns
        -------
        pandas.DataFrame
            A row for each cluster and feature: cluster_id (text), name, customers, feature, mean and median
            in the feature's own unit, and z, the mean's distance from that of all customers in standard
            deviations after each feature was brought to a like shape; absent where all customers are alike.
            Too few customers to part are one cluster.

        Raises
        ------
        NotFound
            The customers have not been segmented yet.
        """
        found = self._figures(ANALYTICS["clusters"])
        rows = [
            {**cluster, "cluster_id": str(cluster["cluster_id"]), "feature": feature, **told}
            for cluster in found["clusters"] or ()
            for feature, told in cluster["profile"].items()
        ]
        return rows_frame(rows, _CLUSTER)

    def cluster_validity(self) -> pd.DataFrame:
        """Return how well each number of clusters parts the customers.

        Returns
        -------
        pandas.DataFrame
            A row for each number tried, by k: silhouette (-1 to 1, more is better apart), stability (mean
            adjusted Rand index of starts that differ in their seed alone, 1 where all agree), inertia, and
            is_chosen.
            Without a row where there are too few customers to part.

        Raises
        ------
        NotFound
            The customers have not been segmented yet.
        """
        found = self._figures(ANALYTICS["clusters"])
        rows = [{**each, "is_chosen": each["k"] == found["k"]} for each in found["by_k"] or ()]
        return rows_frame(rows, _VALIDITY)

    def _of_run(self, file: str, sql: str) -> pd.DataFrame:
        return run_frame(self._opened, [f"runs/{run_of(self._opened, 'segments')}/{file}"], sql)

    def _figures(self, file: str) -> dict[str, Any]:
        found: dict[str, Any] = read_json(
            self._opened.lake.store, f"runs/{run_of(self._opened, 'segments')}/{file}"
        )
        return found
