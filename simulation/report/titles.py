"""Titles of scenarios that are told side by side.

Knows which titles read the same; must not know what is said of the scenarios.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def told_apart(named: Sequence[tuple[str, Mapping[str, str]]]) -> list[dict[str, str]]:
    """Return titles by language, given names and titles; where scenarios of two names share one, with the name.

    An overlay that gives no title of its own has that of the scenario it extends.
    """
    sharing: dict[tuple[str, str], set[str]] = {}
    for name, titles in named:
        for code, title in titles.items():
            sharing.setdefault((code, title), set()).add(name)
    return [
        {
            code: f"{title.rstrip('.')} ({name})" if len(sharing[code, title]) > 1 else title
            for code, title in titles.items()
        }
        for name, titles in named
    ]
