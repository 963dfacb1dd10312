"""A forecast: probabilities, intervals and their errors, year by year and village by village."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import Floats, Ints
from ..domain.columns import describes_columns
from ..domain.distributions import Fixed
from ..domain.html_table import html_table, span
from ..domain.messages import Message, Refusal
from ..domain.parameters import ParameterSet
from ..domain.past import Observed
from ..domain.status import LEVELS
from ..domain.status_knowledge import MadeUpCounts
from ..domain.villages import Villages
from ..engine.conditional import Estimator
from ..engine.effort import Effort, Engine
from ..engine.ensemble import Ensemble
from ..engine.failure import Failure
from ..inputs.scenario import Scenario
from .exchange import dataset_of
from .together import Together
from .uncertainty import INTERVAL90, Estimate

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


Number = int | float
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FINE = (0.01, 0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975, 0.99)
"""The 23 quantiles in which collections of forecasts (hubs) usually ask for counts."""
FAILURE_COLUMNS = ("district_code", "draw", "replicate", "seed", "year", "error", "place", "command")
PRIORS_ALONE = "priors"
STATED_ALONE = "stated"
ANALOGUE = "analogue"
PRIORS_AND_STATED = "priors_and_stated"
MADE_UP = "made_up_counts"


class FailedTrajectoriesWarning(UserWarning):
    """Some trajectories failed and are left out of a forecast."""


@dataclass(frozen=True)
class Summary:
    """A number that chance and ignorance spread out.

    Attributes
    ----------
    quantiles
        Probability (`QUANTILES`) -> smallest value that is not exceeded with it; whole numbers of a count.
    """

    mean: float
    quantiles: Mapping[float, Number]

    @classmethod
    def of_values(cls, counts: NDArray[np.integer[Any]]) -> Summary:
        """Summarise counts that may be negative, given one by one."""
        values = np.quantile(counts, QUANTILES, method="inverted_cdf")
        return cls(float(counts.mean()), dict(zip(QUANTILES, map(int, values), strict=True)))

    @classmethod
    def of_counts(cls, weights: Floats, of: int = 1) -> Summary:
        """Summarise counts from how often (or how probably) each of 0, 1, 2 … occurs; or their shares `of` so many."""
        total, values = weights.sum(), np.arange(weights.size) * (1 / of)
        found = map(int if of == 1 else float, values[quantiles_of(weights, QUANTILES)].tolist())
        return cls(float((weights * values).sum() / total), dict(zip(QUANTILES, found, strict=True)))

    @property
    def median(self) -> Number:
        """The 50% quantile."""
        return self.quantiles[0.5]

    @property
    def interval90(self) -> tuple[Number, Number]:
        """The 5% and the 95% quantile."""
        return self.quantiles[0.05], self.quantiles[0.95]


def quantiles_of(weights: Floats, probabilities: Sequence[float]) -> Ints:
    """Return the least counts not exceeded with these probabilities, where 0, 1, 2 … occur so often (or probably)."""
    # A hair below the probability, for a cumulative sum that falls short of it by rounding alone.
    return np.searchsorted(np.cumsum(weights) / weights.sum(), np.array(probabilities) - 1e-12)


@dataclass(frozen=True)
class Needed:
    """The number that must be reached: it varies where the denominator does."""

    mean: float
    min: int
    max: int

    @property
    def ends(self) -> tuple[int, int]:
        """The least and the most that may have to be reached."""
        return self.min, self.max


@dataclass(frozen=True, kw_only=True)
class YearForecast(Estimate):
    """What is said of one year, how likely it is that the target is met being the estimate.

    Attributes
    ----------
    needed
        The number that must be reached; None where a mechanism has a target of its own.
    saturated
        Probability that too few villages can still move for the target to be within reach; None likewise.
    judged
        What is held against the needed number; None likewise, and where only the probability is known.
    status_share
        Level -> share of the villages at year end.
    assisted
        Intervention -> mean number of villages assisted.
    recorded
        ``mechanism.record`` -> mean of its sum over villages; only there where mechanisms record anything.
    """

    year: int
    needed: Needed | None
    saturated: float | None
    judged: Summary | None
    rises: Summary
    falls: Summary
    status_share: Mapping[str, Summary]
    assisted: Mapping[str, float]
    recorded: Mapping[str, float] | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, eq=False)
class DistrictForecast:
    """What is said of one district; V villages that are ever there, Y years, J interventions.

    Attributes
    ----------
    villages
        Those that join later come last in what is said of villages (`Villages.ever`).
    all_years
        Probability that the target is met in every year; None where it is not known (some exact results).
    at_least
        m -> probability that it is met in at least m of the years, m = 1 … Y; None likewise.
    readings
        Every reading of the target -> probability per year, the scenario's own first.
    status_probability
        Shape (V, Y, 4): a village's level at year end; 0 throughout until it joins.
    rise_probability, risen_probability
        Shape (V, Y): of rising in the year; of having risen at least once since the origin (NaN where
        not known).
    assisted_share
        Shape (V, Y, J).
    recorded
        Shape (V, Y, R): mean of each of the R records of mechanisms; None where nothing was simulated.
    shortfall
        Of each year how many villages are missing to the number needed, on average, 0 where it is reached; None where
        that is not known (some exact results, a mechanism's own target).
    before
        The first year's chance before its rises so far were reported; None where none are (`SoFar`).
    fine_quantiles
        ``rises``, and the reading whose count is judged where that is another one, as far as it is known -> shape
        (Y, 23): quantiles `FINE`.
    """

    villages: Villages
    years: tuple[YearForecast, ...]
    all_years: Estimate | None
    at_least: Mapping[int, float] | None
    readings: Mapping[str, tuple[float, ...]]
    status_probability: Floats
    rise_probability: Floats
    risen_probability: Floats
    assisted_share: Floats
    shortfall: tuple[float | None, ...]
    before: Estimate | None = None
    recorded: Floats | None = None
    fine_quantiles: Mapping[str, Ints] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return one line: the district, and the chance in each of the first years."""
        chances = ", ".join(f"{year.year}: {year.probability_met:.3f}" for year in self.years[:5])
        more = ", …" if len(self.years) > 5 else ""
        return f"<DistrictForecast {self.villages.district}, P(met) {chances}{more}>"

    def _repr_html_(self) -> str:
        """Return the yearly table, for notebooks."""
        return html_table(_html_rows(self), self.villages.district)


@dataclass(frozen=True)
class PrecisionStep:
    """One round of runs.

    Attributes
    ----------
    probabilities
        Probability that the target is met, per district and year.
    half_width
        1.96 × the largest Monte Carlo error of any district and year.
    """

    draws: int
    replicates: int
    probabilities: tuple[tuple[float, ...], ...]
    half_width: float


@dataclass(frozen=True)
class PrecisionTrace:
    """The rounds that led to a forecast, and why the last was the last.

    Attributes
    ----------
    steps
        One a round; efforts double.
    ended_by
        ``precision``: the half-width was reached; ``trajectories``: another doubling would have gone
        beyond the limit on trajectories; ``rows``: the file that draws are taken from is too short for it.
    """

    wanted: float
    steps: tuple[PrecisionStep, ...]
    ended_by: Literal["precision", "trajectories", "rows"]

    @property
    def last(self) -> PrecisionStep:
        """The round whose numbers are shown."""
        return self.steps[-1]


@dataclass(frozen=True, eq=False)
class Forecast:
    """A forecast: numbers only.

    Attributes
    ----------
    districts
        One a district of the scenario, in its order.
    matrix
        Shape (3, 4, 4): mean, 5% and 95% quantile over draws of the yearly transition matrix of a
        typical village in a typical year.
    ensemble_run
        All trajectories; None for the exact engine.
    later
        Where only the first year is exact: why later years need simulation. `districts` then hold that year alone.
    lots_drawn
        In an exact forecast: in how many ways unknown statuses were placed, and lots drawn, at random; 0 where all
        of these are averaged over.
    trace
        The rounds of a forecast that was repeated with more runs until it was precise enough; None for any other.
    together
        Of several districts: how many meet their target, first of all of them, then of each province where there are
        several, in the order of `simulation.inputs.provinces.provinces_of`.
    alike
        The same from a quarter of the trajectories if no district were set apart for good (``district_sd``: 0); empty
        where none is, for one district, and where nothing was simulated or the law is not the standard one.
    """

    scenario: Scenario
    seed: int
    effort: Effort
    engine: Engine
    districts: tuple[DistrictForecast, ...]
    matrix: Floats
    ensemble_run: Ensemble | None
    later: tuple[Message, ...] = ()
    lots_drawn: int = 0
    trace: PrecisionTrace | None = None
    together: tuple[Together, ...] = ()
    alike: tuple[Together, ...] = ()

    @property
    def estimator(self) -> Estimator | None:
        """How the chance of a single year was estimated; None where nothing was simulated."""
        return None if self.ensemble_run is None else self.ensemble_run.estimator

    @property
    def calendar(self) -> range:
        """The years that it holds: those of the scenario, or the first alone."""
        return self.scenario.years[: len(self.districts[0].years)]

    @property
    def basis(self) -> tuple[str, ...]:
        """What the forecast rests on: data blocks, or the words that say there were none."""
        return basis_of(self.scenario.parameters, self.scenario.districts)

    @property
    def observed(self) -> tuple[Observed, ...]:
        """What was observed of past years, and what the fitted law says of them, where calibrated draws tell."""
        past = self.scenario.parameters.past
        return () if past is None else past.observed

    def observed_of(self, district_code: str) -> tuple[Observed, ...]:
        """Return what was observed of a district."""
        return tuple(one for one in self.observed if one.district_code == district_code)

    @property
    @describes_columns("failures")
    def failures(self) -> pd.DataFrame:
        """One row a trajectory that the user's own code broke off, and how to see it again; no number counts these."""
        import pandas as pd

        rows = [] if self.ensemble_run is None else failure_rows(self.ensemble_run)
        return pd.DataFrame(rows, columns=list(FAILURE_COLUMNS)).astype({"year": "Int64"})

    @cached_property
    def _years(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame([row for district in self.districts for row in year_rows(self.scenario, district)])

    @property
    @describes_columns("years")
    def years(self) -> pd.DataFrame:
        """One row a district and year: what ``years.csv`` shows; a copy of its own, which may be changed."""
        return self._years.copy()

    @property
    def parameters(self) -> pd.DataFrame:
        """One row a draw, under its number in `ensemble`: the parameters that it was simulated with.

        A column for each parameter by its key, on the scale of that: probabilities, odds ratios, spreads; of a
        transition matrix ``matrix.dasar.berkembang`` and so on.
        """
        import pandas as pd

        known, draws = self.scenario.parameters, self.effort.draws
        columns = {str(key): values for key, values in known.sample(self.seed, draws).items()}
        if known.matrix is not None:
            matrix = known.sample_matrix(self.seed, draws)
            for row, level in enumerate(LEVELS):
                columns |= {f"matrix.{level}.{other}": matrix[:, row, at] for at, other in enumerate(LEVELS)}
        return pd.DataFrame(columns, index=pd.RangeIndex(draws, name="draw"))

    @property
    @describes_columns("ensemble")
    def ensemble(self) -> pd.DataFrame:
        """One row a district, draw, replicate and year of what is kept; empty for the exact engine."""
        import pandas as pd

        return pd.DataFrame(ensemble_columns(self))

    def to_xarray(self) -> xr.Dataset:
        """Return every simulation as an `xarray.Dataset`.

        Its variables are those of `ensemble`, over ``draw``, ``replicate``, ``year`` and, of several districts,
        ``district_code``; ``assisted``, villages reached, over ``intervention`` besides; and each parameter over
        ``draw``, by its key. Each has ``long_name`` and ``units``, "1" of shares and chances. Where simulations failed,
        or do not go with rises so far, ``kept`` is False and the counts are NaN.

        Raises
        ------
        Refusal
            Where xarray is not installed, or nothing was simulated.

        Examples
        --------
        >>> import simulation as kkb
        >>> scenario = kkb.load_scenario("scenarios/tanah_laut.yaml")
        >>> dataset = kkb.forecast(scenario, draws=50, replicates=4).to_xarray()
        >>> dict(dataset["rises"].sizes)
        {'draw': 50, 'replicate': 4, 'year': 5}
        """
        if self.ensemble_run is None:
            raise Refusal(Message("nothing was simulated for an exact forecast: its numbers are in years"))
        run_of = self.ensemble_run
        return dataset_of(run_of, [outcome_arrays(run_of, i) for i in range(len(run_of.outcomes))])

    def __repr__(self) -> str:
        """Return one line: what was forecast, with which effort, and the chance in each district's first year."""
        chances = ", ".join(f"{d.villages.district}: {d.years[0].probability_met:.3f}" for d in self.districts[:3])
        more = ", …" if len(self.districts) > 3 else ""
        effort = f"{self.effort.draws} draws × {self.effort.replicates} replicates"
        if self.ensemble_run is not None and self.scenario.so_far is not None:
            kept = sum(int(outcome.kept.sum()) for outcome in self.ensemble_run.outcomes)
            effort += f", {kept} kept given {self.scenario.so_far.rises} rises by {self.scenario.so_far.as_of}"
        if self.ensemble_run is not None and self.ensemble_run.failures:
            effort += f", {len(self.ensemble_run.failures)} trajectories failed"
        if self.scenario.own_law:
            effort += f", own law: {', '.join(kind.__qualname__ for kind in self.scenario.own_classes)}"
        if self.scenario.own_target:
            effort += f", own target: {self.scenario.own_target}"
        return f"<Forecast {self.scenario.name}, {effort}, P(met in {self.scenario.years[0]}) {chances}{more}>"

    def _repr_html_(self) -> str:
        """Return the yearly table, for notebooks, below what must be known of the law and of failures."""
        known = []
        if self.ensemble_run is not None and self.ensemble_run.failures:
            known.append(caveat(self.ensemble_run))
        if own := self.scenario.own_classes:
            known.append(f"Computed with a law of the user's own: {', '.join(kind.__qualname__ for kind in own)}.")
        if self.scenario.own_target:
            known.append(f"The target is the user's own: {self.scenario.own_target}.")
        several = len(self.districts) > 1
        rows = [
            {**({"district": one.villages.district} if several else {}), **row}
            for one in self.districts
            for row in _html_rows(one)
        ]
        return html_table(rows, " ".join(known), ALL_COLUMNS)


def basis_of(parameters: ParameterSet, districts: Iterable[Villages] = ()) -> tuple[str, ...]:
    """Return what numbers rest on that come from these parameters: data blocks, or that there were none.

    Nor are there any statuses where those of all these districts are made up.
    """
    if parameters.blocks:
        return parameters.blocks
    made_up = [isinstance(villages.known, MadeUpCounts) for villages in districts]
    if made_up and all(made_up):
        return (MADE_UP,)
    told = [key for key, value in parameters.scalars.items() if key.kind != "odds_ratio_fall" or value != Fixed(1.0)]
    if parameters.analogue:
        return (ANALOGUE,)
    stated = parameters.matrix is not None or any(key not in parameters.defaulted for key in told)
    if not stated:
        return (PRIORS_ALONE,)
    return (PRIORS_AND_STATED,) if parameters.defaulted else (STATED_ALONE,)


def matrix_summary(matrix: Floats) -> Floats:
    """Return mean, 5% and 95% quantile over draws of matrices (D, 4, 4), shape (3, 4, 4)."""
    return np.stack([matrix.mean(axis=0), *np.quantile(matrix, INTERVAL90, axis=0)])


_NEEDED = tuple(part.name for part in fields(Needed))
ALL_COLUMNS = "All columns: .years; trajectories: .ensemble"


def _html_rows(district: DistrictForecast) -> list[dict[str, Any]]:
    """Return what a notebook shows of each year of a district."""
    return [
        {
            "year": year.year,
            **({} if year.needed is None else {"needed": _in_short(year.needed)}),
            "mean rises": year.rises.mean,
            "90% of simulations": span(year.rises.interval90),
            "P(met)": year.probability_met,
            "simulation error": year.monte_carlo_error,
            "90% over assumptions": span(year.parameter_interval90),
        }
        for year in district.years
    ]


def _in_short(needed: Needed) -> int | str:
    return needed.max if needed.min == needed.max else span(needed.ends)


def year_rows(scenario: Scenario, district: DistrictForecast) -> list[dict[str, Any]]:
    """Return one flat row a year of one district, ready for a table."""
    return [
        {
            "district_code": district.villages.district_code,
            "district": district.villages.district,
            "year": year.year,
            "rises_mean": year.rises.mean,
            **{f"rises_{_percent(q)}": value for q, value in year.rises.quantiles.items()},
            "falls_mean": year.falls.mean,
            "judged_mean": None if year.judged is None else year.judged.mean,
            **{f"judged_{_percent(q)}": None if year.judged is None else year.judged.quantiles[q] for q in QUANTILES},
            **{f"needed_{name}": None if year.needed is None else getattr(year.needed, name) for name in _NEEDED},
            "probability_met": year.probability_met,
            "monte_carlo_error": year.monte_carlo_error,
            **dict(zip(("parameter_low", "parameter_high"), year.parameter_interval90 or (None, None), strict=True)),
            "saturated": year.saturated,
            **{f"share_{level}_mean": summary.mean for level, summary in year.status_share.items()},
            **{f"probability_{name}": district.readings[name][t] for name in sorted(district.readings)},
            **{f"assisted_{plan.name}": year.assisted[plan.name] for plan in scenario.interventions},
            **({} if year.recorded is msgspec.UNSET else {f"recorded_{k}": mean for k, mean in year.recorded.items()}),
        }
        for t, year in enumerate(district.years)
    ]


def _percent(quantile: float) -> str:
    return f"q{round(100 * quantile):02d}"


def ensemble_columns(result: Forecast, district: int | None = None) -> Mapping[str, NDArray[Any] | list[str]]:
    """Return the trajectories that are kept as columns of equal length, one row a draw, replicate and year.

    `district` picks one by its place in the scenario; None takes all, with a column ``district_code``
    where there are several.
    """
    run_of = result.ensemble_run
    if run_of is None:
        return {}
    wanted = range(len(run_of.outcomes)) if district is None else (district,)
    parts = [_outcome_columns(run_of, i) for i in wanted]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if len(run_of.outcomes) > 1:
        codes = [result.scenario.districts[i].district_code for i in wanted]
        rows = [code for code, part in zip(codes, parts, strict=True) for _ in range(part["draw"].size)]
        return {"district_code": rows, **columns}
    return {**columns}


def _outcome_columns(run_of: Ensemble, index: int) -> dict[str, NDArray[Any]]:
    outcome, scenario = run_of.outcomes[index], run_of.scenario
    places: NDArray[np.int32] = np.indices(outcome.rises.shape, dtype=np.int32)
    addresses = {"draw": places[0], "replicate": places[1], "year": places[2] + np.int32(scenario.years[0])}
    columns = {**addresses, **outcome_arrays(run_of, index)}
    return {name: outcome.of_kept(values).ravel() for name, values in columns.items()}


def outcome_arrays(run_of: Ensemble, index: int) -> dict[str, NDArray[Any]]:
    """Return what is counted of one district, by the names of the columns of the ensemble, shape (D, R, Y) each."""
    outcome, scenario = run_of.outcomes[index], run_of.scenario
    return {
        **{level: outcome.levels[..., 1:, s] for s, level in enumerate(LEVELS)},
        "rises": outcome.rises,
        "falls": outcome.falls,
        "entries": outcome.entries,
        "met": outcome.met(scenario.target),
        "chance_met": outcome.chance_met(scenario),
        **{f"recorded_{name}": outcome.records[..., place] for place, name in enumerate(scenario.records)},
    }


def caveat(ensemble: Ensemble) -> str:
    """Return how many trajectories failed, what that means, and how to see the first of them fail."""
    failures, effort, districts = ensemble.failures, ensemble.effort, ensemble.scenario.districts
    first = failures[0]
    where = f", in {first.place}" if first.place else ""
    return (
        f"{len(failures):,} of {effort.draws * effort.replicates * len(districts):,} trajectories failed and are left "
        f"out; if failures go with rises or falls, the forecast is biased. The first failed with {first.error}{where}. "
        f"To see it fail: model = {model_of(ensemble, first)}, then model.step() for each year."
    )


def model_of(ensemble: Ensemble, failure: Failure) -> str:
    """Return the Python call that makes the model of a failed trajectory again."""
    model = f"scenario, draw={failure.draw}, replicate={failure.replicate}, seed={ensemble.seed}"
    if (agent_class := ensemble.scenario.agent_class) is not None:
        model += f", agent_class={agent_class.__qualname__}"
    codes = [villages.district_code for villages in ensemble.scenario.districts]
    if len(codes) > 1:
        model += f", villages=scenario.districts[{codes.index(failure.district_code)}]"
    return f"simulation.KampungModel({model})"


def failure_rows(ensemble: Ensemble, command: Callable[[Failure], str] | None = None) -> list[dict[str, Any]]:
    """Return a row of `FAILURE_COLUMNS` for every failure.

    `command` says how one is seen again; by default by a call in Python.
    """
    rows = [
        {
            **asdict(failure),
            "seed": ensemble.seed,
            "command": command(failure) if command else model_of(ensemble, failure),
        }
        for failure in ensemble.failures
    ]
    return [{name: row[name] for name in FAILURE_COLUMNS} for row in rows]


def bounds(ensemble: Ensemble, district: int) -> tuple[float, float]:
    """Return the least and the largest share of trajectories that meet the target in the first year.

    The one had none of those that failed met it, the other had all: no assumption is made on why they failed
    (Manski 1989, "Anatomy of the selection problem").
    """
    outcome = ensemble.outcomes[district]
    met = float(outcome.of_kept(outcome.chance_met(ensemble.scenario)[..., 0]).sum())
    failed = len(outcome.failures)
    size = int(outcome.kept.sum()) + failed
    return met / size, (met + failed) / size
