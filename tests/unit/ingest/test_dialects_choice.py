"""Which dialect a header gets where the key does not say the table."""

from __future__ import annotations

import pytest

from patronage.errors import BadInput
from patronage.logic.ingest.dialects import by_demand, choose_dialect, dialects, parse_dialect


def chosen(header, table=None, *, own=(), key="file.csv"):
    known = by_demand([*(parse_dialect(text, "settings/dialects/own.toml") for text in own), *dialects()])
    return choose_dialect(known, header.split(","), table=table, first={}, key=key)


@pytest.mark.parametrize(
    ("header", "table"),
    [
        ("customer_id", "customers"),
        ("customer_id,segment", "customers"),
        ("customer_id,country,city,tier,points", "customers"),
        ("order_id,customer_id,product_id,quantity,unit_price,ordered_at", "orders"),
        # more columns of events than of orders, but all that an order needs
        (
            "order_id,customer_id,product_id,quantity,unit_price,ordered_at,session_id,query,category,device",
            "orders",
        ),
        ("event_type,occurred_at,customer_id,product_id,order_id,quantity,unit_price", "events"),
        ("product_id,title,price,customer_id", "products"),
        ("product_id,rating,customer_id,title,aspect", "ratings"),
        ("day,name,value", "calendar"),
    ],
)
def test_our_own_columns_tell_their_table(header, table):
    found = chosen(header)

    assert (found.name, found.table) == ("canonical", table)


@pytest.mark.parametrize("lost", ["unit_price", "quantity", "ordered_at", "order_id", "product_id"])
def test_orders_that_lack_a_column_do_not_pass_as_customers(lost):
    header = ["order_id", "customer_id", "product_id", "quantity", "unit_price", "ordered_at"]
    header.remove(lost)

    with pytest.raises(BadInput) as raised:
        chosen(",".join(header))

    said = str(raised.value)
    assert "only 'customer_id' could be of customers" in said
    assert f"the nearest, orders, also needs '{lost}'. Export it too" in said
    assert "or upload the file below raw/customers/" in said


def test_orders_that_lack_a_price_do_not_pass_as_products():
    with pytest.raises(BadInput, match=r"only 'product_id', 'title' could be of products.*'unit_price'"):
        chosen("order_id,customer_id,product_id,title,quantity,ordered_at")


def test_one_column_among_strange_ones_does_not_tell_the_table():
    with pytest.raises(BadInput, match=r"only 'customer_id' could be of customers, too few to tell\. Rename"):
        chosen("customer_id,Artikel,Menge,Preis")


def test_the_key_settles_it():
    assert chosen("customer_id,Artikel,Menge,Preis", "customers").table == "customers"
    assert chosen("order_id,customer_id,product_id", "customers").table == "customers"


CANONICAL = "'order_id', 'customer_id', 'product_id', 'quantity', 'unit_price', 'ordered_at'"


@pytest.mark.parametrize(
    ("header", "table", "says"),
    [
        pytest.param(
            "alpha,beta", None, f"canonical of orders, also needs {CANONICAL}.", id="nothing is known"
        ),
        pytest.param(
            "Bon,Kunde,Artikel,Menge", None, f"canonical of orders, also needs {CANONICAL}.", id="till"
        ),
        pytest.param(
            "key,alpha", None, f"canonical of orders, also needs {CANONICAL}.", id="half of two columns"
        ),
        pytest.param(
            "alpha,beta",
            "products",
            "canonical of products, also needs 'product_id', 'title'.",
            id="by the key",
        ),
        pytest.param(
            "order_id,product_id,quantity,ordered_at",
            None,
            "canonical of orders, also needs 'customer_id', 'unit_price'.",
            id="two are lacking",
        ),
        pytest.param(
            "order_number,status,order_id,customer_id,order_date,item_name,item_quantity,item_subtotal,item_total",
            "orders",
            "woocommerce-orders of orders, also needs 'item_refunded'.",
            id="nearly WooCommerce",
        ),
    ],
)
def test_the_nearest_is_the_one_of_which_the_file_has_most(header, table, says):
    with pytest.raises(BadInput) as raised:
        chosen(header, table)

    assert f"; the nearest, {says} Rename the columns" in str(raised.value)


TILL = """
name = "till"
table = "orders"
[columns]
order_id = "Bon"
customer_id = "customer_id"
product_id = "Artikel"
quantity = "Menge"
unit_price = "Preis"
ordered_at = "Datum"
"""
FEW = """
name = "till-cards"
table = "customers"
columns = { customer_id = "customer_id" }
optional = { city = "Ort" }
"""


def test_a_dialect_of_the_shop_that_is_nearer_is_named():
    with pytest.raises(BadInput) as raised:
        chosen("Bon,customer_id,Artikel,Menge,Datum", own=[TILL])

    said = str(raised.value)
    assert "only 'customer_id' could be of customers" in said
    assert "; the nearest, till of orders, also needs 'Preis'. Export it too" in said


def test_a_dialect_of_the_shop_that_needs_as_little_as_our_own_columns_is_taken_where_it_says_more():
    assert chosen("customer_id,Ort", own=[FEW]).name == "till-cards"
    assert chosen("customer_id,city", own=[FEW]).name == "canonical"
    assert chosen("customer_id,Ort").name == "canonical"


@pytest.mark.parametrize(
    "own",
    [
        pytest.param('key = "/till-"\n' + TILL, id="of other keys"),
        pytest.param('format = { header = ["Bon", "customer_id"] }\n' + TILL, id="of files without a header"),
        pytest.param('cells = { customer_id = "K.*" }\n' + FEW, id="of other cells"),
    ],
)
def test_a_dialect_of_the_shop_that_the_file_cannot_be_of_is_no_rival(own):
    header = "customer_id,Ort,Bon,Artikel,Menge,Datum"

    with pytest.raises(BadInput, match=r"only 'customer_id' could be of customers, too few to tell\. Rename"):
        chosen(header, own=[own])


def test_a_dialect_of_the_shop_fits_the_keys_that_it_names():
    with pytest.raises(BadInput, match="the nearest, till of orders, also needs 'Preis'"):
        chosen("Bon,customer_id,Artikel,Menge,Datum", own=['key = "/till-"\n' + TILL], key="raw/till-1.csv")
