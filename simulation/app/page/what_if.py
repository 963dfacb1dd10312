"""What if: an intervention is tried out beside the scenario, and what that would change is told at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from math import isclose, isfinite, nan
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...decision.plan.levers import PlanRequest, own_kind
from ...report.document.blocks import On, Paragraph, Picture, Table
from ...report.document.html import as_html
from ...report.kinds.comparison import COMPARISON, Comparing, titles_of, years_table
from ...report.kinds.head import PLACEHOLDERS
from ...report.kinds.kind import Source
from ...report.kinds.plan.kind import PLAN
from ...report.kinds.question import Question
from ...report.kinds.registry import KINDS
from ...report.kinds.sensitivity import Analysis
from ...report.language import Language
from ...report.store.folder import Answer
from ...report.what_if_scenario import Levers, Option, typed_number
from ...report.wording import source_text, source_word
from ..options import Settings
from ..runner import answer
from . import view
from .trial import Followed, Pair, Trial
from .visit import Visit

HERE = "/what-if"
TENTH = 10
"""On one in so many simulations rests what is told first."""
MOST_FIELDS = 1000
"""Of the form: no district has so many kecamatan."""
MOMENT = 0.05
"""Seconds after which a request looks whether a newer one has taken its place."""
NOTHING: dict[str, Any] = {"followed": None, "wrong": None}
"""What is told where nothing followed yet."""


def begun(visit: Visit, district: str | None = None) -> Trial | None:
    """Return what a visit tries out, anew where it has another forecast or district; None without a forecast."""
    tried, forecast, base = visit.trial, visit.forecast, visit.scenario_file
    if forecast is None or base is None:
        return None
    if tried is None or tried.forecast != forecast.id or district not in {None, tried.district}:
        tried = visit.trial = Trial.of(forecast.id, base, district)
    return tried


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


async def _moved(request: Request, visit: Visit) -> tuple[Trial, Levers, FormData] | None:
    """Return what a visit tries out, levers as a form has them, and that form; None where there is no forecast."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        places = tuple(str(one) for one in form.getlist("places"))
        names = ("intervention", "villages", "starts", "effect", "share")
        intervention, villages, starts, effect, share = (_field(form, name) for name in names)
    tried = await asyncio.to_thread(begun, visit, _field(form, "district") or None)
    return None if tried is None else (tried, Levers(intervention, villages, starts, effect, places, share), form)


@view.of_visit
async def _show(request: Request, visit: Visit) -> Response:
    asked = request.query_params
    tried = await asyncio.to_thread(begun, visit, asked.get("district"))
    if tried is None:
        return view.to("/")
    if (name := asked.get("intervention")) in tried.options:
        tried.chosen = name
    return view.shown(
        visit,
        HERE,
        "what_if.html",
        **_form(visit.speech, tried),
        **_followed(visit, tried.newest),
        answers=[_told(visit, one) for one in _answers(visit, tried)],
        at=asked.get("at"),
        working=visit.job is not None and not visit.job.ended,
    )


def _answers(visit: Visit, tried: Trial) -> Iterator[Answer[Any]]:
    """Yield the newest answers about what is tried out, or about the scenario of the forecast, one of a kind."""
    own = {} if visit.forecast is None else visit.forecast.inputs
    for kind in ANSWERS:
        newest = visit.newest(kind)
        if newest is not None and (newest.id in tried.answered or own.items() <= newest.inputs.items()):
            yield newest


def _form(speech: Language, tried: Trial) -> dict[str, Any]:
    """Return what the form is made from: what there is to choose from, and where levers can be moved."""
    option, levers, rest = tried.option, tried.levers, tried.rest
    every = [(name, one.called(speech.code), one.new) for name, one in tried.options.items()]
    low, middle, high = option.told.effect
    villages = tried.scenario.districts[0]
    return {
        "districts": [(one.district_code, one.district) for one in tried.whole.districts],
        "district": tried.district,
        "options": {
            speech.say("In the scenario"): [(name, called) for name, called, new in every if not new],
            speech.say("To be added"): [(name, called) for name, called, new in every if new],
        },
        "chosen": tried.chosen,
        "baseline": tried.scenario.title.get(speech.code) or tried.scenario.name,
        "is_share": option.kind == "coverage",
        "eligible": option.eligible(tried.scenario),
        "villages": _Slider.over(
            0, 100 if option.kind == "coverage" else option.eligible(tried.scenario), 1, levers.villages, rest.villages
        ),
        "starts": levers.starts,
        "years_ahead": list(tried.scenario.years),
        "effect": _Slider.over(min(0.5, low), max(4.0, 1.25 * high), 0.01, levers.effect, rest.effect),
        "range": (low, middle, high) if low < high else None,
        "source": _source(speech, option),
        "places": [] if villages.made_up else [(name, name) for name in villages.ever.subdistricts],
        "chosen_places": levers.places,
        "share": _Slider.over(0.5, max(20.0, 2 * float(rest.share)), 0.5, levers.share, rest.share),
        "goal_year": tried.scenario.years[0],
    }


def _source(speech: Language, option: Option) -> str:
    """Return where the range of an effect comes from, as a sentence."""
    if option.told.placeholder:
        return speech.say(PLACEHOLDERS)
    source = option.source_of_effect
    word, text = source_word(speech, source), source_text(speech, source).rstrip(".")
    if not text:
        return speech.say("Source of the range: {word}.", word=word)
    return speech.say("Source of the range: {word}; {text}.", word=word, text=text)


@dataclass(frozen=True)
class _Slider:
    """Where a slider is and from where to where it can be moved; a step of None is any."""

    value: float
    least: float
    most: float
    step: float | None

    @classmethod
    def over(cls, least: float, most: float, step: float, typed: str, rest: str) -> _Slider:
        """Return the slider of what was typed, which it can show as it is; where that is no number, at rest."""
        value = next(one for one in map(typed_number, (typed, rest)) if not isinstance(one, str) and isfinite(one))
        least, most = min(least, value), max(most, value)
        on_grid = isclose((value - least) / step, round((value - least) / step), abs_tol=1e-6)
        return cls(value, least, most, step if on_grid else None)


def _followed(visit: Visit, followed: Followed | None) -> dict[str, Any]:
    """Return what followed from levers: the years beside the baseline, the answer in words, and its tables."""
    if followed is None:
        return NOTHING
    speech, result = visit.speech, followed.result
    one = result.scenarios[0]
    years = years_table(speech, titles_of(speech, result)[one.name], one).as_text(speech)
    blocks = COMPARISON.document(result, speech, Source()).shown(On.TERMINAL)
    words = list(takewhile(lambda block: isinstance(block, Paragraph), blocks))
    return {
        "followed": followed,
        "wrong": None,
        "years": years,
        "simulations": result.draws * result.replicates,
        "words": as_html(speech, words, lambda _: None),
        "tables": as_html(speech, blocks[len(words) :], lambda _: None, level=3),
    }


def _told(visit: Visit, found: Answer[Any]) -> dict[str, Any]:
    """Return an answer as it is told: in short with its figure, of a plan its villages too; then the rest."""
    document, kind = found.document(visit.speech), found.folder.kind
    short = [block for block in document.blocks if block.on & On.TERMINAL or isinstance(block, Picture)]
    if kind is not PLAN:
        short = list(takewhile(lambda block: not isinstance(block, Table), short))
    rest = [block for block in document.shown(On.TERMINAL | On.ANNEX) if block not in short]
    return {
        "kind": kind.name,
        "title": document.title,
        "short": view.told(visit, found, short, level=3),
        "rest": view.told(visit, found, rest, level=3) if rest else "",
    }


@view.of_visit
async def _compare(request: Request, visit: Visit) -> Response:
    """Compare what the levers mean with the baseline, and show the page again."""
    moved = await _moved(request, visit)
    if moved is None:
        return view.to("/")
    tried, levers, _ = moved
    visits = request.app.state.visits
    return await view.when_done(visits.ask(visit, HERE, HERE, partial(tried.follow, levers, 1)))


@view.of_visit
async def _at_once(request: Request, visit: Visit) -> Response:
    """Return what follows from levers as a part of the page; nothing where they were moved again meanwhile."""
    moved = await _moved(request, visit)
    if moved is None:
        return Response(status_code=204)
    tried, levers, form = moved
    part = TENTH if _field(form, "part") == "tenth" else 1
    job = request.app.state.visits.ask(visit, HERE, HERE, partial(tried.follow, levers, part))
    while not (job.ended or job.stopped):
        await job.wait(MOMENT)
    if job.stopped:
        return Response(status_code=204)
    told = _followed(visit, tried.followed) if job.error is None else {"wrong": view.what_went_wrong(visit, job)}
    return view.part(visit, "what_follows.html", **told)


@view.of_visit
async def _answer(request: Request, visit: Visit) -> Response:
    """Answer a question about what is tried out as its command does."""
    moved, kind = await _moved(request, visit), request.path_params["kind"]
    if moved is None or kind not in ANSWERS:
        return view.to("/")
    tried, levers, form = moved

    def work(settings: Settings) -> None:
        pair = tried.pair(levers, settings)
        # A brief takes the others in beside the comparison, which joins their scenario to the forecast.
        for name in dict.fromkeys(("comparison", kind)):
            found = answer(settings, KINDS[name], ANSWERS[name](pair, levers, form), visit.results, shown=False)
            visit.keep(found)
            tried.answered.add(found.id)

    return await view.when_done(request.app.state.visits.ask(visit, f"{HERE}?at={kind}", HERE, work))


def _year(form: FormData) -> int:
    """Return the year that is asked about; 0, which no scenario has, where that is none."""
    year = typed_number(_field(form, "year"))
    return year if isinstance(year, int) else 0


def _planned(pair: Pair, levers: Levers, form: FormData) -> Question[PlanRequest]:
    """Return what `kampungkb plan` answers of the intervention that is tried out."""
    percent, scenario = typed_number(_field(form, "probability")), pair[1]
    plan = next(one for one in scenario.interventions if one.name == levers.intervention)
    wanted = nan if isinstance(percent, str) else percent / 100
    asked = PlanRequest(wanted, (f"{plan.name}.{own_kind(plan)}",), _year(form))
    return Question(PLAN.name, (scenario,), asked.settled(scenario))


ANSWERS: Mapping[str, Callable[[Pair, Levers, FormData], Question[Any]]] = {
    "plan": _planned,
    "sensitivity": lambda pair, _, form: Analysis.of(pair[1], _year(form)),
    "comparison": lambda pair, *_: Comparing.of(pair),
}
"""What can be asked about what is tried out, by the name of its kind: how the question is made."""

ROUTES = [
    Route(HERE, _show),
    Route(HERE, _compare, methods=["POST"]),
    Route(f"{HERE}/follows", _at_once, methods=["POST"]),
    Route(f"{HERE}/{{kind}}", _answer, methods=["POST"]),
]
