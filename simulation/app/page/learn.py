"""What lists of several dates teach: what was observed, what the model says of it, and how the forecast changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...report import wording
from ...report.document.blocks import Block, On, Paragraph, Row, Table
from ...report.kinds.forecast.words import interval_of, no_local_data
from ...report.kinds.past import fitted_in_words, observed_in_words, past_table, weights_in_words
from . import view
from .visit import LISTS, Visit


@view.of_visit
async def _learn(_: Request, visit: Visit) -> Response:
    forecast = visit.forecast
    if forecast is None:
        return view.to("/")
    result, calibration = forecast.result, visit.newest("calibration")
    observed = [one for district in result.districts for one in district.observed]
    short: list[Block] = [Paragraph(observed_in_words(visit.speech, one), strong=True) for one in observed[-1:]]
    short += [Paragraph(fitted_in_words(visit.speech, one)) for one in observed[-1:] if one.fitted is not None]
    short += [Paragraph(weights_in_words(visit.speech, result.weights))] if result.weights else []
    further: list[Block] = [past_table(visit.speech, observed, On.ANNEX)] if observed else []
    if calibration is not None and not no_local_data(result):
        further += _besides([*short, *further], calibration.document(visit.speech).shown(On.ANNEX))
    return view.shown(
        visit,
        "/learn",
        "learn.html",
        endings=",".join(LISTS),
        lists=[path.name for path in visit.lists],
        learned=bool(observed),
        observed=view.told(visit, forecast, short) if short else "",
        further=view.told(visit, calibration or forecast, further, level=3) if further else "",
        forecasts=view.told(visit, forecast, _forecasts(visit)),
    )


def _besides(told: Sequence[Block], blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks that do not say again what is told already."""
    known = {_said(block) for block in told}
    return [block for block in blocks if _said(block) not in known]


def _said(block: Block) -> tuple[type, str | None]:
    return type(block), block.text if isinstance(block, Paragraph) else getattr(block, "caption", None)


def _forecasts(visit: Visit) -> Iterator[Block]:
    """Yield the forecasts of a visit beside each other, where there are several: how they sharpen."""
    say, speech = visit.speech.say, visit.speech
    every = [one for one in visit.answers.values() if one.folder.kind.name == "forecast"]
    rows: list[Row] = [
        {
            say("district"): one.result.districts[0].district,
            say("rests on"): wording.basis(speech, one.result.basis),
            say("year"): str(year.year),
            say("chance"): wording.chance(speech, year.probability_met),
            say("range from assumptions"): interval_of(speech, year),
        }
        for one in every
        if len(one.result.districts) == 1
        for year in one.result.districts[0].years[:1]
    ]
    if rows:
        yield Table.of(say("The forecasts of this visit, the newest last"), rows)


ROUTES = [Route("/learn", _learn)]
