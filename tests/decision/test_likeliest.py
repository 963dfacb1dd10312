"""The likeliest villages and the kecamatan: sums of the forecast's own chances; what is alike shares a rank."""

from __future__ import annotations

import numpy as np
import pytest
from districts import RISE, everything_on, make_scenario, make_villages
from scipy.stats import studentized_range

from simulation.decision.differences import errors_apart, shared_ranks
from simulation.decision.likeliest import likeliest_villages, subdistrict_years
from simulation.domain.distributions import LogitNormal
from simulation.domain.status import TOP, UNKNOWN
from simulation.inference.forecasting import forecast


@pytest.mark.parametrize("size", [2, 20, 135, 1000])
def test_alike_things_are_told_apart_in_one_case_of_twenty(size: int) -> None:
    """Whatever their number: the 95% quantile of the range of so many normal numbers, as scipy has it."""
    assert errors_apart(size) * np.sqrt(2) == pytest.approx(studentized_range.ppf(0.95, size, np.inf), rel=1e-6)


def test_a_rank_begins_where_something_differs_from_the_first_of_the_last() -> None:
    """Ranks count things, so that the one after two of rank 1 is 3; one thing has rank 1."""
    values, error = [0.5, 0.49, 0.3, 0.3, 0.1], 0.05
    assert shared_ranks(5, lambda i, j: (values[i] - values[j], error)) == [1, 1, 3, 3, 5]
    assert shared_ranks(5, lambda i, j: (values[i] - values[j], 0.0)) == [1, 2, 3, 3, 5]
    assert shared_ranks(1, lambda i, j: (values[i] - values[j], error)) == [1]


@pytest.mark.parametrize("engine", ["exact", "batch"])
def test_villages_alike_share_a_rank_and_others_do_not(engine: str) -> None:
    """Independent villages at three levels, whose chances are the stated ones: three ranks, however computed."""
    scenario = make_scenario(make_villages([20, 14], [0, 1, 2] * 11 + [3]))
    made = forecast(scenario, engine=engine, **({} if engine == "exact" else {"replicates": 4000}))  # type: ignore[arg-type]
    found = likeliest_villages(made, made.districts[0])
    assert [one.rank for one in found] == [1] * 11 + [12] * 11 + [23] * 11
    assert [one.status for one in found] == ["mandiri"] * 11 + ["berkembang"] * 11 + ["dasar"] * 11
    for one in found:
        true = dict(zip(("dasar", "berkembang", "mandiri"), RISE, strict=True))[one.status]
        assert abs(one.probability_rises - true) <= 4 * one.monte_carlo_error + 1e-9
        assert one.monte_carlo_error == pytest.approx(np.sqrt(true * (1 - true) / 4000) * (engine == "batch"), rel=0.2)


@pytest.mark.slow
def test_the_error_of_a_chance_counts_draws_and_luck() -> None:
    """Its standard error over forecasts with other seeds is what is told, and of the difference of two levels too."""
    scenario = make_scenario(
        make_villages([2], [0, 1]), {"rise.dasar": LogitNormal(-1.5, 0.8), "rise.berkembang": LogitNormal(-1.0, 0.8)}
    )
    runs = [forecast(scenario, 60, 5, seed) for seed in range(200)]
    told = [likeliest_villages(made, made.districts[0]) for made in runs]
    for level in ("dasar", "berkembang"):
        found = [one for villages in told for one in villages if one.status == level]
        spread = np.std([one.probability_rises for one in found], ddof=1)
        assert spread == pytest.approx(np.mean([one.monte_carlo_error for one in found]), rel=4 / np.sqrt(2 * 200))


def test_kecamatan_add_up_the_chances_of_their_villages() -> None:
    """Every year: rises as in the forecast, and below the top whoever is not at it when the year begins."""
    made = forecast(everything_on(), replicates=200)
    (district,) = made.districts
    found = subdistrict_years(made, district)
    assert len(found) == len(district.villages.subdistricts) * len(made.calendar)
    for t, year in enumerate(made.calendar):
        of_year = [one for one in found if one.year == year]
        assert sum(one.expected_rises for one in of_year) == pytest.approx(district.years[t].rises.mean)
        top = district.years[t - 1].status_share["paripurna"].mean if t else (district.villages.levels == TOP).mean()
        assert sum(one.below_top for one in of_year) == pytest.approx(len(district.villages) * (1 - top))
        assert sum(one.villages for one in of_year) == len(district.villages)


@pytest.mark.parametrize(
    ("known", "listed", "below"),
    [
        ({"status": [0, 1, 3, UNKNOWN, UNKNOWN], "counts": [1, 1, 1, 2]}, 2, [2.0, 1.0]),
        ({"status": [0, 3, 3, UNKNOWN, UNKNOWN], "counts": [2, 0, 0, 3]}, 1, [1.0, 1.0]),
        ({"counts": {"Kecamatan 0": [1, 1, 0, 1], "Kecamatan 1": [0, 0, 0, 2]}}, 0, [2.0, 0.0]),
    ],
)
def test_what_is_known_of_some_is_told(known: dict[str, object], listed: int, below: list[float]) -> None:
    """Villages of unknown level are not in the list, and count in their kecamatan as the counts have it."""
    made = forecast(make_scenario(make_villages([3, 2], **known), horizon=1), replicates=20)  # type: ignore[arg-type]
    assert len(likeliest_villages(made, made.districts[0])) == listed
    assert [one.below_top for one in subdistrict_years(made, made.districts[0])] == pytest.approx(below)


def test_counts_of_the_district_alone_rank_nobody() -> None:
    """No village and no kecamatan can be told from another."""
    made = forecast(make_scenario(make_villages([3, 2], counts=[2, 2, 1, 0]), horizon=1), replicates=20)
    assert likeliest_villages(made, made.districts[0]) == subdistrict_years(made, made.districts[0]) == ()
