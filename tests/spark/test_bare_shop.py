"""Every step over a shop of a few orders, no visit, no catalogue, three digits and another zone."""

from __future__ import annotations

import pytest

from engines_support import differences
from spark_shops_support import BARE_STEPS, bare_shop

SHOP, STEPS = bare_shop, BARE_STEPS


@pytest.mark.parametrize("step", STEPS)
def test_a_step_writes_the_same_of_nearly_nothing(twins, step):
    assert differences(twins.run(step)) == []
