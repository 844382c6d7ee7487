from __future__ import annotations

import pytest

from patronage.errors import BadInput
from patronage.settings import Shop


def test_settings_survive_the_way_through_the_environment():
    shop = Shop(currency="JPY", timezone="Asia/Tokyo", drop_repeated_lines=True)
    assert Shop.from_json(shop.to_json()) == shop


@pytest.mark.parametrize(
    ("currency", "minor", "written"),
    [
        ("GBP", 883_200_327, "GBP 8,832,003.27"),
        ("JPY", -1500, "JPY -1,500"),
        ("KWD", 1, "KWD 0.001"),
        ("XOF", 5, "XOF 5"),
        ("OMR", 5, "OMR 0.005"),
    ],
)
def test_money_is_written_in_the_digits_of_its_currency(currency, minor, written):
    assert Shop(currency=currency).format_money(minor) == written


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"timezone": "London"}, "Europe/London"),
        ({"currency": "pounds"}, "ISO 4217"),
        ({"max_refused_share": 20}, "between 0 and 1"),
        ({"keep_generation_days": 0}, "at least 1"),
        ({"keep_replaced_files_days": 0}, "keep_replaced_files_days 0 must be at least 1"),
        ({"currency": "ÄÖÜ"}, "ISO 4217"),
        ({"currency": 5}, "must be a text"),
        ({"timezone": "Europe"}, "Europe/London"),
        ({"keep_generation_days": True}, "must be a whole number"),
        ({"drop_repeated_lines": 1}, "must be true or false"),
        ({"max_refused_share": "x"}, "must be a number"),
        ({"cors_origins": "https://shop.example"}, "must be a list of texts"),
        ({"cors_origins": [5]}, "must be a list of texts"),
        ({"cors_origins": ["shop.example"]}, "write scheme and host, as in 'https://shop.example'"),
        ({"curency": "GBP"}, "'curency' is unknown; known are cors_origins, count_shipping"),
    ],
)
def test_a_wrong_setting_says_what_is_right(values, says):
    with pytest.raises(BadInput, match=says):
        Shop.from_mapping(values)
