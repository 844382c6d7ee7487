"""The secret of the visitor tokens, in the memory of a warm environment."""

from __future__ import annotations

import pytest
from botocore.exceptions import ReadTimeoutError

from patronage.errors import TryAgain
from patronage.stores.secret import AGAIN_SECONDS, KEPT_SECONDS, Secret


class Manager:
    """Secrets Manager and a clock."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.value = "old"
        self.is_away = False
        self.reads = 0

    def get_secret_value(self, **_):
        self.reads += 1
        if self.is_away:
            raise ReadTimeoutError(endpoint_url="https://secretsmanager")
        return {"SecretString": self.value}


@pytest.fixture
def manager():
    return Manager()


@pytest.fixture
def secret(manager):
    return Secret("arn", client=manager, clock=lambda: manager.now)


def test_a_replaced_secret_is_known_after_five_minutes(manager, secret):
    assert KEPT_SECONDS <= 300
    assert secret.value() == b"old"
    manager.value = "new"
    manager.now += KEPT_SECONDS - 1
    assert (secret.value(), manager.reads) == (b"old", 1)
    manager.now += 1
    assert (secret.value(), manager.reads) == (b"new", 2)


def test_the_old_one_goes_on_while_none_can_be_read_and_is_not_asked_for_each_time(manager, secret, caplog):
    secret.value()
    manager.value, manager.is_away = "new", True
    manager.now += KEPT_SECONDS
    assert [secret.value(), secret.value()] == [b"old"] * 2
    assert (manager.reads, [each.levelname for each in caplog.records]) == (2, ["WARNING"])
    assert "old one serves" in caplog.text
    manager.is_away = False
    manager.now += AGAIN_SECONDS
    assert secret.value() == b"new"


def test_without_any_the_caller_may_try_again(manager, secret):
    manager.is_away = True
    with pytest.raises(TryAgain, match="ask again shortly"):
        secret.value()
    manager.is_away = False
    assert secret.value() == b"old"
