"""What is served: item keys, packed candidates, the catalogue, the ladder, reasons and answers."""

from __future__ import annotations
