"""What lies under the shared data and is of no table is refused, and told what orders need."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from export_support import taken_in

from dialect_support import FILES as EVENTS_AND_RATINGS
from dialect_support import shared
from patronage.settings import Shop
from patronage.stores.lake import Lake

EXPORTS = "shop-exports"
NEEDS = "'order_id', 'customer_id', 'product_id', 'quantity', 'unit_price', 'ordered_at'"
REFUSED = {
    "cdnow/cdnow_customers_summary.csv": "'ID', 'frequency', 'recency', 'T'",
    "cdnow/cdnow_customers_summary_with_transactions.csv": "'ID', 'x', 't_x', 'T', 'zbar'",
    "dunnhumby-complete-journey/campaign_descriptions.csv": "'campaign_id', 'campaign_type', 'start_date', "
    "'end_date'",
    "dunnhumby-complete-journey/campaigns.csv": "'campaign_id', 'household_id'",
    "dunnhumby-complete-journey/coupon_redemptions.csv": "'household_id', 'coupon_upc', 'campaign_id', "
    "'redemption_date'",
    "dunnhumby-complete-journey/coupons.csv.gz": "'coupon_upc', 'product_id', 'campaign_id'",
    "google-merch-store-ga360/sales_by_sku.csv": "'productSKU', 'total_ordered'",
    "movielens-100k/u.genre": "'unknown', '0'",
    "movielens-100k/u.info": "'943', 'users'",
    "movielens-100k/u.occupation": "'administrator'",
    "olist/olist_sellers_dataset.csv": "'seller_id', 'seller_zip_code_prefix', 'seller_city', 'seller_state'",
    "olist/product_category_name_translation.csv": "'product_category_name', 'product_category_name_english'",
    "product-catalogs/bestbuy_categories.json.gz": "'id', 'name', 'path', 'subCategories'",
    f"{EXPORTS}/magento2/categories.csv": "'name', 'url_key', 'path', 'active', 'is_anchor', "
    "'include_in_menu', 'position', 'display_mode', 'custom_layout_update'",
    f"{EXPORTS}/shopify-api-seeds/shopify_refund_data.csv": "'id', 'created_at', 'processed_at', 'note', "
    "'restock', 'user_id', '_fivetran_synced', 'total_duties_set', 'order_id'",
}
HAVE_ONE = {"dunnhumby-complete-journey/coupons.csv.gz": "'product_id', "}
HAVE_ONE[f"{EXPORTS}/shopify-api-seeds/shopify_refund_data.csv"] = "'order_id', "
ALONE = {  # file: the module whose tests ingest it
    "online-retail-ii/online_retail_2009_2010.csv.gz": "test_real_orders",
    "online-retail-ii/online_retail_2010-12_to_2011-06.csv.gz": "test_real_orders",
    f"{EXPORTS}/shopify-api-seeds/shopify_order_data.csv": "test_dialects_shopify",
}


@pytest.mark.parametrize("file", REFUSED)
def test_a_file_of_no_table_is_refused_and_told_what_orders_need(file: str, lake: Lake):
    report = taken_in(shared(file), lake, Shop(currency="USD", timezone="UTC"))

    needs = NEEDS.replace(HAVE_ONE.get(file, "nothing"), "")
    assert report["state"] == "unreadable"
    assert report["problem"].startswith(
        f"no dialect fits the columns {REFUSED[file]}; the nearest, canonical of orders, also needs {needs}. "
    )
    assert report["problem"].endswith("or write a dialect (docs/dialects.md)")
    assert not list(lake.store.keys("lake/orders/"))


def test_every_public_file_is_ingested_whole_or_refused_by_some_test():
    here = Path(__file__).parent
    known = set(_texts(here / "test_reading_shared_data.py", "FILES"))
    shops = set(_texts(here / "test_dialects_shops.py", "FILES"))

    for file, module in ALONE.items():
        assert Path(file).name in (here / f"{module}.py").read_text(encoding="utf-8")
    assert known == {*shops, *EVENTS_AND_RATINGS, *REFUSED, *ALONE}


def _texts(path: Path, name: str) -> list[str]:
    """Return the file names of a module's list or mapping of public files."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (value,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == name
    )
    if isinstance(value, ast.Dict):
        return [ast.literal_eval(key) for key in value.keys]
    assert isinstance(value, ast.List)
    return [_text(call.args[0]) for call in value.elts if isinstance(call, ast.Call)]


def _text(node: ast.expr) -> str:
    return ast.unparse(node).strip("f").strip("'").replace("{EXPORTS}", EXPORTS)
