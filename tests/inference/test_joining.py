"""Villages that join after the origin (MODEL.md, 7.21): from when they count, and against closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from districts import NEUTRAL, ORIGIN, make_scenario, make_villages

import simulation as kkb
from simulation.decision.likeliest import likeliest_villages, subdistrict_years
from simulation.domain.intervention import Intervention
from simulation.domain.messages import Refusal
from simulation.domain.target import Target
from simulation.engine.poisson_binomial import add_villages
from simulation.inference.explanation import explain
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario
from simulation.report.kinds.forecast.kind import village_rows
from simulation.report.kinds.forecast.result import result_of

REPLICATES = 4000
STATUS = [0] * 10 + [1] * 5 + [2, 2, 3, 3, 3]
NEW = 4
"""Villages that join: three at the end of the first year, one in a kecamatan of its own, one two years later."""
JOINS = [0] * len(STATUS) + [ORIGIN + 1, ORIGIN + 1, ORIGIN + 3, ORIGIN + 1]


def joining(**settings: object) -> Scenario:
    """Return twenty villages, alike but for their levels, and the four."""
    villages = make_villages((23, 1), status=STATUS + [0] * NEW, joins=JOINS)
    return make_scenario(villages, horizon=4, **settings)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found() -> kkb.Forecast:
    """Return its forecast, every parameter fixed."""
    return forecast(joining(), replicates=REPLICATES, seed=7)


def test_the_number_needed_is_that_of_each_year(found: kkb.Forecast) -> None:
    """5% of 20 is 1, of 23 or 24 it is 2; each year's own number of villages counts."""
    needed = [(year.needed.min, year.needed.max) for year in found.districts[0].years]
    assert needed == [(1, 1), (2, 2), (2, 2), (2, 2)]
    district = result_of(found).districts[0]
    assert (district.villages, district.joining) == (20, {ORIGIN + 1: 3, ORIGIN + 3: 1})
    assert [district.number(year) for year in found.calendar] == [20, 23, 23, 24]


def test_chances_are_those_of_the_chain_from_the_year_of_joining(found: kkb.Forecast) -> None:
    """A village alike others and independent of them is where the matrix leads from dasar, from its own start on."""
    matrix, district = found.matrix[0], found.districts[0]
    for row, joins in enumerate(JOINS[len(STATUS) :], start=len(STATUS)):
        for t, year in enumerate(found.calendar):
            expected = np.linalg.matrix_power(matrix, year - joins)[0] if year >= joins else np.zeros(4)
            error = np.sqrt(expected * (1 - expected) / REPLICATES)
            assert (np.abs(district.status_probability[row, t] - expected) <= 4 * error).all()
            rises = np.linalg.matrix_power(matrix, year - joins - 1)[0] @ np.triu(matrix, 1).sum(axis=1)
            expected = rises if year > joins else 0.0
            assert abs(district.rise_probability[row, t] - expected) <= 4 * np.sqrt(
                expected * (1 - expected) / REPLICATES
            )


@pytest.mark.parametrize("denominator", ["all", "below_top"])
def test_the_chance_of_meeting_the_target_is_that_of_a_sum_of_villages(denominator: str) -> None:
    """In the second year 23 villages may rise, each with its own chance: of all of them, 2 are needed."""
    scenario = joining(target=Target(denominator=denominator))  # type: ignore[arg-type]
    matrix = scenario.parameters.draw(0, 1).matrix[0]
    up = np.triu(matrix, 1).sum(axis=1)
    rises = np.array([*(matrix[level] @ up for level in STATUS), up[0], up[0], up[0]])
    number = add_villages(np.stack([1 - rises, rises], axis=1)[..., None], len(rises))[:, 0]
    chance = number[2:].sum()
    year = forecast(scenario, replicates=REPLICATES, seed=8).districts[0].years[1]
    if denominator == "below_top":  # of 19 and of 20 below the top 1 is needed, of more 2
        assert (year.needed.min, year.needed.max) == (1, 2)
        return
    assert abs(year.probability_met - chance) <= 4 * np.sqrt(chance * (1 - chance) / REPLICATES)


@pytest.mark.parametrize("reading", ["rises", "entries", "stock"])
def test_the_first_year_is_exactly_that_of_a_district_without_them(reading: str) -> None:
    """Whatever acts, and whatever is judged, even where the lowest level counts among a stock."""
    plan = Intervention("pokja", ORIGIN + 1, capacity=5)
    levels = ("dasar", "mandiri") if reading == "stock" else ("mandiri", "paripurna")
    settings = {"target": Target(reading=reading, levels=levels), "interventions": [plan]}  # type: ignore[arg-type]
    beside = joining(**{**settings, "scalars": {"year_sd": 0.5, "peer_odds_ratio": 2.0, "subdistrict_sd": 0.3}})
    alone = replace(beside, districts=(replace(beside.districts[0], with_later=None),))
    one, other = (forecast(scenario, draws=4, engine="exact").districts[0] for scenario in (beside, alone))
    assert one.years[0].probability_met == other.years[0].probability_met
    assert one.years[0].rises == other.years[0].rises
    assert (one.rise_probability[:20] == other.rise_probability).all()
    run = forecast(beside, draws=4, replicates=500).districts[0].years[0]
    apart = abs(run.probability_met - one.years[0].probability_met)
    assert apart <= 4 * run.monte_carlo_error + 1e-5
    for level in ("dasar", "paripurna"):  # of the 23 villages that are there when the year ends
        assert one.years[0].status_share[level].mean == pytest.approx(run.status_share[level].mean, abs=0.02)
    assert sum(share.mean for share in one.years[0].status_share.values()) == pytest.approx(1, abs=1e-6)


def test_later_years_have_no_closed_form_while_villages_join() -> None:
    """The reason names the first year in which one does; one that joins when the forecast ends is no reason."""
    (reason,) = forecast(joining(), engine="exact").later
    assert str(reason).startswith(f"villages join in {ORIGIN + 1}")
    villages = make_villages((20, 1), status=[*STATUS, 0], joins=[*JOINS[:20], ORIGIN + 2])
    scenario = make_scenario(villages, horizon=2)
    exact, run = (forecast(scenario, replicates=REPLICATES, engine=engine) for engine in ("exact", "batch"))
    assert not exact.later
    for one, other in zip(exact.districts[0].years, run.districts[0].years, strict=True):
        assert abs(one.probability_met - other.probability_met) <= 4 * other.monte_carlo_error + 1e-12
        assert one.status_share["dasar"].mean == pytest.approx(other.status_share["dasar"].mean, abs=0.01)
    assert (exact.districts[0].status_probability[20] == [[0, 0, 0, 0], [1, 0, 0, 0]]).all()


def test_tables_know_a_village_from_the_year_after_it_joined(found: kkb.Forecast) -> None:
    """In those of villages and of kecamatan; the likeliest to rise in the first year are those that are there."""
    rows = [row for row in village_rows(found) if row["village_code"] >= "63.99.0020"]
    assert [(row["village_code"][-4:], row["year"] - ORIGIN) for row in rows] == [
        ("0020", 2), ("0020", 3), ("0020", 4), ("0021", 2), ("0021", 3), ("0021", 4), ("0022", 4),
        ("0023", 2), ("0023", 3), ("0023", 4),
    ]  # fmt: skip
    district = found.districts[0]
    places = [(one.subdistrict, one.year - ORIGIN, one.villages) for one in subdistrict_years(found, district)]
    assert places == [
        *(("Kecamatan 0", t, number) for t, number in ((1, 20), (2, 22), (3, 22), (4, 23))),
        *(("Kecamatan 1", t, 1) for t in (2, 3, 4)),
    ]
    for t, year in enumerate(district.years):
        told = sum(one.expected_rises for one in subdistrict_years(found, district) if one.year == year.year)
        assert told == pytest.approx(year.rises.mean)
        assert sum(share.mean for share in year.status_share.values()) == pytest.approx(1)
        assert district.status_probability[:, t].sum() == pytest.approx(
            found.scenario.districts[0].number(year.year + 1)
        )
    assert {one.village_code for one in likeliest_villages(found, district)} <= set(found.scenario.districts[0].codes)


def test_places_by_coverage_are_a_share_of_the_villages_that_are_there() -> None:
    """Half of those at dasar: of ten they are five, of thirteen seven, of fourteen again seven."""
    still = {f"rise.{level}": 0.0 for level in ("dasar", "berkembang", "mandiri")} | {"fall": 0.0}
    plan = Intervention("pokja", ORIGIN + 1, coverage=0.5, eligible_status=("dasar",))  # type: ignore[arg-type]
    years = forecast(joining(scalars=still, interventions=[plan]), draws=2, replicates=5).districts[0].years
    assert [year.assisted["pokja"] for year in years] == [5, 7, 7, 7]


def test_a_village_that_joins_is_explained_from_the_year_after_on(found: kkb.Forecast) -> None:
    """By default in that year; before it there is nothing to explain."""
    explanation = explain(found, "63.99.0020")
    assert (explanation.year, explanation.joins, explanation.origin_level) == (ORIGIN + 2, ORIGIN + 1, "dasar")
    assert explanation.chance == pytest.approx(NEUTRAL["rise.dasar"].value)  # type: ignore[attr-defined]
    assert sorted(explanation.by_year) == [ORIGIN + 2, ORIGIN + 3, ORIGIN + 4]
    with pytest.raises(Refusal, match="designated in 2026"):
        explain(found, "63.99.0020", ORIGIN + 1)


def test_what_a_calibration_says_of_others_holds_and_its_own_difference_is_fresh() -> None:
    """Draws that know twenty villages serve: with all of them far below others, the newcomers alone rise."""
    from simulation.domain.distributions import Empirical, Fixed

    scenario = joining(scalars={"village_sd": 1.0})
    known = scenario.parameters
    learned = {f"village_effect.{code}": Empirical([1e-9]) for code in scenario.districts[0].codes}
    parameters = replace(known, scalars={**known.scalars, **learned, "fall": Fixed(0.0)})
    district = forecast(replace(scenario, parameters=parameters), replicates=200).districts[0]
    assert not district.rise_probability[:20].any()
    assert district.rise_probability[20, 1] > 0.02
