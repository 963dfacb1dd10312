"""Whatever is put into a file, the answer is a scenario or a list of problems, never a crash."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_desk import SECTIONS, VILLAGES

from simulation.domain.messages import DataError, ScenarioError
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.inputs.schema import json_schema

QUICK = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])

WORDS = sorted(
    {name for part in json_schema()["$defs"].values() for name in part.get("properties", {})}
    | set(json_schema()["properties"])
    | {"pokja", "Takisung", "villages.csv", "scenario.yaml", "column:kind", "2025-07-31", "no", "~", "*a", "&a", ""}
)  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**30, max_value=10**31),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(max_size=8),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=8,
)


def load(scenario: bytes, table: bytes = VILLAGES.encode()) -> Scenario | None:
    """Load files from a folder of their own; None where they are refused with problems that can be shown."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "villages.csv").write_bytes(table)
        (Path(folder) / "scenario.yaml").write_bytes(scenario)
        try:
            return load_scenario(Path(folder) / "scenario.yaml")
        except (ScenarioError, DataError) as error:
            problems = error.problems
    assert problems
    assert all(len(str(problem)) < 2000 and len(problem.found) <= 60 for problem in problems)
    assert "\n".join(map(str, problems)).encode()
    return None


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_give_a_scenario_or_problems(content: bytes) -> None:
    """Bytes of any kind in place of a scenario are refused in words."""
    load(content)


@QUICK
@given(st.text(alphabet="{}[]:,-?&*!|>%@`'\"# \n\tab1.~", max_size=60))
def test_any_text_of_yaml_signs_gives_problems(text: str) -> None:
    """Signs that mean something in YAML are refused in words, however they are arranged."""
    assert load(text.encode()) is None


@pytest.mark.slow
@QUICK
@given(st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=6))
def test_any_data_under_known_keys_gives_a_scenario_or_problems(data: dict[str, Any]) -> None:
    """Any value under any key of the format is accepted or refused in words."""
    base = yaml.safe_load("\n".join(SECTIONS.values()))
    load(yaml.safe_dump({**base, **data}, allow_unicode=True).encode("utf-8", "surrogatepass"))
    load(json.dumps({**base, **data}).encode())


@pytest.mark.slow
@QUICK
@given(VALUES, st.sampled_from(["district", "villages", "target", "transition", "interventions", "sources"]), st.data())
def test_any_value_deep_in_a_section_gives_a_scenario_or_problems(
    value: Any, section: str, data: st.DataObject
) -> None:
    """A single wrong value deep inside a rich scenario is accepted or refused in words."""
    base = yaml.safe_load("\n".join(SECTIONS.values()))
    base["interventions"] = [{"name": "pokja", "starts": 2026, "capacity": 2, "eligible": {"where": {"kind": "desa"}}}]
    base["transition"] = {"rise": {"dasar": 0.1}, "year_sd": {"median": 0.6, "interval90": [0.2, 1.8]}}
    base.setdefault(section, {})
    holder: Any = base
    key: Any = section
    for _ in range(data.draw(st.integers(0, 3))):
        child = holder[key]
        if not isinstance(child, dict | list) or not child:
            break
        holder, key = child, data.draw(st.sampled_from(list(child) if isinstance(child, dict) else range(len(child))))
    holder[key] = value
    load(json.dumps(base).encode())


@QUICK
@given(st.binary(max_size=200) | st.text(alphabet='abc,;\t"\n\r\0é0.1', max_size=80).map(str.encode), st.booleans())
def test_any_table_gives_a_scenario_or_problems(rows: bytes, header: bool) -> None:
    """Bytes of any kind in place of a table are accepted or refused in words."""
    head = b"village_code,village,subdistrict,status,launch_year\n" if header else b""
    load("\n".join(SECTIONS.values()).encode(), head + rows)
