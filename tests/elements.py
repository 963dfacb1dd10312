"""HTML as a browser reads it: elements, their attributes and their text."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

VOID = {"img", "br", "meta", "link", "input"}
"""Elements that hold nothing and are not closed."""


class Element:
    """An element, or the whole: its name, attributes, and what is in it."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.attributes = name, attributes
        self.inside: list[Element | str] = []

    @property
    def text(self) -> str:
        """All text in it, spaces as a browser shows them."""
        return " ".join("".join(one if isinstance(one, str) else one.text for one in self.inside).split())

    def all(self, *names: str) -> list[Element]:
        """Return the elements of these names in it, in reading order."""
        return [one for one in self.walk() if one.name in names]

    def walk(self) -> Iterator[Element]:
        """Yield every element in it."""
        for one in self.inside:
            if isinstance(one, Element):
                yield one
                yield from one.walk()


class Reader(HTMLParser):
    """Reads HTML that closes every element that it opens."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = Element("", {})
        self.open = [self.whole]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """End the element that was begun last."""
        assert self.open.pop().name == tag, f"line {self.getpos()[0]}"

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.open[-1].inside.append(data)


def parsed(html: str) -> Element:
    """Return the elements of a piece of HTML."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert [one.name for one in reader.open] == [""], "not closed"
    return reader.whole
