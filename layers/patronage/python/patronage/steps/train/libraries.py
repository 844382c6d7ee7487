"""What a run trained with: with other versions, or on another architecture, the last digits may differ."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version

from threadpoolctl import threadpool_info

from patronage import __version__

_PACKAGES = ("numpy", "scipy", "scikit-learn", "implicit")


def libraries(*, with_spark: bool = False) -> dict[str, str]:
    """Return the versions of Patronage, Python and the packages that learn, the architecture, and BLAS."""
    spark = sys.modules.get("pyspark") if with_spark else None
    return {
        "patronage": __version__,
        "python": platform.python_version(),
        "architecture": platform.machine(),
        **{name: version(name) for name in _PACKAGES},
        **({"pyspark": spark.__version__} if spark else {}),
        "blas": ", ".join(sorted({_told(each) for each in threadpool_info() if each["user_api"] == "blas"})),
    }


def _told(pool: dict[str, object]) -> str:
    return " ".join(str(pool[part]) for part in ("internal_api", "version", "architecture") if pool.get(part))
