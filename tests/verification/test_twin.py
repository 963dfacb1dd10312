"""An independent twin: the law as MODEL.md words it, one village at a time, in probabilities."""

from __future__ import annotations

import math

import numpy as np
import pytest
from districts import ORIGIN, everything_on, make_scenario, make_villages

from simulation.domain.intervention import Intervention
from simulation.domain.randomness import Process, Trajectories, normals, uniforms
from simulation.engine import batch
from simulation.inputs.scenario import Scenario

SEED = 5


def expit(x: float) -> float:
    """Return the logistic function."""
    return 1 / (1 + math.exp(-x))


def twin(scenario: Scenario, replicate: int, assisted: dict[tuple[str, int], set[int]]) -> np.ndarray:
    """Return every village's status by year, given who is assisted: a naive loop over the formulas."""
    v, p = scenario.districts[0], scenario.parameters.draw(SEED, 1)
    m, at = p.matrix[0], Trajectories.grid(range(1), range(replicate, replicate + 1))
    b = normals(SEED, Process.VILLAGE_EFFECT, 0, v.units, at)[:, 0] * p.village_sd[0]
    x = {name: v.columns[name] - np.mean(v.columns[name]) for name in p.covariate_log_odds}
    status, changed, path = list(v.status), [-999] * len(v), []
    n, last = {}, {}
    for year in scenario.years:
        z = normals(SEED, Process.YEAR_SHOCK, year, v.district_unit, at)[0, 0]
        u_k = normals(SEED, Process.SUBDISTRICT_SHOCK, year, v.subdistrict_units, at)[:, 0]
        burst = uniforms(SEED, Process.CAMPAIGN, year, v.district_unit, at)[0, 0] < p.campaign_probability[0]
        u = uniforms(SEED, Process.TRANSITION, year, v.units, at)[:, 0]
        old = list(status)
        for i, s in enumerate(old):
            k = v.subdistrict_index[i]
            others = [old[h] for h in range(len(v)) if v.subdistrict_index[h] == k and h != i]
            peers = sum(o > s for o in others) / len(others) if others else 0
            up, down = [], []
            for j, plan in enumerate(scenario.interventions):
                if i in assisted.get((plan.name, year), ()):
                    n[j, i], last[j, i] = n.get((j, i), 0) + 1, year
                away = year - last.get((j, i), year)
                dose = min(1, n.get((j, i), 0) / max(1, plan.ramp_years)) * max(
                    0, 1 - away / (plan.fades_over_years + 1)
                )
                up.append(dose * p.rise_log_odds_ratio[0, j])
                down.append(-dose * p.fall_log_odds_ratio[0, j])
            r0, f0 = m[s, s + 1 :].sum(), m[s, :s].sum()
            waits = year - 1 - changed[i] < scenario.min_years
            r = 0.0
            if r0 > 0 and not waits:
                eta = math.log(r0 / (1 - r0)) + b[i] + joint(up) + p.peer_log_odds[0] * peers
                eta += sum(x[name][i] * beta[0] for name, beta in p.covariate_log_odds.items())
                eta += p.year_sd[0] * z + p.subdistrict_sd[0] * u_k[k] + p.campaign_log_odds[0] * burst
                r = expit(eta)
            g = f0 / (1 - r0)
            f = expit(math.log(g / (1 - g)) - joint(down)) if g > 0 else 0.0
            chance = [
                (1 - r) * f * m[s, d] / f0 if d < s else r * m[s, d] / r0 if d > s else (1 - r) * (1 - f)
                for d in range(4)
            ]
            status[i] = max(d for d in range(4) if u[i] < sum(chance[d:]) or d == 0)
            changed[i] = year if status[i] != s else changed[i]
        path.append(list(status))
    return np.array(path).T


def joint(effects: list[float]) -> float:
    """Return the diminishing overlap of log-odds effects."""
    good, bad = [a for a in effects if a > 0], [a for a in effects if a < 0]
    s, rest, room = max(good, default=0), sum(good) - max(good, default=0), math.log(6) - max(good, default=0)
    return s + (room * (1 - math.exp(-rest / room)) if room > 0 else 0) + sum(bad)


@pytest.mark.parametrize("replicate", range(8))
def test_the_twin_lives_the_same_lives(replicate: int) -> None:
    """With everything on, each village of each trajectory has the same status in every year."""
    scenario = everything_on(horizon=8)
    outcome, assisted = record_assistance(scenario, replicate)
    assert np.array_equal(outcome.village_status.argmax(axis=-1), twin(scenario, replicate, assisted))


def record_assistance(scenario: Scenario, replicate: int) -> tuple[batch.Outcome, dict[tuple[str, int], set[int]]]:
    """Run one trajectory and say who was assisted by what in which year."""
    grid = Trajectories.grid(range(1), range(replicate, replicate + 1))
    outcome = batch.simulate(scenario, scenario.districts[0], scenario.parameters.draw(SEED, 1), grid, SEED)
    return outcome, {
        (plan.name, year): set(np.flatnonzero(outcome.village_assisted[:, t, j]))
        for j, plan in enumerate(scenario.interventions)
        for t, year in enumerate(scenario.years)
    }


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
    _, assisted = record_assistance(scenario, 0)
    years = [assisted["pokja", year] for year in scenario.years]
    assert years == [{2, 4}, {2, 4}, {2, 4}, set(), set()]
