"""Numbers as the other language writes them.

Knows decimal points, decimal commas and marks between thousands; must not know where a text comes from.
"""

from __future__ import annotations

import re

DECIMAL_POINT = re.compile(r"(?<![\d.,])(?!\d{1,3}(?:\.\d{3})+(?!\d))\d+\.\d+")
DECIMAL_COMMA = re.compile(r"(?<![\d.,])(?!\d{1,3}(?:,\d{3})+(?!\d))\d+,\d+")
FOREIGN = {"id": DECIMAL_POINT, "en": DECIMAL_COMMA}
"""Language -> what must not stand in it; 1.234 is a thousand in Indonesian, and 1,234 in English."""

OWN = {"id": DECIMAL_COMMA, "en": DECIMAL_POINT}
"""Language -> decimals as it writes them."""
