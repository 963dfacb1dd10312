"""A limit on the cost as it is typed.

Knows which numbers can be read in two ways; must not know what is planned with them.
"""

from __future__ import annotations

import re

from ..domain.messages import Message, Refusal, shown

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")


def budget_of(text: str) -> float:
    """Return a limit in million rupiah.

    Raises
    ------
    Refusal
        Where it is no number, or one whose separator may group thousands: 1.000 is read as 1 by machines.
    """
    text = text.strip()
    if _GROUPED.fullmatch(text):
        values = {"found": text, "whole": re.sub(r"[.,]", "", text)}
        raise Refusal(
            Message(
                "--budget {found} can be read in two ways; write the number of million rupiah without separators of "
                "thousands, such as {whole}",
                values,
            )
        )
    try:
        return float(text)
    except ValueError:
        message = Message(
            "--budget must be a number of million rupiah, with a point before decimals, such as 1000 or 12.5; "
            "found {found}",
            {"found": shown(text)},
        )
        raise Refusal(message) from None
