"""What answers say of themselves in English: each sentence with the code that a program knows it by.

An answer carries the sentence for people, and beside it, as ``reason_code`` and ``reason_values``, the code
and what the sentence names; a page in another language writes its own of these. Sentences of figures that
stand in the answer anyway (verdicts, rules of rows, names of segments) have a code there and are not here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_MEASURED = "; NDCG@10 on {customers} customers: {scores}"
_CHOSEN = {
    "few_to_compare": (
        "after the cut-off {customers} of the customers bought something new, fewer than the {least} that "
        "comparing methods takes, so {model} is taken"
    ),
    "better_than_live": f"best on the validation window, and better than {{against}} on the test{_MEASURED}",
    "no_better_on_test": (
        f"{{challenger}}, best on the validation window, is no better on the test{_MEASURED}"
    ),
    "still_best": f"still best on the validation window{_MEASURED}",
}
"""Why a method was chosen."""
_UNCOMPARED = "; the live method {live} could not be compared: {why}"
_NO_SPARK = "; nothing here runs Spark: enable Spark with: make deploy SPARK=on"
_SPARK_ASKED = 'settings/engine.toml says engine = "spark"'

SENTENCES: Mapping[str, str] = {
    # segments and journeys
    "no_events": "the lake has no event of a known time and visitor; upload an event file below raw/events/",
    "no_categories": ("no product that was bought has a category; upload the catalogue below raw/products/"),
    "only_known_customers": (
        "purchases follow on each other where the customer is known; an anonymous visitor's do not"
    ),
    "no_visitors_of_dates": (
        "a visitor may come in several months, so visitors are counted over the whole time alone; "
        "leave start and end out for them, or take visits"
    ),
    "no_product_views": "no event is a view or click that names a product",
    "no_cart_adds": "no event is a cart_add",
    "no_purchase_events": "no event is a purchase",
    "no_history": "neither this run of segments nor the one before kept a history",
    "no_impression_events": (
        "no impression of a known customer names a recommendation: its channel must begin with recommendation"
    ),
    "no_click_events": (
        "no click of a known customer names a recommendation: its channel must begin with recommendation"
    ),
    "nobody_bought": "no customer has bought",
    "few_customers": "there are {customers} customers, and a silhouette needs 3 at least",
    "customers_alike": "the customers do not differ in any feature, the outermost 1 % apart",
    "no_plane": "the customers do not differ in any feature",
    "no_run_before": "there was no run before this one",
    "only_rfm_compared": "the run before and this one are compared by the method rfm alone",
    "before_the_shop": "the shop's orders begin on {begun}, and the period before on {before}",
    "before_the_kept": "the run keeps the days from {first} on, and the period before begins on {before}",
    # effectiveness and effects
    "no_answers_named": (
        "no event names an answer of recommendations yet: let the storefront send back each answer's "
        "recommendation_id with impressions and clicks (docs/events.md)"
    ),
    "none_of_these_days": ("no event of these days names an answer of recommendations; ask for other days"),
    "few_impressions": (
        "not enough data: {impressions:,} impressions, and rates are given from {least:,} on"
    ),
    "nobody_held_out": (
        "nobody was held out, so there is nothing to compare with; set held_out_share in segments.toml"
    ),
    # drift: why a measure cannot be judged
    "few_rows": "{before:,} rows in the reference and {now:,} now, and {least} are needed",
    "few_values": "{before:,} rows with a value in the reference and {now:,} now, and {least} are needed",
    "few_in_segments": "{before:,} customers before and {now:,} now, and {least} are needed",
    "few_in_both_runs": "{customers:,} customers are in both runs, and {least} are needed",
    "no_catalogue": "the shop has no catalogue that says what is sold no more",
    "few_lists": "the lists of {customers:,} customers, and {least} are needed",
    "empty_lists": "there is no product in the lists",
    "few_sales": "{sales:,} sales in these days, and {least} are needed",
    "few_buyers": (
        "{live:,} customers bought something new since, {published:,} in as many days of the gate's window; "
        "{least} are needed"
    ),
    "run_gone": "what run {run_id} wrote is gone",
    "run_incomplete": "what run {run_id} wrote is not there any more, or not in full",
    "run_before_gone": "the run before, {run_id}, is gone",
    "profiles_gone": "the profiles of run {run_id} are gone",
    "first_run": "run {run_id} is the first: there is none to move from",
    "no_segments_live": "no run of segments is live",
    "no_recommendations_live": "no run of recommendations is live, or it is gone",
    "nothing_live": "no run is live that this could be held against; train or segment first",
    "none_live_before": "no run was live before this one",
    "no_common_days": "the live model was measured on last purchases, which lie on no common days",
    "no_day_since_model": "no day has passed since {day}, the last that the live model knows",
    "no_day_since_reference": "no day has passed since {day}, the last that the reference saw",
    "gate_unmeasured": "the gate's own lists cannot be measured again: {detail}",
    # gates: why a run was published, or not, and why a method was chosen
    "segments_agree": "segments and order lines agree to the minor unit",
    "nobody_to_segment": "no order line names a customer, so there is nobody to segment",
    "customer_twice": "a customer stands in the segments twice",
    "sums_differ": "the segments sum to {segments} minor units, the order lines to {lines}",
    "monitoring_decided": "{decided}",
    **_CHOSEN,
    **{f"{code}_uncompared": f"{text}{_UNCOMPARED}" for code, text in _CHOSEN.items()},
    "promoted": "{by} promoted version {version}: {why}",
    "training_failed": "its training failed; the log of the run's execution says why",
    "no_named_orders": "no order names its customer, so only popularity can be learnt",
    "not_on_spark": "it needs the whole shop in one machine's memory, and this run went on Spark",
    "bought_left_out": (
        "the shop does not recommend what a customer bought already (recommend_bought is off)"
    ),
    # why a run ends before it has begun
    "no_order_lines": (
        "the lake has no order line yet of a time that is past; upload an order file below raw/orders/ first"
    ),
    "run_going": "run {run_id} of {family} is going since {since}",
    "few_new_data": "not enough new data for any rule",
    # what carries a run
    "one_function_carries": "{counts}: one function carries {limits_said}",
    "kept_in_functions": '{passed}, but settings/engine.toml says engine = "duckdb"',
    "on_this_machine": "{passed}, but this is a machine with memory of its own",
    "beyond_one_function": "{passed}",
    "beyond_without_spark": f"{{passed}}{_NO_SPARK}",
    "spark_asked": _SPARK_ASKED,
    "spark_asked_without": f"{_SPARK_ASKED}{_NO_SPARK}",
    # what to do next
    "uploads_given_up": (
        "{uploads} could not be ingested in five tries; see which and why, mend the file or the settings, "
        "and upload it again (docs/runbooks.md#uploads-given-up)."
    ),
    "quality_broken": "The newest uploads break quality rules ({rules}); look at the upload's report.",
    "run_failed": (
        "The last {machine} run ({run_id}) ended {status}{why}. What was live before still is; mend the "
        "cause, then start it again."
    ),
    "first_run_going": "The first run of {family} is going; look again when it has ended.",
    "pointer_lost": (
        "Runs have published {family}, and none are live: the serving table's pointer was lost. Put it back; "
        "until then there are no answers (docs/runbooks.md#a-lost-pointer)."
    ),
    "none_published": "No {family} have been published yet; upload orders, then start a run.",
    "live_is_stale": (
        "The live {family} were published {days:.0f} days ago; upload what is new, or start a run."
    ),
    "alarm_stands": "The alarm {alarm} stands: {description}",
    "never_monitored": "Nothing has looked for drift yet; start a run of monitoring.",
    "monitoring_alerts": "Monitoring tells: {said}.",
    "monitoring_failed": "Monitoring tells: {said}.",
    "all_is_well": "Nothing needs you: what is live is fresh, and no alarm stands.",
}
"""By code the sentence, with places for its values."""
_CODES = {text: code for code, text in SENTENCES.items() if "{" not in text}


@dataclass(frozen=True)
class Said:
    """A sentence of an answer, by its code.

    Parameters
    ----------
    code : str
        One of `SENTENCES`.
    values : mapping
        What the sentence names; it may hold more, for who writes another sentence of them.

    Examples
    --------
    >>> Said("few_customers", {"customers": 2}).text
    'there are 2 customers, and a silhouette needs 3 at least'
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The English sentence."""
        return SENTENCES[self.code].format_map(self.values)

    def fields(self, name: str = "reason") -> dict[str, Any]:
        """Return the fields of an answer: the sentence as `name`, with its code and its values."""
        return {name: self.text, **coded(name, self)}

    @classmethod
    def read(cls, found: Mapping[str, Any], name: str) -> Said:
        """Read back what `fields` wrote."""
        return cls(found[f"{name}_code"], found[f"{name}_values"])


def stated(name: str, told: Said | None) -> dict[str, Any]:
    """Return the fields of an answer for a sentence, or for none where nothing is to be said."""
    return told.fields(name) if told else {name: None, **coded(name, None)}


def said(code: str, **values: Any) -> Said:
    """Return a sentence by its code and what it names."""
    return Said(code, values)


def coded(name: str, told: Said | str | None) -> dict[str, Any]:
    """Return the code and the values of a sentence, as fields beside `name`.

    A text has the code of `code_of`: a run that was published before there were codes has one so.
    """
    if isinstance(told, Said):
        return {f"{name}_code": told.code, f"{name}_values": dict(told.values)}
    return {f"{name}_code": code_of(told), f"{name}_values": {}}


def kept_code(found: Mapping[str, Any], name: str = "reason") -> dict[str, Any]:
    """Return the code and the values that were kept beside `name`; {} where there were none yet."""
    return {field: found[field] for field in (f"{name}_code", f"{name}_values") if field in found}


def code_of(text: str | None) -> str | None:
    """Return the code of a sentence without values; None of any other text."""
    return None if text is None else _CODES.get(text)
