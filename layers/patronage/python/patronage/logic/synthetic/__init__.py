"""A synthetic shop with known truth: arrays by blocks of customers, drawn from a stated model.

The model is told, with every parameter, by `truth_readme`. Nothing here writes files.
"""

from __future__ import annotations

from patronage.logic.synthetic.blocks import BLOCK_CUSTOMERS, Block, draw_blocks
from patronage.logic.synthetic.parameters import SyntheticShop
from patronage.logic.synthetic.readme import truth_readme
from patronage.logic.synthetic.world import World

__all__ = ["BLOCK_CUSTOMERS", "Block", "SyntheticShop", "World", "draw_blocks", "truth_readme"]
