"""A shop in a notebook: files in, segments and recommendations out, all of it as pandas DataFrames.

It works on a folder of this machine, as the command line does, and both may work on the same one. In every
frame

- ids are text, byte for byte (``string``),
- money is a whole number of the currency's minor unit (``Int64``) in a column whose name ends in ``_minor``;
  `OpenShop.minor_per_unit` of them are one unit. Averages of money are ``float64`` of the same unit,
- instants are UTC and aware of it (``datetime64[us, UTC]``); days are midnights without a zone that stand
  for days of the shop's zone (``datetime64[us]``),
- counts are ``Int64``, shares and scores ``float64``, claims ``boolean``; what is absent is NA or NaN.
"""

from __future__ import annotations

from patronage.notebook.opening import bundled_orders, open_shop
from patronage.notebook.shop import OpenShop

__all__ = ["OpenShop", "bundled_orders", "open_shop"]
