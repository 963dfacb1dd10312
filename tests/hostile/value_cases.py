"""Values of the wrong type under every key of the format, and numbers that no computer should trust.

Knows the keys from the JSON Schema; must not know which checks exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import yaml
from inputs.scenario_desk import SECTIONS

from simulation.inputs.schema import json_schema

from .bench import ACCEPTED, Bench, Case, sections

RICH = {
    "title": {"id": "a"},
    "villages": {"table": "villages.csv", "as_of": "2025-07-31"},
    "target": {"share": 0.1, "reading": "entries", "levels": ["mandiri"]},
    "transition": {"rise": {"dasar": 0.1}},
    "interventions": [{"name": "pokja", "starts": 2026, "capacity": 2}],
}
"""A base in which every section stands, so that a wrong value is the only thing wrong."""

NOT_FINITE = (".nan", ".inf", "-.inf", "1e999", "-1e999", "9" * 400, "-" + "9" * 5000, "1" + "0" * 308 + ".5")
ALWAYS_WRONG: tuple[Any, ...] = (None, [[[]]], {"\u2603": [[]]}, [None])
WRONG_FOR = {
    "number": ("lima", True, "", "1e999"),
    "integer": ("lima", True, "", 2.5, -1e300),
    "string": (5, True),
    "boolean": ("yes", 1, ""),
    "array": ("a", 1, {}),
    "object": ("a", 1, []),
}
MARK = "@@value@@"

NUMBERS = {
    "too large for any float": "1e999",
    "below zero and too large": "-1e999",
    "ten thousand digits": "9" * 10_000,
    "three million digits": "9" * 3_000_000,
    "three million decimals": "0." + "1" * 3_000_000,
    "an exponent of a million digits": "1e" + "9" * 1_000_000,
    "an exponent of minus a million digits": "-1e-" + "9" * 1_000_000,
    "hexadecimal": "0x1F",
    "octal of YAML 1.1": "0017",
    "octal of YAML 1.2": "0o17",
    "binary": "0b101",
    "hours and minutes": "1:30:00",
    "grouped by underscores": "1_000",
    "grouped by blanks": "1 000",
    "decimal comma": "0,5",
    "thousands in Indonesian": "1.000,5",
    "two decimal points": "1.5.2",
    "a percentage": "5%",
    "two signs": "--5",
    "an exponent without digits": "1e",
    "digits of Arabic": "\u0665",
    "digits of full width": "\uff15",
    "a superscript": "5\u00b2",
    "a fraction sign": "\u00bd",
    "minus as printers write it": "\u22125",
    "infinity as Python writes it": "inf",
    "infinity as JSON writes it": "Infinity",
    "infinity as a sign": "\u221e",
    "not a number as JSON writes it": "NaN",
    "not a number as YAML writes it": ".NaN",
    "Excel's error": "'#DIV/0!'",
    "a number in quotes": "'5'",
    "a formula": "'=1+1'",
    "Decimal": "Decimal('5')",
    "complex": "5j",
    "a day": "2025-07-31",
}  # fmt: skip

EXTREMES = {
    "the longest horizon from the last origin": "origin: 2200\nhorizon: 50",
    "counts of a hundred thousand": "villages: {status_counts: {dasar: 50000, berkembang: 0, mandiri: 0, paripurna: 50000}}",
    "one village": "villages: {status_counts: {dasar: 0, berkembang: 0, mandiri: 0, paripurna: 1}}",
    "smallest share": "target: {share: 5.0e-324}",
    "a share of seventeen digits": "target: {share: 0.012345678901234567}",
    "a stock of everything": "target: {share: 1, reading: stock}",
    "levels named twice": "target: {reading: stock, levels: [mandiri, mandiri, paripurna, berkelanjutan]}",
    "smallest odds ratio": "transition: {peer_odds_ratio: 5.0e-324}",
    "largest odds ratio": "transition: {peer_odds_ratio: 1000}",
    "widest normal": "transition: {peer_odds_ratio: {normal: {mean: 6.91, sd: 10}}}",
    "normal without width": "transition: {peer_odds_ratio: {normal: {mean: -6.91, sd: 0}}}",
    "spread of a hundred": "transition: {year_sd: 100, village_sd: 100, subdistrict_sd: 100}",
    "half-normal without width": "transition: {year_sd: {half_normal: {sd: 0}}}",
    "narrowest interval": "transition: {year_sd: {median: 1, interval90: [0.9999999999999999, 1]}}",
    "widest interval": "transition: {year_sd: {median: 1.0e-4, interval90: [1.0e-10, 99]}}",
    "tiny shapes of a beta": "transition: {fall: {beta: {alpha: 5.0e-324, beta: 5.0e-324}}}",
    "huge shapes of a beta": "transition: {fall: {beta: {alpha: 1.0e+6, beta: 1.0e+6}}}",
    "uneven shapes of a beta": "transition: {fall: {beta: {alpha: 1.0e-300, beta: 1.0e+6}}}",
    "logit far out": "transition: {fall: {logit_normal: {mean: 50, sd: 10}}, skip: {logit_normal: {mean: -50, sd: 10}}}",
    "certain falls and skips": "transition: {fall: 1, skip: 1, rise: {dasar: 1, berkembang: 1, mandiri: 1}}",
    "nothing ever moves": "transition: {fall: 0, skip: 0, rise: {dasar: 0, berkembang: 0, mandiri: 0}}",
    "campaign every year": "transition: {campaign: {probability: 1, odds_ratio: 1000}}",
    "years beyond the horizon before a rise": "transition: {min_years: 50}",
    "capacity of nobody": "interventions: [{name: a, starts: 2026, capacity: 0}]",
    "coverage of nobody": "interventions: [{name: a, starts: 2026, coverage: 0}]",
    "smallest coverage": "interventions: [{name: a, starts: 2026, coverage: 5.0e-324}]",
    "capacity beyond the villages": "interventions: [{name: a, starts: 2026, capacity: 100000, odds_ratio_rise: 1000}]",
    "support after the horizon": "interventions: [{name: a, starts: 2200, ends: 2200, capacity: 1}]",
    "the longest support": (
        "interventions: [{name: a, starts: 2026, capacity: 1, years_per_village: 50, ramp_years: 50, "
        "fades_over_years: 50, cost_idr_million: 1.0e+12}]"
    ),
    "levels of the eligible named twice": (
        "interventions: [{name: a, starts: 2026, capacity: 1, eligible: {status: [dasar, dasar, berkelanjutan]}}]"
    ),
    "nobody eligible": "interventions: [{name: a, starts: 2026, capacity: 1, eligible: {status: [mandiri], where: {kind: kelurahan}}}]",
    "nobody so far on the last day": "so_far: {as_of: 2026-12-31, rises: 0, share: {beta: {alpha: 5.0e-324, beta: 1.0e+6}}}",
    "nobody so far on the first day": "so_far: {as_of: 2026-01-01, rises: 0, share: 0}",
    "negative zeros": "target: {share: 0.1}\ntransition: {fall: -0.0, year_sd: -0.0}",
}  # fmt: skip

ROWS_OF_A_MATRIX = {
    "sum just above one": "{dasar: 1.00000001}",
    "sum beside one": "{dasar: 0.3, berkembang: 0.3}",
    "sum of tiny errors": "{dasar: 0.1, berkembang: 0.2, mandiri: 0.3, paripurna: 0.40000001}",
    "not a number": "{dasar: .nan, berkembang: 1}",
    "below zero": "{dasar: 1.5, berkembang: -0.5}",
    "no observations": "{dasar: 1, effective_n: 0}",
    "endless observations": "{dasar: 1, effective_n: .inf}",
    "a list": "[1, 0, 0, 0]",
    "text": "'1 0 0 0'",
    "a level that does not exist": "{dasr: 1}",
}  # fmt: skip

INTERVALS = {
    "ends that underflow together": "{median: 1.0e-300, interval90: [1.0e-310, 1.0e-300]}",
    "ends too far apart": "{median: 7.0e-161, interval90: [5.0e-324, 1000]}",
    "ends the wrong way round": "{median: 1, interval90: [2, 0.5]}",
    "ends that are equal": "{median: 1, interval90: [1, 1]}",
    "one end": "{median: 1, interval90: [1]}",
    "a thousand ends": "{median: 1, interval90: [" + "1, " * 1000 + "1]}",
    "no ends": "{median: 1, interval90: []}",
    "ends that are mappings": "{median: 1, interval90: [{}, {}]}",
    "median off the middle": "{median: 1, interval90: [0.5, 100]}",
    "median without ends": "{median: 1}",
    "two distributions in one": "{median: 1, interval90: [0.5, 2], normal: {mean: 0, sd: 1}}",
    "distribution of a distribution": "{normal: {mean: {normal: {mean: 0, sd: 1}}, sd: 1}}",
    "distribution that scipy knows": "{cauchy: {loc: 0, scale: 1}}",
    "distribution without shape": "{normal: }",
    "a negative width": "{normal: {mean: 0, sd: -1}}",
}  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield every case of this module."""
    for keys, kinds in leaves():
        wrong = [
            *ALWAYS_WRONG,
            *(value for kind in sorted(kinds) for value in WRONG_FOR[kind] if _fits_none(value, kinds)),
        ]
        texts = [json.dumps(value) for value in wrong]
        yield Case("wrong types", ".".join(keys), partial(_lay, keys, texts), scenario=_names(texts))
        if kinds & {"number", "integer"}:
            yield Case("not finite", ".".join(keys), partial(_lay, keys, NOT_FINITE), scenario=_names(NOT_FINITE))
    for name, number in NUMBERS.items():
        yield Case("numbers", name, partial(_number, number))
    yield from sections("extremes", EXTREMES, ACCEPTED)
    for name, row in ROWS_OF_A_MATRIX.items():
        rest = "".join(f", {level}: {{{level}: 1}}" for level in ("berkembang", "mandiri", "paripurna"))
        text = f"transition: {{matrix: {{dasar: {row}{rest}}}}}"
        yield from sections("matrices", {name: text})
    for name, text in INTERVALS.items():
        yield from sections("distributions", {name: f"transition: {{peer_odds_ratio: {text}}}"})


def _number(number: str, bench: Bench) -> None:
    """Write a number where a whole number, a share, an odds ratio and a cost are asked for."""
    bench.scenario(
        horizon=f"horizon: {number}",
        target=f"target: {{share: {number}}}" if "," not in number else f"target:\n  share: {number}",
        transition=f"transition:\n  peer_odds_ratio: {number}",
        interventions=f"interventions:\n  - name: a\n    cost_idr_million: {number}\n    starts: 2026\n    capacity: 1",
    )


def _names(texts: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(f"{number}.yaml" for number in range(len(texts)))


def _lay(keys: tuple[str, ...], texts: tuple[str, ...] | list[str], bench: Bench) -> None:
    """Write one scenario a value, each the rich one with that value at one key."""
    for number, text in enumerate(texts):
        data = {**yaml.safe_load("\n".join(SECTIONS.values())), **json.loads(json.dumps(RICH))}
        holder: Any = data
        for key in keys[:-1]:
            inner = holder.setdefault(key, [{}] if key == "interventions" else {})
            if not isinstance(inner, dict | list):
                inner = holder[key] = {}
            holder = inner[0] if isinstance(inner, list) else inner
        holder[keys[-1]] = MARK
        bench.write(f"{number}.yaml", json.dumps(data).replace(f'"{MARK}"', text).encode())


@cache
def leaves() -> list[tuple[tuple[str, ...], frozenset[str]]]:
    """Return every key of the format once, with the JSON types that it takes.

    A part that stands at several places, such as a distribution, is entered at the first of them.
    """
    schema = json_schema()
    found: dict[tuple[str, ...], set[str]] = {}
    entered: set[str] = set()

    def walk(part: dict[str, Any], keys: tuple[str, ...]) -> None:
        name = part.get("$ref", "").rpartition("/")[2]
        first = name not in entered
        entered.add(name)
        part = schema["$defs"].get(name, part)
        for inner in [child for word in ("anyOf", "oneOf", "allOf") for child in part.get(word, ())]:
            walk(inner, keys)
        kind = part.get("type", "string" if {"const", "enum"} & part.keys() else None)
        if kind not in {None, "null"}:
            found.setdefault(keys, set()).add(kind)
        for key, child in part.get("properties", {}).items() if first or not name else ():
            walk(child, (*keys, key))
        if keys == ("interventions",) and kind == "array":
            walk(part["items"], keys)

    walk(schema, ())
    return [(keys, frozenset(kinds)) for keys, kinds in found.items() if keys]


def _fits_none(value: object, kinds: frozenset[str]) -> bool:
    """Return whether no type that the key takes could hold a value."""
    of_value = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    kind = of_value[type(value)]
    return kind not in kinds and not (kind == "integer" and "number" in kinds)
