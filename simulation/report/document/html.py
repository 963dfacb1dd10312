"""Blocks of a document as HTML, to stand in a page that has its own frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..language import Language
from .blocks import Block, Picture

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

_TEMPLATE = "blocks.html"


def as_html(
    speech: Language, blocks: Iterable[Block], address: Callable[[Picture], str | None], *, level: int = 2
) -> Markup:
    """Return blocks as HTML, one after the other; whatever they say is text, and never markup.

    Parameters
    ----------
    address
        Returns where a browser finds the drawing of a picture; None where the picture is to be left out.
    level
        Level of the headings, from 1 to 6.
    """
    from markupsafe import Markup

    told = [(type(block).__name__, block) for block in blocks]
    written = _template().render(speech=speech, say=speech.say, blocks=told, address=address, level=level)
    return Markup(written)  # noqa: S704  the template escapes what it is given


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(Path(__file__).parent)
    surroundings = Environment(
        loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return surroundings.get_template(_TEMPLATE)
