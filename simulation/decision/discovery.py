"""When a plan fails, in few words: boxes of assumptions in which the target is likely to be missed.

Scenario discovery (Bryant & Lempert 2010) on the scenario's own parameter draws. Half of the draws choose the boxes,
the others judge them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..domain.arrays import Bools, Floats
from ..domain.columns import describes_columns
from ..domain.messages import Message, Refusal
from ..domain.scenario import refuse_several, refuse_so_far, require_assumptions
from ..domain.status import LEVELS, TOP
from ..engine.chunk_folder import ChunkFolder
from ..engine.effort import Effort, Engine, Keep
from ..engine.progress import Progress, progress_bar
from ..inputs.resolve import fingerprint
from ..inputs.scenario import Scenario
from .plan.levers import Lever, levers_of, turn
from .prim import HIGH, LOW, Box, Fit, best_box, quasi_p
from .trial import Goal, Trial, engine_for, goal_of, judged_conditionally

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

DRAWS, REPLICATES, REPLICATES_CONDITIONAL = 2_000, 64, 32
"""As in a sensitivity analysis: enough that the chance under one draw is seldom on the wrong side of the threshold."""
FAILS_BELOW = 0.5
BLOCKS = 16
"""Parts that the draws are computed in, each with one setting of every effort: half of them choose, half judge."""
FEWEST_DRAWS = 10 * BLOCKS
MOST_PARAMETERS = 3
"""That one box may restrict: more are no description."""
MOST_BOXES = 3
FEWEST_OF_A_KIND = 20
"""Draws that choose, of those that fail and of those that do not, without which no box is looked for."""
LEAST_CORRELATION = 0.3
"""Between lying in a box and failing, on the draws that judge, below which a box is not worth telling; another box must
raise it."""
STANDARD_ERRORS = 2.0
"""By which failures must be more frequent in a box than outside."""

FEW_DRAWS = Message("{least} draws at least are needed to find when a plan fails; found {found}")
NOTHING_UNCERTAIN = Message("every number of {scenario} is fixed: no assumption can tell when it fails")


@dataclass(frozen=True)
class Restriction:
    """The part of one parameter's values that lies in a box; None for an end that restricts nothing.

    Attributes
    ----------
    below_low, below_high
        Shares of the draws below both ends: which part of the values it is.
    quasi_p
        Chance of so many failures in the box without it, on the draws that chose it; of two ends the larger.
    """

    low: float | None
    high: float | None
    below_low: float
    below_high: float
    quasi_p: float


@dataclass(frozen=True)
class FailureBox:
    """A description of failures, judged on draws that did not choose it; of several boxes, on what earlier ones leave.

    Attributes
    ----------
    restrictions
        Parameter, or effort such as ``pokja.capacity`` -> where its values lie.
    coverage, coverage_error
        Share of all failures that lie in it, and standard error.
    density, density_error
        Share of the draws in it that fail, and standard error.
    outside
        Share of the draws outside that fail.
    inside, failing
        Draws in it, and those of them that fail.
    correlation
        Of failing and lying in it, or in one of the boxes before it.
    """

    restrictions: Mapping[str, Restriction]
    coverage: float
    coverage_error: float
    density: float
    density_error: float
    outside: float
    inside: int
    failing: int
    correlation: float


@dataclass(frozen=True, kw_only=True)
class DiscoveryNumbers:
    """What ``discovery.json`` holds beside the head of every result.

    Attributes
    ----------
    years
        In which the target is to be met, all of them.
    fails_below
        A draw fails where the chance of meeting the target under it is smaller.
    failing, failing_error
        Share of all draws that fail, and standard error.
    boxes
        Those worth telling, the first being the best.
    parameters
        All that were searched, efforts that were varied included.
    efforts
        Of each effort that was varied: smallest and largest value tried.
    draws, judging
        Draws in all, and those that judge.
    """

    years: tuple[int, ...]
    fails_below: float
    failing: float
    failing_error: float
    boxes: tuple[FailureBox, ...]
    parameters: tuple[str, ...]
    efforts: Mapping[str, tuple[float, float]]
    draws: int
    judging: int
    replicates: int
    seed: int
    engine: Engine


@dataclass(frozen=True)
class DiscoveryRequest:
    """What is asked: the arguments of `simulation.discover`; `settled` checks them.

    Attributes
    ----------
    fails_below
        In (0, 1).
    vary
        Names of efforts, such as ``pokja.capacity``.
    year, every_year
        The year in which the target is to be met; None where it is every year.
    replicates, engine
        None where it was left open.
    """

    fails_below: float = FAILS_BELOW
    vary: tuple[str, ...] = ()
    year: int | None = None
    every_year: bool = False
    draws: int = DRAWS
    replicates: int | None = None
    seed: int = 0
    engine: Engine | None = None

    def settled(self, scenario: Scenario) -> DiscoveryRequest:
        """Return the request that is meant, with whatever was left to its default but the engine.

        Raises
        ------
        Refusal
            Where there is nothing to find out, with the reason.
        """
        require_assumptions(scenario)
        refuse_so_far(scenario)
        refuse_several(scenario)
        goal = self.goal(scenario)
        if not any(not key.is_of_a_place for key in scenario.parameters.uncertain):
            raise Refusal(NOTHING_UNCERTAIN.filled(scenario=scenario.name))
        effort = Effort(self.draws, self._replicates(scenario, goal))
        rows = scenario.parameters.rows
        draws = effort.draws if rows is None else min(effort.draws, rows.number)
        if draws < FEWEST_DRAWS:
            raise Refusal(FEW_DRAWS.filled(least=FEWEST_DRAWS, found=draws))
        years = goal.years
        return replace(
            self,
            vary=tuple(lever.name for lever in self.levers(scenario)),
            year=None if len(years) > 1 else years[0],
            every_year=len(years) > 1,
            draws=draws,
            replicates=effort.replicates,
        )

    def goal(self, scenario: Scenario) -> Goal:
        """Return what is to be reached."""
        return goal_of(scenario, self.fails_below, self.year, self.every_year)

    def levers(self, scenario: Scenario) -> tuple[Lever, ...]:
        """Return the efforts that are varied."""
        return levers_of(scenario, self.vary, self.goal(scenario).years) if self.vary else ()

    def _replicates(self, scenario: Scenario, goal: Goal) -> int:
        if self.replicates is not None:
            return self.replicates
        return REPLICATES_CONDITIONAL if judged_conditionally(scenario, goal) else REPLICATES


@dataclass(frozen=True, kw_only=True)
class Discovery(DiscoveryNumbers):
    """When a plan fails.

    Attributes
    ----------
    request
        What was asked.
    data
        One row a draw: its parameters, efforts, the chance of meeting the target, whether that fails, and whether the
        draw chose the boxes (else it judged them).
    """

    scenario: Scenario = field(repr=False)
    request: DiscoveryRequest
    data: pd.DataFrame = field(repr=False)

    @property
    @describes_columns("discovery")
    def table(self) -> pd.DataFrame:
        """One row a box and parameter that it restricts: what ``discovery.csv`` shows."""
        import pandas as pd

        rows = [
            (number, box.coverage, box.coverage_error, box.density, box.density_error, name, *vars(part).values())
            for number, box in enumerate(self.boxes, 1)
            for name, part in box.restrictions.items()
        ]
        of_box = ["box", "coverage", "coverage_error", "density", "density_error", "parameter"]
        return pd.DataFrame(rows, columns=[*of_box, *Restriction.__dataclass_fields__])

    def __repr__(self) -> str:
        """Return one line: how often it fails, and the first box."""
        fails = f"{self.failing:.3f} of {self.draws} draws fail"
        if not self.boxes:
            return f"<Discovery {self.scenario.name}, {fails}: no box is worth telling>"
        box = self.boxes[0]
        ends = [
            f"{name} {sign} {end:.3g}"
            for name, part in box.restrictions.items()
            for sign, end in ((">=", part.low), ("<=", part.high))
            if end is not None
        ]
        fit = f"density {box.density:.2f}, coverage {box.coverage:.2f}"
        return f"<Discovery {self.scenario.name}, {fails}: {', '.join(ends)} ({fit})>"

    def _repr_html_(self) -> str:
        return self.table.to_html(index=False, float_format=lambda x: f"{x:.3f}", na_rep="")


def discover(
    scenario: Scenario,
    draws: int = DRAWS,
    replicates: int | None = None,
    seed: int = 0,
    *,
    fails_below: float = FAILS_BELOW,
    year: int | None = None,
    every_year: bool = False,
    vary: str | Sequence[str] = (),
    engine: Engine | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | bool = True,
    results: str | os.PathLike[str] | None = None,
    keep: Keep | None = None,
) -> Discovery:
    """Return under which assumptions a scenario fails: in few words, and how well these describe the failures.

    Parameters
    ----------
    scenario
        With one district.
    draws
        Parameter draws, at least 160: half choose the boxes, half judge them. From a file of draws each row is taken
        once at most.
    replicates
        Trajectories under each draw; by default 64, or 32 where each tells how likely the target of the year was. The
        exact engine needs none.
    fails_below
        A draw fails where the chance of meeting the target under it is below this, in (0, 1).
    year, every_year
        In which the target is to be met: the first year by default.
    vary
        Efforts that are varied as well, each over all values that make a difference: ``NAME.capacity`` or
        ``NAME.coverage``, up to three.
    engine
        None for exact where that applies, else arrays.
    workers, executor
        As for a forecast.
    progress
        As for `forecast`; a function is called with (parts done, parts in all).
    results
        A folder below which finished parts are kept, so that a search that was stopped goes on where it was.
    keep
        Where commands keep finished parts, instead of `results`.

    Returns
    -------
    Discovery
        Boxes found by PRIM (patient rule induction), judged on draws that did not choose them; none where no box is
        worth telling.

    Raises
    ------
    Refusal
        Where nothing is uncertain, there are several districts, no such year or effort, or too few draws.

    Notes
    -----
    A box is told where, on the draws that judge, failures are more frequent in it than outside by two standard errors,
    and lying in it correlates with failing by 0.3 or more; another box is told where that raises the correlation
    (`simulation/MODEL.md`, "Scenario discovery").

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/tanah_laut.yaml")
    >>> found = kkb.discover(scenario, draws=400, fails_below=0.8)
    >>> "rise.dasar" in found.boxes[0].restrictions
    True
    """
    vary = (vary,) if isinstance(vary, str) else tuple(vary)
    asked = DiscoveryRequest(fails_below, vary, year, every_year, draws, replicates, seed, engine)
    request = asked.settled(scenario)
    draws_of = _Draws(scenario, request)
    goal = request.goal(scenario)
    used, _ = engine_for(scenario, goal, engine, request.draws, seed)
    if results is not None:
        keep = ChunkFolder.of(results, scenario.name, "discovery", fingerprint(scenario), request)
    blocks = list(draws_of.blocks())
    effort = Effort(-(-request.draws // BLOCKS), 1 if used == "exact" else request.replicates or 1)
    trials = [Trial(scenario, goal, used, seed + n, workers, executor=executor, keep=keep) for n in range(BLOCKS)]
    chances = []
    expected = BLOCKS * trials[0].seconds(scenario, effort)
    with progress_bar(progress, "discovery", expected, agents=scenario.needs_agents) as told:
        for done, ((count, setting), trial) in enumerate(zip(blocks, trials, strict=True), 1):
            chances.append(trial.chance(setting, Effort(count, effort.replicates)).samples)
            told(done, BLOCKS)
    return _found(scenario, request, draws_of, np.concatenate(chances), effort.replicates, used)


class _Draws:
    """The draws as points: a column for every parameter that differs between them, and for every effort varied."""

    def __init__(self, scenario: Scenario, request: DiscoveryRequest) -> None:
        known, seed, draws = scenario.parameters, request.seed, request.draws
        self._scenario, self._levers = scenario, request.levers(scenario)
        self._values = known.sample(seed, draws)
        self._matrices = None if known.matrix is None else known.sample_matrix(seed, draws)
        self._starts = [draws * block // BLOCKS for block in range(BLOCKS + 1)]
        self.choosing: Bools = np.arange(draws) < self._starts[BLOCKS // 2]
        drawn = known.draw(seed, draws)
        self.columns: dict[str, Floats] = {}
        for key in known.uncertain:
            if key.kind == "matrix":
                level = LEVELS.index(key.of)
                self.columns |= {f"rise.{key.of}": drawn.rise[:, level]} if level < TOP else {}
                self.columns |= {f"fall.{key.of}": drawn.fall[:, level]} if level > 0 else {}
            elif not key.is_of_a_place:
                self.columns[str(key)] = self._values[key]
        for number, lever in enumerate(self._levers):
            values = [lever.number(self._places(block)[number]) for block in range(BLOCKS)]
            self.columns[lever.name] = np.repeat(values, np.diff(self._starts))

    @cached_property
    def points(self) -> Floats:
        """Shape (draw, parameter)."""
        return np.stack(list(self.columns.values()), axis=1)

    def blocks(self) -> Iterator[tuple[int, Scenario]]:
        """Yield of each part how many draws it has, and the scenario with these and its efforts."""
        known = self._scenario.parameters
        for block, (start, stop) in enumerate(zip(self._starts, self._starts[1:], strict=False)):
            values = {key: drawn[start:stop] for key, drawn in self._values.items()}
            matrices = None if self._matrices is None else self._matrices[start:stop]
            setting = turn(self._scenario, self._levers, self._places(block))
            yield stop - start, replace(setting, parameters=known.at(values, matrices))

    def _places(self, block: int) -> list[int]:
        """Return the places of every lever: evenly spaced over the parts, in another order for each."""
        half = BLOCKS // 2
        return [
            round(lever.most * ((2 * number + 1) * (block % half) % half) / (half - 1))
            for number, lever in enumerate(self._levers)
        ]


def _found(
    scenario: Scenario, request: DiscoveryRequest, drawn: _Draws, chances: Floats, replicates: int, engine: Engine
) -> Discovery:
    """Return the boxes that tell which draws fail, given the chance under each."""
    import pandas as pd

    fails, rows = np.asarray(chances < request.fails_below), scenario.parameters.rows
    # Rows of a calibration resemble each other: they are worth fewer independent draws.
    worth = 1.0 if rows is None else rows.independent(request.draws) / request.draws
    efforts = {lever.name: drawn.columns[lever.name] for lever in request.levers(scenario)}
    data = {**drawn.columns, "probability_met": chances, "fails": fails, "chooses": drawn.choosing}
    return Discovery(
        scenario=scenario,
        request=request,
        data=pd.DataFrame(data),
        years=request.goal(scenario).years,
        fails_below=request.fails_below,
        failing=float(fails.mean()),
        failing_error=_error(float(fails.mean()), worth * fails.size),
        boxes=tuple(_boxes(drawn, fails, worth)),
        parameters=tuple(drawn.columns),
        efforts={name: (float(values.min()), float(values.max())) for name, values in efforts.items()},
        draws=request.draws,
        judging=int((~drawn.choosing).sum()),
        replicates=replicates,
        seed=request.seed,
        engine=engine,
    )


def _boxes(drawn: _Draws, fails: Bools, worth: float) -> Iterator[FailureBox]:
    """Yield boxes that are worth telling, each chosen and judged on what the earlier ones leave."""
    points, left, judging = drawn.points, np.ones(fails.size, np.bool_), ~drawn.choosing
    failures = int(fails[judging].sum())
    least = LEAST_CORRELATION
    for _ in range(MOST_BOXES):
        chooses, judges = drawn.choosing & left, judging & left
        failing = int(fails[chooses].sum())
        if min(failing, int(chooses.sum()) - failing) < FEWEST_OF_A_KIND:
            return
        box = best_box(points[chooses], fails[chooses], MOST_PARAMETERS)
        if box is None:
            return
        fit = Fit.of(judges & box.holds(points), fails, judges)
        left &= ~box.holds(points)
        together = Fit.of(~left, fails, judging).correlation
        outside = (fit.failures - fit.hits) / max(1, fit.points - fit.inside)
        errors = _error(fit.density, worth * fit.inside), _error(outside, worth * (fit.points - fit.inside))
        if together < least or fit.density - outside <= STANDARD_ERRORS * float(np.hypot(*errors)):
            return
        least = together
        coverage = fit.hits / failures
        yield FailureBox(
            restrictions=_restrictions(box, drawn, chooses, fails),
            coverage=coverage,
            coverage_error=_error(coverage, worth * failures),
            density=fit.density,
            density_error=errors[0],
            outside=outside,
            inside=fit.inside,
            failing=fit.hits,
            correlation=together,
        )


def _restrictions(box: Box, drawn: _Draws, chooses: Bools, fails: Bools) -> dict[str, Restriction]:
    """Return the restrictions of a box by name, the one that narrows most first."""
    names, chances = list(drawn.columns), quasi_p(box, drawn.points[chooses], fails[chooses])
    found = {}
    for place in box.restricted:
        values = drawn.points[:, place]
        low, high = (None if np.isinf(end) else float(end) for end in box.limits[:, place])
        found[names[place]] = Restriction(
            low,
            high,
            0.0 if low is None else float((values < low).mean()),
            1.0 if high is None else float((values <= high).mean()),
            max(chance for (end, at), chance in chances.items() if at == place and end in {LOW, HIGH}),
        )
    return dict(sorted(found.items(), key=lambda item: item[1].below_high - item[1].below_low))


def _error(share: float, number: float) -> float:
    """Return the standard error of a share of so many independent draws (Wilson's centre, so that 0 and 1 have one)."""
    centre = (share * number + 2) / (number + 4)
    return float(np.sqrt(centre * (1 - centre) / (number + 4)))
