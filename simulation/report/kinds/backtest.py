"""A back-test: its result, and what is said of it: whom the model beats, who beats it, whether its intervals held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256

from ...domain.evidence import Panel
from ...domain.messages import Message, Refusal
from ...inference.backtest.rolling import (
    DRAWS,
    MODEL,
    NOWHERE,
    STANDARD_LAW,
    Backtest,
    BacktestNumbers,
    anywhere,
    backtest,
)
from ...inference.backtest.scoring import FEWEST, Skill, Standing
from ...inputs.scenario import Scenario
from ..codec import content_of, of_content
from ..document.blocks import Cell, Column, Document, Paragraph, Picture, Row, Table
from ..language import Language, phrase
from .head import Head, own_law, title_of, with_head
from .kind import DataTable, Kind, Source, Work
from .question import Question

PANELS = "panels.json"
_NAMES = {
    MODEL: phrase("calibrated model"),
    STANDARD_LAW: phrase("standard law, calibrated"),
    "last_year": phrase("last year's share"),
    "mean_so_far": phrase("mean share so far"),
    "priors": phrase("default assumptions alone"),
    "binomial": phrase("binomial without shock"),
}
_STANDINGS: Mapping[Standing, str] = {
    "worse": phrase("worse than: {names}"),
    "better": phrase("better than: {names}"),
    "open": phrase("indistinguishable from: {names}"),
}
_SCORES = {
    "brier": phrase("target met: Brier"),
    "log_score": phrase("target met: log score"),
    "crps_rises": phrase("rises: CRPS"),
    "rps_status": phrase("next status: RPS"),
}
_SKILLS = {"brier": phrase("target met: Brier"), "crps_rises": phrase("rises: CRPS")}


@dataclass(frozen=True)
class PastYears:
    """What was asked.

    Attributes
    ----------
    default
        Whether the default target and priors apply, and no scenario.
    own_forecasters
        Forecaster of the reader's own -> what tells its forecasts from others.
    """

    draws: int
    seed: int
    default: bool
    own_forecasters: Mapping[str, str]

    @classmethod
    def of(
        cls,
        panels: Iterable[Panel],
        scenario: Scenario | None,
        draws: int = DRAWS,
        seed: int = 0,
        own_forecasters: Mapping[str, str] | None = None,
    ) -> Question[PastYears]:
        """Return the question about some panels; no scenario for the default target and priors."""
        asked = cls(draws, seed, scenario is None, own_forecasters or {})
        # It does not matter in which order districts are given.
        content = b"[" + b",".join(sorted(map(content_of, panels))) + b"]"
        return Question("backtest", (scenario or anywhere(),), asked, data={PANELS: content})


@dataclass(frozen=True, kw_only=True)
class BacktestResult(BacktestNumbers, Head):
    """What ``backtest.json`` holds."""


def result_of(found: Backtest) -> BacktestResult:
    """Return the typed result of a back-test."""
    first, *others = found.districts
    return with_head(
        BacktestResult,
        found,
        district_code=first.code,
        district=first.name or "" if not others else "",
        villages_in_all=sum(len(panel.codes) for panel in found.panels),
        districts_in_all=len(found.districts),
        synthetic_districts=0,
        basis=("panel",),
    )


def document_of(result: BacktestResult, speech: Language, source: Source) -> Document:  # noqa: ARG001
    """Return what is told of a back-test."""
    verdict = verdict_of(speech, result)
    skills = [] if result.verdict is None else [skill_table(speech, result)]
    return Document(
        heading(speech, result),
        [
            Paragraph(verdict, strong=True),
            scores_table(speech, result),
            *skills,
            coverage_table(speech, result),
            Picture("backtest", verdict),
            *(Paragraph(sentence) for sentence in own_law(speech, result)),
            *(Paragraph(note) for note in notes(speech, result)),
        ],
        chapter=speech.say("Forecasts of past years"),
    )


def forecaster_name(speech: Language, forecaster: str) -> str:
    """Return what a forecaster is called; one that a researcher added keeps its name."""
    return speech.say(_NAMES[forecaster]) if forecaster in _NAMES else forecaster


def heading(speech: Language, result: BacktestResult) -> str:
    """Return what was forecast again: how many years of how many districts."""
    first, last = result.rows[0].year, result.rows[-1].year
    values = {
        "years": str(first) if first == last else f"{first}–{last}",
        "number": speech.number(result.district_years),
        "title": speech.say("default target and assumptions") if result.default else title_of(speech, result),
    }
    places = result.districts
    if places[0].code == NOWHERE:
        return speech.say("Back-test: {title}, {years} ({number} district-years)", **values)
    if len(places) == 1:
        place = places[0].name or places[0].code
        return speech.say("Back-test: {title}, {district}, {years} ({number} district-years)", district=place, **values)
    districts = speech.number(len(places))
    return speech.say(
        "Back-test: {title}, {districts} districts, {years} ({number} district-years)", districts=districts, **values
    )


def verdict_of(speech: Language, result: BacktestResult) -> str:
    """Return whom the model beats and who beats it, or why that is not said."""
    number = speech.number(result.district_years)
    if result.verdict is None:
        return speech.say(
            "No verdict: with fewer than {least} district-years (here {number}) chance decides which "
            "looks best; the scores are shown without one.",
            least=speech.number(FEWEST),
            number=number,
        )
    clauses = [
        speech.say(template, names=_names(speech, result.verdict, found))
        for found, template in _STANDINGS.items()
        if found in result.verdict.values()
    ]
    return speech.say(
        "Over {number} district-years the model's forecasts of the number of rises were {standings}.",
        number=number,
        standings="; ".join(clauses),
    )


def _names(speech: Language, verdict: Mapping[str, Standing], found: Standing) -> str:
    return ", ".join(forecaster_name(speech, one) for one, standing in verdict.items() if standing == found)


def scores_table(speech: Language, result: BacktestResult) -> Table:
    """Return the mean scores of every forecaster."""
    columns = {
        key: Column(speech.say(template), "decimal", 3 if key in {"brier", "rps_status"} else 2)
        for key, template in _SCORES.items()
    }
    rows: list[Row] = [
        {
            speech.say("forecaster"): forecaster_name(speech, one),
            **{column: "∞" if (mean := getattr(of, key)) is None else mean for key, column in columns.items()},
        }
        for one, of in result.forecasters.items()
    ]
    return Table.of(speech.say("Mean scores; lower is better"), rows)


def coverage_table(speech: Language, result: BacktestResult) -> Table:
    """Return how often the intervals of every forecaster held the number of rises."""
    rows: list[Row] = [
        {
            speech.say("forecaster"): forecaster_name(speech, one),
            **{
                Column(speech.say("{percent} interval", percent=speech.percent(float(level))), "percent"): share
                for level, share in scores.coverage.items()
            },
        }
        for one, scores in result.forecasters.items()
    ]
    return Table.of(
        speech.say("How often intervals held the actual number of rises"), rows, sheet=speech.say("Intervals")
    )


def skill_table(speech: Language, result: BacktestResult) -> Table:
    """Return what share of every other forecaster's mean score the model saves."""
    rows: list[Row] = [
        {
            speech.say("compared with"): forecaster_name(speech, one),
            **{speech.say(title): _saved(speech, scores.model_saves[key]) for key, title in _SKILLS.items()},
        }
        for one, scores in result.forecasters.items()
        if one != MODEL
    ]
    caption = speech.say("Share of the other's score that the model saves (90% interval); below 0 the model is worse")
    return Table.of(caption, rows, sheet=speech.say("Skill"))


def _saved(speech: Language, saved: Skill | None) -> Cell:
    if saved is None:
        return None
    low, high = (speech.number(100 * end) for end in saved.interval90)
    said = speech.say("{mean} ({low} to {high})", mean=speech.percent(saved.share), low=low, high=high)
    return said.replace("-", "−")


def notes(speech: Language, result: BacktestResult) -> Iterator[str]:
    """Yield what must be known to read the scores rightly."""
    yield speech.say(
        "Every year was forecast only from what was known before it. Last year's share: as many "
        "of all villages rise as in the year before; mean share so far: as on average in all "
        "years before; binomial without shock: each status rises as often as so far, every "
        "village independently; default assumptions alone: the model without local data."
    )
    if result.verdict is not None:
        yield speech.say(
            "Each comparison is made on its own: where two forecasters are equally good, it calls one of them "
            "better in one case of ten; with {number} comparisons, at least one such error is likelier than "
            "that.",
            number=speech.number(len(result.verdict)),
        )
    if not result.kecamatan_known:
        yield speech.say(
            "No scenario gives the kecamatan of all these villages: what villages of a kecamatan "
            "share, the influence of peers, and covariates are left out."
        )
    if result.interventions:
        yield speech.say("Without the interventions of the scenario: they begin after its last year of data.")
    if any(scores.log_score is None for scores in result.forecasters.values()):
        yield speech.say("∞: something happened to which the forecaster had given no chance at all.")


def _compute(question: Question[PastYears], work: Work) -> Backtest:
    asked = question.asked
    if asked.own_forecasters:
        raise Refusal(
            Message(
                "this back-test was made with forecasters of the reader's own ({names}), which its folder does not "
                "hold; run it again in Python",
                {"names": ", ".join(asked.own_forecasters)},
            )
        )
    panels = of_content(question.data[PANELS], tuple[Panel, ...])
    scenario = None if asked.default else question.scenarios[0]
    return backtest(panels, scenario, asked.draws, asked.seed, progress=work.progress)


def _question(found: Backtest) -> Question[PastYears]:
    own = {
        name: sha256(b"".join(one.rises.tobytes() + one.levels.tobytes() for one in found.forecasts[name])).hexdigest()
        for name in found.own
    }
    return PastYears.of(found.panels, None if found.default else found.scenario, found.draws, found.seed, own)


def _tables(found: Backtest, _: BacktestResult) -> Iterable[DataTable]:
    rows = [
        {
            **{name: value for name, value in vars(row).items() if name != "forecasts"},
            "forecaster": forecaster,
            **asdict(forecast),
        }
        for row in found.rows
        for forecaster, forecast in row.forecasts.items()
    ]
    yield DataTable.of_rows("backtest.csv", rows)


BACKTEST = Kind(
    name="backtest",
    asked=PastYears,
    found=Backtest,
    result_type=BacktestResult,
    question=_question,
    compute=_compute,
    result=result_of,
    tables=_tables,
    document=document_of,
    figures=("backtest",),
    doing=(phrase("Past years"), phrase("Past years: {done} of {total} forecast, about {seconds} s left")),
    title=phrase("back-test"),
    in_brief=False,
)
