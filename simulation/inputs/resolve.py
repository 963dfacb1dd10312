"""The resolved document: a scenario stated as the text of a file and its tables, every default filled in.

It is made from the assumptions that the engines receive, however these came about, and loads again as the same
scenario.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any, Literal

import msgspec
import numpy as np

from ..domain.constraints import NUMBER
from ..domain.distributions import Dirichlet, Distribution, Empirical
from ..domain.intervention import FILE_KEYS, Intervention
from ..domain.launches import LAUNCH_HISTORY
from ..domain.messages import Message, Refusal, shown
from ..domain.parameters import (
    DEFAULT_PRIORS,
    OWN_POSTERIOR,
    ParameterKey,
    ParameterSet,
    analogue_prior,
    default_prior,
)
from ..domain.reporting import REPORTING
from ..domain.scenario import Assumptions, Provenance
from ..domain.status import LEVELS, UNKNOWN
from ..domain.status_knowledge import (
    DistrictCounts,
    MadeUpCounts,
    MissingStatuses,
    SingleStatuses,
    SomeStatuses,
    SubdistrictCounts,
)
from ..domain.target import Target
from ..domain.villages import Villages
from .posterior import METADATA_KEY, metadata
from .schema import notation, plain
from .tables.cells import clean, guard
from .village_map import VillageMap

ASSUMED = "assumed"
DEFAULT_PRIOR = "assumed; default prior, see MODEL.md"
ANALOGUE_PRIOR = (
    "assumed; dari program lain (strata posyandu Jawa Tengah, Indeks Desa Membangun, Kabupaten/Kota Layak Anak), lihat "
    "MODEL.md // from other programmes (posyandu strata of Central Java, the village development index, child-friendly "
    "districts), see MODEL.md"
)
PRIORS: Mapping[Any, Callable[[ParameterKey], Distribution | None]] = {
    DEFAULT_PRIOR: default_prior,
    ANALOGUE_PRIOR: analogue_prior,
}
"""Source -> the prior of a parameter that it speaks of."""
SHARE_SO_FAR, RISES_SO_FAR = "so_far.share", "so_far.rises"
VILLAGE_MAP = "villages.map"
DEFAULT_SHARE = (
    "assumed; asumsi bawaan di sekitar bagian tahun yang sudah lewat, lihat MODEL.md // default prior around the "
    "share of the year that is over, see MODEL.md"
)
CALIBRATED = "estimated; parameters_from"
OWN = "estimated; posterior milik pengguna // the user's own posterior"
WEIGHED = (
    "estimated; dari jumlah Kampung KB per status, dengan riwayat pencanangan sebagai asumsi // from how many Kampung "
    "KB stand at each status, under an assumed history of launches"
)
DISTRICTS, VILLAGES, MAP, DRAWS = "districts.csv", "villages.csv", "villages.geojson", "draws.parquet"
NETWORK, DISTANCES = "network.csv", "distances.csv"
"""What a document calls its tables, its map and its draws."""
NAMING = (
    ("villages", "table"),
    ("villages", "map"),
    ("villages", "network"),
    ("villages", "distances"),
    ("districts", "table"),
    ("districts", "villages"),
    ("transition", "parameters_from"),
)
"""The keys that name them."""


@dataclass(frozen=True, eq=False)
class StatedAssumptions(Assumptions):
    """Assumptions with all that a scenario file says of them besides.

    Attributes
    ----------
    title, language
        Title per language (may be empty); language of what is shown, None for the reader's own.
    provinces
        District code -> province, where ``districts:`` is used.
    village_map
        Where the villages of its district are; None where that is not known.
    hub
        What a hub calls what is forecast for it: ``rises``, ``target`` … -> its name; only those that differ.
    """

    title: Mapping[str, str] = field(default_factory=dict)
    language: Literal["id", "en"] | None = None
    provinces: Mapping[str, str] = field(default_factory=dict)
    village_map: VillageMap | None = None
    hub: Mapping[str, str] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        """Keep titles in one order of languages, so that the same scenario is written alike however it was made."""
        super().__post_init__()
        object.__setattr__(self, "title", {code: self.title[code] for code in sorted(self.title, reverse=True)})

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The scenario as a file states it, every default filled in: plain data, made from these very assumptions.

        Raises
        ------
        Refusal
            Where a parameter has a distribution that no file could state.
        """
        document: dict[str, Any] = {"schema": 1, "name": self.name, "title": dict(self.title)}
        if self.language is not None:
            document["language"] = self.language
        document |= _assumptions(self)
        if self.hub:
            document["hub"] = dict(sorted(self.hub.items()))
        if self._map_stated:
            document["villages"]["map"] = MAP
        if "villages" in document and self._places_as_read and self.provenance.as_of is not None:
            document["villages"]["as_of"] = self.provenance.as_of
        document["sources"] = _sources(self, document)
        return document

    @property
    def _places_as_read(self) -> bool:
        """Whether what was read of the day and the places of its villages speaks of those that it has."""
        read = self.provenance.read
        return read is None or self.districts == read.districts

    @property
    def _map_stated(self) -> bool:
        """Whether it names a map: of one district, and of just the villages with which this was read."""
        return self.village_map is not None and not _is_listed(self) and self._places_as_read

    @cached_property
    def data(self) -> Mapping[str, bytes]:
        """The tables, map and draws that the document names -> their content."""
        files: dict[str, bytes] = {}
        if _is_listed(self):
            files[DISTRICTS] = _district_table(self).encode()
        if not all(district.made_up for district in self.districts):
            files[VILLAGES] = _village_table(self).encode()
        if self.village_map is not None and self._map_stated:
            files[MAP] = self.village_map.content
        if not _is_listed(self):
            files |= {name: text.encode() for name, text in _pair_tables(self.districts[0].ever)}
        if draws := _draws(self.parameters):
            files[DRAWS] = _parquet(draws, self.parameters)
        return files

    @property
    def sources(self) -> Mapping[str, str]:
        """Scenario key -> where its number comes from (``stated; …``, ``estimated; …``, ``assumed; …``)."""
        sources: Mapping[str, str] = self.document["sources"]
        return sources


def fingerprint(scenario: StatedAssumptions) -> str:
    """Return the SHA-256 of everything that a scenario states: its document, its tables and its draws, by value."""
    content: dict[str, Any] = {"document": scenario.document}
    for name, data in scenario.data.items():
        if not name.endswith(".parquet"):
            content[name] = sha256(data).hexdigest()
    for key, drawn in _draws(scenario.parameters).items():
        content[f"draws.{key}"] = sha256(np.ascontiguousarray(drawn.values, dtype=np.float64).tobytes()).hexdigest()
    if scenario.parameters.blocks == OWN_POSTERIOR:
        content["draws"] = "in order"
    if scenario.parameters.past is not None:
        content["past"] = msgspec.to_builtins(scenario.parameters.past, str_keys=True)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def yaml_of(document: Mapping[str, Any], prefix: str = "") -> str:
    """Return a document as the text of a scenario file, its tables and draws under names that begin with `prefix`."""
    import yaml

    document = deepcopy(dict(document))
    for section, key in NAMING:
        if prefix and key in document.get(section, {}):
            document[section][key] = prefix + document[section][key]
    return str(yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=120))


def is_default(section: Mapping[str, Any], key: str) -> bool:
    """Return whether a resolved intervention (one with a name) or target says what holds where nothing is written."""
    kind: Any = Intervention if "name" in section else Target
    known = next((each for each in fields(kind) if each.name == key), None)
    if key == "eligible":
        return bool(section[key] == {"status": list(LEVELS[:-1])})
    if known is None or (known.default is MISSING and known.default_factory is MISSING):
        return False
    return bool(section.get(key) == plain(known.default))


def _assumptions(scenario: Assumptions) -> dict[str, Any]:
    """Return everything of a document that decides numbers."""
    stated: dict[str, Any] = {}
    if _is_listed(scenario):
        if any(_relations(district) for district in scenario.districts):
            raise Refusal(Message("no scenario file can state a network or distances beside a table of districts"))
        stated["districts"] = {"table": DISTRICTS}
        if not all(district.made_up for district in scenario.districts):
            stated["districts"]["villages"] = VILLAGES
    else:
        (villages,) = scenario.districts
        stated["district"] = {"code": villages.district_code, "name": villages.district}
    stated |= {"origin": scenario.origin, "horizon": scenario.horizon}
    if not _is_listed(scenario):
        stated["villages"] = {**_villages(scenario.districts[0]), **_relations(scenario.districts[0].ever)}
    stated["target"] = {each.name: plain(getattr(scenario.target, each.name)) for each in fields(Target)}
    stated["transition"] = _transition(scenario)
    yearly = scenario.parameters.scalars.get(REPORTING)
    if yearly is not None and not isinstance(yearly, Empirical):
        stated["reporting"] = {"yearly": notation(yearly)}
    if (so_far := scenario.so_far) is not None:
        stated["so_far"] = {"as_of": so_far.as_of.isoformat(), "rises": so_far.rises}
        if so_far.share is not None:
            stated["so_far"]["share"] = notation(so_far.share)
    stated["interventions"] = [_intervention(plan, scenario.parameters) for plan in scenario.interventions]
    stated["overlap"] = scenario.overlap
    for key, value in scenario.parameters.scalars.items():
        if key.kind == "mechanism" and not isinstance(value, Empirical):
            name, _, parameter = key.partition(".")
            stated.setdefault("mechanisms", {}).setdefault(name, {})[parameter] = notation(value)
    return stated


def _relations(villages: Villages) -> dict[str, Any]:
    """Return what a document says of pairs of villages."""
    section: dict[str, Any] = {}
    if villages.network is not None:
        section["network"] = NETWORK
        if villages.network.directed:
            section["network_directed"] = True
    if villages.distances is not None:
        section["distances"] = DISTANCES
    return section


def _pair_tables(villages: Villages) -> Iterator[tuple[str, str]]:
    """Yield name and text of the tables of pairs of villages."""
    codes = villages.codes
    if (network := villages.network) is not None:
        edges = zip(network.edges.tolist(), _cells(network.weights), strict=True)
        rows: list[list[Any]] = [[codes[one], codes[other], weight] for (one, other), weight in edges]
        yield NETWORK, _csv(["village_code", "neighbour_code", "weight"], rows)
    if (distances := villages.distances) is not None:
        ones, others = np.triu_indices(len(villages), 1)
        told = zip(ones.tolist(), others.tolist(), _cells(distances[ones, others]), strict=True)
        rows = [[codes[one], codes[other], distance] for one, other, distance in told]
        yield DISTANCES, _csv(["village_code", "other_code", "distance"], rows)


def _is_listed(scenario: Assumptions) -> bool:
    """Return whether a table of districts states them: they are several, of a province, or their counts made up."""
    made_up = isinstance(scenario.districts[0].known, MadeUpCounts)
    return len(scenario.districts) > 1 or made_up or bool(getattr(scenario, "provinces", {}))


def _villages(villages: Villages) -> dict[str, Any]:
    section: dict[str, Any] = {}
    if not villages.made_up:
        section["table"] = VILLAGES
    match villages.known:
        case DistrictCounts(counts=counts) | SomeStatuses(counts=counts):
            section["status_counts"] = dict(zip(LEVELS, counts.tolist(), strict=True))
            if "table" not in section:
                section["subdistricts"] = len(villages.subdistricts)
        case SubdistrictCounts(by_subdistrict=counts):
            section["status_counts"] = {
                name: dict(zip(LEVELS, four, strict=True))
                for name, four in zip(villages.subdistricts, counts.tolist(), strict=True)
            }
    return section


def _transition(scenario: Assumptions) -> dict[str, Any]:
    known = scenario.parameters
    section: dict[str, Any] = {} if known.matrix is None else {"matrix": _matrix(known.matrix)}
    for key in sorted(known.scalars, key=_order(known)):
        value = known.scalars[key]
        if key.is_effect or key.kind == "mechanism" or key == REPORTING or isinstance(value, Empirical):
            continue
        first, _, rest = key.scenario_key.removeprefix("transition.").partition(".")
        if rest:
            section.setdefault(first, {})[rest] = notation(value)
        else:
            section[first] = notation(value)
    section["min_years"] = scenario.min_years
    if _draws(known):
        section["parameters_from"] = DRAWS
    return section


def _order(known: ParameterSet) -> Any:
    """Return the order of keys in a file: that of the law, then of the covariates, then of the interventions."""
    kinds = {key.kind: place for place, key in reversed(list(enumerate(DEFAULT_PRIORS)))}
    names = [*LEVELS, *known.covariates, *known.interventions]

    def place(key: ParameterKey) -> tuple[int, int, str]:
        of = names.index(key.of) if key.of in names else -1
        return kinds.get(key.kind, len(DEFAULT_PRIORS)), of, key

    return place


def _matrix(rows: Sequence[Sequence[float] | Dirichlet]) -> dict[str, Any]:
    plain_rows = (
        row if isinstance(row, Dirichlet) else dict(zip(LEVELS, map(float, row), strict=True)) for row in rows
    )
    return dict(zip(LEVELS, map(plain, plain_rows), strict=True))


def _intervention(plan: Intervention, known: ParameterSet) -> dict[str, Any]:
    section: dict[str, Any] = {}
    for each in fields(Intervention):
        value = getattr(plan, each.name)
        above, _, below = FILE_KEYS.get(each.name, each.name).partition(".")
        if below:
            if value:
                part = {key: plain(cell) for key, cell in value.items()} if isinstance(value, Mapping) else list(value)
                section.setdefault(above, {})[below] = part
        elif value is not None and value != {}:
            section[each.name] = dict(value) if isinstance(value, Mapping) else plain(value)
    cost = section.pop("cost_idr_million")
    for key in (ParameterKey.effect(plan.name, "rise"), ParameterKey.effect(plan.name, "fall")):
        if not isinstance(known.scalars[key], Empirical):
            section[key.kind] = notation(known.scalars[key])
    section["cost_idr_million"] = cost
    return section


_LAUNCH = "launch_year"


def _district_table(scenario: StatedAssumptions) -> str:
    head = ["district_code", "district", "province", "villages", "subdistricts", *LEVELS]
    rows: list[list[Any]] = []
    for each in scenario.districts:
        if isinstance(each.known, SubdistrictCounts):
            raise Refusal(Message("no scenario file can state counts by kecamatan for one of several districts"))
        counts = each.known.counts if isinstance(each.known, DistrictCounts | SomeStatuses) else None
        four = [""] * len(LEVELS) if counts is None else counts.tolist()
        province = scenario.provinces.get(each.district_code, "")
        rows.append([each.district_code, each.district, province, len(each), len(each.subdistricts), *four])
    return _csv(head, rows)


def _village_table(scenario: StatedAssumptions) -> str:
    """Return the villages that are not made up as CSV; what a district does not know of them stands empty."""
    districts = [district.ever for district in scenario.districts if not district.made_up]
    of_several = ["district_code"] if _is_listed(scenario) else []
    further = dict.fromkeys(name for district in districts for name in district.columns)
    if any(district.joins is not None for district in districts):
        further |= {_LAUNCH: None}
    missing = [one.known for one in districts if isinstance(one.known, MissingStatuses)]
    before = sorted({year for known in missing for year in known.earlier_years.tolist() if year})
    rows: list[list[str]] = []
    for district in districts:
        empty, later = [""] * len(district), [UNKNOWN] * (len(district) - district.at_origin)
        known = district.known
        levels = known.levels if isinstance(known, SingleStatuses) else None
        then: dict[int, list[str]] = {}
        if isinstance(known, MissingStatuses):
            of_years = (np.where(known.earlier_years == year, known.earlier, UNKNOWN) for year in before)
            then = {year: _names([*past, *later]) for year, past in zip(before, of_years, strict=True)}
        columns = [
            *([district.district_code] * len(district) for _ in of_several),
            district.codes,
            district.names,
            [district.subdistricts[k] for k in district.subdistrict_index],
            empty if levels is None else _names([*levels, *later]),
            *(then.get(year, empty) for year in before),
            *(_further(district, name) for name in further),
        ]
        rows += map(list, zip(*columns, strict=True))
    names = ["village_code", "village", "subdistrict", "status", *(f"status_{year}" for year in before)]
    return _csv([*of_several, *names, *further], rows)


def _further(district: Villages, name: str) -> list[str]:
    """Return a column that tells no status; in that of launch years those of villages that join later."""
    cells = _cells(district.columns[name]) if name in district.columns else [""] * len(district)
    if name != _LAUNCH or district.joins is None:
        return cells
    return [str(year) if year else cell for year, cell in zip(district.joins.tolist(), cells, strict=True)]


def _names(levels: Iterable[int]) -> list[str]:
    return ["" if level == UNKNOWN else LEVELS[level] for level in levels]


def _cells(column: Any) -> list[str]:
    """Return a column as text that reads back as the same numbers, in whatever way others write theirs."""
    if column.dtype.kind in "US":
        return [str(cell) for cell in column]
    return [_number(float(cell)) for cell in column]


def _number(value: float) -> str:
    """Return a number exactly, with a decimal point that cannot be taken for one between thousands."""
    text = f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    whole, point, decimals = text.partition(".")
    return f"{text}0" if point and len(decimals) == 3 and len(whole.lstrip("-")) <= 3 else text


def _csv(head: list[str], rows: list[list[Any]]) -> str:
    """Return a table; texts that would not be read back as they are, with odd blanks, say, are refused."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in (head, *rows):
        writer.writerow([_cell(str(cell)) for cell in row])
    return text.getvalue()


def _cell(text: str) -> str:
    if NUMBER.fullmatch(text):
        return text
    if clean(text) != text:
        named = {"name": shown(text), "value": shown(clean(text))}
        raise Refusal(Message("no table can state the text “{name}”; write {value}", named))
    return guard(text)


def _draws(known: ParameterSet) -> dict[ParameterKey, Empirical]:
    """Return the parameters that are given by draws."""
    return {
        key: known.scalars[key]  # type: ignore[misc]
        for key in sorted(known.scalars, key=_order(known))
        if isinstance(known.scalars[key], Empirical)
    }


def _parquet(draws: Mapping[ParameterKey, Empirical], known: ParameterSet) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({str(key): drawn.values for key, drawn in draws.items()})
    content = BytesIO()
    said = metadata(known.blocks, draws, known.past)
    pq.write_table(table.replace_schema_metadata({METADATA_KEY: said}), content)
    return content.getvalue()


def parameter_keys(parameters: ParameterSet) -> dict[str, ParameterKey]:
    """Return the scenario key of every parameter -> its key in the law; what is known of places has none."""
    ordered = sorted(parameters.scalars, key=_order(parameters))
    keys = {key.scenario_key: key for key in ordered if not key.is_of_a_place}
    if parameters.matrix is not None:
        keys |= {key.scenario_key: key for key in (ParameterKey("matrix", level) for level in LEVELS)}
    return keys


def _sources(scenario: StatedAssumptions, document: Mapping[str, Any]) -> dict[str, str]:
    """Return the origin of every key that has one, and of every parameter.

    A source speaks of the value that it was given with: where that was changed in Python, it holds no longer.
    """
    given, read = scenario.provenance.sources, scenario.provenance.read
    now = dict(_flat(document))
    if read is not None and any(getattr(scenario, one.name) != getattr(read, one.name) for one in fields(Assumptions)):
        before = dict(_flat({"sources": {}, **_assumptions(read)}))
        same_places = scenario.districts == read.districts
        given = {
            key: source
            for key, source in _completed(given, read.parameters).items()
            if (same_places if key.split(".")[0] in _OF_DISTRICTS else before.get(key) == now.get(key))
            and _same_parameters(read.parameters, scenario.parameters, key)
        }
    known = {*now, "villages.as_of", *parameter_keys(scenario.parameters)}
    if scenario.so_far is None:
        return _completed({key: source for key, source in given.items() if key in known}, scenario.parameters)
    stated = {key: source for key, source in given.items() if key in {*known, SHARE_SO_FAR}}
    above = stated.get("so_far", ASSUMED) if scenario.so_far.share is not None else DEFAULT_SHARE
    return _completed({SHARE_SO_FAR: above, **stated}, scenario.parameters)


_OF_DISTRICTS = {"district", "districts", "villages"}


def _completed(given: Mapping[str, str], parameters: ParameterSet) -> dict[str, str]:
    """Return sources with one for every parameter: its own, what it is, or that of the nearest key above."""
    sources = dict(given)
    for key, name in parameter_keys(parameters).items():
        if key in sources:
            continue
        if isinstance(parameters.scalars.get(name), Empirical):
            sources[key] = source_of_draws(parameters)
        elif name in parameters.defaulted:
            sources[key] = DEFAULT_PRIOR
        elif name in parameters.analogue:
            sources[key] = ANALOGUE_PRIOR
        else:
            sources[key] = next((given[above] for above in reversed(with_parents(key)) if above in given), ASSUMED)
    return sources


def source_of_draws(parameters: ParameterSet) -> str:
    """Return the source of the parameters that are given by draws."""
    if parameters.blocks == OWN_POSTERIOR:
        return OWN
    return WEIGHED if parameters.blocks == (LAUNCH_HISTORY,) else CALIBRATED


def with_parents(key: str) -> list[str]:
    """Return the keys above a dotted key, the topmost first, and itself."""
    parts = key.split(".")
    return [".".join(parts[:size]) for size in range(1, len(parts) + 1)]


def _same_parameters(one: ParameterSet, other: ParameterSet, key: str) -> bool:
    """Return whether parameters at or below a key are the same, draws included, which a document only names."""
    names = {name for known in (one, other) for name in known.scalars if key in with_parents(name.scenario_key)}
    return all(one.scalars.get(name) == other.scalars.get(name) for name in names)


def _flat(part: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every dotted key of a document and what stands there, interventions under their names."""
    if isinstance(part, list) and part and all(isinstance(item, dict) for item in part):
        part = {item["name"]: item for item in part}
    if isinstance(part, dict):
        for key, child in part.items():
            yield f"{above}{key}", child
            yield from _flat(child, f"{above}{key}.")
