"""An independent twin: the law and the choice of places as MODEL.md words them, one village at a time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from districts import ORIGIN, everything_on, make_scenario, make_villages, scenarios
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit, ndtri

from simulation.domain.distributions import Empirical, Fixed
from simulation.domain.intervention import Intervention
from simulation.domain.randomness import Process, Trajectories, uniforms
from simulation.domain.status import LEVELS, UNKNOWN
from simulation.domain.status_knowledge import MissingStatuses
from simulation.domain.villages import Villages
from simulation.engine import batch
from simulation.inputs.scenario import Scenario

SEED = 5
ABSENT = -1
"""Stands for a village that has not joined."""
Path = list[list[int]]
Assisted = dict[tuple[str, int], set[int]]
Law = list[tuple[float, float, list[float]]]


def normals(process: Process, year: int, units: np.ndarray, at: Trajectories) -> np.ndarray:
    """Return one standard normal per unit and trajectory, by inversion."""
    return ndtri(uniforms(SEED, process, year, units, at))


def twin(scenario: Scenario, replicate: int) -> tuple[Path, Assisted]:
    """Return what the list shows every year and who is assisted: a naive loop over the formulas."""
    v, at = scenario.districts[0].ever, Trajectories.grid(range(1), range(replicate, replicate + 1))
    p = {name: float(values[0]) for name, values in scenario.parameters.sample(SEED, 1).items()}
    rows, k = law(scenario, p), v.subdistrict_index
    joins = [0] * len(v) if v.joins is None else v.joins.tolist()
    offices = [Office(plan) for plan in scenario.interventions]
    b = p["village_sd"] * normals(Process.VILLAGE_EFFECT, 0, v.units, at)[:, 0]
    b += p["district_sd"] * normals(Process.DISTRICT_EFFECT, 0, v.district_unit, at)[0, 0]
    x_beta = np.zeros(len(v))
    for name in scenario.parameters.covariates:
        x = np.asarray(v.columns[name], dtype=np.float64)
        x_beta += (x - x[[i for i in range(len(v)) if not joins[i]]].mean()) * math.log(p[f"covariates.{name}"])
    listed = [*at_origin(scenario, p, rows, x_beta, at), *(0 for year in joins if year)]
    changed = [year or -999 for year in joins]
    status = [int(p.get(f"village_level.{code}", s)) for code, s in zip(v.codes, listed, strict=True)]
    path: Path = []
    assisted: Assisted = {}
    for year in scenario.years:
        old, there = list(status), [joined < year for joined in joins]
        seen, known = (
            [
                -math.inf
                if not there[i] or year - 1 - changed[i] < scenario.min_years
                else logit(rows[s][0]) + x_beta[i] + math.log(p["peer_odds_ratio"]) * share_above(where, v, i, there)
                for i, s in enumerate(where)
            ]
            for where in (old, listed)
        )
        for office in offices:
            tie = uniforms(SEED, Process.PRIORITY, year, v.units, at, office.plan.name)[:, 0]
            gain = math.log(p[f"{office.plan.name}.odds_ratio_rise"])
            assisted[office.plan.name, year] = office.assist(year, v, listed, known, gain, tie, there)
        z = normals(Process.YEAR_SHOCK, year, v.district_unit, at)[0, 0]
        u_k = normals(Process.SUBDISTRICT_SHOCK, year, v.subdistrict_units, at)[:, 0]
        campaign = uniforms(SEED, Process.CAMPAIGN, year, v.district_unit, at)[0, 0] < p["campaign.probability"]
        shock = p["year_sd"] * z + campaign * math.log(p["campaign.odds_ratio"]) + p["subdistrict_sd"] * u_k
        u = uniforms(SEED, Process.TRANSITION, year, v.units, at)[:, 0]
        for i, s in enumerate(old):
            up, down = (
                [office.dose(i, year) * math.log(p[f"{office.plan.name}.odds_ratio_{way}"]) for office in offices]
                for way in ("rise", "fall")
            )
            _, f0, shares = rows[s]
            r = expit(seen[i] + b[i] + joint(up, scenario.overlap) + shock[k[i]])
            f = expit(logit(f0) - joint([-a for a in down], scenario.overlap))
            status[i] = landing(s, r, f, shares, u[i])
            changed[i] = year if status[i] != s else changed[i]
        heard = uniforms(SEED, Process.REPORT, year, v.units, at)[:, 0] < p.get("reporting.yearly", 1.0)
        listed = [now if told else before for now, told, before in zip(status, heard, listed, strict=True)]
        path.append([ABSENT if joined > year else s for joined, s in zip(joins, listed, strict=True)])
    return path, assisted


def at_origin(scenario: Scenario, p: dict[str, float], rows: Law, x_beta: np.ndarray, at: Trajectories) -> list[int]:
    """Return what the list shows at the origin, a blank drawn from its last known status (MODEL.md 5)."""
    v, known = scenario.districts[0], scenario.districts[0].known
    listed = [int(s) for s in v.single_levels]  # type: ignore[union-attr]
    if not isinstance(known, MissingStatuses):
        return listed
    u = uniforms(SEED, Process.PLACEMENT, scenario.origin, v.units, at)[:, 0]
    spread = math.hypot(*(p[f"{name}_sd"] for name in ("village", "district", "year", "subdistrict")))
    nodes = np.linspace(-8, 8, 4001)
    normal = np.exp(-(nodes**2) / 2) / np.exp(-(nodes**2) / 2).sum()
    pi, omega = p["campaign.probability"], math.log(p["campaign.odds_ratio"])
    chances = [[listed.count(s) / (len(v) - listed.count(UNKNOWN)) for s in range(4)]] * len(v)
    for i in np.flatnonzero(known.earlier != UNKNOWN):
        matrix = np.zeros((4, 4))
        for s, (r0, f, shares) in enumerate(rows):
            base = logit(r0) + x_beta[i] + spread * nodes
            r = normal @ ((1 - pi) * expit(base) + pi * expit(base + omega))
            matrix[s] = [r * share if d > s else (1 - r) * f * share for d, share in enumerate(shares)]
            matrix[s, s] = (1 - r) * (1 - f)
        chances[i] = np.linalg.matrix_power(matrix, scenario.origin - known.earlier_years[i])[known.earlier[i]]
    drawn = [sum(u[i] >= sum(chances[i][: d + 1]) for d in range(3)) for i in range(len(v))]
    drawn = [int(p.get(f"village_status.{code}", s)) for code, s in zip(v.codes, drawn, strict=True)]
    return [draw if s == UNKNOWN else s for s, draw in zip(listed, drawn, strict=True)]


def share_above(status: list[int], v: Villages, i: int, there: list[bool]) -> float:
    """Return the share of the other villages of the kecamatan that stand above a village (MODEL.md 7.3)."""
    k = v.subdistrict_index
    others = [status[h] for h in range(len(v)) if k[h] == k[i] and h != i and there[h]]
    return sum(other > status[i] for other in others) / len(others) if others else 0.0


def landing(s: int, r: float, f: float, shares: list[float], u: float) -> int:
    """Return the next status: the highest d with u < P(next status ≥ d)."""
    lands = [r * share if d > s else (1 - r) * f * share for d, share in enumerate(shares)]
    lands[s] = (1 - r) * (1 - f)
    return max(d for d in range(4) if d == 0 or u < sum(lands[d:]))


def law(scenario: Scenario, p: dict[str, float]) -> Law:
    """Return r⁰, f⁰ and where rises and falls lead, level by level (MODEL.md 7.1)."""
    if (matrix := scenario.parameters.matrix) is None:
        x1, x2 = p["skip.berkembang"], p["skip.mandiri"]
        y1, y2 = (p.get(f"fall_skip.{level}", p.get("fall_skip", 0.0)) for level in LEVELS[1:3])
        shares: list[list[float]] = [
            [0, 1 - x1, x1 * (1 - x2), x1 * x2],
            [1, 0, 1 - x2, x2],
            [y1, 1 - y1, 0, 1],
            [y1 * y2, (1 - y1) * y2, 1 - y2, 0],
        ]
        rise, fall = [*(p[f"rise.{level}"] for level in LEVELS[:3]), 0.0], [0.0, *[p["fall"]] * 3]
        return list(zip(rise, fall, shares, strict=True))
    rows: Law = []
    for s, row in enumerate(matrix):
        assert isinstance(row, tuple)
        above, below = sum(row[s + 1 :]), sum(row[:s])
        to = [cell / ((above if d > s else below) or 1) for d, cell in enumerate(row)]
        rows.append((above, min(1.0, below / (1 - above)) if below else 0.0, to))
    return rows


@dataclass
class Office:
    """One intervention: whose place lasts for how many years yet, how often it helped, and when last."""

    plan: Intervention
    left: Counter[int] = field(default_factory=Counter)
    times: Counter[int] = field(default_factory=Counter)
    last: dict[int, int] = field(default_factory=dict)

    def assist(
        self,
        year: int,
        v: Villages,
        status: list[int],
        seen: list[float],
        gain: float,
        tie: np.ndarray,
        there: list[bool],
    ) -> set[int]:
        """Return who is assisted this year (MODEL.md 7.6)."""
        plan = self.plan
        if year < plan.starts or year > (plan.ends or year):
            self.left.clear()
            return set()
        eligible = [i for i in range(len(v)) if there[i] and is_eligible(plan, v, i, status[i])]
        places = plan.capacity if plan.coverage is None else math.floor(plan.coverage * len(eligible) + Fraction(1, 2))
        assert places is not None
        keeps = {i for i in self.left if self.left[i] > 0}
        queue = [i for i in eligible if i not in keeps]
        queue.sort(key=lambda i: (rank(plan, v.codes[i], status[i], seen[i], gain, cell(plan, v, i)), tie[i]))
        new = set(queue[: max(0, places - len(keeps))])
        for i in keeps | new:
            self.left[i] = (plan.years_per_village if i in new else self.left[i]) - 1
            self.times[i] += 1
            self.last[i] = year
        return keeps | new

    def dose(self, i: int, year: int) -> float:
        """Return how strongly it acts on a village (MODEL.md 7.7)."""
        away = year - self.last.get(i, year)
        ramp = min(1, self.times[i] / max(1, self.plan.ramp_years))
        return ramp * max(0, 1 - away / (self.plan.fades_over_years + 1))


def is_eligible(plan: Intervention, v: Villages, i: int, status: int) -> bool:
    """Return whether a village may be chosen."""
    kecamatan = v.subdistricts[v.subdistrict_index[i]]
    lies_within = plan.eligible_subdistricts is None or kecamatan in plan.eligible_subdistricts
    fits = all(v.columns[name][i] == wanted for name, wanted in plan.eligible_where.items())
    return lies_within and fits and LEVELS[status] in plan.eligible_status


def cell(plan: Intervention, v: Villages, i: int) -> float:
    """Return the village's cell in the column that a priority names, 0 where it names none."""
    priority = plan.priority
    return float(v.columns[priority[7:]][i]) if isinstance(priority, str) and priority[:7] == "column:" else 0.0


def rank(plan: Intervention, code: str, status: int, seen: float, gain: float, cell: float) -> float:
    """Return what a priority orders candidates by, first come lowest."""
    if isinstance(plan.priority, tuple):
        return plan.priority.index(code) if code in plan.priority else len(plan.priority)
    named = {
        "random": 0.0,
        "lowest_status": status,
        "highest_status": -status,
        "nearest_to_rising": -expit(seen),
        "largest_gain": expit(seen) - expit(seen + gain),
    }
    return float(named.get(plan.priority, -cell))


def joint(effects: list[float], overlap: str) -> float:
    """Return the effect of several interventions, on the log-odds scale (MODEL.md 7.7)."""
    good, bad = [a for a in effects if a > 0], [a for a in effects if a < 0]
    s, total, ceiling = max(good, default=0.0), sum(good), math.log(6)
    if overlap == "multiply":
        return sum(effects)
    if overlap == "strongest":
        return s + min(bad, default=0.0)
    room = ceiling - s
    return s + sum(bad) + (room * (1 - math.exp(-(total - s) / room)) if room > 0 else 0.0)


def record(scenario: Scenario, replicate: int) -> tuple[Path, Assisted]:
    """Return what the array engine makes of one trajectory, in the twin's terms."""
    grid = Trajectories.grid(range(1), range(replicate, replicate + 1))
    outcome = batch.simulate(scenario, scenario.districts[0], scenario.parameters.draw(SEED, 1), grid, SEED)
    status = outcome.villages.status
    return np.where(status.any(axis=-1), status.argmax(axis=-1), ABSENT).T.tolist(), {
        (plan.name, year): set(np.flatnonzero(outcome.villages.assisted[:, t, j]).tolist())
        for j, plan in enumerate(scenario.interventions)
        for t, year in enumerate(scenario.years)
    }


def crowded(**settings: Any) -> Scenario:
    """Return a scenario of overlapping interventions that all protect from falls, of up to three levels."""
    sizes, places = (6, 4, 9, 2), range(21)
    roads = ["tanah" if i % 3 else "aspal" for i in places]
    villages = make_villages(
        sizes, [i * 5 % 4 for i in places], columns={"remote": [i % 3.0 for i in places], "road": roads}
    )
    codes = tuple(villages.codes[i] for i in (8, 2, 17, 5, 11))
    half, year = Fraction(1, 2), ORIGIN + 1
    plans = (
        Intervention("half", year, coverage=half, priority="lowest_status", years_per_village=3),
        Intervention("first", year, capacity=3, priority=codes, eligible_status=LEVELS, fades_over_years=3),
        Intervention("near", year, capacity=6, priority="nearest_to_rising", eligible_subdistricts=("Kecamatan 2",)),
        Intervention("road", year, coverage=half, priority="highest_status", eligible_where={"road": "tanah"}),
        Intervention("any", year + 1, coverage=half, ramp_years=3, eligible_status=LEVELS, years_per_village=2),
    )
    ratios = {f"{plan.name}.odds_ratio_rise": 1.4 + j / 5 for j, plan in enumerate(plans)}
    ratios |= {f"{plan.name}.odds_ratio_fall": 0.4 + j / 10 for j, plan in enumerate(plans)}
    matrix = ((0.7, 0.2, 0.05, 0.05), (0.2, 0.5, 0.2, 0.1), (0.2, 0.2, 0.3, 0.3), (0.1, 0.15, 0.2, 0.55))
    scalars = {"village_sd": 0.5, "year_sd": 0.5, "peer_odds_ratio": 2.0}
    return make_scenario(villages, scalars, plans, ratios, {"remote": 1.3}, matrix=matrix, **settings)


def lapsing(**settings: Any) -> Scenario:
    """Return `everything_on` where three of ten villages do not report in a year, and some stand elsewhere already."""
    scenario = everything_on(**settings)
    villages, known = scenario.districts[0], scenario.parameters
    behind = {f"village_level.{code}": Empirical([(i * 3 + 1) % 4.0]) for i, code in enumerate(villages.codes)}
    scalars = {**known.scalars, "reporting.yearly": Fixed(0.7), **behind}
    return replace(scenario, parameters=replace(known, scalars=scalars))


def gappy(**settings: Any) -> Scenario:
    """Return `everything_on` where every other village is blank: known before, years before, or not; one as learned."""
    scenario = everything_on(**settings)
    villages, known = scenario.districts[0], scenario.parameters
    here = np.arange(len(villages))
    levels = np.where(here % 2, villages.levels, UNKNOWN)
    earlier = np.where((here % 2 == 0) & (here % 3 > 0), here * 5 % 4, UNKNOWN)
    missing = MissingStatuses(levels, earlier, np.where(earlier != UNKNOWN, ORIGIN - here % 3, 0))
    learned = {**known.scalars, f"village_status.{villages.codes[4]}": Empirical([2.0])}
    return replace(scenario, districts=(replace(villages, known=missing),), parameters=replace(known, scalars=learned))


def joining(**settings: Any) -> Scenario:
    """Return `lapsing` where eight villages, two of them in a kecamatan of their own, join in the first five years."""
    scenario = lapsing(**settings)
    villages = scenario.districts[0]
    homes = [villages.subdistricts[k] for k in villages.subdistrict_index]
    later = range(8)
    more = Villages.arrange(
        villages.district_code,
        villages.district,
        [*villages.codes, *(f"63.99.1{i:03d}" for i in later)],
        [*villages.names, *(f"Desa baru {i}" for i in later)],
        [*homes, *(homes[i * 4] if i < 6 else "Kecamatan baru" for i in later)],
        status=[*villages.levels.tolist(), *(0 for _ in later)],
        columns={"remote": [*villages.columns["remote"].tolist(), *(i % 3.0 for i in later)]},
        joins=[*(0 for _ in homes), *(ORIGIN + 1 + i % 5 for i in later)],
    )
    return replace(scenario, districts=(more,))


@pytest.mark.parametrize("replicate", range(6))
@pytest.mark.parametrize(("overlap", "min_years"), [("diminishing", 1), ("strongest", 0), ("multiply", 2)])
@pytest.mark.parametrize("make", [everything_on, crowded, lapsing, gappy, joining])
def test_the_twin_lives_the_same_lives(
    make: Callable[..., Scenario], overlap: str, min_years: int, replicate: int
) -> None:
    """With everything on, the same villages are assisted and each has the same status in every year."""
    scenario = make(horizon=8, overlap=overlap, min_years=min_years)
    assert record(scenario, replicate) == twin(scenario, replicate)


@given(scenarios(known_status=True, gentle=True), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
@pytest.mark.slow
def test_the_twin_lives_the_same_lives_in_any_scenario(scenario: Scenario, replicate: int) -> None:
    """Whatever is switched on, places and statuses are the twin's, village by village."""
    assert record(scenario, replicate) == twin(scenario, replicate)


@pytest.mark.slow
@given(scenarios(known_status=True, gentle=True), st.integers(0, 9))
@settings(max_examples=600, deadline=None)
def test_the_twin_lives_the_same_lives_in_many_scenarios(scenario: Scenario, replicate: int) -> None:
    """The same, over many more scenarios."""
    assert record(scenario, replicate) == twin(scenario, replicate)


def test_places_follow_the_rules_year_by_year() -> None:
    """A hand-checked course: two places kept two years each, in list order, given back when support ends."""
    villages = make_villages((5,), status=[0, 0, 0, 0, 0])
    plan = Intervention(
        "pokja",
        ORIGIN + 1,
        ends=ORIGIN + 3,
        capacity=2,
        years_per_village=2,
        priority=("63.99.0004", "63.99.0002"),
    )
    rises = {f"rise.{level}": 0.0 for level in ("dasar", "berkembang", "mandiri")}
    scenario = make_scenario(villages, rises, [plan], horizon=5)
    _, assisted = record(scenario, 0)
    years = [assisted["pokja", year] for year in scenario.years]
    assert years == [{2, 4}, {2, 4}, {2, 4}, set(), set()]
