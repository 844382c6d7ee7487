from __future__ import annotations

import pytest

from collect_support import Storefront


@pytest.fixture
def storefront() -> Storefront:
    return Storefront()
