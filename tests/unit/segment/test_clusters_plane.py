"""The plane of the clusters, held against scikit-learn's principal components."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from patronage.logic.segments.clusters import Clusters, plane
from patronage.stores.objects import FolderStore, read_json


def two_groups(customers: int = 300) -> dict[str, np.ndarray]:
    """Give two groups apart in two features that go together, one feature of noise, and one with gaps."""
    rng = np.random.default_rng(5)
    group = np.arange(customers) % 2
    far = group * 8.0
    gaps = np.where(rng.random(customers) < 0.2, np.nan, rng.normal(size=customers) + far)
    return {
        "a": rng.normal(size=customers) + far,
        "b": rng.normal(size=customers) + far,
        "noise": rng.normal(size=customers),
        "gaps": gaps,
        "same": np.ones(customers),
    }


def test_places_shares_and_centres_are_those_of_principal_components():
    features = two_groups()
    fitted = Clusters(random_state=1).fit(features)
    found = plane(fitted, features, most=10_000)
    rows = np.array([each.apply(features[name]) for name, each in fitted.scalings_.items()]).T
    known = PCA(n_components=2).fit(rows)
    assert found.shares == pytest.approx(known.explained_variance_ratio_.tolist())
    expected = known.transform(rows) * np.sign((found.directions * known.components_).sum(axis=1))
    assert np.allclose(sorted(found.places.tolist()), sorted(expected.tolist()))
    labels = fitted.partition_.labels
    means = [expected[labels == number].mean(axis=0) for number in range(len(found.centres))]
    assert found.centres == pytest.approx(np.array(means))
    heaviest = np.abs(found.directions).argmax(axis=1)
    assert (found.directions[[0, 1], heaviest] > 0).all()


def test_each_point_carries_its_own_cluster():
    features = two_groups()
    fitted = Clusters(random_state=1).fit(features)
    found = plane(fitted, features, most=50)
    assert found.places.shape == (50, 2)
    assert len(found.centres) == 2
    distances = ((found.places[:, None, :] - found.centres[None]) ** 2).sum(axis=2)
    assert (distances.argmin(axis=1) == found.labels).all()


def test_the_sample_is_the_same_whatever_the_order_of_the_customers():
    features = two_groups()
    turned = {name: values[::-1].copy() for name, values in features.items()}
    places = [
        plane(Clusters(random_state=1).fit(each), each, most=40).places.round(6)
        for each in (features, turned)
    ]
    assert np.array_equal(*places)


def test_one_feature_is_a_line():
    features = {"a": np.arange(20.0), "same": np.ones(20)}
    found = plane(Clusters(random_state=1).fit(features), features, most=100)
    assert found.shares == [1.0, 0.0]
    assert (found.places[:, 1] == 0).all()
    assert found.directions.tolist() == [[1.0], [0.0]]


def test_customers_who_do_not_differ_have_no_plane():
    features = {"same": np.ones(20)}
    assert plane(Clusters(random_state=1).fit(features), features, most=100) is None


@pytest.mark.parametrize("customers", [0, 5])
def test_a_step_without_a_plane_writes_why(tmp_path, customers, monkeypatch):
    from types import SimpleNamespace

    from patronage.steps.segment import clusters as step

    options = SimpleNamespace(clusters_seed=1, clusters_pca_share=0.0)
    monkeypatch.setattr(step.Manifest, "load", lambda *_: SimpleNamespace(options=options))
    monkeypatch.setattr(step, "load_arrays", lambda *_: {"occasions": np.ones(customers, dtype=np.float32)})
    store = FolderStore(tmp_path)
    step.clusters("run", store)
    found = read_json(store, "runs/run/segments/cluster_points.json")
    reason = "no customer has bought" if customers == 0 else "do not differ"
    assert reason in found.pop("points_reason")
    code = "nobody_bought" if customers == 0 else "no_plane"
    assert (found.pop("points_reason_code"), found.pop("points_reason_values")) == (code, {})
    assert found == {"customers": customers, "points": [], "centres": [], "components": []}
