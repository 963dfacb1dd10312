"""The scenario as resolved: plain data with every default filled in, and the origin of every number.

Knows the order and names of the keys of a scenario file; must not know how values were checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from ..domain.messages import Message
from ..domain.parameters import DIRECTIONS, ParameterKey, ParameterSet
from ..domain.status import LEVELS
from .collector import Collector
from .files import Files
from .law import Law
from .placeholders import is_placeholder
from .region import sheet_of
from .schema import InterventionSection, ScenarioFile, TargetSection
from .tree import Node

ASSUMED = "assumed"
DEFAULT_PRIOR = "assumed; default prior, see MODEL.md"
CALIBRATED = "estimated; parameters_from"
DATA_FILES = (("villages", "table"), ("districts", "table"), ("transition", "parameters_from"))
"""The keys that name data files."""


def document_of(
    model: ScenarioFile, plans: Mapping[str, InterventionSection], law: Law, node: Node, files: Files
) -> dict[str, Any]:
    """Return the resolved scenario without its sources, in the order of the contract."""
    plain = model.model_dump(exclude_none=True, mode="json", include={"title", "district", "villages", "target"})
    document: dict[str, Any] = {"schema": 1, "name": model.name, "title": plain["title"]}
    if model.language is not None:
        document["language"] = model.language
    if model.districts is not None:
        table = node.mapping["districts"].mapping["table"]
        document["districts"] = {"table": files.relative(model.districts.table, table.place.folder)}
        if sheet_of(node.mapping["districts"]) is not None:
            document["districts"]["sheet"] = model.districts.sheet
    else:
        document["district"] = plain.get("district")
    document |= {"origin": model.origin, "horizon": model.horizon}
    if "villages" in plain and model.districts is None:
        document["villages"] = _villages(plain["villages"], node, files)
    document["target"] = plain["target"]
    document["transition"] = _transition(model, law, node, files)
    document["interventions"] = [_intervention(name, plan, law) for name, plan in plans.items()]
    document["overlap"] = model.overlap
    return document


def as_yaml(document: Mapping[str, Any], rename: Callable[[str], str], left_out: Iterable[str] = ()) -> str:
    """Return a resolved scenario as the text of a scenario file.

    Parameters
    ----------
    rename
        Path of a data file -> the path to write.
    left_out
        Dotted keys that are not written: those of `default_keys`, so that defaults stay known as such.
    """
    import yaml

    document = deepcopy(dict(document))
    for key in left_out:
        _drop(document, key.split("."))
    for section, key in DATA_FILES:
        if key in document.get(section, {}):
            document[section][key] = rename(document[section][key])
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120))


def _drop(part: Any, keys: list[str]) -> None:
    """Remove an entry, and the mappings that are empty without it; interventions are found by name."""
    if isinstance(part, list):
        part = {item["name"]: item for item in part}
    first, *rest = keys
    if rest:
        _drop(part[first], rest)
    if not rest or part[first] == {}:
        del part[first]


def _villages(plain: dict[str, Any], node: Node, files: Files) -> dict[str, Any]:
    section = dict(plain)
    if "table" in section:
        section["table"] = files.relative(section["table"], node.mapping["villages"].mapping["table"].place.folder)
    elif not any(isinstance(four, dict) for four in section.get("status_counts", {}).values()):
        section.setdefault("subdistricts", 1)
    if sheet_of(node.mapping["villages"]) is None:
        section.pop("sheet", None)
    if "status_counts" not in node.mapping["villages"].mapping:
        section.pop("status_counts", None)
    return section


def _transition(model: ScenarioFile, law: Law, node: Node, files: Files) -> dict[str, Any]:
    section: dict[str, Any] = {} if law.matrix is None else {"matrix": dict(law.matrix)}
    for key, value in law.notation.items():
        if not key.is_effect:
            *above, last = key.split(".", maxsplit=1)
            (section.setdefault(above[0], {}) if above else section)[last] = value
    section["min_years"] = model.transition.min_years
    if model.transition.parameters_from is not None:
        place = node.mapping["transition"].mapping["parameters_from"].place
        section["parameters_from"] = files.relative(model.transition.parameters_from, place.folder)
    return section


def _intervention(name: str, plan: InterventionSection, law: Law) -> dict[str, Any]:
    effects = [f"odds_ratio_{direction}" for direction in DIRECTIONS]
    section = plan.model_dump(exclude_none=True, mode="json", exclude={*effects, "cost_idr_million"})
    if not section["eligible"]["where"]:
        del section["eligible"]["where"]
    for direction in DIRECTIONS:
        if (key := ParameterKey.effect(name, direction)) in law.notation:
            section[key.kind] = law.notation[key]
    section["cost_idr_million"] = plan.cost_idr_million
    return section


def parameter_keys(parameters: ParameterSet) -> dict[str, ParameterKey]:
    """Return every parameter by its key in the scenario file, its section first."""
    rows = [] if parameters.matrix is None else [ParameterKey("matrix", level) for level in LEVELS]
    return {key.scenario_key: key for key in (*parameters.scalars, *rows)}


def default_keys(parameters: ParameterSet) -> list[str]:
    """Return the scenario keys that were left to their default prior."""
    return [key for key, name in parameter_keys(parameters).items() if name in parameters.defaulted]


def is_default(section: Mapping[str, Any], key: str) -> bool:
    """Return whether a resolved intervention (one with a name) or target says what holds where nothing is written."""
    model = InterventionSection if "name" in section else TargetSection
    known = model.model_fields[key]
    if known.is_required():
        return False
    standing = known.get_default(call_default_factory=True)
    if key == "eligible":
        standing = {"status": list(standing.status)}
    return bool(section.get(key) == (list(standing) if isinstance(standing, tuple) else standing))


def _document_keys(part: Any, above: str = "") -> Iterator[str]:
    """Yield every dotted key of a document, interventions under their names."""
    if isinstance(part, list) and all(isinstance(item, dict) for item in part):
        part = {item["name"]: item for item in part}
    if isinstance(part, dict):
        for key, child in part.items():
            yield f"{above}{key}"
            yield from _document_keys(child, f"{above}{key}.")


def sources_of(
    document: Mapping[str, Any], law: Law, node: Node, collector: Collector, complete: bool
) -> dict[str, str]:
    """Return the origin of every listed key and of every parameter.

    Unknown keys are told where all files of the scenario were read (`complete`).
    """
    given = node.get("sources")
    parameters = parameter_keys(law.parameters)
    given_keys = (".".join(keys) for keys, _ in node.walk() if keys[0] != "sources")
    known = {*_document_keys(document), *parameters, *given_keys}
    names = sorted(known)
    sources: dict[str, str] = {}
    for key, entry in given.mapping.items() if given is not None else ():
        if key not in known and (not complete or collector.full):
            continue
        if key not in known:
            message = Message("the resolved scenario has no key of this name")
            allowed = Message("a key of the scenario, such as transition.year_sd or villages.status_counts")
            fix = collector.nearest(key, names)
            collector.add(entry, f"sources.{key}", message, found=key, allowed=allowed, suggestion=fix)
        elif isinstance(entry.value, str) and _speaks_of(entry, node, key) and not is_placeholder(entry.value):
            sources[key] = entry.value
    for key, name in parameters.items():
        if name in law.calibrated and not _younger(given, node, key):
            sources[key] = CALIBRATED
        elif key not in sources:
            sources[key] = _inherited(key, sources) or _unlisted(name, law)
    return sources


def _speaks_of(entry: Node, node: Node, key: str) -> bool:
    """Return whether a source is at least as young as its value: an overlay's number has another origin."""
    value = node.get(*key.split("."))
    return value is None or entry.place.generation <= value.place.generation


def _younger(given: Node | None, node: Node, key: str) -> bool:
    """Return whether a source of a key, or of one above it, is at least as young as the draws that the key has."""
    drawn = node.mapping["transition"].mapping["parameters_from"].place
    entries = given.mapping if given is not None else {}
    return any(
        f"{key}.".startswith(f"{above}.") and entry.place.generation <= drawn.generation
        for above, entry in entries.items()
    )


def _inherited(key: str, sources: Mapping[str, str]) -> str | None:
    """Return the origin of the nearest key above that has one."""
    while "." in key:
        key = key.rpartition(".")[0]
        if key in sources:
            return sources[key]
    return None


def _unlisted(key: ParameterKey, law: Law) -> str:
    if key in law.calibrated:
        return CALIBRATED
    return DEFAULT_PRIOR if key in law.parameters.defaulted else ASSUMED
