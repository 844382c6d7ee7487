"""The canonical tables of the lake, in one place: columns, types, units, rules, and what each means.

What refuses a row, what a report says, what the Glue catalogue shows and what the docs list is all derived
from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a canonical table.

    Parameters
    ----------
    name : str
        Its name in the lake.
    type : str
        DuckDB's name of the type.
    meaning : str
        One sentence without its full stop.
    required : bool
        Whether a row without it is refused.
    unit : str
        Unit of a number, where it has one.
    low : float, optional
        The least value that a number may have.
    is_id : bool
        Whether it is an id, which passes byte for byte.
    one_of : tuple of str
        The only values that it may have, where they are limited.
    is_ours : bool
        Whether ingest writes it; otherwise a file supplies it.
    """

    name: str
    type: str
    meaning: str
    required: bool = False
    unit: str = ""
    low: float | None = None
    is_id: bool = False
    one_of: tuple[str, ...] = ()
    is_ours: bool = False

    @property
    def is_amount(self) -> bool:
        """Whether it is a decimal number."""
        return self.type.startswith("DECIMAL")

    @property
    def is_time(self) -> bool:
        """Whether it is an instant or a day."""
        return self.type in {"TIMESTAMPTZ", "DATE"}


@dataclass(frozen=True, kw_only=True)
class Table:
    """A canonical table.

    Parameters
    ----------
    name : str
        Its folder below `lake/` and, for uploads, below `raw/`.
    meaning : str
        What one row is.
    columns : tuple of Column
        In the order of the lake.
    identity : tuple of str
        The columns that make a row the same row: the newest one of them counts.
    newest_by : str
        The time of a row that tells how fresh the table is; empty where it has none.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    identity: tuple[str, ...]
    newest_by: str = ""
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    @property
    def source_columns(self) -> tuple[Column, ...]:
        """The columns that a file can supply."""
        return tuple(column for column in self.columns if not column.is_ours)


_DECIMAL = "DECIMAL(18,4)"
_UPDATED = Column(
    name="updated_at", type="TIMESTAMPTZ", meaning="the source's own time of the row's last change"
)
_ORIGIN = (
    Column(
        name="received_at",
        type="TIMESTAMPTZ",
        meaning="when the object that holds the row was last modified",
        is_ours=True,
    ),
    Column(name="object_key", type="VARCHAR", meaning="the object's key", is_ours=True),
    Column(
        name="object_id",
        type="VARCHAR",
        meaning="the object's id, which names its ingest report",
        is_ours=True,
    ),
)


def _text(name: str, meaning: str, *, required: bool = False, one_of: tuple[str, ...] = ()) -> Column:
    return Column(name=name, type="VARCHAR", meaning=meaning, required=required, one_of=one_of)


def _id(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, type="VARCHAR", meaning=meaning, required=required, is_id=True)


def _amount(
    name: str, meaning: str, *, required: bool = False, unit: str = "", low: float | None = None
) -> Column:
    return Column(name=name, type=_DECIMAL, meaning=meaning, required=required, unit=unit, low=low)


def _time(name: str, meaning: str, *, required: bool = False, type_: str = "TIMESTAMPTZ") -> Column:
    return Column(name=name, type=type_, meaning=meaning, required=required)


KINDS = ("sale", "cancellation", "refund", "fee")
"""What an order line can be."""

EVENT_TYPES = ("view", "cart_add", "cart_remove", "purchase", "search", "impression", "click")
"""What an event can be."""

ORDERS = Table(
    name="orders",
    meaning="one line of an order: a product sold, cancelled or refunded, or a fee",
    identity=("order_id", "line"),
    newest_by="ordered_at",
    columns=(
        _id("order_id", "the shop's id of the order, byte for byte", required=True),
        _id("line", "the source's line id, else the number of the record in its file"),
        _id("customer_id", "the shop's id of the customer; null for a guest"),
        _id("product_id", "the shop's id of the product, or a fee's code", required=True),
        _text("description", "the product's name as the order line states it"),
        _amount("quantity", "pieces; negative where goods or money came back", required=True, unit="pieces"),
        _amount("unit_price", "price of one piece", required=True, unit="`currency`", low=0),
        _amount("discount", "taken off the line, not negative", unit="`currency`", low=0),
        _amount("tax", "tax of the line", unit="`currency`"),
        _amount("shipping", "shipping of the line", unit="`currency`"),
        _text("currency", "ISO 4217 code of the original amounts"),
        Column(
            name="net_minor",
            type="BIGINT",
            meaning="the line's net by the shop's tax and shipping rule",
            unit="minor unit of the shop's currency",
            is_ours=True,
        ),
        _text("kind", "sale, cancellation, refund or fee", one_of=KINDS),
        _id("refers_to", "the order that a refund or cancellation refers to"),
        _time("ordered_at", "when the line was booked, UTC", required=True),
        _text("country", "the country as the source writes it"),
        _text("channel", "where the order came from, such as web or shop"),
        _UPDATED,
        Column(
            name="has_line_id",
            type="BOOLEAN",
            meaning="whether `line` is the source's own id",
            is_ours=True,
        ),
        *_ORIGIN,
    ),
)

PRODUCTS = Table(
    name="products",
    meaning="one product, or one variant where the shop sells variants by their own id",
    identity=("product_id",),
    newest_by="updated_at",
    columns=(
        _id("product_id", "the shop's id of the product, as orders and events name it", required=True),
        _text("title", "the product's name"),
        _text("description", "its text, as the source writes it"),
        _text("category", "its category; a path has its levels between ` > `"),
        _text("brand", "its brand, vendor or manufacturer"),
        _amount("price", "price of one piece", unit="`currency`", low=0),
        _text("currency", "ISO 4217 code of the price"),
        _amount("stock", "pieces at hand; null where the shop does not count them", unit="pieces"),
        Column(name="is_active", type="BOOLEAN", meaning="whether the shop sells it now; null is yes"),
        _id("parent_id", "the product that this is a variant of"),
        _text("attributes", "further attributes as a JSON object"),
        _text("image_url", "address of its picture"),
        _text("url", "address of its page"),
        _time("released_at", "when it came on sale"),
        _UPDATED,
        *_ORIGIN,
    ),
)

CUSTOMERS = Table(
    name="customers",
    meaning="one customer",
    identity=("customer_id",),
    newest_by="updated_at",
    columns=(
        _id("customer_id", "the shop's id of the customer, as orders name it", required=True),
        _text("email", "e-mail address, for exports alone"),
        _text("phone", "telephone number, for exports alone"),
        _text("first_name", "given name, for exports alone"),
        _text("last_name", "family name, for exports alone"),
        _text("country", "the country as the source writes it"),
        _text("region", "state, province or region"),
        _text("city", "town or city"),
        _text("postal_code", "postal code, leading zeros kept"),
        _text("gender", "as the source writes it"),
        _text("age", "age or age band as the source writes it"),
        _text("language", "language code"),
        _text("channel", "where the customer came from"),
        Column(name="accepts_marketing", type="BOOLEAN", meaning="whether the customer agreed to marketing"),
        _text("attributes", "further attributes as a JSON object"),
        _time("created_at", "when the customer registered"),
        _UPDATED,
        *_ORIGIN,
    ),
)

EVENTS = Table(
    name="events",
    meaning="one thing that a visitor did; the visitor may be anonymous",
    identity=("event_id",),
    newest_by="occurred_at",
    columns=(
        _id("event_id", "the source's id of the event, else one made of its content"),
        _text("event_type", "what happened", required=True, one_of=EVENT_TYPES),
        _id("customer_id", "the shop's id of the customer; null for an anonymous visitor"),
        _id("session_id", "the visit that the event belongs to"),
        _id("product_id", "the product that it is about"),
        _time("occurred_at", "when it happened, UTC; null where the source does not say"),
        _amount("quantity", "pieces", unit="pieces"),
        _amount("unit_price", "price that was shown; never counted as revenue", unit="`currency`", low=0),
        _text("currency", "ISO 4217 code of the price"),
        _id("order_id", "the order that a purchase belongs to"),
        _text("query", "what was searched for"),
        _text("category", "category of the page or product"),
        _text("device", "device, browser or app"),
        _text("country", "the country as the source writes it"),
        _text("channel", "campaign or channel of the visit"),
        _id("recommendation_id", "the answer of recommendations that showed the product, as its id says"),
        _text("placement", "where recommendations stood, such as basket"),
        Column(name="position", type="BIGINT", meaning="the product's place in that answer, from 1", low=1),
        Column(
            name="is_simulated",
            type="BOOLEAN",
            meaning="whether a program made it up (docs/simulation.md); null is no",
        ),
        _UPDATED,
        *_ORIGIN,
    ),
)

RATINGS = Table(
    name="ratings",
    meaning="one explicit rating of a product",
    identity=("rating_id",),
    newest_by="rated_at",
    columns=(
        _id("rating_id", "the source's id of the rating, else one made of customer, product and aspect"),
        _id("customer_id", "who rated; null for a guest"),
        _id("product_id", "what was rated", required=True),
        _amount("rating", "the rating on the source's scale", required=True),
        _text("aspect", "what the rating is about, where a review rates several things"),
        _text("review", "the text beside the rating"),
        _time("rated_at", "when it was given, UTC; null where the source does not say"),
        _UPDATED,
        *_ORIGIN,
    ),
)

CALENDAR = Table(
    name="calendar",
    meaning="one holiday, or one outside signal of one day",
    identity=("day", "name", "country"),
    newest_by="day",
    columns=(
        _time("day", "the day, in the shop's zone", required=True, type_="DATE"),
        _text("name", "name of the holiday or signal", required=True),
        _text("kind", "holiday or signal", one_of=("holiday", "signal")),
        _amount("value", "the signal's value that day; null for a holiday"),
        _text("country", "where it holds; empty for everywhere"),
        _UPDATED,
        *_ORIGIN,
    ),
)

TABLES = {table.name: table for table in (ORDERS, PRODUCTS, CUSTOMERS, EVENTS, RATINGS, CALENDAR)}
"""The canonical tables by name."""
