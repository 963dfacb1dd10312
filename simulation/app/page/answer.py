"""The answer: what a forecast says, its figures, villages and limits, as its document tells them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from ...report import wording
from ...report.brief import is_of
from ...report.document.blocks import On, Picture, picture_files
from ...report.kinds.comparison import change_by_programme
from ...report.kinds.forecast.result import District
from ...report.kinds.forecast.words import interval_of, no_local_data, word_of
from ...report.language import LANGUAGES, Language
from . import view
from .visit import Visit

_MAPS = ("village_map", "village_board")


@view.of_visit
async def _answer(_: Request, visit: Visit) -> Response:
    forecast = visit.forecast
    if forecast is None:
        return view.to("/")
    speech, districts = visit.speech, forecast.result.districts
    document = forecast.document(speech)
    first = document.shown(On.ANSWER)
    places = [block for block in document.shown(On.PLACES) if block not in first]
    boards = [block for block in document.blocks if isinstance(block, Picture) and block.name in _MAPS]
    compared = visit.newest("comparison")
    if compared is not None and not is_of(compared, forecast):
        compared = None
    further = [block for block in document.shown(On.ANNEX) if block not in (*first, *places, *boards)]
    return view.shown(
        visit,
        "/answer",
        "answer.html",
        heading=document.title,
        years=_years(speech, districts[0]) if len(districts) == 1 else [],
        basis=wording.basis(speech, forecast.result.basis),
        assumed=no_local_data(forecast.result),
        compared="" if compared is None else change_by_programme(speech, compared.result),
        answer=view.told(visit, forecast, first),
        places=view.told(visit, forecast, [*places, *boards]),
        limits=view.told(visit, forecast, document.shown(On.LIMITS), level=3),
        further=view.told(visit, forecast, further, level=3),
    )


def _years(speech: Language, district: District) -> list[dict[str, str]]:
    """Return the chance of every year, with its word and its range."""
    return [
        {
            "year": str(year.year),
            "chance": wording.chance(speech, year.probability_met),
            "word": word_of(speech, year),
            "interval": interval_of(speech, year),
        }
        for year in district.years
    ]


@view.of_visit
async def _figure(request: Request, visit: Visit) -> Response:
    """Return a figure of an answer, drawn first where it is not there in that language."""
    asked = request.path_params
    answer, code = visit.answers.get(asked["answer"]), asked["code"]
    if answer is None or code not in LANGUAGES or asked["name"] not in answer.folder.kind.figures:
        return PlainTextResponse("", 404)
    svg, _ = picture_files(answer.path / "figures", asked["name"], code)
    if not svg.is_file():
        await request.app.state.visits.aside(answer.draw, code)
    return FileResponse(svg, media_type="image/svg+xml")


ROUTES = [Route("/answer", _answer), Route("/figure/{answer}/{name}/{code}.svg", _figure)]
