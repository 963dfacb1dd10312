"""What is said of the numbers."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.inputs.posterior import UNNAMED_BLOCKS
from simulation.report import wording
from simulation.report.language import language

EN, ID = language("en"), language("id")


def district(key: str = "rises_all", **first: Any) -> dict[str, Any]:
    """Return the record of a district, as far as wording looks at it."""
    year = {
        "year": 2026,
        "probability_met": 0.79,
        "monte_carlo_error": 0.0123,
        "parameter_interval90": [0.43, 0.98],
        "needed": {"mean": 7.0, "min": 7, "max": 7},
        "saturated": 0.0,
        **first,
    }
    target = {"key": key, "denominator": 135, "levels": ["mandiri", "paripurna"]}
    return {"target": target, "years": [year, {**year, "year": 2027}], "all_years": None}


@pytest.mark.parametrize(
    ("probability", "english", "indonesian"),
    [
        (1.0, "almost certain", "hampir pasti"),
        (0.95, "almost certain", "hampir pasti"),
        (0.9499, "very likely", "sangat mungkin"),
        (0.80, "very likely", "sangat mungkin"),
        (0.60, "likely", "mungkin"),
        (0.40, "about even", "seimbang"),
        (0.20, "unlikely", "kurang mungkin"),
        (0.05, "very unlikely", "sangat kecil kemungkinannya"),
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
        (0.79996, "79.996%"),
        (0.796, "79.6%"),
        (0.993, ">99%"),
    ],
)
def test_a_chance_is_rounded_neither_to_certainty_nor_to_another_word(probability: float, shown: str) -> None:
    """80% beside "likely" would contradict itself, and no simulation is certain."""
    assert wording.chance(EN, probability) == shown


def test_the_verdict_has_word_number_year_and_target() -> None:
    """One sentence in each language says all, and how far the parameters could move it."""
    assert wording.verdict(EN, district()) == (
        "Likely (79%): at least 7 of 135 villages rise in status in 2026; "
        "depending on the true values of the uncertain parameters, between 43% and 98%."
    )
    assert wording.verdict(ID, district()) == (
        "Mungkin (79 %): sedikitnya 7 dari 135 kampung naik status pada 2026; "
        "bergantung pada nilai sebenarnya dari parameter yang belum pasti, peluang itu antara 43 % dan 98 %."
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
    assert said in wording.verdict(EN, district(key))


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ({"parameter_interval90": None}, "simulation error ± 1.2 percentage points"),
        ({"monte_carlo_error": 0.101}, "Too few runs (79%)"),
        ({"monte_carlo_error": 0.101}, "simulation error ± 10.1 percentage points"),
        ({"monte_carlo_error": 0.099}, "Likely (79%)"),
        ({"parameter_interval90": None, "monte_carlo_error": 0.0}, "an exact result"),
        ({"parameter_interval90": [0.995, 0.999]}, "whatever the true values"),
        ({"saturated": 0.7}, "saturated rather than missed"),
        ({"needed": {"mean": 6.4, "min": 6, "max": 7}}, "at least 6–7 of 135"),
    ],
)
def test_the_verdict_says_how_unsure_it_is(first: dict[str, Any], said: str) -> None:
    """The second half of the sentence fits what is known of the uncertainty."""
    assert said in wording.verdict(EN, district(**first))


def test_saturated_years_are_told_only_where_they_matter() -> None:
    """No note below 5%; above, the first such year and the worst."""
    assert wording.saturation(EN, district(saturated=0.04)) is None
    note = wording.saturation(EN, district(saturated=0.31))
    assert note is not None
    assert "from 2026 on" in note
    assert "31% in 2026" in note


def test_the_basis_names_priors_or_data() -> None:
    """What is not one of the fixed phrases is a list of data blocks."""
    assert wording.basis(EN, ["priors alone; no local data used"]) == "Basis: priors alone; no local data used."
    assert "panel, counts" in wording.basis(ID, ["panel", "counts"])


def test_draws_without_a_stated_origin_are_not_called_calibrated() -> None:
    """A file of draws that names no data claims none, in either language."""
    assert wording.basis(EN, UNNAMED_BLOCKS) == "Basis: draws from a file; origin not stated."
    assert "asal-usulnya tidak dinyatakan" in wording.basis(ID, UNNAMED_BLOCKS)
