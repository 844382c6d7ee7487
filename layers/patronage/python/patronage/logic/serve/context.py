"""What is known of a visit beside who it is, and the rungs of the ladder that it gives."""

from __future__ import annotations

from typing import NamedTuple


class Context(NamedTuple):
    """What is known of a visit.

    Parameters
    ----------
    session : tuple of str
        Products viewed or put into the basket, the newest last.
    segment : str
        Id of the customer's segment.
    category, country, device : str
        The category that is being viewed; the visitor's country and device, as the shop writes them.
    month : int
        Month of the visit in the shop's zone, 1 to 12; 0 where it does not matter.
    """

    session: tuple[str, ...] = ()
    segment: str = ""
    category: str = ""
    country: str = ""
    device: str = ""
    month: int = 0

    def groups(self) -> list[tuple[str, str]]:
        """List rung and group of what is popular among visits like this one, the best first."""
        said = {"category": self.category, "country": self.country, "device": self.device}
        groups = [("segment", f"segment={self.segment}")] if self.segment else []
        groups += [("context", f"{name}={value}") for name, value in said.items() if value]
        return groups + ([("context", f"month={self.month}")] if self.month else [])


NOWHERE = Context()
"""Nothing is known of the visit."""
