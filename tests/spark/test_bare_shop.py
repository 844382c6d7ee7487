"""Every step over a shop of a few orders, no visit, no catalogue, three digits and another zone."""

from __future__ import annotations

import pytest

from engines_support import Recorder, Twins, differences
from spark_shops_support import BARE_STEPS, bare_shop, copied

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def twins(spark, tmp_path_factory):
    root = bare_shop(tmp_path_factory.mktemp("bare"))
    return Twins((root, copied(root, "spark")), BARE_STEPS, spark, Recorder())


@pytest.mark.parametrize("step", BARE_STEPS)
def test_a_step_writes_the_same_of_nearly_nothing(twins, step):
    assert differences(twins.run(step)) == []
