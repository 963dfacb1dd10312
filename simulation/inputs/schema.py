"""The scenario file as frozen models: every key, its type, its range and what it means.

Knows the shape of a scenario file; must not know where a value stands or what other files say.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Strict, Tag
from pydantic_core import PydanticCustomError

from ..domain import constraints
from ..domain.constraints import INTERVENTION_NAME, LONGEST_NAME, SCENARIO_NAME
from ..domain.intervention import Overlap
from ..domain.scenario import RESERVED_NAMES
from ..domain.status import LEVELS, SYNONYMS
from ..domain.target import Denominator, Reading
from .distribution_schema import ExactShare, Finite, Frozen, OddsRatio, Text, Years
from .transition_schema import Transition

Level = Literal["dasar", "berkembang", "mandiri", "paripurna"]
Name = Annotated[str, Field(pattern=SCENARIO_NAME, max_length=LONGEST_NAME)]


def _not_reserved(name: str) -> str:
    if name in RESERVED_NAMES:
        raise PydanticCustomError("reserved_name", "a name that a system reserves")
    return name


ScenarioName = Annotated[Name, AfterValidator(_not_reserved)]
InterventionName = Annotated[str, Field(pattern=INTERVENTION_NAME, max_length=LONGEST_NAME)]
Code = Annotated[str, Field(min_length=1, max_length=60)]
Count = Annotated[constraints.Count, Strict()]
Day = Annotated[Text, BeforeValidator(lambda value: str(value) if type(value) in {int, float} else value)]
"""Text; a bare year reads as a number, and is told as no day where the calendar is checked."""

Cell = Annotated[
    Annotated[Finite, Tag("number")] | Annotated[Text, Tag("text")],
    Discriminator(lambda value: "text" if isinstance(value, str) else "number"),
]
Priority = Annotated[
    Annotated[Text, Tag("rule")] | Annotated[tuple[Text, ...], Tag("codes")],
    Discriminator(lambda value: "codes" if isinstance(value, list | tuple) else "rule"),
]
Year = Annotated[constraints.Year, Strict()]


class Title(Frozen):
    """What the scenario is called."""

    id: Text | None = Field(None, description="Title in Indonesian.")
    en: Text | None = Field(None, description="Title in English.")


class District(Frozen):
    """A kabupaten or kota."""

    code: Code = Field(description='Official code as quoted text, "63.01".')
    name: Text = Field(min_length=1, description="Official name, Kabupaten Tanah Laut.")


class DistrictTable(Frozen):
    """Many districts at once."""

    table: Text = Field(
        description="CSV or XLSX with district_code, district, province, villages, subdistricts, "
        "and the four counts or none."
    )
    sheet: Text | None = Field(None, description="Sheet of the workbook; the only one that fits if left out.")
    villages: Text | None = Field(
        None, description="Table of their villages, as villages.table, with a column district_code."
    )


class StatusCounts(Frozen):
    """Number of villages at each level."""

    dasar: Count = Field(description="Villages at dasar.")
    berkembang: Count = Field(description="Villages at berkembang.")
    mandiri: Count = Field(description="Villages at mandiri.")
    paripurna: Count = Field(description="Villages at paripurna (also called berkelanjutan).")

    @property
    def four(self) -> list[int]:
        """The counts in the order of the levels."""
        return [getattr(self, level) for level in LEVELS]


def _counts_kind(value: Any) -> str:
    per_subdistrict = isinstance(value, dict) and any(isinstance(cell, dict | StatusCounts) for cell in value.values())
    return "per kecamatan" if per_subdistrict else "counts"


class VillagesSection(Frozen):
    """The villages and what is known of their status."""

    table: Text | None = Field(
        None,
        description="CSV or XLSX with village_code, village, subdistrict, "
        "and optionally status, launch_year, covariates.",
    )
    sheet: Text | None = Field(None, description="Sheet of the workbook; the only one that fits if left out.")
    status_counts: (
        Annotated[
            Annotated[StatusCounts, Tag("counts")] | Annotated[dict[str, StatusCounts], Tag("per kecamatan")],
            Discriminator(_counts_kind),
        ]
        | None
    ) = Field(
        None,
        description="Villages per level where the table has no status, of the district or per kecamatan; "
        "where it leaves some blank, of all villages of the district: the blank ones are drawn from what is left.",
    )
    as_of: Day | None = Field(None, description="Day the statuses or counts describe, YYYY-MM-DD.")
    subdistricts: Annotated[int, Strict(), Field(ge=1, le=10_000)] | None = Field(
        None, description="Number of kecamatan where there is no table; 1 if left out."
    )


class TargetSection(Frozen):
    """The target and how it is counted."""

    share: Annotated[ExactShare, Field(gt=0)] = Field(
        Fraction("0.05"), description="Share of the denominator; 5% is 0.05."
    )
    reading: Reading = Field(
        "rises", description="Villages that rise, villages that enter the levels, or villages at the levels."
    )
    levels: tuple[Level, ...] = Field(
        ("mandiri", "paripurna"), min_length=1, max_length=4, description="Levels meant by entries and stock."
    )
    denominator: Denominator = Field("all", description="All villages, or those below the top level.")
    net_of_falls: Annotated[bool, Strict()] = Field(False, description="Whether falls are taken off the rises.")


class Eligible(Frozen):
    """Which villages an intervention may choose."""

    status: tuple[Level, ...] = Field(
        ("dasar", "berkembang", "mandiri"),
        min_length=1,
        max_length=4,
        description="Levels that may be chosen; all below the top if left out.",
    )
    subdistrict: tuple[Text, ...] | None = Field(None, min_length=1, description="Names of kecamatan; all if left out.")
    where: dict[str, Cell] = Field({}, description="Column of the village table and the value it must have.")


class InterventionSection(Frozen):
    """A dated, targeted action of one sector."""

    name: InterventionName = Field(description="Short name, letters, digits, - and _.")
    sector: Text = Field("", description="Who acts.")
    starts: Year = Field(description="First year of support, after the origin.")
    ends: Year | None = Field(None, description="Last year of support; no end if left out.")
    eligible: Eligible = Field(default_factory=Eligible, description="Which villages may be chosen.")
    coverage: ExactShare | None = Field(None, description="Share of eligible villages reached; or capacity.")
    capacity: Count | None = Field(None, description="Villages assisted at a time; or coverage.")
    priority: Priority = Field(
        "random",
        description="random, lowest_status, highest_status, nearest_to_rising, largest_gain, column:NAME, or codes.",
    )
    years_per_village: Annotated[constraints.YearsAtLeastOne, Strict()] = Field(
        1, description="Years a village keeps its place."
    )
    ramp_years: Years = Field(1, description="Years until the full effect.")
    fades_over_years: Years = Field(0, description="Years over which the effect fades after support ends.")
    odds_ratio_rise: OddsRatio | None = Field(None, description="Odds ratio of rising at full effect.")
    odds_ratio_fall: OddsRatio | None = Field(None, description="Odds ratio of falling at full effect; 1 if left out.")
    cost_idr_million: Annotated[constraints.Cost, Strict(), Field(allow_inf_nan=False)] = Field(
        0.0, description="Cost of one assisted village for one year, million rupiah."
    )


class ScenarioFile(Frozen):
    """A scenario of Kampung KB Forecast."""

    schema_version: Annotated[int, Strict(), Field(ge=1, le=1)] = Field(
        alias="schema", description="Version of this file format: 1."
    )
    name: ScenarioName = Field(description="Machine name, also the name of the result folder: a-z, 0-9, - and _.")
    title: Title = Field(default_factory=Title, description="Title in either language.")
    language: Literal["id", "en"] | None = Field(
        None, description="Language of what is shown; the reader's own if left out."
    )
    extends: Text | None = Field(None, description="Scenario file that this one changes.")
    remove: tuple[Text, ...] = Field((), description="Names of inherited interventions to leave out.")
    district: District | None = Field(None, description="The district; or districts.")
    districts: DistrictTable | None = Field(None, description="Many districts, instead of district and villages.")
    origin: Year = Field(description="Status is known at the end of this year; forecasts start the year after.")
    horizon: Annotated[constraints.Horizon, Strict()] = Field(description="Number of forecast years, 1 to 50.")
    villages: VillagesSection | None = Field(None, description="The villages and what is known of their status.")
    target: TargetSection = Field(default_factory=TargetSection, description="What the district must reach each year.")
    transition: Transition = Field(default_factory=Transition, description="How villages move in a year.")
    interventions: tuple[InterventionSection, ...] = Field((), description="Dated, targeted actions.")
    overlap: Overlap = Field(
        "diminishing", description="How the effects of several interventions on one village combine."
    )
    sources: dict[str, Text] = Field(
        {}, description="Key of this file -> where its number comes from: stated; estimated; or assumed."
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, as editors use it.

    Overlays give only what they change, so a file that `extends` another needs no further key,
    and an intervention needs its name only.
    """
    schema: dict[str, Any] = ScenarioFile.model_json_schema()
    _relax(schema)
    required = schema.pop("required")
    schema["anyOf"] = [{"required": ["extends"]}, {"required": required}]
    schema["$defs"]["InterventionSection"]["required"] = ["name"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _relax(part: Any) -> None:
    """Admit the other official names of a level, and say `anyOf` where alternatives are meant."""
    if isinstance(part, list):
        for item in part:
            _relax(item)
    if not isinstance(part, dict):
        return
    for child in part.values():
        _relax(child)
    if len(part.get("allOf", ())) == 1:
        part.update(part.pop("allOf")[0])
    if "oneOf" in part:
        part["anyOf"] = part.pop("oneOf")
    _admit_synonyms(part)
    if any(option == {"type": "null"} for option in part.get("anyOf", ())):
        _drop_null(part)


def _admit_synonyms(part: dict[str, Any]) -> None:
    for synonym, level in SYNONYMS.items():
        if level in part.get("enum", ()):
            part["enum"] = [*part["enum"], synonym]
        if level in part.get("properties", ()):
            part["properties"][synonym] = part["properties"][level]
            part["required"] = [name for name in part.get("required", []) if name != level]


def _drop_null(part: dict[str, Any]) -> None:
    """Take `null` out of what editors suggest: a key without a value is a mistake."""
    part["anyOf"] = [option for option in part["anyOf"] if option != {"type": "null"}]
    if len(part["anyOf"]) == 1:
        part.update(part.pop("anyOf")[0])
    if part.get("default", 0) is None:
        del part["default"]
