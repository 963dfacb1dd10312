"""What is said of the numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulation.domain.parameters import UNNAMED_BLOCKS
from simulation.inference.forecast import Needed, Summary, YearForecast
from simulation.report import wording
from simulation.report.kinds.forecast import words
from simulation.report.kinds.forecast.result import District, StatedTarget
from simulation.report.kinds.head import distinct_titles
from simulation.report.language import language

EN, ID = language("en"), language("id")


def district(key: str = "rises_all", *, single_draw: bool = False, **first: Any) -> District:
    """Return a district with two years, as far as words look at it."""
    spread = Summary(9.0, {0.05: 2, 0.5: 8, 0.95: 20})
    year = YearForecast(
        **{
            "probability_met": 0.79,
            "monte_carlo_error": 0.0123,
            "parameter_interval90": (0.43, 0.98),
            "year": 2026,
            "needed": Needed(7.0, 7, 7),
            "saturated": 0.0,
            "judged": spread,
            "rises": spread,
            "falls": spread,
            "status_share": {},
            "assisted": {},
            **first,
        }
    )
    target = StatedTarget("rises", 7, 135, "all", False, key, 0.05, ("mandiri", "paripurna"))
    years = (year, replace(year, year=2027))
    return District("63.99", "X", 135, 11, True, True, False, {}, target, years, None, None, {}, (), single_draw)


@pytest.mark.parametrize(
    ("probability", "english", "indonesian"),
    [
        (1.0, "almost certain", "hampir pasti"),
        (0.95, "almost certain", "hampir pasti"),
        (0.9499, "very likely", "peluang sangat besar"),
        (0.80, "very likely", "peluang sangat besar"),
        (0.60, "likely", "peluang besar"),
        (0.40, "about even", "peluang seimbang"),
        (0.20, "unlikely", "peluang kecil"),
        (0.05, "very unlikely", "peluang sangat kecil"),
        (0.0499, "almost impossible", "hampir mustahil"),
        (0.0, "almost impossible", "hampir mustahil"),
    ],
)
def test_the_words_are_those_of_the_contract(probability: float, english: str, indonesian: str) -> None:
    """Each word begins at its edge."""
    assert (wording.word(EN, probability), wording.word(ID, probability)) == (english, indonesian)


@pytest.mark.parametrize(
    ("probability", "shown"),
    [
        (0.0, "<1%"),
        (0.0099, "<1%"),
        (0.01, "1%"),
        (0.794, "79%"),
        (0.79996, "just under 80%"),
        (0.796, "just under 80%"),
        (0.993, ">99%"),
    ],
)
def test_a_chance_is_rounded_neither_to_certainty_nor_to_another_word(probability: float, shown: str) -> None:
    """80% beside "likely" would contradict itself, and no simulation is certain."""
    assert wording.chance(EN, probability) == shown


def test_the_verdict_has_word_number_year_and_target() -> None:
    """One sentence in each language says all, and how far the parameters could move it."""
    assert words.district_verdict(EN, district()) == (
        "Likely (79%): at least 7 of 135 villages rise in status in 2026; "
        "depending on the true values of the uncertain parameters, between 43% and 98%."
    )
    assert words.district_verdict(ID, district()) == (
        "Peluang besar (79%): sedikitnya 7 dari 135 kampung naik status pada 2026; "
        "bergantung pada nilai sebenarnya dari parameter yang belum pasti, peluang itu antara 43% dan 98%."
    )


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("rises_below_top", "the 135 villages below paripurna rise in status in 2026"),
        ("net_rises", "rises in status exceed falls by at least 7"),
        ("entries", "rise to mandiri or paripurna in 2026"),
        ("stock", "are mandiri or paripurna at the end of 2026"),
    ],
)
def test_the_verdict_says_what_the_reading_counts(key: str, said: str) -> None:
    """Each reading of the target has its own clause."""
    assert said in words.district_verdict(EN, district(key))


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ({"parameter_interval90": None}, "simulation error ± 1.2 percentage points"),
        ({"monte_carlo_error": 0.101}, "Cannot be told yet (79%)"),
        ({"monte_carlo_error": 0.101}, "simulation error ± 10.1 percentage points"),
        ({"monte_carlo_error": 0.099}, "Likely (79%)"),
        ({"parameter_interval90": None, "monte_carlo_error": 0.0}, "an exact result"),
        ({"parameter_interval90": None, "monte_carlo_error": 0.012}, "simulation error ± 1.2 percentage points."),
        ({"parameter_interval90": (0.995, 0.999)}, "whatever the true values"),
        ({"parameter_interval90": (0.79, 0.79)}, "simulation error ± 1.2 percentage points"),
        ({"saturated": 0.7}, "saturated rather than missed"),
        ({"needed": Needed(6.4, 6, 7)}, "at least 6–7 of 135"),
    ],
)
def test_the_verdict_says_how_unsure_it_is(first: dict[str, Any], said: str) -> None:
    """The second half of the sentence fits what is known of the uncertainty."""
    assert said in words.district_verdict(EN, district(**first))


@pytest.mark.parametrize(("error", "said"), [(0.0, "an exact result, but for one"), (0.012, "points, and for one")])
def test_one_draw_of_uncertain_parameters_is_said_to_be_one(error: float, said: str) -> None:
    """A result for one random set of parameter values is not presented as one for the parameters as given."""
    one = district(parameter_interval90=None, monte_carlo_error=error)
    assert said not in words.district_verdict(EN, one)
    assert said in words.district_verdict(EN, replace(one, single_draw=True))


def test_saturated_years_are_told_only_where_they_matter() -> None:
    """No note below 5%; above, the first such year and the worst."""
    assert words.saturation(EN, district(saturated=0.04)) is None
    note = words.saturation(EN, district(saturated=0.31))
    assert note is not None
    assert "from 2026 on" in note
    assert "31% in 2026" in note


def test_the_basis_names_priors_or_data() -> None:
    """Without data on changes of status: what was used, and what changes follow."""
    used = "Basis: last observed statuses; their changes follow "
    for code, followed in (
        ("priors", "priors alone"),
        ("stated", "scenario numbers"),
        ("priors_and_stated", "priors and scenario numbers"),
    ):
        assert wording.basis(EN, [code]) == f"{used}{followed} (no data on changes)."


def test_the_basis_names_data_in_words() -> None:
    """What is not one of the fixed phrases is a list of data blocks."""
    every = ["panel", "counts", "launch_years", "assistance"]
    assert wording.basis(EN, every) == (
        "Basis: calibrated on local data (statuses of villages at several dates; counts by level at several dates; "
        "launch years; records of assistance)."
    )
    assert wording.basis(ID, ["panel", "counts"]) == (
        "Landasan: dikalibrasi dengan data setempat (status kampung pada beberapa tanggal; jumlah per status pada "
        "beberapa tanggal)."
    )


def test_scenarios_of_one_title_are_told_apart_by_their_names() -> None:
    """An overlay inherits the title of what it extends; titles that differ, or that nobody gave, stay."""
    named = [("a", {"en": "Here.", "id": "Sini"}), ("b", {"en": "Here.", "id": "Sana"}), ("c", {})]
    assert distinct_titles(EN, named) == {"a": "Here (a)", "b": "Here (b)", "c": "c"}
    assert distinct_titles(ID, named) == {"a": "Sini", "b": "Sana", "c": "c"}
    assert distinct_titles(EN, [named[0], named[0]]) == {"a": "Here"}


def test_draws_without_a_stated_origin_are_not_called_calibrated() -> None:
    """A file of draws that names no data claims none, in either language."""
    assert wording.basis(EN, UNNAMED_BLOCKS) == "Basis: draws whose origin is not stated."
    assert "asal-usulnya tidak dinyatakan" in wording.basis(ID, UNNAMED_BLOCKS)


def test_the_scale_names_every_word_with_its_span() -> None:
    """From the highest to the lowest, each beginning where the one above it ends."""
    assert wording.scale(ID) == (
        "Sebutan peluang (bukan skala IPCC): ≥95% hampir pasti; 80–95% peluang sangat besar; 60–80% peluang besar; "
        "40–60% peluang seimbang; 20–40% peluang kecil; 5–20% peluang sangat kecil; <5% hampir mustahil."
    )
