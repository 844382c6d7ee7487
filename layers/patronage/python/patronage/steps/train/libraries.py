"""What a run trained with: with other versions, or on another architecture, the last digits may differ."""

from __future__ import annotations

import platform
from importlib.metadata import version

from threadpoolctl import threadpool_info

from patronage import __version__

_PACKAGES = ("numpy", "scipy", "scikit-learn", "implicit")


def libraries() -> dict[str, str]:
    """Return the versions of Patronage, Python and the packages that learn, the architecture, and BLAS."""
    return {
        "patronage": __version__,
        "python": platform.python_version(),
        "architecture": platform.machine(),
        **{name: version(name) for name in _PACKAGES},
        "blas": ", ".join(sorted({_told(each) for each in threadpool_info() if each["user_api"] == "blas"})),
    }


def _told(pool: dict[str, object]) -> str:
    return " ".join(str(pool[part]) for part in ("internal_api", "version", "architecture") if pool.get(part))
