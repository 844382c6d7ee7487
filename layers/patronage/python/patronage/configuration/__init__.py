"""The settings that people write, in `patronage.toml`: what the shop is, and how its stack is deployed.

::

    settings = read_settings(Path("patronage.toml"))
    settings.shop.currency
    settings.stack.name
"""

from patronage.configuration._reading import SETTINGS_FILE, Settings, read_settings, settings_file
from patronage.configuration._stack import StackSettings
from patronage.configuration._writing import settings_text, write_settings

__all__ = [
    "SETTINGS_FILE",
    "Settings",
    "StackSettings",
    "read_settings",
    "settings_file",
    "settings_text",
    "write_settings",
]
