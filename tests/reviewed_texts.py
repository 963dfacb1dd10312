"""Files of sentences that a reader can review: under each heading what was done, and what was answered.

`pytest --refresh-texts` writes them from today's code; every line that changes then is to be read as the official who
meets it.

Knows the layout of such a file; must not know who answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HEADING = "=== "


def read_texts(path: Path) -> dict[str, str]:
    """Return heading -> the text below it."""
    texts: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(HEADING):
            lines = texts.setdefault(line.removeprefix(HEADING), [])
        else:
            lines.append(line)
    return {heading: "\n".join(lines).strip("\n") for heading, lines in texts.items()}


def write_texts(path: Path, texts: Mapping[str, str]) -> None:
    """Write such a file, to be read before it is kept."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(f"{HEADING}{heading}\n{text}\n" for heading, text in texts.items()), encoding="utf-8")


def section(done: list[str], answer: str) -> str:
    """Return what stands below a heading: what was done, each line behind a bar, and the answer."""
    return "\n".join([*(f"| {line}" for line in done), answer.rstrip("\n")])
