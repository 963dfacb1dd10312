"""What ``forecast.json`` holds: numbers of every district and year, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import msgspec
import numpy as np

from ....decision.likeliest import LikelyVillage, SubdistrictYear, likeliest_villages, subdistrict_years
from ....domain.distributions import Empirical
from ....domain.messages import Message, Refusal
from ....domain.parameters import ParameterKey
from ....domain.past import BlockWeight, Observed
from ....domain.status import LEVELS, TOP, UNKNOWN
from ....domain.status_knowledge import MadeUpCounts, MissingStatuses
from ....domain.target import Denominator, Reading
from ....domain.villages import Villages
from ....engine.closed_form import applicability
from ....engine.conditional import Estimator, applied
from ....engine.effort import Effort, Engine
from ....engine.ensemble import engine_of
from ....engine.failure import Failure
from ....inference.elsewhere import Elsewhere, elsewhere
from ....inference.forecast import (
    DistrictForecast,
    Forecast,
    Needed,
    Number,
    PrecisionTrace,
    Summary,
    YearForecast,
    basis_of,
    bounds,
)
from ....inference.reasons import Reasons, reasons_of
from ....inference.together import Together
from ....inference.uncertainty import FEWEST, FEWEST_REPLICATES, Estimate, tells_of_parameters
from ....inference.village_finder import STATUS_UNKNOWN
from ....inputs.provinces import provinces_of
from ....inputs.resolve import ASSUMED, SHARE_SO_FAR, VILLAGE_MAP
from ....inputs.scenario import Scenario
from ..head import Head, head_of
from ..question import Question

VERSION = 2
MOST_TOLD = 3
"""Failures that the result names; all of them stand in ``failures.csv``."""
PARAMETER_QUANTILES = (0.05, 0.5, 0.95)
MOST_SUBDISTRICTS = 200
"""Tiles that a page of A4 holds: four times the kecamatan of any district."""
EXACT_IS_PRECISE = Message("an exact result has no simulation error, so --precision does not apply here.")
_REASONS = {name.lower(): message for name, message in vars(applicability).items() if isinstance(message, Message)}
"""What an engine says of years that it cannot compute exactly, by a code that a file can hold."""


@dataclass(frozen=True)
class Asked:
    """What was asked.

    Attributes
    ----------
    draws, replicates, seed, engine
        As for `simulation.forecast`; of an exact result `replicates` is 1.
    precision
        The half-width at which doubling ends, `draws` and `replicates` being where it begins; None to run once.
    estimator
        The one that is used, whatever was asked for; None where nothing is simulated, and in answers older than it.
    """

    draws: int
    replicates: int
    seed: int
    engine: str
    precision: float | None = None
    estimator: Estimator | None = None

    @property
    def effort(self) -> Effort:
        """Draws and replicates."""
        return Effort(self.draws, self.replicates)


@dataclass(frozen=True)
class StatedTarget:
    """What is to be reached; `needed` and `denominator` are those of the first forecast year.

    Attributes
    ----------
    own
        What the target of a mechanism's own is called and says of itself. It is what is judged, `needed` is then None,
        and all else is of the target whose readings stand beside it. Only there where one has any.
    """

    reading: Reading
    needed: Number | None
    denominator: int
    denominator_kind: Denominator
    net_of_falls: bool
    key: str
    share: float
    levels: tuple[str, ...]
    own: str | msgspec.UnsetType = msgspec.UNSET

    @property
    def of_own(self) -> bool:
        """Whether a mechanism's own target is what is judged."""
        return isinstance(self.own, str)


@dataclass(frozen=True)
class DrawnStatuses:
    """How many villages have no status at the end of the origin, by what it is drawn from.

    Attributes
    ----------
    from_past
        Their last known status, by the law of the years since.
    from_shares
        The statuses of all villages that have one.
    villages
        What all of these villages are called.
    """

    from_past: int
    from_shares: int
    villages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parameter:
    """A parameter of the law: its quantiles, whether it was left to its default prior, and its origin.

    Attributes
    ----------
    variance_left
        How much of its prior variance a calibration leaves; None where it was not calibrated, or that is not told.
    """

    quantiles: Mapping[float, float]
    default_prior: bool
    source: str
    variance_left: float | None = None


@dataclass(frozen=True)
class RisesSoFar:
    """What was known of the first year before it was over; all chances are given this.

    Attributes
    ----------
    as_of, rises
        Day of the first year, YYYY-MM-DD; how many villages had risen by then.
    share
        What is assumed of the share of a year's rises that have happened by that day.
    kept, simulations
        How many simulations go with the count and tell all that is said, of how many.
    before
        The chance of the first year before the count was known.
    """

    as_of: str
    rises: int
    share: Parameter
    kept: int
    simulations: int
    before: Estimate


@dataclass(frozen=True)
class District:
    """What is said of one district.

    Attributes
    ----------
    villages, joining
        How many there are at the origin; forecast year -> how many join at its end, if any do.
    statuses_known, launch_years_known
        Whether it is known which village stands where; when each joined.
    made_up_counts
        Whether even the counts by level are drawn, since the district gave none.
    origin_share
        Level -> share at the end of the origin, of the villages whose status is not blank.
    years
        One entry a forecast year; fewer than the horizon where only the first year is known exactly.
    all_years, at_least
        Of meeting the target in every year; in at least so many years. None where that is not known.
    readings
        Every reading of the target -> probability per year, the scenario's own first.
    single_draw
        Whether uncertain parameters were drawn only once.
    observed
        What was observed of past years, and what the fitted law says of them, where calibrated draws tell.
    reasons
        Why the first year is expected to bring more, or fewer, rises than the past; None without yearly lists.
    likeliest, by_subdistrict
        Villages known to stand below the top, the likeliest to rise first; every kecamatan in every year. Of a forecast
        of one district, as far as statuses are known.
    drawn_statuses
        Villages whose status is blank; None where none is.
    so_far
        What was known of the first year before it was over; None where nothing was.
    """

    district_code: str
    district: str
    villages: int
    subdistricts: int
    statuses_known: bool
    launch_years_known: bool
    made_up_counts: bool
    origin_share: Mapping[str, float]
    target: StatedTarget
    years: tuple[YearForecast, ...]
    all_years: Estimate | None
    at_least: Mapping[int, float] | None
    readings: Mapping[str, tuple[float, ...]]
    basis: tuple[str, ...]
    single_draw: bool
    observed: tuple[Observed, ...] = ()
    reasons: Reasons | None = None
    likeliest: tuple[LikelyVillage, ...] = ()
    by_subdistrict: tuple[SubdistrictYear, ...] = ()
    drawn_statuses: DrawnStatuses | None = None
    joining: Mapping[int, int] = field(default_factory=dict)
    so_far: RisesSoFar | None = None

    @property
    def met_already(self) -> bool:
        """Whether so many have risen by the day of `so_far` that the target of the first year is met."""
        needed = self.years[0].needed
        return self.so_far is not None and needed is not None and self.so_far.rises >= needed.max

    @property
    def known_statuses(self) -> int:
        """How many villages `origin_share` is of: all but those whose status is blank."""
        drawn = self.drawn_statuses
        return self.villages if drawn is None else self.villages - drawn.from_past - drawn.from_shares

    def number(self, year: int) -> int:
        """Return how many villages there are at the start of a forecast year."""
        return self.villages + sum(number for joined, number in self.joining.items() if joined < year)


@dataclass(frozen=True)
class HowMany:
    """How many districts of a group meet their target in a year.

    Attributes
    ----------
    mean, quantiles
        Of their number; quantiles are None where nothing was simulated.
    all
        Probability that every one does; None likewise.
    number
        Probability that exactly 0, 1, 2 … of them do; None likewise.
    """

    mean: float
    quantiles: Mapping[float, Number] | None
    all: float | None
    number: tuple[float, ...] | None


@dataclass(frozen=True, kw_only=True)
class InProvince(HowMany):
    """How many districts of a province meet their target in a year.

    Attributes
    ----------
    code, name
        As `simulation.inputs.provinces.Province` has them.
    districts
        The codes of its districts.
    shortfall
        Villages that are missing on average in districts that do not reach the number needed; None where not known.
    """

    code: str
    name: str
    districts: tuple[str, ...]
    shortfall: float | None


@dataclass(frozen=True, kw_only=True)
class Meeting(HowMany):
    """How many districts meet their target in a year, of all of them.

    Attributes
    ----------
    alike
        The same if no district were set apart for good (``district_sd``: 0), from a quarter of the simulations; None
        where none is.
    shortfall
        Of each district, in their order: how many villages are missing to the number needed, on average, 0 where it is
        reached; None where that is not known.
    provinces
        The provinces, one or more.
    """

    year: int
    alike: HowMany | None = None
    shortfall: tuple[float | None, ...]
    provinces: tuple[InProvince, ...]


@dataclass(frozen=True)
class Matrix:
    """The yearly transition matrix of a typical village: mean, 5% and 95% quantile over draws, None of too few."""

    mean: tuple[tuple[float, ...], ...]
    q05: tuple[tuple[float, ...], ...] | None
    q95: tuple[tuple[float, ...], ...] | None


@dataclass(frozen=True)
class Failures:
    """Trajectories that an agent broke off.

    Attributes
    ----------
    district, district_number, year, none_met, all_met
        In the district with most of them: how many, and the share of trajectories that meet the target of the first
        year had none of these met it, or all.
    draws_left_out
        Draws of which too few trajectories are left to say anything of the parameter interval.
    """

    number: int
    first: tuple[Failure, ...]
    district: str
    district_number: int
    year: int
    none_met: float
    all_met: float
    draws_left_out: int


@dataclass(frozen=True)
class Reason:
    """Why later years need simulation: what is in the way, and the names and numbers that belong to it."""

    code: str
    values: Mapping[str, str | Number]

    @classmethod
    def of(cls, message: Message) -> Reason:
        """Return the reason that a message tells."""
        code = next(code for code, known in _REASONS.items() if known.template == message.template)
        return cls(code, message.values)

    @property
    def message(self) -> Message:
        """What is said of it."""
        return replace(_REASONS[self.code], values=dict(self.values))


@dataclass(frozen=True, kw_only=True)
class ForecastResult(Head):
    """What ``forecast.json`` holds.

    Attributes
    ----------
    meeting
        How many districts meet their target, year by year; None for one district.
    horizon
        Years that the scenario asks for.
    later
        Where only the first of them is exact: why later years need simulation.
    weights
        What each kind of data does to the first year, see `simulation.domain.past.Past`; none where it is not told, or
        something else is asked than was weighed.
    elsewhere
        The chance of the first year under what is known elsewhere; None where it does not rest on default priors.
    """

    version: int = VERSION
    districts: tuple[District, ...]
    meeting: tuple[Meeting, ...] | None
    horizon: int
    matrix: Matrix
    parameters: Mapping[str, Parameter]
    draws: int
    replicates: int
    seed: int
    failures: Failures | None
    precision: PrecisionTrace | None
    later: tuple[Reason, ...] = ()
    lots_drawn: int = 0
    weights: tuple[BlockWeight, ...] = ()
    elsewhere: Elsewhere | None = None

    @property
    def several(self) -> bool:
        """Whether it speaks of several districts."""
        return len(self.districts) > 1

    @property
    def first_year(self) -> int:
        """The first forecast year."""
        return self.origin + 1


def undrawable(name: str, result: ForecastResult) -> Message | None:
    """Return why a figure cannot be drawn of a forecast, or None where it can."""
    if name == "districts" and not result.several:
        return Message("there is a dot for each district where a forecast has several, and this one has one")
    if name == "village_map":
        return _unmapped(result)
    if name != "village_board":
        return None
    if result.several:
        return Message("the status map shows one district, and this forecast has several")
    if not result.districts[0].statuses_known:
        return STATUS_UNKNOWN
    if result.districts[0].subdistricts > MOST_SUBDISTRICTS:
        return Message("so many kecamatan do not fit on the page of the status map; the workbook lists the villages")
    return None


def _unmapped(result: ForecastResult) -> Message | None:
    """Return why the villages of a forecast cannot be drawn on a map, or None where they can."""
    if result.several:
        return Message("the village map shows one district, and this forecast has several")
    if VILLAGE_MAP not in result.sources:
        return Message("the scenario names no GeoJSON of its villages (villages.map)")
    return None if result.districts[0].statuses_known else STATUS_UNKNOWN


def question_of(forecast: Forecast) -> Question[Asked]:
    """Return what a forecast answers."""
    effort = forecast.effort
    if forecast.trace is not None:
        first = forecast.trace.steps[0]
        effort = Effort(first.draws, first.replicates)
    wanted = None if forecast.trace is None else forecast.trace.wanted
    estimator = forecast.estimator or "plain"
    return ask(forecast.scenario, effort, forecast.seed, forecast.engine, wanted, estimator)


def ask(
    scenario: Scenario,
    effort: Effort,
    seed: int,
    engine: Engine,
    precision: float | None = None,
    estimator: Estimator = "conditional",
) -> Question[Asked]:
    """Return the question for a forecast; an exact result knows no replicates.

    Raises
    ------
    Refusal
        Where a precision is asked of an exact result, or an exact result of a law that is not the standard one.
    """
    engine = engine_of(engine, scenario)
    if precision is not None and engine == "exact":
        raise Refusal(EXACT_IS_PRECISE)
    replicates = 1 if engine == "exact" else effort.replicates
    used = None if engine == "exact" else applied(estimator, scenario)
    asked = Asked(effort.draws, replicates, seed, engine, precision, used)
    return Question("forecast", (scenario,), asked)


def result_of(forecast: Forecast) -> ForecastResult:
    """Return the typed result of a forecast."""
    scenario = forecast.scenario
    districts = tuple(_district(forecast, one) for one in forecast.districts)
    mean, q05, q95 = (tuple(tuple(row) for row in matrix) for matrix in forecast.matrix.tolist())
    draws, parameters = forecast.effort.draws, scenario.parameters
    known = not parameters.uncertain or tells_of_parameters(draws, FEWEST_REPLICATES, parameters.rows)
    head = head_of(scenario)
    return ForecastResult(
        **head,
        districts=districts,
        meeting=_meeting(forecast) if len(districts) > 1 else None,
        horizon=scenario.horizon,
        matrix=Matrix(mean, q05, q95) if known else Matrix(mean, None, None),
        parameters=_parameters(scenario),
        draws=draws,
        replicates=1 if forecast.engine == "exact" else forecast.effort.replicates,
        seed=forecast.seed,
        failures=_failures(forecast),
        precision=forecast.trace,
        later=tuple(map(Reason.of, forecast.later)),
        lots_drawn=forecast.lots_drawn,
        weights=_weights(forecast) if not scenario.own_law and head["other_lists"] is scenario.so_far is None else (),
        elsewhere=elsewhere(scenario, forecast.effort, forecast.seed),
    )


def _weights(forecast: Forecast) -> tuple[BlockWeight, ...]:
    """Return what each kind of data does to the first year, where its chance is the one that was weighed.

    The answers without data are told against the chance that the forecast gives, not against the one of fewer draws
    that was weighed.
    """
    past, first = forecast.scenario.parameters.past, forecast.districts[0].years[0]
    if past is None or not past.weights or len(forecast.districts) > 1 or forecast.scenario.interventions:
        return ()  # whether what was weighed had the interventions is not known
    whole = past.weights[0]
    apart, error = (
        first.probability_met - whole.probability_met,
        np.hypot(first.monte_carlo_error, whole.monte_carlo_error),
    )
    if first.year != whole.year or abs(apart) > 3 * error:
        return ()
    return tuple(
        replace(one, probability_met=float(np.clip(one.probability_met + apart, 0, 1))) for one in past.weights
    )


def _district(forecast: Forecast, district: DistrictForecast) -> District:
    scenario, villages, first = forecast.scenario, district.villages, district.years[0]
    target = scenario.target
    uncertain = forecast.effort.draws == 1 and not scenario.fixed
    alone = len(forecast.districts) == 1
    return District(
        district_code=villages.district_code,
        district=villages.district,
        villages=len(villages),
        subdistricts=len(villages.subdistricts),
        statuses_known=villages.single_levels is not None,
        launch_years_known="launch_year" in villages.columns,
        made_up_counts=isinstance(villages.known, MadeUpCounts),
        origin_share=dict(zip(LEVELS, map(float, villages.shares), strict=True)),
        target=StatedTarget(
            reading=target.reading,
            needed=None if first.needed is None else _number_needed(first.needed),
            denominator=len(villages)
            if target.denominator == "all"
            else round(len(villages) * (1 - float(villages.shares[TOP]))),
            denominator_kind=target.denominator,
            net_of_falls=target.net_of_falls,
            key=target.key,
            share=float(target.share),
            levels=tuple(target.levels),
            own=scenario.own_target or msgspec.UNSET,
        ),
        years=district.years,
        all_years=district.all_years,
        at_least=district.at_least,
        readings=district.readings,
        basis=tuple(basis_of(scenario.parameters, [villages])),
        observed=forecast.observed_of(villages.district_code),
        reasons=None
        if scenario.own_law or scenario.so_far is not None
        else _ending_at(first.rises.mean, _reasons(scenario, villages, forecast.seed)),
        likeliest=likeliest_villages(forecast, district) if alone else (),
        by_subdistrict=subdistrict_years(forecast, district) if alone else (),
        single_draw=uncertain,
        drawn_statuses=_drawn_statuses(forecast, villages),
        joining=villages.joining(scenario.years),
        so_far=_so_far(forecast, district),
    )


def _number_needed(needed: Needed) -> Number:
    return needed.min if needed.min == needed.max else needed.mean


def _so_far(forecast: Forecast, district: DistrictForecast) -> RisesSoFar | None:
    known, run = forecast.scenario.so_far, forecast.ensemble_run
    if known is None or district.before is None or run is None:
        return None
    share = known.share or known.default_share
    quantiles = map(float, share.quantile(np.array(PARAMETER_QUANTILES)))
    return RisesSoFar(
        as_of=known.as_of.isoformat(),
        rises=known.rises,
        share=Parameter(
            dict(zip(PARAMETER_QUANTILES, quantiles, strict=True)),
            known.share is None,
            forecast.scenario.sources[SHARE_SO_FAR],
        ),
        kept=int(run.outcomes[0].kept.sum()),
        simulations=forecast.effort.trajectories,
        before=district.before,
    )


def _drawn_statuses(forecast: Forecast, villages: Villages) -> DrawnStatuses | None:
    known, scalars = villages.known, forecast.scenario.parameters.scalars
    if not isinstance(known, MissingStatuses):
        return None
    learned = np.array([ParameterKey("village_status", code) in scalars for code in villages.codes])
    blank = known.levels == UNKNOWN
    from_past = int((blank & (learned | (known.earlier != UNKNOWN))).sum())
    names = tuple(villages.names[place] for place in np.flatnonzero(blank))
    return DrawnStatuses(from_past, known.unknown - from_past, names)


@lru_cache(maxsize=1)
def _reasons(scenario: Scenario, villages: Villages, seed: int) -> Reasons | None:
    """Return why the forecast differs from the past, under the law itself."""
    return reasons_of(scenario, villages, seed)


def _ending_at(expected: float, reasons: Reasons | None) -> Reasons | None:
    """Return the reasons with the forecast's own mean at their end: its simulation error goes with who stands where."""
    if reasons is None:
        return None
    villages = reasons.steps["villages"] + expected - reasons.expected
    return replace(reasons, steps={**reasons.steps, "villages": villages}, expected=expected)


def _meeting(forecast: Forecast) -> tuple[Meeting, ...]:
    """Summarise, year by year, how many districts meet their target; quantiles need trajectories."""
    provinces = provinces_of(forecast.scenario)
    every, of_provinces = forecast.together[0], forecast.together[1:] or forecast.together
    return tuple(
        Meeting(
            year=year,
            **vars(_how_many(every, t)),
            alike=_how_many(forecast.alike[0], t) if forecast.alike else None,
            shortfall=tuple(district.shortfall[t] for district in forecast.districts),
            provinces=tuple(
                InProvince(
                    code=province.code,
                    name=province.name,
                    districts=tuple(forecast.scenario.districts[i].district_code for i in province.districts),
                    shortfall=_sum([forecast.districts[i].shortfall[t] for i in province.districts]),
                    **vars(_how_many(together, t)),
                )
                for province, together in zip(provinces, of_provinces, strict=True)
            ),
        )
        for t, year in enumerate(forecast.calendar)
    )


def _how_many(together: Together, t: int) -> HowMany:
    """Summarise how many districts meet their target in year number `t`."""
    mean = float(together.expected[t])
    if together.number is None:
        return HowMany(mean, None, None, None)
    weights = together.number[t] / together.number[t].sum()
    return HowMany(mean, Summary.of_counts(weights).quantiles, float(weights[-1]), tuple(weights.tolist()))


def _sum(numbers: Sequence[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _parameters(scenario: Scenario) -> dict[str, Parameter]:
    at, past = np.array(PARAMETER_QUANTILES), scenario.parameters.past
    left = {} if past is None else past.variance_left
    return {
        str(key): Parameter(
            dict(zip(PARAMETER_QUANTILES, map(float, distribution.quantile(at)), strict=True)),
            key in scenario.parameters.defaulted,
            scenario.sources.get(key.scenario_key, ASSUMED),
            left.get(str(key)) if isinstance(distribution, Empirical) else None,
        )
        for key, distribution in scenario.parameters.scalars.items()
        if not key.is_of_a_place
    }


def _failures(forecast: Forecast) -> Failures | None:
    run = forecast.ensemble_run
    if run is None or not run.failures:
        return None
    thin = np.any([outcome.kept.sum(axis=1) < FEWEST for outcome in run.outcomes], axis=0)
    of_interval = run.scenario.so_far is None and tells_of_parameters(
        run.effort.draws, run.effort.replicates, run.scenario.parameters.rows
    )
    worst = int(np.argmax([len(outcome.failures) for outcome in run.outcomes]))
    none_met, all_met = bounds(run, worst)
    return Failures(
        number=len(run.failures),
        first=tuple(run.failures[:MOST_TOLD]),
        district=run.scenario.districts[worst].district,
        district_number=len(run.outcomes[worst].failures),
        year=run.scenario.years[0],
        none_met=none_met,
        all_met=all_met,
        draws_left_out=int(thin.sum()) if of_interval else 0,
    )
