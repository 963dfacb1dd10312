"""What a calibration tells beside its draws, and why Python code is refused one: each with evidence that calls for it.

Knows evidence and scenarios; must not know what is said about them: that stands in refusal_texts.txt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
from districts import make_scenario, make_villages

from simulation.decision.next_datum import next_datum
from simulation.domain.distributions import Beta, Empirical, HalfNormal
from simulation.domain.evidence import Assistance, Counts, Evidence, Launches, Panel
from simulation.domain.intervention import Intervention
from simulation.domain.messages import Message
from simulation.domain.parameters import DEFAULT_PRIORS
from simulation.domain.villages import Villages
from simulation.inference.calibration.calibrate import calibrate
from simulation.inference.calibration.caveats import Approximation, caveats
from simulation.inference.calibration.likelihood import Likelihood
from simulation.inputs.scenario import Scenario
from simulation.report.kinds.backtest import BACKTEST, PastYears
from simulation.report.kinds.kind import Work

VILLAGES = make_villages([4], status=[0, 0, 1, 2])
ELSEWHERE = make_villages([4], status=[0, 0, 1, 2], code="63.98")
POKJA = Intervention("pokja", 2026, capacity=2)
OUTSIDE = {"subdistrict_sd": 0.0, "peer_odds_ratio": 1.0, "campaign.probability": 0.0}
DISTRICT = make_scenario(VILLAGES, OUTSIDE, [POKJA], priors=DEFAULT_PRIORS)
FIXED = make_scenario(VILLAGES)
LATE = make_scenario(VILLAGES, {"rise.dasar": 0.1, "reporting.yearly": Beta(8, 2)})
UNKNOWN = Villages.from_counts("63.99", "Kabupaten Contoh", None, subdistricts=1, villages=4)
PANEL = Panel("63.99", VILLAGES.codes, (2024, 2025), np.array([[0, 0], [0, 0], [0, 1], [1, 2]], dtype=np.int8))
ONE_DATE = replace(PANEL, years=(2025,), status=PANEL.status[:, 1:])
LAUNCHED = Launches("63.99", VILLAGES.codes, np.full(4, 2021), PANEL.status[:, 1], 2025)
COUNTED = Counts("63.99", (date(2024, 12, 31), date(2025, 12, 31)), np.array([[3, 1, 0, 0], [2, 1, 1, 0]]))
OVER_THERE = replace(PANEL, district_code="63.98", codes=ELSEWHERE.codes)
SPOILT = replace(COUNTED, counts=COUNTED.counts + np.array([[0], [1]]))
ASSISTED = Assistance("63.99", VILLAGES.codes, (2025,), {"pokja": np.ones((4, 1), dtype=bool)})
EARLY = replace(ASSISTED, years=(2020,))


SELDOM_TWICE = Panel(
    "63.97",
    tuple(f"63.97.{i:04d}" for i in range(40)),
    (2023, 2024, 2025),
    np.array([[0, 1, 1]] * 20 + [[1, 1, 3]] * 10 + [[1, 1, 1]] * 10, dtype=np.int8),
)


def notes(
    evidence: Evidence,
    scenario: Scenario = DISTRICT,
    *,
    approximation: Approximation | None = None,
    worth: float = 1000.0,
    between: float = 0.0,
    estimate_effects: bool = False,
) -> tuple[Message, ...]:
    """Return what is told of a calibration, without the draws."""
    plans = scenario.interventions if estimate_effects else ()
    likelihood = Likelihood.of(evidence, scenario.parameters, scenario, plans)
    found = caveats(evidence, scenario, likelihood, approximation, worth, between, estimate_effects=estimate_effects)
    return tuple(caveat.message for caveat in found)


def _learned_before() -> Scenario:
    scalars = {**DISTRICT.parameters.scalars, "year_sd": Empirical(np.array([0.4, 0.5]))}
    return replace(DISTRICT, parameters=replace(DISTRICT.parameters, scalars=scalars, blocks=("panel",)))


ALONE = Evidence(panels=(PANEL,))
HELPED = Evidence(panels=(PANEL,), assistance=(ASSISTED,))
NOTES: dict[str, Callable[[], tuple[Message, ...]]] = {
    "a note on a single date": lambda: notes(Evidence(panels=(ONE_DATE,))),
    "a note on years of joining that are not known": lambda: notes(ALONE),
    "notes on counts": lambda: notes(Evidence(counts=(COUNTED,))),
    "notes on counts beside lists": lambda: notes(Evidence(panels=(PANEL,), counts=(COUNTED,))),
    "notes on launch years": lambda: notes(Evidence(launches=(LAUNCHED,))),
    "notes on assistance left alone": lambda: notes(HELPED),
    "notes on assistance before all lists": lambda: notes(replace(HELPED, assistance=(EARLY,)), estimate_effects=True),
    "notes on effects": lambda: notes(HELPED, estimate_effects=True),
    "notes on years before a rise": lambda: notes(ALONE, replace(DISTRICT, min_years=1)),
    "notes on lists that name no kecamatan": lambda: notes(Evidence(panels=(replace(PANEL, district_code="63.98"),))),
    "notes on districts that differ": lambda: notes(Evidence(panels=(PANEL, OVER_THERE)), between=0.83),
    "notes on districts taken as alike": lambda: notes(Evidence(panels=(PANEL, OVER_THERE))),
    "notes on data left out": lambda: notes(ALONE.without(["panel"])),
    "notes on lists that look late": lambda: notes(Evidence(panels=(SELDOM_TWICE,))),
    "notes on lists that may be behind": lambda: notes(ALONE, LATE),
    "notes on few draws": lambda: notes(ALONE, worth=61.0),
    "notes on an approximation": lambda: notes(ALONE, approximation=Approximation(1, 0.0871, 20)),
    "notes on an approximation unchecked": lambda: notes(ALONE, approximation=Approximation(1, None, 0)),
}
"""Told, not refused."""

LEARNED_IN_PYTHON: dict[str, Callable[[], object]] = {
    "nothing left to learn, in Python": partial(calibrate, ALONE, FIXED),
    "a second calibration": lambda: calibrate(ALONE, _learned_before()),
    "counts where some do not report": partial(calibrate, Evidence(counts=(COUNTED,)), LATE),
    "counts of other villages at each date": partial(calibrate, Evidence(counts=(SPOILT,)), DISTRICT),
    "what to collect in several districts": lambda: next_datum(replace(DISTRICT, districts=(VILLAGES, ELSEWHERE))),
    "what to collect where some do not report": partial(next_datum, LATE),
    "what to collect where all is known": partial(next_datum, FIXED),
    "a back-test by forecasters of the reader's own": lambda: BACKTEST.compute(
        PastYears.of([PANEL], None, own_forecasters={"mine": "0" * 64}), Work()
    ),
    "what to collect of unknown statuses": lambda: next_datum(make_scenario(UNKNOWN, {"year_sd": HalfNormal(0.5)})),
}
"""Refused."""
