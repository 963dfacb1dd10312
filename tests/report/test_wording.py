"""What is said of the numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulation.domain.parameters import OWN_POSTERIOR
from simulation.inference.forecast import PRIORS_ALONE, Needed, Summary, YearForecast
from simulation.report import wording
from simulation.report.kinds.forecast import words
from simulation.report.kinds.forecast.result import District, StatedTarget
from simulation.report.kinds.head import Programme, distinct_titles, names_of
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
    return District(
        "63.99", "X", 135, 11, True, True, False, {}, target, years, None, None, {}, ("priors",), single_draw
    )


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
    """One sentence in each language says all, others how sure it is and where the number needed comes from."""
    assert words.district_verdict(EN, district()) == (
        "Likely (79%): at least 7 of 135 Kampung KB rise in status in 2026, without additional interventions."
    )
    assert words.district_verdict(ID, district()) == (
        "Peluang besar (79%): sedikitnya 7 dari 135 Kampung KB naik status pada 2026, tanpa intervensi tambahan."
    )
    known = replace(district(), basis=("panel",))
    assert words.how_sure(EN, known).startswith(
        "Range from assumptions, by what the data leave uncertain: between 43% and 98%"
    )
    for basis in ((PRIORS_ALONE,), OWN_POSTERIOR):
        assert "90% gugus asumsi yang dicoba" in words.how_sure(ID, replace(known, basis=basis))
    assert words.where_needed_comes_from(ID, known) == "5% × 135 = 6,75, dibulatkan ke atas menjadi 7 kampung."
    whole = replace(known.target, denominator=140)
    assert words.where_needed_comes_from(EN, replace(known, target=whole)) == "5% × 140 = 7 villages."
    assert words.where_needed_comes_from(EN, district(needed=Needed(6.4, 6, 7))) is None


def test_the_other_reading_is_the_one_that_other_reports_give() -> None:
    """Rising to mandiri or paripurna where the scenario counts rises, and the reverse."""
    readings = {"rises_all": (0.79,), "entries": (0.304,)}
    said = words.other_reading(ID, replace(district(), readings=readings))
    assert said is not None
    assert said.startswith("5% naik menjadi mandiri atau paripurna (menurut dua dari tiga berita tentang Tanah ")
    assert "peluangnya pada 2026 30% (peluang kecil)" in said
    other = words.other_reading(EN, replace(district("entries"), readings=readings))
    assert other is not None
    assert "one of three news reports on Tanah Laut, August 2025, says): the chance for 2026 is 79% (likely)" in other


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("rises_below_top", "the 135 Kampung KB below paripurna rise in status in 2026"),
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
        ({"parameter_interval90": None}, "One standard error of the simulation: ± 1.2 percentage points"),
        ({"monte_carlo_error": 0.101}, "Cannot be told yet (79%)"),
        ({"monte_carlo_error": 0.101}, "One standard error of the simulation: ± 10.1 percentage points"),
        ({"monte_carlo_error": 0.099}, "Likely (79%)"),
        ({"parameter_interval90": None, "monte_carlo_error": 0.0}, "An exact result"),
        (
            {"parameter_interval90": None, "monte_carlo_error": 0.012},
            "One standard error of the simulation: ± 1.2 percentage points.",
        ),
        ({"parameter_interval90": (0.995, 0.999)}, "hardly depends on what is uncertain"),
        ({"parameter_interval90": (0.79, 0.79)}, "One standard error of the simulation: ± 1.2 percentage points"),
        ({"saturated": 0.7}, "fewer villages than that can still rise"),
        ({"needed": Needed(6.4, 6, 7)}, "at least 6–7 of 135"),
    ],
)
def test_the_verdict_says_how_unsure_it_is(first: dict[str, Any], said: str) -> None:
    """The sentence behind it fits what is known of the uncertainty."""
    one = district(**first)
    assert said in f"{words.district_verdict(EN, one)} {words.how_sure(EN, one)}"


@pytest.mark.parametrize(("error", "said"), [(0.0, "An exact result, but for one"), (0.012, "points, and for one")])
def test_one_draw_of_uncertain_parameters_is_said_to_be_one(error: float, said: str) -> None:
    """A result for one random set of parameter values is not presented as one for the parameters as given."""
    one = district(parameter_interval90=None, monte_carlo_error=error)
    assert said not in words.how_sure(EN, one)
    assert said in words.how_sure(EN, replace(one, single_draw=True))


def test_saturated_years_are_told_only_where_they_matter() -> None:
    """No note below 5%; above, the first such year and the worst."""
    assert words.saturation(EN, district(saturated=0.04)) is None
    note = words.saturation(EN, district(saturated=0.31))
    assert note is not None
    assert "From 2026 on" in note
    assert "31% in 2026" in note


def test_the_basis_names_priors_or_data() -> None:
    """Without data on changes of status: what was used, and what changes follow."""
    for code, followed in (
        ("priors", "default assumptions (priors), not measured locally."),
        ("stated", "as written in the scenario, not calibrated on data."),
        ("priors_and_stated", "partly as written in the scenario, partly default assumptions (priors)"),
    ):
        assert f"the statuses last observed. The chances of rising and falling are {followed}" in wording.basis(
            EN, [code]
        )


def test_the_basis_names_data_in_words() -> None:
    """What is not one of the fixed phrases is a list of data blocks."""
    every = ["panel", "counts", "launch_years", "assistance"]
    assert wording.basis(EN, every) == (
        "chances of rising and falling calibrated on data (statuses of villages at "
        "several dates; counts by status at several dates; "
        "launch years; records of interventions by village)."
    )
    assert wording.basis(ID, ["panel", "counts"]) == (
        "peluang naik dan turun yang dikalibrasi dengan data (status kampung pada beberapa tanggal; jumlah "
        "per status pada beberapa tanggal)."
    )


def test_scenarios_of_one_title_are_told_apart_by_their_names() -> None:
    """An overlay inherits the title of what it extends; titles that differ, or that nobody gave, stay."""
    named = [("a", {"en": "Here.", "id": "Sini"}), ("b", {"en": "Here.", "id": "Sana"}), ("c", {})]
    assert distinct_titles(EN, named) == {"a": "Here (a)", "b": "Here (b)", "c": "c"}
    assert distinct_titles(ID, named) == {"a": "Sini", "b": "Sana", "c": "c"}
    assert distinct_titles(EN, [named[0], named[0]]) == {"a": "Here"}


def test_draws_without_a_stated_origin_are_not_called_calibrated() -> None:
    """A file of draws that names no data claims none, in either language."""
    said = "the user's own posterior: parameter draws that do not state which data they rest on."
    assert wording.basis(EN, OWN_POSTERIOR) == said
    assert "posterior milik pengguna" in wording.basis(ID, OWN_POSTERIOR)


def test_the_scale_names_every_word_with_its_span() -> None:
    """From the highest to the lowest, each beginning where the one above it ends."""
    assert wording.scale(ID) == (
        "Sebutan peluang (bukan skala IPCC): ≥95% hampir pasti; 80–95% peluang sangat besar; 60–80% peluang besar; "
        "40–60% peluang seimbang; 20–40% peluang kecil; 5–20% peluang sangat kecil; <5% hampir mustahil."
    )


def test_an_intervention_is_called_by_its_title_in_the_reader_s_language() -> None:
    """Without one in that language its name is shown, with blanks."""
    plans = [
        Programme("pokja", "", 2026, None, 0.0, placeholder=True, title={"id": "penguatan Pokja", "en": "Pokja"}),
        Programme("rumah_dataku", "", 2026, None, 0.0, placeholder=True, title={"id": "Rumah DataKu"}),
    ]
    assert names_of(ID, plans) == ["penguatan Pokja", "Rumah DataKu"]
    assert names_of(EN, plans) == ["Pokja", "rumah dataku"]


def test_a_source_in_two_languages_is_read_in_the_reader_s() -> None:
    """Indonesian stands first; a web address holds no such mark; in one language it is as it was written."""
    both = "assumed; rekaan, https://a.id/b // invented, https://a.id/b"
    assert wording.source_text(ID, both) == "rekaan, https://a.id/b"
    assert wording.source_text(EN, both) == "invented, https://a.id/b"
    assert wording.source_text(EN, "stated; surat // letter // surat") == "surat // letter // surat"
    assert wording.status_source(EN, {"villages.table": both}) == "invented, a.id"
