from __future__ import annotations

import pytest
from analytics_support import AS_OF, MemoryTable, document_items, summary_of

from patronage.errors import BadField, NotFound, TryAgain
from patronage.logic.segments.methods import METHODS
from patronage.steps import analytics
from patronage.stores.figures_reader import MOST_DOCUMENTS
from tests_support import NOW

HEAD = {"generation": "run", "as_of": AS_OF, "age_seconds": 3600, "currency": "GBP"}


def profile(segment_id: str, customers: int, net: int, frequency: float | None) -> dict:
    return {
        "segment_id": segment_id,
        "name": segment_id.title(),
        "customers": customers,
        "net_minor": net,
        "customer_share": customers / 10,
        "revenue_share": net / 1000,
        "mean_recency_days": 2.5,
        "mean_frequency": frequency,
        "mean_probability_alive": None,
        "mean_churn_probability": None,
        "expected_value_12m_minor": 500,
        "expected_value_12m_low_minor": 400,
        "expected_value_12m_high_minor": 600,
        "next_products": [],
    }


def move(before: str | None, after: str | None, customers: int) -> dict:
    return {"from_segment_id": before, "to_segment_id": after, "customers": customers, "net_minor": 1}


MOVES = [
    move("lost", "lost", 5),
    move("champions", "lost", 2),
    move("champions", "champions", 1),
    move(None, "champions", 1),
    move("lost", None, 3),
    move(None, "lost", 1),
]


def small(*, unit: str = "orders", from_run: str | None = "before") -> MemoryTable:
    table = MemoryTable()
    table.put(
        summary_of(
            "run",
            customers=10,
            net_minor=1000,
            segments=[profile("champions", 2, 900, 4.5), profile("lost", 8, 100, 0.0)],
            other_methods={"kmeans": [profile("0", 10, 1000, 0.9)]},
        ),
        *document_items("run", "rfm", {"frequency_unit": unit}),
        *document_items("run", "migration", {"from_run": from_run, "moves": MOVES}),
    )
    table.flip("run")
    return table


def test_segments_of_a_method_with_the_shop_s_totals():
    answer = analytics.segments(small().reader(), now=NOW)
    assert [each["segment_id"] for each in answer.pop("segments")] == ["champions", "lost"]
    assert answer == {**HEAD, "method": "rfm", "is_simulated": False, "customers": 10, "net_minor": 1000}
    other = analytics.segments(small().reader(), method="kmeans", now=NOW)
    assert [each["segment_id"] for each in other["segments"]] == ["0"]
    assert analytics.segments(small().reader(), method="behaviour", now=NOW)["segments"] == []


def test_performance_by_hand():
    answer = analytics.performance(small().reader(), now=NOW)
    champions, lost = answer["segments"]
    assert champions == {
        "segment_id": "champions",
        "name": "Champions",
        "customers": 2,
        "net_minor": 900,
        "customer_share": 0.2,
        "revenue_share": 0.9,
        "mean_recency_days": 2.5,
        "mean_frequency": 4.5,
        "mean_probability_alive": None,
        "mean_churn_probability": None,
        "expected_value_12m_minor": 500,
        "expected_value_12m_low_minor": 400,
        "expected_value_12m_high_minor": 600,
        "net_per_customer_minor": 450.0,
        "purchases": 9,
        "net_per_purchase_minor": 100.0,
        "aov_minor": 100.0,
        "migration": {"stayed": 1, "came": 0, "left": 2, "new": 1, "gone": 0},
    }
    assert lost["migration"] == {"stayed": 5, "came": 2, "left": 0, "new": 1, "gone": 3}
    assert (lost["purchases"], lost["net_per_purchase_minor"], lost["aov_minor"]) == (0, None, None)
    assert answer["migration_reason"] is None
    assert {name: answer[name] for name in HEAD} == HEAD


@pytest.mark.parametrize(
    ("table", "method", "reason"),
    [(small(from_run=None), "rfm", "no run before"), (small(), "kmeans", "rfm alone")],
)
def test_what_is_not_known_of_migration_is_null_with_the_reason(table, method, reason):
    answer = analytics.performance(table.reader(), method=method, now=NOW)
    assert all(each["migration"] is None for each in answer["segments"])
    assert reason in answer["migration_reason"]


def test_where_occasions_are_days_the_value_of_an_order_is_not_known():
    champions, _ = analytics.performance(small(unit="days").reader(), now=NOW)["segments"]
    assert (champions["aov_minor"], champions["net_per_purchase_minor"]) == (None, 100.0)


@pytest.mark.parametrize("of", [analytics.segments, analytics.performance])
def test_an_unknown_method_names_the_known(of):
    with pytest.raises(BadField, match="rfm, kmeans, behaviour, lifecycle") as refused:
        of(small().reader(), method="magic", now=NOW)
    assert refused.value.field == "method"


def test_before_the_first_run_the_answer_is_to_come_again():
    with pytest.raises(TryAgain, match="no run has published segments yet"):
        analytics.segments(MemoryTable().reader(), now=NOW)


@pytest.mark.parametrize("method", METHODS)
def test_lists_of_a_run_agree_with_its_performance(published, method):
    reader = published.table.reader()
    performed = analytics.performance(reader, method=method, now=NOW)
    assert performed["generation"] == published.live
    for each in performed["segments"]:
        listed = analytics.members(reader, each["segment_id"], method=method, limit=1000, now=NOW)
        assert len(listed["customers"]) == each["customers"]
        assert sum(item["net_minor"] for item in listed["customers"]) == each["net_minor"]


def test_migration_of_a_run_accounts_for_everybody(published):
    reader = published.table.reader()
    found = analytics.performance(reader, now=NOW)["segments"]
    for each in found:
        counts = each["migration"]
        assert counts["stayed"] + counts["came"] + counts["new"] == each["customers"]
    assert sum(each["migration"]["came"] for each in found) > 0


def test_metrics_of_the_live_model():
    table = small()
    table.put(*document_items("trained", "metrics", {"model": "hybrid", "metrics": {"ndcg": 0.25}}))
    table.flip("trained", "recommendations")
    assert analytics.recommendation_metrics(table.reader(), now=NOW) == {
        **HEAD,
        "generation": "trained",
        "model": "hybrid",
        "metrics": {"ndcg": 0.25},
    }
    table.forget("trained")
    with pytest.raises(NotFound, match="published without metrics"):
        analytics.recommendation_metrics(table.reader(), now=NOW)


def test_a_document_is_read_once_a_generation_and_not_kept_for_ever():
    table = MemoryTable()
    for number in range(MOST_DOCUMENTS + 8):
        table.put(*document_items("run", f"d{number}", {"n": number}))
    table.put(*document_items("later", "d0", {"n": -1}))
    reader = table.reader()
    assert [reader.document("run", "d0") for _ in range(3)] == [{"n": 0}] * 3
    assert table.reads == ["analytics#run#d0#0"]
    assert reader.document("later", "d0") == {"n": -1}
    for number in range(MOST_DOCUMENTS + 8):
        reader.document("run", f"d{number}")
    table.reads.clear()
    assert reader.document("run", f"d{MOST_DOCUMENTS + 7}") == {"n": MOST_DOCUMENTS + 7}
    assert table.reads == []
    assert reader.document("run", "d0") == {"n": 0}
    assert table.reads == ["analytics#run#d0#0"]
    assert reader.document("run", "none") is None


def test_a_document_of_many_pages_is_put_together(monkeypatch):
    monkeypatch.setattr("patronage.logic.serve.documents.PAGE_BYTES", 7)
    table = MemoryTable()
    items = document_items("run", "long", list(range(50)))
    assert len(items) > 5
    table.put(*items)
    assert table.reader().document("run", "long") == list(range(50))
    del table.items[items[3]["pk"]]
    with pytest.raises(TryAgain, match="long#3"):
        table.reader().document("run", "long")
