"""The load of `make bench NAME=serve` asks both routes alike."""

from __future__ import annotations

from benchmarks.serve_load import CLIENTS, HEALTH, turns

PATHS = [f"/{n}" for n in range(CLIENTS * 10)]


def test_every_client_asks_both_routes_as_often_and_in_turn():
    for paths in turns(PATHS):
        is_health = [path == HEALTH for path in paths]
        assert sum(is_health) * 2 == len(paths)
        assert all(is_health[place] != is_health[place + 1] for place in range(0, len(paths), 2))


def test_half_of_the_clients_begin_with_either_and_no_path_is_lost():
    dealt = turns(PATHS)
    assert sum(paths[0] == HEALTH for paths in dealt) * 2 == len(dealt) == CLIENTS
    assert sorted(path for paths in dealt for path in paths if path != HEALTH) == sorted(PATHS)
