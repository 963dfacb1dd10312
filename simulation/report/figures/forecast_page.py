"""What stands below every figure of a forecast."""

from __future__ import annotations

from ..kinds.forecast.result import ForecastResult
from ..kinds.forecast.words import failure_caveats
from ..kinds.head import footing
from ..kinds.kind import Source
from ..language import Language


def footer(speech: Language, result: ForecastResult, source: Source) -> list[str]:
    """Return the lines below a figure: failures, basis, made-up counts, own agent, source of the data, which run."""
    return [*failure_caveats(speech, result), *footing(speech, result, source.id)]
