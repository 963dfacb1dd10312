"""The exact engine against naive enumeration: every path of every village of tiny districts, one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import ceil, prod
from typing import NamedTuple

import numpy as np
import pytest
from districts import make_scenario, make_villages
from exact_settings import exact
from scipy.special import expit, logit

from simulation.domain.status import LEVELS
from simulation.domain.target import Target
from simulation.inputs.scenario import Scenario

TOP = 3
RISE = (0.35, 0.22, 0.41)
FALL = 0.17
SKIPS = {"skip.berkembang": 0.3, "skip.mandiri": 0.6}
NO_SKIPS = {"skip.berkembang": 0.0, "skip.mandiri": 0.0, "fall_skip.berkembang": 0.0, "fall_skip.mandiri": 0.0}
DEEP_FALLS = {"fall": 0.45, "fall_skip.berkembang": 0.2, "fall_skip.mandiri": 0.7}
CAMPAIGN = {"campaign.probability": 0.3, "campaign.odds_ratio": 4.0}


class Village(NamedTuple):
    """A village of an enumerated path: its level, how long it has stood there, and whether it ever rose."""

    level: int
    years_at_level: float
    risen: bool = False


def tiny(status: list[int], target: Target, horizon: int, min_years: int, scalars: dict[str, float]) -> Scenario:
    """Return a tiny district."""
    law = {f"rise.{level}": chance for level, chance in zip(LEVELS, RISE, strict=False)}
    values = {**law, "fall": FALL, **NO_SKIPS, **scalars}
    villages = make_villages([len(status)], status=status)
    return make_scenario(villages, values, target=target, horizon=horizon, min_years=min_years)


def row(village: Village, values: dict[str, float], shift: float, min_years: int) -> dict[int, float]:
    """Return the chance of each next level, straight from the text of MODEL.md."""
    level = village.level
    may_rise = level < TOP and village.years_at_level >= min_years
    rise = float(expit(logit(RISE[level]) + shift)) if may_rise else 0.0
    past_berkembang, past_mandiri = values["skip.berkembang"], values["skip.mandiri"]
    ends = {
        0: {1: 1 - past_berkembang, 2: past_berkembang * (1 - past_mandiri), 3: past_berkembang * past_mandiri},
        1: {2: 1 - past_mandiri, 3: past_mandiri},
        2: {3: 1.0},
    }.get(level, {})
    fall = values["fall"] if level > 0 else 0.0
    chances = {end: rise * share for end, share in ends.items()}
    chances[level] = (1 - rise) * (1 - fall)
    falls_past_berkembang, falls_past_mandiri = values["fall_skip.berkembang"], values["fall_skip.mandiri"]
    down = {
        1: {0: 1.0},
        2: {1: 1 - falls_past_berkembang, 0: falls_past_berkembang},
        3: {
            2: 1 - falls_past_mandiri,
            1: falls_past_mandiri * (1 - falls_past_berkembang),
            0: falls_past_mandiri * falls_past_berkembang,
        },
    }.get(level, {})
    chances |= {end: (1 - rise) * fall * share for end, share in down.items()}
    return {end: chance for end, chance in chances.items() if chance > 0}


def years_of(scenario: Scenario, before: tuple[Village, ...]) -> Iterator[tuple[float, tuple[Village, ...]]]:
    """Yield every way one year can go, with its chance."""
    values = {name: float(value.quantile(np.array([0.5]))[0]) for name, value in scenario.parameters.scalars.items()}
    campaign = values["campaign.probability"]
    for held, chance in ((True, campaign), (False, 1 - campaign)):
        shift = float(np.log(values["campaign.odds_ratio"])) if held else 0.0
        rows = [row(village, values, shift, scenario.min_years) for village in before]
        for ends in product(*rows):
            after = tuple(
                Village(end, 0 if end != old.level else old.years_at_level + 1, old.risen or end > old.level)
                for end, old in zip(ends, before, strict=True)
            )
            yield chance * prod(one[end] for one, end in zip(rows, ends, strict=True)), after


def is_met(target: Target, before: tuple[Village, ...], after: tuple[Village, ...]) -> bool:
    """Judge one year."""
    pairs = [(old.level, new.level) for old, new in zip(before, after, strict=True)]
    wanted = {LEVELS.index(level) for level in target.levels}
    rises = sum(new > old for old, new in pairs)
    falls = sum(new < old for old, new in pairs)
    score = {
        "rises": rises - falls if target.net_of_falls else rises,
        "entries": sum(new > old and new in wanted and old not in wanted for old, new in pairs),
        "stock": sum(new in wanted for _, new in pairs),
    }[target.reading]
    counted = len(pairs) if target.denominator == "all" else sum(old < TOP for old, _ in pairs)
    return score >= ceil(target.share * counted)


def enumerate_paths(scenario: Scenario) -> dict[tuple[tuple[Village, ...], tuple[bool, ...]], float]:
    """Return the chance of every end and record of years met."""
    status = scenario.districts[0].levels
    paths = {(tuple(Village(int(level), np.inf) for level in status), ()): 1.0}
    for _ in scenario.years:
        longer: dict[tuple[tuple[Village, ...], tuple[bool, ...]], float] = defaultdict(float)
        for (before, record), so_far in paths.items():
            for chance, after in years_of(scenario, before):
                longer[after, (*record, is_met(scenario.target, before, after))] += so_far * chance
        paths = longer
    return paths


ALL_BUT_DASAR = ("berkembang", "mandiri", "paripurna")
NET_BELOW_TOP = Target(Fraction(1, 3), denominator="below_top", net_of_falls=True)
STOCK_BELOW_TOP = Target(Fraction("0.6"), "stock", ALL_BUT_DASAR, "below_top")
SETTINGS = {
    "skips": ([0, 0, 1, 2], Target(Fraction("0.3")), 2, 0, SKIPS),
    "falls": ([0, 1, 2, 3], Target(Fraction("0.4")), 2, 0, {"fall": 0.45}),
    "falls of several levels": ([1, 2, 3, 3], Target(Fraction("0.2")), 2, 0, DEEP_FALLS | {"skip.mandiri": 0.6}),
    "net of falls of several levels": ([0, 2, 3], Target(Fraction("0.3"), net_of_falls=True), 3, 1, DEEP_FALLS),
    "stock after falls of several levels": ([2, 3, 3], Target(Fraction("0.6"), "stock"), 3, 0, DEEP_FALLS),
    "one year at a level": ([0, 0, 1], Target(Fraction("0.3")), 3, 1, SKIPS),
    "two years at a level": ([0, 1, 1], Target(Fraction("0.3")), 3, 2, {"fall": 0.3}),
    "net of falls": ([0, 1, 2, 1], Target(Fraction("0.2"), net_of_falls=True), 2, 0, SKIPS),
    "below the top": ([0, 2, 2, 3], Target(Fraction("0.4"), denominator="below_top"), 2, 0, SKIPS),
    "below the top, three years": ([1, 2, 3], Target(Fraction("0.4"), denominator="below_top"), 3, 0, CAMPAIGN),
    "net of falls, below the top": ([1, 2, 3], NET_BELOW_TOP, 3, 1, SKIPS),
    "entries": ([0, 1, 1, 3], Target(Fraction("0.25"), "entries"), 2, 0, SKIPS),
    "entries into a middle level": ([0, 1, 1, 3], Target(Fraction("0.25"), "entries", ("mandiri",)), 2, 0, SKIPS),
    "stock": ([0, 1, 2, 3], Target(Fraction("0.5"), "stock"), 2, 0, SKIPS),
    "stock of all but dasar, below the top": ([0, 0, 1], STOCK_BELOW_TOP, 3, 1, SKIPS),
    "campaign years": ([0, 0, 1, 2], Target(Fraction("0.3")), 2, 0, CAMPAIGN),
    "half of them needed": ([0, 0, 1], Target(Fraction(1, 2)), 2, 0, CAMPAIGN),
}  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow) if "falls of several levels" in name else name for name in SETTINGS],
)
def test_every_probability_is_that_of_enumerated_paths(name: str) -> None:
    """P(met) of each year and reading, of every year and of m years, statuses and villages that have risen."""
    status, target, horizon, min_years, scalars = SETTINGS[name]
    scenario = tiny(status, target, horizon, min_years, scalars)
    found, paths = exact(scenario), enumerate_paths(scenario)
    assert sum(paths.values()) == pytest.approx(1)
    for t in range(horizon):
        met = sum(chance for (_, record), chance in paths.items() if record[t])
        assert found.years[t].probability_met == pytest.approx(met, abs=1e-12)
    assert found.all_years is not None
    assert found.at_least is not None
    every = sum(chance for (_, record), chance in paths.items() if all(record))
    assert found.all_years.probability_met == pytest.approx(every, abs=1e-12)
    for m, chance_of_m in found.at_least.items():
        expected = sum(chance for (_, record), chance in paths.items() if sum(record) >= m)
        assert chance_of_m == pytest.approx(expected, abs=1e-12)
    for i in range(len(status)):
        levels = [sum(chance for (end, _), chance in paths.items() if end[i].level == level) for level in range(4)]
        assert found.status_probability[i, -1] == pytest.approx(levels, abs=1e-12)
        risen = sum(chance for (end, _), chance in paths.items() if end[i].risen)
        assert found.risen_probability[i, -1] == pytest.approx(risen, abs=1e-12)


def test_all_readings_are_shown_side_by_side() -> None:
    """Each reading beside the scenario's own has the probability that a scenario of that reading has."""
    status, target = [0, 1, 2], Target(Fraction("0.4"), denominator="below_top", net_of_falls=True)
    found = exact(tiny(status, target, 2, 0, SKIPS))
    assert next(iter(found.readings)) == "net_rises"
    for key, reading in target.readings().items():
        paths = enumerate_paths(tiny(status, reading, 2, 0, SKIPS))
        met = [sum(chance for (_, record), chance in paths.items() if record[t]) for t in range(2)]
        assert found.readings[key] == pytest.approx(met, abs=1e-12)


def test_a_saturated_year_is_told_apart() -> None:
    """Where min_years 1 holds villages back, the year is saturated as often as too few may still rise."""
    scenario = tiny([1, 2, 3], Target(Fraction("0.5")), 2, 1, SKIPS)
    expected = 0.0
    for (villages, _), chance in enumerate_paths(tiny([1, 2, 3], Target(Fraction("0.5")), 1, 1, SKIPS)).items():
        expected += chance * (sum(v.level < TOP and v.years_at_level >= 1 for v in villages) < 2)
    found = exact(scenario)
    assert found.years[0].saturated == 0
    assert found.years[1].saturated == pytest.approx(expected, abs=1e-12)
