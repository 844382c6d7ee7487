"""Exports of which no sample lies here, by the columns that their makers document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from export_support import rows

from patronage.settings import Shop
from patronage.steps.ingest import Upload, ingest
from patronage.stores.lake import Lake
from tests_support import NOW, adds_up


@pytest.mark.parametrize(
    ("text", "currency", "dialect", "net"),
    [
        (
            "TRANSACTION_DT,CUSTOMER_ID,AGE_GROUP,PIN_CODE,PRODUCT_SUBCLASS,PRODUCT_ID,AMOUNT,ASSET,SALES_PRICE\n"
            "11/1/2000,01104905,45-49,115,110411,4710199010372,3,72,100\n"
            "11/13/2000,00418683,45-49,115,120107,4710857472535,1,35,57\n",
            "TWD",
            "tafeng",
            157_00,
        ),
        (
            "ID;Reference;New client;Delivery;Customer;Total;Payment;Status;Date\n"
            "5;KHWLILZLL;1;France;J. DOE;20,90 €;Check;Payment accepted;2024-05-08 12:30:57\n"
            "4;FFATNOMMJ;0;France;J. DOE;14,90 €;Check;Canceled;2024-05-09 12:30:57\n"
            "3;UOYEVOLI;0;France;A. ROE;10,00 €;Check;Refunded;2024-05-13 12:30:57\n",
            "EUR",
            "prestashop-orders",
            20_90,
        ),
        (
            "ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),"
            "Grand Total (Purchased),Status,Customer Email,Subtotal,Total Refunded\n"
            '000000001,Main,2024-05-08 12:30:57,A,A,36.39,36.39,Closed,a@example.com,29.00,"36.39"\n'
            "000000002,Main,2024-05-08 12:30:57,A,A,39.64,39.64,Complete,a@example.com,29.00,0.00\n"
            "000000003,Main,2024-05-13 12:30:57,B,B,10.00,10.00,Canceled,b@example.com,10.00,\n",
            "USD",
            "magento-order-grid",
            39_64,
        ),
        (
            "order_id,order_number,order_date,status,shipping_total,order_currency,customer_id,"
            "billing_email,item_product_id,item_name,item_sku,item_quantity,item_subtotal,item_total,item_total_tax,item_refunded\n"
            "10,10,2024-05-08 12:30:57,completed,5.00,GBP,0,a@example.com,7,Cap,cap,3,10.00,9.00,0.90,0.00\n"
            "10,10,2024-05-08 12:30:57,completed,5.00,GBP,0,a@example.com,8,Tee,,1,20.00,20.00,2.00,-4.00\n"
            "11,11,2024-05-09 12:30:57,cancelled,5.00,GBP,3,b@example.com,8,Tee,,1,20.00,20.00,2.00,0.00\n",
            "GBP",
            "woocommerce-orders",
            25_00,
        ),
    ],
    ids=["Ta-Feng original", "PrestaShop", "Magento grid", "WooCommerce"],
)
def test_orders_by_documented_columns(
    text: str, currency: str, dialect: str, net: int, lake: Lake, upload_text: Callable[..., Upload]
):
    report = ingest(upload_text(text), lake, Shop(currency=currency, timezone="UTC"), now=NOW)

    assert adds_up(report)
    assert report["detected"]["dialect"] == dialect
    assert (report["refused"], report["net_minor"]) == (0, net)


@pytest.mark.parametrize(
    ("text", "dialect", "table", "query", "found"),
    [
        (
            "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state\n"
            "06b8,861e,01409,franca,SP\n",
            "olist-customers",
            "customers",
            "SELECT customer_id, postal_code, region, country FROM t",
            ("861e", "01409", "SP", "BR"),
        ),
        (
            "order_id,product_id,add_to_cart_order,reordered\n2,33120,1,1\n",
            "instacart-order-products",
            "events",
            "SELECT event_type, order_id, product_id, customer_id FROM t",
            ("purchase", "2", "33120", None),
        ),
        (
            "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address City,"
            "Default Address Country Code,Default Address Zip,Phone,Total Spent,Total Orders,Tags\n"
            "'6940095564,Ann,Lee,ann@example.com,yes,Ottawa,CA,K2P0V6,,10.00,1,vip\n",
            "shopify-customers",
            "customers",
            "SELECT customer_id, email, phone, first_name, last_name, city, country, accepts_marketing "
            "FROM t",
            ("ann@example.com", "ann@example.com", None, "Ann", "Lee", "Ottawa", "CA", True),
        ),
        (
            "email,_website,_store,confirmation,created_at,created_in,dob,firstname,gender,group_id,lastname\n"
            'roni_cost@example.com,base,default,,"2024-05-08 12:30:57","Default Store View",1973-12-15,'
            "Veronica,Female,1,Costello\n",
            "magento-customers",
            "customers",
            "SELECT customer_id, email, first_name, last_name, gender FROM t",
            ("roni_cost@example.com", "roni_cost@example.com", "Veronica", "Costello", "Female"),
        ),
        (
            "customer_id,email,phone,first_name,last_name,country,accepts_marketing\n"
            "7,ann@example.com,+441234567,Ann,Lee,GB,true\n",  # like Shopify's, but the id is the shop's own
            "canonical",
            "customers",
            "SELECT customer_id, email, phone, first_name, last_name, accepts_marketing FROM t",
            ("7", "ann@example.com", "+441234567", "Ann", "Lee", True),
        ),
        (
            '"Product ID";Image;Name;Reference;Category;"Price (tax excl.)";"Price (tax incl.)";'
            "Quantity;Status\n"
            '1;https://example.com/1.jpg;"Hummingbird";demo_1;Men;23.900000;28.680000;2400;1\n',
            "prestashop-products",
            "products",
            "SELECT product_id, title, CAST(price AS DOUBLE), CAST(stock AS INTEGER), is_active FROM t",
            ("1", "Hummingbird", 28.68, 2400, True),
        ),
    ],
    ids=[
        "Olist customers",
        "Instacart",
        "Shopify customers",
        "Magento customers",
        "own customers",
        "PrestaShop products",
    ],
)
def test_other_tables_by_documented_columns(
    text: str,
    dialect: str,
    table: str,
    query: str,
    found: tuple[Any, ...],
    lake: Lake,
    ingest_text: Callable[..., dict],
):
    report = ingest_text(text, key="uploads/export.csv")

    assert (report["detected"]["dialect"], report["table"], report["kept"]) == (dialect, table, 1)
    assert rows(lake, table, query) == [found]
