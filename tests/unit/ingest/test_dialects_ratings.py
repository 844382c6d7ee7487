"""MovieLens and the sequences of reviews, against what plain Python reads in their files."""

from __future__ import annotations

import gzip
import json

import pytest

from dialect_support import AMAZON, ML1M, ML100K, counted, plain
from tests_support import shared, some


def test_movielens_100k_keeps_ratings_genres_dates_and_accents(lake_of):
    names = ["user", "item", "rating", "time"]
    frame = plain(f"{ML100K}/u.data.gz", sep="\t", names=names)
    found = lake_of(f"{ML100K}/u.data.gz")[1].project(
        "customer_id, product_id, rating::INTEGER::VARCHAR, epoch(rated_at)::BIGINT::VARCHAR"
    )
    assert set(found.fetchall()) == set(frame.itertuples(index=False, name=None))
    movies = lake_of(f"{ML100K}/u.item")[1]
    flags = plain(f"{ML100K}/u.item", sep="|", header=None, encoding="latin-1")
    kept = {key: (title, len(genres)) for key, title, genres in _genres(movies)}
    marks = flags.iloc[:, 5:].astype(int).sum(axis=1)
    assert kept == {key: (title, n) for key, title, n in zip(flags[0], flags[1], marks, strict=True)}
    assert movies.filter("title LIKE 'Mis_rables, Les%'").project("title").fetchall() == [
        ("Misérables, Les (1995)",)
    ]
    undated = (flags[2] == "").sum()
    assert movies.aggregate("COUNT(*) - COUNT(released_at)").fetchall()[0] == (undated,)


def _genres(movies):
    rows = movies.project("product_id, title, attributes, category").fetchall()
    for key, title, attributes, category in rows:
        genres = json.loads(attributes)["genres"]
        assert category == "|".join(genres)
        yield key, title, genres


def test_movielens_users_of_100k_keep_letters_in_their_postal_codes(lake_of):
    names = ["user", "age", "gender", "occupation", "zip"]
    frame = plain(f"{ML100K}/u.user", sep="|", names=names)
    rows = lake_of(f"{ML100K}/u.user")[1].project(
        "customer_id, age, gender, attributes ->> 'occupation', postal_code"
    )
    assert set(rows.fetchall()) == set(frame.itertuples(index=False, name=None))


def test_movielens_1m_keeps_its_mean_its_films_and_what_its_codes_mean(lake_of):
    ratings = lake_of(f"{ML1M}/ratings.csv.gz")[1]
    found = ratings.aggregate(
        "COUNT(DISTINCT customer_id), COUNT(DISTINCT product_id), ROUND(AVG(rating), 4), COUNT(rated_at)"
    ).fetchall()[0]
    assert found == (6_040, 3_706, 3.5816, 0)
    lines = shared(f"{ML1M}/movies.dat").read_text(encoding="latin-1").splitlines()
    movies = {
        (key, title, "|".join(genres)) for key, title, genres in _genres(lake_of(f"{ML1M}/movies.dat")[1])
    }
    assert movies == {tuple(line.split("::")) for line in lines}
    users = [line.split("::") for line in shared(f"{ML1M}/users.dat").read_text().splitlines()]
    rows = lake_of(f"{ML1M}/users.dat")[1]
    kept = rows.project("customer_id, gender, postal_code").fetchall()
    assert set(kept) == {(user[0], user[1], user[4]) for user in users}
    young = sum(user[2] == "1" for user in users)
    programmers = sum(user[3] == "12" for user in users)
    assert counted(rows, "age")["under 18"] == young
    assert counted(rows, "attributes ->> 'occupation'")["programmer"] == programmers


@pytest.mark.parametrize("name", some(["Beauty", "Toys_and_Games"], every=2))
def test_sequences_keep_every_user_and_the_order_of_the_items(lake_of, name):
    _, rows = lake_of(f"{AMAZON}/{name}.txt.gz")
    kept = dict(rows.aggregate("customer_id, list(product_id ORDER BY event_id)").fetchall())
    with gzip.open(shared(f"{AMAZON}/{name}.txt.gz"), "rt") as file:
        lines = [line.split() for line in file]
    assert kept == {user: items for user, *items in lines}
    _, products = lake_of(f"{AMAZON}/{name}_item2attributes.json.gz")
    with gzip.open(shared(f"{AMAZON}/{name}_item2attributes.json.gz"), "rt") as file:
        known = json.load(file)
    pairs = products.project("product_id, attributes").fetchall()
    assert {key: json.loads(text)["attributes"] for key, text in pairs} == known
