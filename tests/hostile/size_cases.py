"""Scenario files that grow when they are read: bombs, nesting, chains, and more of everything than anybody needs.

Knows how a few bytes become many; must not know the limits.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from .bench import ACCEPTED, Bench, Case, sections, whole_files
from .yaml_cases import SOUND

NINE = "abcdefghi"
MANY = 19_000
"""As many values as a file may hold, roughly."""

BOMBS = {
    "a billion laughs of lists": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in pairwise(NINE)),
    "a billion laughs of mappings": "a: &a {x: 1}\n"
    + "".join(f"{b}: &{b} {{p: *{a}, q: *{a}, r: *{a}}}\n" for a, b in pairwise(NINE)),
    "a billion laughs of merge keys": "a: &a {x: 1}\n"
    + "".join(f"{b}: &{b} {{<<: [*{a}, *{a}, *{a}]}}\n" for a, b in pairwise(NINE)),
    "a hundred thousand aliases of one long text": SOUND
    + f"title: {{id: &a {'x' * 100_000}}}\nremove: [{'*a, ' * 100_000}]\n",
    "a hundred thousand anchors": SOUND + f"remove: [{', '.join(f'&a{i} x' for i in range(100_000))}]\n",
    "anchors within anchors": SOUND + "remove: " + "".join(f"&a{i} [" for i in range(2000)) + "]" * 2000 + "\n",
    "aliases that are told one by one": SOUND + "sources:\n" + "".join(f"  k{i}: *a\n" for i in range(MANY // 2)),
    "tags that are told one by one": SOUND + "sources:\n" + "".join(f"  k{i}: !t a\n" for i in range(MANY // 2)),
}

NESTING = {
    "lists in flow style": SOUND + "remove: " + "[" * 100_000,
    "lists in flow style that close": SOUND + "remove: " + "[" * 100_000 + "]" * 100_000 + "\n",
    "mappings in flow style": SOUND + "title: " + "{a: " * 50_000 + "1" + "}" * 50_000 + "\n",
    "mappings without keys": SOUND + "title: " + "{" * 100_000,
    "lists and mappings in turn": SOUND + "title: " + "[{a: " * 50_000,
    "lists in block style on one line": SOUND + "remove:\n  " + "- " * 100_000 + "a\n",
    "mappings in block style": SOUND + "".join(" " * depth + f"k{depth}:\n" for depth in range(1500)),
    "keys that are keys": SOUND + "? " * 100_000 + "a\n",
    "keys that are lists of keys": SOUND + "? " + "[? " * 50_000 + "a\n",
    "distributions of distributions": SOUND + "transition: {fall: " + "{beta: {alpha: " * 500 + "1" + "}}" * 500 + "}\n",
    "as deep as may be": SOUND + "title: {id: " + "[" * 17 + "]" * 17 + "}\n",
    "anchors at every level": SOUND + "remove: " + "&a [" * 5_000 + "]" * 5_000 + "\n",
    "quotes within quotes": SOUND + "title: {id: " + "'" * 100_001 + "}\n",
}  # fmt: skip

LONG = {
    "a comment of five megabytes": SOUND.encode() + b"#" + b"x" * 4_990_000 + b"\n",
    "a text of five megabytes": SOUND.encode() + b"title: {id: " + b"x" * 4_990_000 + b"}\n",
    "a text of a million lines": SOUND.encode() + b"title:\n  id: >\n" + b"    x\n" * 800_000,
    "a text of a million escapes": SOUND.encode() + b'title: {id: "' + b"\\x41" * 1_200_000 + b'"}\n',
    "five megabytes of emoji": SOUND.encode() + b"title: {id: " + "\U0001f33a".encode() * 1_240_000 + b"}\n",
    "a key of five megabytes": SOUND.encode() + b"? " + b"x" * 4_990_000 + b"\n: 1\n",
    "a word of five megabytes for a level": SOUND.encode() + b"overlap: " + b"x" * 4_900_000 + b"\n",
    "five megabytes of blank lines": SOUND.encode() + b"\n" * 4_990_000,
    "five megabytes of blanks": SOUND.encode() + b" " * 4_990_000,
    "five megabytes of dashes": SOUND.encode() + b"-" * 4_990_000,
    "five megabytes of quotes": SOUND.encode() + b"title: {id: '" + b"'" * 4_990_000,
    "five megabytes of tabs": SOUND.encode() + b"title:\n" + b"\t" * 4_990_000 + b"id: a\n",
    "five megabytes of one list": SOUND.encode() + b"remove: [" + b"1," * 2_490_000 + b"1]\n",
    "five megabytes of empty lists": SOUND.encode() + b"remove: [" + b"[]," * 1_650_000 + b"1]\n",
    "five megabytes of empty mappings": SOUND.encode() + b"remove: [" + b"{}," * 1_650_000 + b"1]\n",
    "five megabytes of keys": SOUND.encode() + b"sources:\n" + b"".join(b"  k%d: a\n" % i for i in range(400_000)),
    "five megabytes of unknown keys": SOUND.encode() + b"".join(b"k%d: a\n" % i for i in range(450_000)),
    "five megabytes of one key": SOUND.encode() + b"k: a\n" * 990_000,
    "five megabytes of documents": SOUND.encode() + b"---\n" * 1_240_000,
    "five megabytes of directives": b"%A\n" * 1_650_000 + SOUND.encode(),
    "five megabytes of colons": SOUND.encode() + b"title: {id: " + b":" * 4_990_000 + b"}\n",
    "five megabytes of percent signs": SOUND.encode() + b"%" * 4_990_000,
}

MANY_OF = {
    "unknown keys": "".join(f"k{i}: 1\n" for i in range(MANY // 2)),
    "keys one letter from a known one": "".join(f"horizo{i}: 1\n" for i in range(MANY // 2)),
    "unknown keys of two hundred letters": "".join(f"{'ab' * 95}{i}: 1\n" for i in range(10_000)),
    "sources of unknown keys": "sources:\n" + "".join(f"  transition.k{i}: stated\n" for i in range(MANY // 2)),
    "sources that are numbers": "sources:\n" + "".join(f"  transition.k{i}: {i}\n" for i in range(MANY // 2)),
    "interventions": "interventions:\n" + "".join(f"  - {{name: p{i}, starts: 2026, capacity: 1}}\n" for i in range(MANY // 7)),
    "interventions of one name": "interventions:\n" + "  - {name: p, starts: 2026, capacity: 1}\n" * (MANY // 7),
    "interventions without a name": "interventions:\n" + "  - {starts: 2026, capacity: 1}\n" * (MANY // 5),
    "interventions that are lists": "interventions:\n" + "  - []\n" * MANY,
    "covariates": "transition:\n  covariates:\n" + "".join(f"    k{i}: 2\n" for i in range(MANY // 2)),
    "covariates that are distributions": "transition:\n  covariates:\n"
    + "".join(f"    k{i}: {{median: 1, interval90: [0.5, 2]}}\n" for i in range(MANY // 7)),
    "covariates that are wrong": "transition:\n  covariates:\n" + "".join(f"    k{i}: [0]\n" for i in range(MANY // 3)),
    "conditions": "interventions:\n  - name: p\n    starts: 2026\n    capacity: 1\n    eligible:\n      where:\n"
    + "".join(f"        k{i}: 1\n" for i in range(MANY // 2)),
    "kecamatan that are eligible": "interventions:\n  - name: p\n    starts: 2026\n    capacity: 1\n    eligible:\n      subdistrict: ["
    + ", ".join(f"Takisun{i}" for i in range(MANY)) + "]\n",
    "villages first in line": "interventions:\n  - name: p\n    starts: 2026\n    capacity: 1\n    priority: ["
    + ", ".join(f"'63.01.01.{i:04d}'" for i in range(MANY)) + "]\n",
    "names to remove": "remove: [" + ", ".join(f"pokj{i}" for i in range(MANY)) + "]\n",
    "levels": "target: {reading: stock, levels: [" + "mandiri, " * MANY + "mandiri]}\n",
    "levels that are wrong": "target: {reading: stock, levels: [" + "mandirri, " * MANY + "mandiri]}\n",
    "counts by kecamatan": "villages:\n  status_counts:\n"
    + "".join(f"    K{i}: {{dasar: 1, berkembang: 0, mandiri: 0, paripurna: 0}}\n" for i in range(MANY // 10)),
    "villages": "villages:\n  status_counts: {dasar: 100000, berkembang: 100000, mandiri: 100000, paripurna: 100000}\n",
    "villages in many kecamatan": "villages:\n  status_counts:\n" + "".join(
        f"    K{i}: {{dasar: 100000, berkembang: 100000, mandiri: 100000, paripurna: 100000}}\n" for i in range(MANY // 10)),
    "kecamatan": "villages:\n  status_counts: {dasar: 10000, berkembang: 0, mandiri: 0, paripurna: 0}\n  subdistricts: 10000\n",
}  # fmt: skip

ACCEPTED_MANY = {"kecamatan", "counts by kecamatan"}


def cases() -> Iterator[Case]:
    """Yield every case of this module."""
    yield from whole_files("bombs", BOMBS)
    yield from whole_files("nesting", NESTING)
    for case in whole_files("long", LONG):
        harmless = case.name.endswith(("comment of five megabytes", "blank lines", "of blanks"))
        yield Case(case.group, case.name, case.lay, exit_code=ACCEPTED if harmless else case.exit_code)
    for name, text in MANY_OF.items():
        yield from sections("many", {name: text}, ACCEPTED if name in ACCEPTED_MANY else 2)
    yield Case("many", "parents, each full", partial(_full_parents, 20))
    yield Case("many", "changes told one by one", _changes, exit_code=ACCEPTED)
    for name, size in {"a gigabyte": 2**30, "eight gigabytes": 2**33, "a byte above the limit": 5_000_001}.items():
        yield Case("sparse", f"scenario of {name}", partial(_sparse, "scenario.yaml", size), "larger than")
        yield Case("sparse", f"parent of {name}", partial(_sparse_parent, size), "larger than")
    yield Case("sparse", "nothing but NUL up to the limit", partial(_sparse, "scenario.yaml", 5_000_000))


def _sparse(name: str, size: int, bench: Bench) -> None:
    """Write a file that is as large as it says and takes no room."""
    bench.write(name, b"")
    os.truncate(bench.folder / name, size)


def _sparse_parent(size: int, bench: Bench) -> None:
    bench.scenario(extends="extends: parent.yaml")
    _sparse("parent.yaml", size, bench)


def _full_parents(number: int, bench: Bench) -> None:
    """Write a chain of files, each as full as may be, each changing everything."""
    for i in range(number):
        keys = "".join(f"  transition.k{k}: 'stated {i}'\n" for k in range(MANY // 2))
        bench.write(f"{i}.yaml", f"extends: {i + 1}.yaml\nsources:\n{keys}".encode())
    bench.write(f"{number}.yaml", bench.text())
    bench.scenario(extends="extends: 0.yaml")


def _changes(bench: Bench) -> None:
    """Write an overlay that replaces a long list."""
    codes = ", ".join(["'63.01.01.2001'"])
    for name, capacity in (("parent.yaml", 1), ("scenario.yaml", 2)):
        plan = f"interventions:\n  - {{name: p, starts: 2026, capacity: {capacity}, priority: [{codes}]}}"
        parent = {"extends": "extends: parent.yaml"} if capacity == 2 else {}
        bench.write(name, bench.text(**parent, interventions=plan).encode())
