"""Customer segmentation and product recommendation for a shop.

Importing it is free, as the functions need. What a notebook works with is loaded when it is named::

    import patronage

    shop = patronage.open_shop("my-shop", currency="GBP", timezone="Europe/London")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patronage.notebook import OpenShop, bundled_orders, open_shop

__version__ = "0.1.0"
__all__ = ["OpenShop", "bundled_orders", "open_shop"]


def __getattr__(name: str) -> Any:
    """Load what a notebook works with, the first time that one of its names is used."""
    if name in __all__:
        from patronage import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module 'patronage' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
