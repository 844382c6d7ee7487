"""What is the same for every customer: the parameters, the calendar and the catalogue."""

from __future__ import annotations

from patronage.logic.synthetic.calendar import Calendar
from patronage.logic.synthetic.catalogue import draw_catalogue
from patronage.logic.synthetic.choice import Chooser
from patronage.logic.synthetic.parameters import SyntheticShop


class World:
    """The shop before its first customer.

    Parameters
    ----------
    shop : SyntheticShop
        Every parameter.
    """

    def __init__(self, shop: SyntheticShop) -> None:
        self.shop = shop
        self.calendar = Calendar(shop)
        self.catalogue = draw_catalogue(shop)
        self.chooser = Chooser(self.catalogue)
