"""What the columns of tables mean: said once, for docstrings, for the schema beside the tables, and for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from inspect import cleandoc
from typing import Any, Literal, TypeVar

from .messages import Message
from .status import LEVELS

Kind = Literal["string", "integer", "number", "boolean", "any"]
Function = TypeVar("Function", bound=Callable[..., Any])

PLACES: Mapping[str, str] = {
    "level": "|".join(LEVELS),
    "quantile": r"q\d\d",
    "reading": "rises_all|rises_below_top|net_rises|entries|stock",
    "intervention": ".+",
    "record": r".+\..+",
    "lever": r".+\.(?:capacity|coverage)",
    "language": "id|en",
    "setting": ".+",
    "parameter": ".+",
}
"""What may stand in the places of a column's name, as regular expressions."""
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Column:
    """A column, or those whose names differ in a place only, such as ``share_{level}_mean``.

    Attributes
    ----------
    unit
        What its numbers count or measure; None of text, truth values and numbers that are mere labels.
    low, high
        Bounds of its numbers; None where there is none.
    """

    name: str
    kind: Kind
    meaning: Message
    unit: Message | None = None
    low: float | None = None
    high: float | None = None

    @property
    def places(self) -> list[str]:
        """The places of its name."""
        return _PLACE.findall(self.name)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What its names look like."""
        parts = _PLACE.split(self.name)
        return re.compile("".join(f"({PLACES[each]})" if i % 2 else re.escape(each) for i, each in enumerate(parts)))

    def called(self, name: str) -> Message | None:
        """Return what the column of one name means; None where it is not this column."""
        if (found := self.pattern.fullmatch(name)) is None:
            return None
        return self.meaning.filled(**dict(zip(self.places, found.groups(), strict=True)))


@dataclass(frozen=True)
class TableColumns:
    """The columns that a table may have, in their order, and what a row of it is."""

    name: str
    row: Message
    columns: tuple[Column, ...]

    def of(self, name: str) -> tuple[Column, Message] | None:
        """Return the column of a name, and what that means; None where it is not described."""
        for column in self.columns:
            if (meaning := column.called(name)) is not None:
                return column, meaning
        return None


def describes_columns(*tables: str) -> Callable[[Function], Function]:
    """Add the columns of a table to the docstring of what returns it."""

    def described(function: Function) -> Function:
        lines = [line for name in tables for line in _docstring(TABLES[name])]
        function.__doc__ = "\n".join([cleandoc(function.__doc__ or ""), "", *lines])
        return function

    return described


def _docstring(table: TableColumns) -> list[str]:
    lines = ["Columns", "-------"]
    for column in table.columns:
        lines += [f"{column.name} : {column.kind}", f"    {column.meaning.template}{_measure(column)}"]
    return lines


def _measure(column: Column) -> str:
    unit = "" if column.unit is None else f"; {column.unit}"
    low, high = ("" if end is None else f"{end:g}" for end in (column.low, column.high))
    return f"{unit}{f', {low} to {high}' if high else f', {low} or more' if low else ''}."


VILLAGES, SHARE, YEARS = Message("villages"), Message("share"), Message("years")
MILLION_RUPIAH, DISTRICTS, VILLAGE_YEARS = Message("million rupiah"), Message("districts"), Message("village-years")


def _text(name: str, meaning: Message) -> Column:
    return Column(name, "string", meaning)


def _flag(name: str, meaning: Message) -> Column:
    return Column(name, "boolean", meaning)


def _whole(name: str, meaning: Message, unit: Message | None = VILLAGES, low: float | None = 0) -> Column:
    return Column(name, "integer", meaning, unit, low)


def _number(
    name: str, meaning: Message, unit: Message | None = VILLAGES, low: float | None = 0, high: float | None = None
) -> Column:
    return Column(name, "number", meaning, unit, low, high)


def _chance(name: str, meaning: Message) -> Column:
    return Column(name, "number", meaning, SHARE, 0, 1)


def _change(name: str, meaning: Message) -> Column:
    return Column(name, "number", meaning, SHARE, -1, 1)


DISTRICT_CODE = _text("district_code", Message("Code of the district (kabupaten or kota): text, never a number"))
DISTRICT = _text("district", Message("Name of the district"))
PROVINCE_CODE = _text("province_code", Message("Code of the province; empty for all districts together"))
PROVINCE = _text("province", Message("Name of the province"))
VILLAGE_CODE = _text("village_code", Message("Code of the village: text, never a number"))
VILLAGE = _text("village", Message("Name of the village"))
SUBDISTRICT = _text("subdistrict", Message("Name of the kecamatan"))
SCENARIO = _text("scenario", Message("Name of the scenario"))
YEAR = _whole("year", Message("Calendar year that is forecast"), None, None)
DRAW = _whole("draw", Message("Number of the parameter draw, from 0: its simulations share all parameters"), None)
REPLICATE = _whole("replicate", Message("Number of the simulation of that parameter draw, from 0"), None)
MET = _chance("probability_met", Message("Chance that the target is met"))
ERROR = _chance("monte_carlo_error", Message("Standard error of that chance from finitely many simulations"))
LOW = _chance(
    "parameter_low", Message("5% quantile of the chance over parameter draws; empty where nothing is uncertain")
)
HIGH = _chance("parameter_high", Message("95% quantile of the chance over parameter draws"))
NEEDED_MEAN = _number("needed_mean", Message("Number of villages needed to meet the target, mean"))
SHORTFALL = _number("expected_shortfall", Message("Villages missing to the number needed, mean; 0 where it is reached"))
BRIER = _chance("brier", Message("Brier score of the chance; 0 is best"))
LOG_SCORE = _number(
    "log_score",
    Message("Logarithmic score of the chance, natural logarithm; 0 is best; empty where it is infinite"),
    None,
)
CRPS = _number("crps_rises", Message("Continuous ranked probability score of the rises; 0 is best"))
LOG_SCORE_OF_RISES = _number(
    "log_score_rises", Message("Logarithmic score of the rises; 0 is best; empty where it is infinite"), None
)
RPS = _number("rps_status", Message("Ranked probability score of the next status, mean over villages; 0 is best"), None)

_TABLES = (
    TableColumns(
        "years",
        Message("One row a district and forecast year"),
        (
            DISTRICT_CODE,
            DISTRICT,
            YEAR,
            _number("rises_mean", Message("Villages that rise in the year, mean")),
            _whole("rises_{quantile}", Message("Villages that rise in the year, quantile {quantile}")),
            _number("falls_mean", Message("Villages that fall in the year, mean")),
            _number(
                "judged_mean",
                Message(
                    "What is held against the number needed, mean: rises, or what the reading of the target counts"
                ),
                low=None,
            ),
            _whole("judged_{quantile}", Message("The same, quantile {quantile}"), low=None),
            NEEDED_MEAN,
            _whole("needed_min", Message("Least number of villages that may be needed")),
            _whole("needed_max", Message("Largest number of villages that may be needed")),
            MET,
            ERROR,
            LOW,
            HIGH,
            _chance("saturated", Message("Chance that too few villages are left below the top to meet the target")),
            _chance("share_{level}_mean", Message("Share of the villages at {level} at the end of the year, mean")),
            _chance("probability_{reading}", Message("Chance that the target is met if it is read as {reading}")),
            _number(
                "assisted_{intervention}",
                Message("Villages that the intervention {intervention} reaches in the year, mean"),
            ),
            _number("recorded_{record}", Message("What the user's own mechanism records as {record}: villages, mean")),
        ),
    ),
    TableColumns(
        "villages",
        Message("One row a village and forecast year"),
        (
            DISTRICT_CODE,
            VILLAGE_CODE,
            VILLAGE,
            SUBDISTRICT,
            _text(
                "origin_status",
                Message("Status at the end of the origin year; empty where it is not known of this village"),
            ),
            YEAR,
            _chance("probability_rises", Message("Chance that the village rises in the year")),
            _chance(
                "probability_risen",
                Message("Chance that it has risen at least once since the origin; empty where that is not known"),
            ),
            _chance("probability_{level}", Message("Chance that the village is {level} at the end of the year")),
            _chance(
                "assisted_{intervention}",
                Message("Chance that the intervention {intervention} reaches the village in the year"),
            ),
            _number("recorded_{record}", Message("What the user's own mechanism records as {record}: village, mean")),
        ),
    ),
    TableColumns(
        "subdistricts",
        Message("One row a kecamatan and forecast year"),
        (
            DISTRICT_CODE,
            SUBDISTRICT,
            YEAR,
            _whole("villages", Message("Villages there when the year begins")),
            _number("below_top", Message("Villages below the top status when the year begins, mean")),
            _number("expected_rises", Message("Villages that rise in the year, mean")),
        ),
    ),
    TableColumns(
        "ensemble",
        Message(
            "One row a parameter draw, simulation and forecast year; those that failed or do not count are left out"
        ),
        (
            DISTRICT_CODE,
            DRAW,
            REPLICATE,
            YEAR,
            _whole("{level}", Message("Villages at {level} at the end of the year")),
            _whole("rises", Message("Villages that rise in the year")),
            _whole("falls", Message("Villages that fall in the year")),
            _whole("entries", Message("Villages that come to a level of the target in the year")),
            _flag("met", Message("Whether the target of the year is met")),
            _chance(
                "chance_met",
                Message("Chance of that given where the year began, where it is known; else 1 or 0, whether it is met"),
            ),
            _number("recorded_{record}", Message("What the user's own mechanism records as {record}: villages, sum")),
        ),
    ),
    TableColumns(
        "trajectories",
        Message("One row a parameter draw, simulation, village and forecast year"),
        (
            DISTRICT_CODE,
            DRAW,
            REPLICATE,
            VILLAGE_CODE,
            YEAR,
            _text("status", Message("Status at the end of the year")),
            _text("listed", Message("Status on the list at the end of the year: that of the last report")),
            _text("listed_before", Message("Status on the list when the year begins")),
            _flag(
                "assisted_{intervention}",
                Message("Whether the intervention {intervention} reaches the village in the year"),
            ),
        ),
    ),
    TableColumns(
        "flows",
        Message("One row a parameter draw, simulation, forecast year and pair of statuses between which villages move"),
        (
            DISTRICT_CODE,
            DRAW,
            REPLICATE,
            YEAR,
            _text("listed_before", Message("Status on the list when the year begins")),
            _text("listed", Message("Status on the list at the end of the year: that of the last report")),
            _whole("villages", Message("Villages that go from the one to the other; those that stay among them")),
        ),
    ),
    TableColumns(
        "districts",
        Message("One row a forecast year and district, the least likely to meet its target first"),
        (
            YEAR,
            _whole("rank", Message("Rank in the year: 1 for the least likely to meet its target"), None, 1),
            DISTRICT_CODE,
            DISTRICT,
            PROVINCE_CODE,
            PROVINCE,
            _whole("villages", Message("Villages there when the year begins")),
            NEEDED_MEAN,
            _number("rises_mean", Message("Villages that rise in the year, mean")),
            MET,
            ERROR,
            LOW,
            HIGH,
            SHORTFALL,
        ),
    ),
    TableColumns(
        "provinces",
        Message("One row a forecast year and province"),
        (
            YEAR,
            PROVINCE_CODE,
            PROVINCE,
            _whole("districts", Message("Districts of the province"), DISTRICTS),
            _chance(
                "mean_probability_met", Message("Chance that a district meets its target, mean over the districts")
            ),
            _number("meeting_mean", Message("Districts that meet their target, mean"), DISTRICTS),
            _whole("meeting_{quantile}", Message("Districts that meet their target, quantile {quantile}"), DISTRICTS),
            _chance("all_meet", Message("Chance that every district of the province meets its target")),
            SHORTFALL,
        ),
    ),
    TableColumns(
        "meeting",
        Message("One row a forecast year, province (none: all districts) and number of districts"),
        (
            YEAR,
            PROVINCE_CODE,
            PROVINCE,
            _whole("districts_meeting", Message("A number of districts"), DISTRICTS),
            _chance("probability", Message("Chance that exactly so many districts meet their target")),
            _chance(
                "probability_if_alike",
                Message("The same if no district differed for good; empty where that is not told"),
            ),
        ),
    ),
    TableColumns(
        "failures",
        Message("One row a simulation that an agent of the user's own broke off; no other table counts it"),
        (
            DISTRICT_CODE,
            DRAW,
            REPLICATE,
            _whole("seed", Message("Seed of the run"), None),
            _whole("year", Message("Year in which it failed; empty where it did not begin"), None, None),
            _text("error", Message("What went wrong")),
            _text("place", Message("File and line")),
            _text("command", Message("What runs that simulation again")),
        ),
    ),
    TableColumns(
        "precision",
        Message("One row a round of runs, district or scenario, and forecast year"),
        (
            _whole("draws", Message("Parameter draws of the round"), None, 1),
            _whole("replicates", Message("Simulations of each parameter draw"), None, 1),
            DISTRICT_CODE,
            SCENARIO,
            YEAR,
            MET,
            _change("difference", Message("Chance that the target is met, less that of the baseline")),
            _chance(
                "largest_half_width",
                Message("1.96 standard errors: the largest of any district, scenario and year in the round"),
            ),
        ),
    ),
    TableColumns(
        "hub",
        Message(
            "One row a forecast target, year, district and quantile, category or sample, in the columns of the hubverse"
        ),
        (
            _text("model_id", Message("The agent of the user's own that was run")),
            _text("origin_date", Message("Last day of the origin year, YYYY-MM-DD")),
            _text(
                "target",
                Message(
                    "What is forecast: rises, target (whether it is met), or what the reading of the target counts"
                ),
            ),
            _whole("horizon", Message("Years after the origin"), YEARS, 1),
            _text("location", Message("Code of the district (kabupaten or kota): text, never a number")),
            _text("output_type", Message("quantile, pmf (chance of a category) or sample")),
            _text("output_type_id", Message("Level of the quantile, name of the category, or number of the sample")),
            _number("value", Message("Number of villages, or the chance of the category"), None, None),
        ),
    ),
    TableColumns(
        "comparison",
        Message("One row a scenario and forecast year"),
        (
            SCENARIO,
            YEAR,
            _chance("baseline_probability_met", Message("Chance that the target is met in the baseline")),
            MET,
            _change("difference", Message("Chance that the target is met, less that of the baseline")),
            _chance("monte_carlo_error", Message("Standard error of the difference from finitely many simulations")),
            _change("parameter_low", Message("5% quantile of the difference over parameter draws")),
            _change("parameter_high", Message("95% quantile of the difference over parameter draws")),
            _chance("parameter_error_low", Message("Standard error of that 5% quantile")),
            _chance("parameter_error_high", Message("Standard error of that 95% quantile")),
            _number("additional_rises_mean", Message("Rises, less those of the baseline, mean"), low=None),
            _number("additional_rises_monte_carlo_error", Message("Standard error of that mean")),
            _whole("additional_rises_low", Message("Rises, less those of the baseline, 5% quantile"), low=None),
            _whole("additional_rises_high", Message("Rises, less those of the baseline, 95% quantile"), low=None),
        ),
    ),
    TableColumns(
        "comparison_villages",
        Message("One row a scenario and village"),
        (
            SCENARIO,
            VILLAGE_CODE,
            VILLAGE,
            SUBDISTRICT,
            _text(
                "level", Message("Status at the end of the origin year; empty where it is not known of this village")
            ),
            _chance(
                "probability_only_with", Message("Chance that the village rises by the last year in the scenario alone")
            ),
            _chance("probability_only_without", Message("Chance that it rises by the last year in the baseline alone")),
        ),
    ),
    TableColumns(
        "grid",
        Message("One row a setting and forecast year"),
        (
            YEAR,
            MET,
            ERROR,
            LOW,
            HIGH,
            _change("difference", Message("That chance, less the chance of the scenario as stated in the same year")),
            _chance(
                "difference_monte_carlo_error",
                Message("Standard error of the difference from finitely many simulations"),
            ),
            _change("difference_low", Message("5% quantile of the difference over parameter draws")),
            _change("difference_high", Message("95% quantile of the difference over parameter draws")),
            _number("rises_mean", Message("Villages that rise in the year, mean")),
            _number("additional_rises_mean", Message("Rises, less those of the scenario as stated, mean"), low=None),
            _number("additional_rises_monte_carlo_error", Message("Standard error of that mean")),
            _number("cost_idr_million", Message("Cost over the whole horizon, mean, undiscounted"), MILLION_RUPIAH),
            _number(
                "additional_cost_idr_million",
                Message("Cost, less that of the scenario as stated, mean"),
                MILLION_RUPIAH,
                None,
            ),
            Column("{setting}", "any", Message("Value of the key {setting}")),
        ),
    ),
    TableColumns(
        "plan",
        Message("One row a setting that was tried, the least effort first"),
        (
            _number("{lever}", Message("Effort: villages at a time, or share of the eligible villages"), None),
            _chance("probability_met", Message("Chance that the goal of the plan is met")),
            ERROR,
            _chance("lower95", Message("Lower bound of that chance with 95% confidence (simulation error alone)")),
            _number("assisted", Message("Villages reached in the last year that is planned, mean")),
            _number("village_years", Message("Villages reached, added up over the years, mean"), VILLAGE_YEARS),
            _number("cost_idr_million", Message("Cost over the whole horizon, mean, undiscounted"), MILLION_RUPIAH),
            _number(
                "cost_to_goal_idr_million", Message("Cost up to the last year that is planned, mean"), MILLION_RUPIAH
            ),
            _number("cost_dearest_year_idr_million", Message("Cost of the dearest year, mean"), MILLION_RUPIAH),
        ),
    ),
    TableColumns(
        "priorities",
        Message("One row a village, the first to be reached first"),
        (
            VILLAGE_CODE,
            VILLAGE,
            SUBDISTRICT,
            _text(
                "status", Message("Status at the end of the origin year; empty where it is not known of this village")
            ),
            _whole(
                "rank", Message("Rank: 1 for the largest gain; gains that cannot be told apart share a rank"), None, 1
            ),
            _change(
                "gain_probability_met",
                Message("What reaching this village alone adds to the chance that the target is met"),
            ),
            _chance(
                "gain_monte_carlo_error", Message("Standard error of that gain from finitely many parameter draws")
            ),
            _number("gain_rises", Message("What reaching it adds to the expected rises"), low=None),
            _chance("chance_without", Message("Chance that it rises in the first year if it is not reached")),
            _chance("chance_with", Message("Chance that it rises in the first year if it is reached")),
            _chance(
                "peers",
                Message(
                    "Share of the other villages of its kecamatan with a higher status; empty where these do not count"
                ),
            ),
            _text("interventions", Message("Interventions of the plan for which it is eligible")),
            _flag("in_plan", Message("Whether it is among those that suffice; empty where there is no such number")),
            _flag("tied", Message("Whether it shares its rank with villages on the other side of that edge")),
            _text("reason_{language}", Message("Why it has this rank, in words ({language})")),
        ),
    ),
    TableColumns(
        "priorities_subdistricts",
        Message("One row a kecamatan"),
        (
            SUBDISTRICT,
            _whole("villages", Message("Ranked villages there")),
            _whole(
                "in_plan", Message("How many of them are among those that suffice; empty where there is no such number")
            ),
            _whole("best_rank", Message("Best rank of them"), None, 1),
            _change(
                "largest_gain_probability_met",
                Message("Largest gain in the chance that the target is met of one of them"),
            ),
            _number("gain_rises", Message("What reaching them adds to the expected rises"), low=None),
            _number("rises_without", Message("Expected rises in the first year if none of them is reached")),
            _number("rises_with", Message("Expected rises in the first year if all of them are reached")),
        ),
    ),
    TableColumns(
        "sensitivity",
        Message("One row an uncertain parameter, the most important first"),
        (
            _text("parameter", Message("Parameter, by its key in scenario files")),
            _chance(
                "mu_star",
                Message("Mean absolute change of the chance when it alone moves from its 5% to its 95% quantile"),
            ),
            _number(
                "first",
                Message(
                    "Share of the variance of the chance that goes when it alone is known; empty where screened out"
                ),
                SHARE,
                None,
            ),
            _number(
                "total",
                Message("Share of that variance that stays when all others are known; empty where screened out"),
                SHARE,
                None,
            ),
            _number("total_{quantile}", Message("The same, quantile {quantile}, from resampling"), SHARE, None),
        ),
    ),
    TableColumns(
        "robustness",
        Message("One row a case and scenario"),
        (
            _text("world", Message("Name of the case: what is assumed in place of what is uncertain")),
            SCENARIO,
            MET,
            ERROR,
            _chance("regret", Message("How far the chance is below that of the best scenario of the case")),
        ),
    ),
    TableColumns(
        "discovery",
        Message("One row a description of failures and parameter that it restricts"),
        (
            _whole("box", Message("Which description: 1 is the best"), None, 1),
            _chance(
                "coverage", Message("Share of all draws that fail which lie in it, on draws that did not choose it")
            ),
            _chance("coverage_error", Message("Standard error of that share")),
            _chance("density", Message("Share of the draws in it that fail, on draws that did not choose it")),
            _chance("density_error", Message("Standard error of that share")),
            _text("parameter", Message("Parameter, by its key in scenario files; or the effort that was varied")),
            _number("low", Message("Smallest value in it; empty where it has no low end"), None, None),
            _number("high", Message("Largest value in it; empty where it has no high end"), None, None),
            _chance("below_low", Message("Share of the draws below its low end")),
            _chance("below_high", Message("Share of the draws up to its high end")),
            _chance("quasi_p", Message("Chance of so many failures in it if this restriction did nothing")),
        ),
    ),
    TableColumns(
        "discovery_draws",
        Message("One row a parameter draw of a search for failures"),
        (
            MET,
            _flag("fails", Message("Whether that chance is below the threshold")),
            _flag("chooses", Message("Whether the draw chose the descriptions; the others judge them")),
            _number(
                "{parameter}", Message("Value of {parameter}, a parameter or an effort that was varied"), None, None
            ),
        ),
    ),
    TableColumns(
        "backtest",
        Message("One row a district, past year and forecaster"),
        (
            DISTRICT_CODE,
            _whole("year", Message("Calendar year that was forecast from what was known before it"), None, None),
            _whole("villages", Message("Villages of the district in that year")),
            _whole("rises", Message("Villages that rose, as observed")),
            _flag("met", Message("Whether the target was met")),
            _text("forecaster", Message("Name of the forecaster; model is the one of this program")),
            _chance("probability_met", Message("Chance that the forecaster gave to meeting the target")),
            _number("mean_rises", Message("Rises that it expected")),
            BRIER,
            LOG_SCORE,
            CRPS,
            LOG_SCORE_OF_RISES,
            RPS,
            _chance(
                "pit",
                Message(
                    "Probability integral transform of the rises, randomised: uniform where forecasts are reliable"
                ),
            ),
        ),
    ),
    TableColumns(
        "scores",
        Message("One row a forecaster: mean scores"),
        (BRIER, LOG_SCORE, CRPS, LOG_SCORE_OF_RISES, RPS),
    ),
    TableColumns(
        "calibration",
        Message("One row an uncertain parameter"),
        (
            _text("parameter", Message("Parameter, by its key in scenario files")),
            _number("prior_median", Message("Median before the data"), None),
            _number("prior_low", Message("5% quantile before the data"), None),
            _number("prior_high", Message("95% quantile before the data"), None),
            _number("median", Message("Median after the data"), None),
            _number("low", Message("5% quantile after the data"), None),
            _number("high", Message("95% quantile after the data"), None),
            _number(
                "prior_variance_left",
                Message("Variance of its normal score after the data; 1 before, so near 1 nothing was learned"),
                None,
            ),
        ),
    ),
    TableColumns(
        "explanation",
        Message("One row a component of a village's log odds of rising"),
        (
            _text("component", Message("Kind of component: a term of the law, waiting (min_years) or intervention")),
            _text("name", Message("Which covariate or intervention; else empty")),
            _chance("acts", Message("Share of the simulations in which it acts")),
            _number(
                "odds_ratio_{quantile}",
                Message("By what it multiplies the odds of rising where it acts, quantile {quantile}"),
                None,
            ),
        ),
    ),
    TableColumns(
        "record",
        Message("One row a locked forecast, district and forecast year"),
        (
            _text("entry", Message("Folder of the locked forecast in the register")),
            _text("registered", Message("Day on which it was locked, YYYY-MM-DD")),
            DISTRICT_CODE,
            DISTRICT,
            YEAR,
            _flag("late", Message("Whether the year was over by that day")),
            _text("state", Message("Whether the year can be scored (came), else why not")),
            MET,
            _whole("needed", Message("Villages that were needed")),
            _flag("met", Message("Whether the target was met; empty where that is open")),
            _text("basis", Message("What the outcome was taken from")),
            _whole("rises_low", Message("Least number of rises that the data allow")),
            _whole("rises_high", Message("Largest number of rises that the data allow")),
            BRIER,
            LOG_SCORE,
            _number("wis_rises", Message("Weighted interval score of the rises; 0 is best")),
            _flag("inside_50", Message("Whether the rises lie in the 50% interval")),
            _flag("inside_90", Message("Whether the rises lie in the 90% interval")),
        ),
    ),
)
TABLES: Mapping[str, TableColumns] = {table.name: table for table in _TABLES}
"""Table, by the name of its file without ending -> its columns."""
