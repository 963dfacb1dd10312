"""A scenario file: its keys, their types and what they mean; and the same as the JSON Schema that editors use.

What a target, an intervention or a distribution may be stands at them, in the domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, make_dataclass
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args, get_origin

import numpy as np
from annotated_types import Ge, Gt, Le, MaxLen, MinLen

from ..domain import constraints
from ..domain.constraints import (
    Count,
    Finding,
    Horizon,
    OneOf,
    Pattern,
    Ratio,
    ScenarioName,
    Text,
    Year,
    Years,
    alternatives,
    taken_apart,
    types_of,
)
from ..domain.distributions import (
    Beta,
    Dirichlet,
    Distribution,
    Exponentiated,
    Fixed,
    HalfNormal,
    LogitNormal,
    Normal,
    interval_finding,
    lognormal_from_interval,
)
from ..domain.intervention import FILE_KEYS, Intervention, Overlap
from ..domain.parameters import NUMBERS, Scale, row_finding
from ..domain.status import LEVELS, SYNONYMS
from ..domain.target import Target


@dataclass(frozen=True)
class Interval:
    """A lognormal given by its median and 90% interval."""

    median: Annotated[Ratio, "As likely above as below."]
    interval90: Annotated[tuple[Ratio, ...], MinLen(2), MaxLen(2), "[low, high]: nine in ten chances to lie between."]

    @property
    def finding(self) -> Finding | None:
        """Why this makes no lognormal, if it does not."""
        return interval_finding(self.median, *self.interval90)


INTERVAL = "interval"
FORMS: dict[str, Any] = {
    INTERVAL: Interval,
    "logit_normal": LogitNormal,
    "beta": Beta,
    "half_normal": HalfNormal,
    "normal": Normal,
}
"""Key of a file -> what stands below it; an interval stands beside its median, below none."""
FORMS_OF: dict[Scale, tuple[str, ...]] = {
    "probability": ("logit_normal", "beta"),
    "spread": ("half_normal", INTERVAL),
    "odds ratio": (INTERVAL, "normal", "half_normal"),
    "number": ("normal", INTERVAL, "half_normal", "logit_normal", "beta"),
}
"""The forms that parameters may have; on odds ratios, normals describe the logarithm."""


def form_of(keys: Iterable[str]) -> str | None:
    """Return the form of distribution that a mapping with these keys is in; None where it is no distribution."""
    given = set(keys)
    if given & {each.name for each in fields(Interval)}:
        return INTERVAL
    return next((form for form in FORMS if form in given), None)


def as_written(form: str) -> str:
    """Return a form as a file writes it, without its numbers."""
    inside = f"{{{', '.join(each.name for each in fields(FORMS[form]))}}}"
    return inside if form == INTERVAL else f"{{{form}: {inside}}}"


def distribution(stated: Any, scale: Scale) -> Distribution:
    """Return the distribution that a file states for a parameter of some scale."""
    if isinstance(stated, Interval):
        return lognormal_from_interval(stated.median, *stated.interval90)
    found: Distribution = Exponentiated(stated) if scale == "odds ratio" else stated
    return found


def notation(given: Distribution) -> Any:
    """Return a distribution as a scenario file writes it, in plain data.

    Raises
    ------
    TypeError
        Where a file has no notation for it: a value that no parameter can have.
    """
    match given:
        case Fixed(value=value):
            return float(value) if isinstance(value, int | float | np.number) else value
        case Exponentiated(interval=(median, low, high)):
            return {"median": float(median), "interval90": [float(low), float(high)]}
        case Exponentiated(log=inner):
            return notation(inner)
    for form, kind in FORMS.items():
        if isinstance(given, kind):
            return {form: {each.name: float(getattr(given, each.name)) for each in fields(kind)}}
    raise TypeError(f"no notation for {given!r}")


def plain(value: Any) -> Any:
    """Return a value as a scenario file holds it; one that no file could hold as it is."""
    match value:
        case np.generic():
            return value.item()
        case Fraction():
            number = float(value)
            return number if Fraction(str(number)) == value else str(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return [plain(item) for item in value]
        case Fixed() | LogitNormal() | Beta() | HalfNormal() | Exponentiated():
            return notation(value)
        case Dirichlet(mean=chances) if len(chances) == len(LEVELS):
            return {**dict(zip(LEVELS, map(float, chances), strict=True)), "effective_n": float(value.effective_n)}
    return value


@dataclass(frozen=True)
class OnScale:
    """Marks a number or a distribution of a parameter."""

    scale: Scale


def scale_of(rules: Iterable[Any]) -> Scale | None:
    """Return the scale of a parameter whose value is annotated so; None where it is none of a parameter."""
    return next((rule.scale for rule in rules if isinstance(rule, OnScale)), None)


@dataclass(frozen=True)
class AsTyped:
    """Marks a text that may look like a number."""


Probability = Annotated[Distribution, OnScale("probability")]
Spread = Annotated[Distribution, OnScale("spread")]
OddsRatio = Annotated[Distribution, OnScale("odds ratio")]
Quantity = Annotated[Distribution, OnScale("number")]
Code = Annotated[str, MinLen(1), MaxLen(60)]


@dataclass(frozen=True)
class Title:
    """What the scenario is called."""

    id: Annotated[Text | None, "Title in Indonesian."] = None
    en: Annotated[Text | None, "Title in English."] = None


@dataclass(frozen=True)
class District:
    """A kabupaten or kota."""

    code: Annotated[Code, 'Official code as quoted text, "63.01".']
    name: Annotated[Text, MinLen(1), "Official name, Kabupaten Tanah Laut."]


@dataclass(frozen=True)
class DistrictTable:
    """Many districts at once."""

    table: Annotated[
        Text,
        "CSV or XLSX with district_code, district, province, villages, subdistricts, and the four counts or none.",
    ]
    sheet: Annotated[Text | None, "Sheet of the workbook; the only one that fits if left out."] = None
    villages: Annotated[Text | None, "Table of their villages, as villages.table, with a column district_code."] = None


@dataclass(frozen=True)
class StatusCounts:
    """Number of villages at each level."""

    dasar: Annotated[Count, "Villages at dasar."]
    berkembang: Annotated[Count, "Villages at berkembang."]
    mandiri: Annotated[Count, "Villages at mandiri."]
    paripurna: Annotated[Count, "Villages at paripurna (also called berkelanjutan)."]

    @property
    def four(self) -> list[int]:
        """The counts in the order of the levels."""
        return [getattr(self, level) for level in LEVELS]


@dataclass(frozen=True)
class VillagesSection:
    """The villages and what is known of their status."""

    table: Annotated[
        Text | None,
        "CSV or XLSX with village_code, village, subdistrict, and optionally status, launch_year, covariates. A "
        "village whose launch year lies after the origin is at dasar from its end on, and counts from the next on.",
    ] = None
    sheet: Annotated[Text | None, "Sheet of the workbook; the only one that fits if left out."] = None
    answers: Annotated[
        Text | None, "File of answers, as start writes one: which names are one, which of two statuses is right."
    ] = None
    map: Annotated[
        Text | None,
        "GeoJSON (WGS 84) in which each feature, a polygon or a point, has the property village_code, as in the table: "
        "where the villages are, for the village map. No number depends on it.",
    ] = None
    network: Annotated[
        Text | None,
        "CSV or XLSX with village_code, neighbour_code and optionally weight (above 0; 1 if left out), a pair of "
        "villages a row: which neighbour which. No number depends on it unless a mechanism reads it.",
    ] = None
    network_directed: Annotated[
        bool,
        "Whether a row of the network makes the second village a neighbour of the first alone; if left out, each is "
        "one of the other.",
    ] = False
    distances: Annotated[
        Text | None,
        "CSV or XLSX with village_code, other_code and distance (0 or more, in any one unit), a row for every pair of "
        "villages; the same both ways. No number depends on it unless a mechanism reads it.",
    ] = None
    status_counts: Annotated[
        dict[str, StatusCounts] | StatusCounts | None,
        "Villages per level where the table has no status, of the district or per kecamatan; where it leaves some "
        "blank, of all villages of the district: the blank ones are drawn from what is left.",
    ] = None
    as_of: Annotated[Annotated[Text, AsTyped()] | None, "Day the statuses or counts describe, YYYY-MM-DD."] = None
    subdistricts: Annotated[
        Annotated[int, Ge(1), Le(10_000)] | None, "Number of kecamatan where there is no table; 1 if left out."
    ] = None


@dataclass(frozen=True)
class MatrixRow:
    """Yearly chances of the next level; those left out are 0."""

    dasar: Annotated[constraints.Probability, "Chance of dasar at the end of the year."] = 0.0
    berkembang: Annotated[constraints.Probability, "Chance of berkembang at the end of the year."] = 0.0
    mandiri: Annotated[constraints.Probability, "Chance of mandiri at the end of the year."] = 0.0
    paripurna: Annotated[constraints.Probability, "Chance of paripurna at the end of the year."] = 0.0
    effective_n: Annotated[
        constraints.Weight | None,
        "Number of observations the row is worth (Dirichlet), 1 or more; left out: the row is known.",
    ] = None

    @property
    def four(self) -> tuple[float, ...]:
        """The chances in the order of the levels."""
        return tuple(getattr(self, level) for level in LEVELS)

    @property
    def finding(self) -> Finding | None:
        """Why the chances are no row of a matrix, if they are not."""
        return row_finding(self.four)


@dataclass(frozen=True)
class Matrix:
    """A yearly transition matrix; rows are the level at the start of the year."""

    dasar: Annotated[MatrixRow, "From dasar."]
    berkembang: Annotated[MatrixRow, "From berkembang."]
    mandiri: Annotated[MatrixRow, "From mandiri."]
    paripurna: Annotated[MatrixRow, "From paripurna."]


@dataclass(frozen=True)
class Rise:
    """Yearly chance of rising from each level."""

    dasar: Annotated[Probability | None, "Chance of rising from dasar."] = None
    berkembang: Annotated[Probability | None, "Chance of rising from berkembang."] = None
    mandiri: Annotated[Probability | None, "Chance of rising from mandiri."] = None


@dataclass(frozen=True)
class Fall:
    """Yearly chance of falling, given no rise, from each level."""

    berkembang: Annotated[Probability | None, "Chance of falling from berkembang."] = None
    mandiri: Annotated[Probability | None, "Chance of falling from mandiri."] = None
    paripurna: Annotated[Probability | None, "Chance of falling from paripurna."] = None


@dataclass(frozen=True)
class Skip:
    """Chance that a rise goes on past a level."""

    berkembang: Annotated[Probability | None, "Chance that a rise goes on past berkembang."] = None
    mandiri: Annotated[Probability | None, "Chance that a rise goes on past mandiri."] = None


@dataclass(frozen=True)
class FallSkip:
    """Chance that a fall goes on past a level."""

    berkembang: Annotated[Probability | None, "Chance that a fall goes on past berkembang."] = None
    mandiri: Annotated[Probability | None, "Chance that a fall goes on past mandiri."] = None


@dataclass(frozen=True)
class Campaign:
    """Rare years in which the whole district bursts upward."""

    probability: Annotated[Probability | None, "Chance that a year is a campaign year."] = None
    odds_ratio: Annotated[OddsRatio | None, "Odds ratio of rising in a campaign year."] = None


@dataclass(frozen=True)
class Transition:
    """How villages move in a year; each key left out keeps its default prior."""

    matrix: Annotated[Matrix | None, "Yearly transition matrix, instead of rise, fall, skip and fall_skip."] = None
    rise: Annotated[Rise | None, "Yearly chance of rising, per level."] = None
    fall: Annotated[
        Probability | Fall | None,
        "Yearly chance of falling given no rise: one for all levels, or per level.",
    ] = None
    skip: Annotated[
        Probability | Skip | None, "Chance that a rise goes on past a level: one for both, or per level."
    ] = None
    fall_skip: Annotated[
        Probability | FallSkip | None,
        "Chance that a fall goes on past a level: one for both, or per level; 0 where fall is given and this is not.",
    ] = None
    village_sd: Annotated[Spread | None, "Lasting differences between villages, sd of log odds."] = None
    year_sd: Annotated[Spread | None, "Good and bad years of the district, sd of log odds."] = None
    subdistrict_sd: Annotated[Spread | None, "Good and bad years of a kecamatan, sd of log odds."] = None
    district_sd: Annotated[Spread | None, "Lasting differences between districts, sd of log odds; 0 if left out."] = (
        None
    )
    peer_odds_ratio: Annotated[
        OddsRatio | None, "Odds ratio of rising where all other villages of the kecamatan stand higher."
    ] = None
    campaign: Annotated[Campaign | None, "Rare years in which the whole district bursts upward."] = None
    min_years: Annotated[Years, "Whole years at a level before a village may rise."] = 0
    covariates: Annotated[dict[str, OddsRatio], "Odds ratio of rising per unit of a numeric column."] = field(
        default_factory=dict
    )
    parameters_from: Annotated[Text | None, "Parquet file of draws written by calibrate."] = None


HubName = Annotated[str, MinLen(1), MaxLen(100)]


@dataclass(frozen=True)
class HubTargets:
    """What a collection of forecasts (hub) calls what is forecast for it; what is left out keeps the name here."""

    rises: Annotated[HubName | None, "The villages that rise in a year."] = None
    target: Annotated[HubName | None, "Whether the target is met."] = None
    entries: Annotated[HubName | None, "The villages that enter levels of the target."] = None
    stock: Annotated[HubName | None, "The villages at levels of the target."] = None
    net_rises: Annotated[HubName | None, "The villages that rise, less those that fall."] = None


@dataclass(frozen=True)
class Reporting:
    """How a status list comes about."""

    yearly: Annotated[
        Probability | None,
        "Chance that a village reports its level in a year; else the list shows what it showed before. 1 if left out.",
    ] = None


@dataclass(frozen=True)
class SoFar:
    """What is known of the first forecast year before it is over; for a target that counts rises."""

    as_of: Annotated[Annotated[Text, AsTyped()], "Day of the first forecast year that the count is of, YYYY-MM-DD."]
    rises: Annotated[Count | None, "Villages that had risen by that day; or give table."] = None
    table: Annotated[
        Text | None, "List of statuses on that day: the villages that are above their status at the origin are counted."
    ] = None
    sheet: Annotated[Text | None, "Sheet of the workbook; the only one that fits if left out."] = None
    share: Annotated[
        Probability | None,
        "Share of a year's rises that have happened by that day; left out, an assumption around the share of the year "
        "that is over.",
    ] = None


def _default(each: Any) -> Any:
    return each.default if each.default_factory is MISSING else field(default_factory=each.default_factory)


_STATED = types_of(Intervention)
_EFFECT = "Odds ratio of {} at full effect{}."
Eligible: Any = make_dataclass(
    "Eligible",
    [
        (FILE_KEYS[each.name].partition(".")[2], _STATED[each.name], _default(each))
        for each in fields(Intervention)
        if each.name in FILE_KEYS
    ],
    frozen=True,
    namespace={"__doc__": "Which villages an intervention may choose."},
)
InterventionSection: Any = make_dataclass(
    "InterventionSection",
    [
        *(
            (each.name, _STATED[each.name], _default(each))
            for each in fields(Intervention)
            if each.name not in FILE_KEYS
        ),
        ("eligible", Annotated[Eligible, "Which villages may be chosen."], field(default_factory=Eligible)),
        ("odds_ratio_rise", Annotated[OddsRatio | None, _EFFECT.format("rising", "")], None),
        ("odds_ratio_fall", Annotated[OddsRatio | None, _EFFECT.format("falling", "; 1 if left out")], None),
    ],
    kw_only=True,
    frozen=True,
    namespace={"__doc__": "A dated, targeted action of one sector."},
)
"""An intervention as a file writes it: with the fields of `Intervention`, and with its effects."""


@dataclass(frozen=True, kw_only=True)
class ScenarioFile:
    """A scenario of Kampung KB Forecast."""

    schema: Annotated[int, Ge(1), Le(1), "Version of this file format: 1."]
    name: Annotated[ScenarioName, "Machine name, also the name of the result folder: a-z, 0-9, - and _."]
    title: Annotated[Title, "Title in either language."] = field(default_factory=Title)
    language: Annotated[Literal["id", "en"] | None, "Language of what is shown; the reader's own if left out."] = None
    extends: Annotated[Text | None, "Scenario file that this one changes."] = None
    remove: Annotated[tuple[Text, ...], "Names of inherited interventions to leave out."] = ()
    district: Annotated[District | None, "The district; or districts."] = None
    districts: Annotated[DistrictTable | None, "Many districts, instead of district and villages."] = None
    origin: Annotated[Year, "Status is known at the end of this year; forecasts start the year after."]
    horizon: Annotated[Horizon, "Number of forecast years, 1 to 50."]
    priors: Annotated[
        Literal["default", "analogue"],
        "Priors of what is not stated: the defaults, or where other programmes tell something, what they tell.",
    ] = "default"
    launches: Annotated[
        Literal["national"] | dict[str, Count] | Year | None,
        "When the villages were launched, where it is not known of each: as in the whole country, how many in which "
        "year, or all in one. The priors are then weighed by the counts of the district.",
    ] = None
    villages: Annotated[VillagesSection | None, "The villages and what is known of their status."] = None
    target: Annotated[Target, "What the district must reach each year."] = field(default_factory=Target)
    transition: Annotated[Transition, "How villages move in a year."] = field(default_factory=Transition)
    reporting: Annotated[Reporting, "How a status list comes about."] = field(default_factory=Reporting)
    so_far: Annotated[SoFar | None, "What is known of the first forecast year before it is over."] = None
    interventions: Annotated[tuple[InterventionSection, ...], "Dated, targeted actions."] = ()
    overlap: Annotated[Overlap, "How the effects of several interventions on one village combine."] = "diminishing"
    hub: Annotated[HubTargets, "What a collection of forecasts (hub) calls what hub.csv holds."] = field(
        default_factory=HubTargets
    )
    mechanisms: Annotated[
        dict[str, dict[str, Quantity]],
        "Mechanism of a researcher's own, by its name -> its parameters in place of their priors; the mechanism itself "
        "is given with --with FILE.py:ClassName.",
    ] = field(default_factory=dict)
    sources: Annotated[
        dict[str, Text],
        "Key of this file -> where its number comes from: stated; estimated; estimated from experts; or assumed. What "
        "follows may be in both languages, Indonesian // English.",
    ] = field(default_factory=dict)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, as editors use it.

    Overlays give only what they change, so a file that `extends` another needs no further key,
    and an intervention needs its name only.
    """
    parts: dict[str, dict[str, Any]] = {}
    schema = _object(ScenarioFile, parts)
    schema["anyOf"] = [{"required": ["extends"]}, {"required": schema.pop("required")}]
    parts["InterventionSection"]["required"] = ["name"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": parts}


def _object(kind: Any, parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a section; the other official names of levels are admitted, too."""
    keys, required = {}, []
    for each in fields(kind):
        keys[each.name] = _described(types_of(kind)[each.name], parts)
        if isinstance(each.default, bool | int | float | str | tuple | Fraction):
            plain = float(each.default) if isinstance(each.default, Fraction) else each.default
            keys[each.name]["default"] = list(plain) if isinstance(plain, tuple) else plain
        if each.default is MISSING and each.default_factory is MISSING and each.name not in SYNONYMS.values():
            required.append(each.name)
    keys |= {synonym: keys[level] for synonym, level in SYNONYMS.items() if level in keys}
    section = {"title": kind.__name__, "type": "object", "description": kind.__doc__.splitlines()[0]}
    return {
        **section,
        "properties": keys,
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _described(hint: Any, parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what may stand at a key, in JSON Schema; sections go to `parts`."""
    kind, rules = taken_apart(hint)
    options = [option for each in alternatives(kind) for option in _options(each, rules, parts)]
    described = {"anyOf": options} if len(options) > 1 else options[0]
    said = next((rule for rule in rules if isinstance(rule, str)), None)
    return described if said is None else {**described, "description": said}


_TYPES = {int: "integer", float: "number", Fraction: "number", str: "string", bool: "boolean"}


def _options(hint: Any, above: list[Any], parts: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    kind, rules = taken_apart(hint)
    rules = [*above, *rules]
    if (scale := scale_of(rules)) is not None:
        return [*_options(NUMBERS[scale], [], parts), *(_form(form, parts) for form in FORMS_OF[scale])]
    if get_origin(kind) is tuple:
        return [{"type": "array", "items": _described(get_args(kind)[0], parts), **_bounds(rules, "Items")}]
    if isinstance(get_origin(kind), type) and issubclass(get_origin(kind), Mapping):
        return [{"type": "object", "additionalProperties": _described(get_args(kind)[1], parts)}]
    if get_origin(kind) is Literal:
        return [{"type": "string", "enum": list(get_args(kind))}]
    if kind in _TYPES:
        return [{"type": _TYPES[kind], **_bounds(rules, "Length")}]
    if kind.__name__ not in parts:
        parts[kind.__name__] = {}
        parts[kind.__name__] = _object(kind, parts)
    return [{"$ref": f"#/$defs/{kind.__name__}"}]


def _form(form: str, parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a notation of distributions: its shape below its name, those of intervals aside."""
    inner = _object(FORMS[form], parts)
    name = str(inner["title"])
    key = {form: {**inner, "title": f"{name} shape"}}
    outer = {**inner, "properties": key, "required": [form]}
    parts[name] = inner if form == INTERVAL else outer
    return {"$ref": f"#/$defs/{name}"}


def _bounds(rules: list[Any], size: Literal["Items", "Length"]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for rule in rules:
        match rule:
            case Gt(gt=low):
                found["exclusiveMinimum"] = low
            case Ge(ge=low):
                found["minimum"] = low
            case Le(le=high):
                found["maximum"] = high
            case MinLen(min_length=least):
                found[f"min{size}"] = least
            case MaxLen(max_length=most):
                found[f"max{size}"] = most
            case Pattern(form=form):
                found["pattern"] = form
            case OneOf(options=options):
                found["enum"] = [*options, *(name for name, level in SYNONYMS.items() if level in options)]
    return found
