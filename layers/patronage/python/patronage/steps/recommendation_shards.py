"""How a training run cuts what it recommends into shards, each a file of aligned arrays.

A shard of users, of similar products or of products of the same baskets holds ``rows`` (indices of users or
products), and for each row a list: ``items``, ``scores``, and the reasons ``kind``, ``because``, ``share``. A
shard of users also holds what each of them bought: ``bought_items``, where row r has the places from
``bought_indptr[r]`` to ``bought_indptr[r + 1]``.
"""

from __future__ import annotations

ROWS_PER_SHARD = 5_000
USERS = "users"


def users_kind(variant: str = "") -> str:
    """Return the kind of the shards that hold users' lists, by default those of the published model.

    Examples
    --------
    >>> users_kind("als"), users_kind()
    ('users@als', 'users')
    """
    return f"{USERS}@{variant}" if variant else USERS


def variant_in(kind: str) -> tuple[str, str]:
    """Return a kind without its variant, and the variant; "" for the published model.

    Examples
    --------
    >>> variant_in("users@als"), variant_in("similar")
    (('users', 'als'), ('similar', ''))
    """
    of, _, variant = kind.partition("@")
    return of, variant


def shard_name(kind: str, index: int) -> str:
    """Return the shard that holds a row.

    Examples
    --------
    >>> shard_name("users", 12_345)
    'users-00002'
    """
    return f"{kind}-{index // ROWS_PER_SHARD:05d}"


def shard_names(kind: str, rows: int) -> list[str]:
    """List the shards of so many rows."""
    return [shard_name(kind, start) for start in range(0, rows, ROWS_PER_SHARD)]


def rows_of(shard: str) -> tuple[str, int, int]:
    """Return a shard's kind, its first row and the row after its last.

    Examples
    --------
    >>> rows_of("users-00002")
    ('users', 10000, 15000)
    """
    kind, _, number = shard.rpartition("-")
    start = int(number) * ROWS_PER_SHARD
    return kind, start, start + ROWS_PER_SHARD
