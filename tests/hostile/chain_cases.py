"""Scenarios that extend each other wrongly.

Knows how overlays name each other; must not know how they merge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from .bench import ACCEPTED, REFUSED, Bench, Case

PLAN = "interventions: [{name: pokja, starts: 2026, capacity: 2}]\n"

CHAINS: dict[str, Mapping[str, str]] = {
    "itself": {"scenario.yaml": "extends: scenario.yaml\n"},
    "itself by another way": {"scenario.yaml": "extends: ./sub/../scenario.yaml\n", "sub/a.yaml": ""},
    "two in a circle": {"scenario.yaml": "extends: a.yaml\n", "a.yaml": "extends: scenario.yaml\n"},
    "a circle further up": {"scenario.yaml": "extends: a.yaml\n", "a.yaml": "extends: b.yaml\n", "b.yaml": "extends: a.yaml\n"},
    "three folders in a circle": {
        "scenario.yaml": "extends: a/a.yaml\n", "a/a.yaml": "extends: ../b/b.yaml\n", "b/b.yaml": "extends: ../scenario.yaml\n"
    },
    "a list of parents": {"scenario.yaml": "extends: [a.yaml, b.yaml]\n"},
    "a mapping of parents": {"scenario.yaml": "extends: {a: b.yaml}\n"},
    "a number": {"scenario.yaml": "extends: 1\n"},
    "nothing": {"scenario.yaml": "extends:\n"},
    "a parent that is missing": {"scenario.yaml": "extends: a.yaml\n"},
    "a grandparent that is missing": {"scenario.yaml": "extends: a.yaml\n", "a.yaml": "extends: b.yaml\n"},
    "an empty parent": {"scenario.yaml": "extends: a.yaml\n", "a.yaml": ""},
    "a table as a parent": {"scenario.yaml": "extends: villages.csv\n"},
    "a parent that cannot be read": {"scenario.yaml": "extends: a.yaml\n", "a.yaml": "a: [\n"},
    "a parent of another version": {"scenario.yaml": "extends: a.yaml\n", "a.yaml": "schema: 2\n"},
    "a folder as a parent": {"scenario.yaml": "extends: sub\n", "sub/a.yaml": ""},
    "remove without a parent": {"scenario.yaml": "remove: [pokja]\n"},
    "remove what is not inherited": {"scenario.yaml": "extends: a.yaml\nremove: [media]\n", "a.yaml": PLAN},
    "remove a mapping": {"scenario.yaml": "extends: a.yaml\nremove: {pokja: }\n", "a.yaml": PLAN},
    "remove lists": {"scenario.yaml": "extends: a.yaml\nremove: [[pokja], {a: b}, 1, true]\n", "a.yaml": PLAN},
    "remove the same twice": {"scenario.yaml": "extends: a.yaml\nremove: [pokja, pokja]\n", "a.yaml": PLAN},
    "interventions of another type": {"scenario.yaml": "extends: a.yaml\ninterventions: pokja\n", "a.yaml": PLAN},
    "interventions named by lists": {"scenario.yaml": "extends: a.yaml\ninterventions: [{name: [pokja]}]\n", "a.yaml": PLAN},
    "both choices in an overlay": {
        "scenario.yaml": "extends: a.yaml\ninterventions: [{name: pokja, coverage: 0.5, capacity: 1}]\n", "a.yaml": PLAN
    },
    "a section that becomes a number": {"scenario.yaml": "extends: a.yaml\ntransition: 5\n", "a.yaml": "transition: {fall: 0.1}\n"},
    "a number that becomes a section": {"scenario.yaml": "extends: a.yaml\nhorizon: {a: 1}\n", "a.yaml": ""},
}  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield every case of this module."""
    for name, files in CHAINS.items():
        yield Case("chains", name, partial(_lay, files))
    for length, exit_code in {19: ACCEPTED, 20: REFUSED, 500: REFUSED}.items():
        yield Case("chains", f"{length} parents", partial(_long_chain, length), exit_code=exit_code)
    yield Case("chains", "a circle through a link", _linked_circle, "circle")


def _lay(files: Mapping[str, str], bench: Bench) -> None:
    """Write files that extend each other; the last of them is otherwise sound."""
    *overlays, last = files
    for name in overlays:
        bench.write(name, files[name])
    keys = [line.partition(":")[0] for line in files[last].splitlines() if not line.startswith(" ")]
    sound = bench.text(**dict.fromkeys(keys)) if last.endswith("a.yaml") and files[last] else ""
    bench.write(last, (sound + files[last]).encode())


def _long_chain(length: int, bench: Bench) -> None:
    for step in range(length):
        bench.write(f"{step}.yaml", f"extends: {step + 1}.yaml\nhorizon: {1 + step % 50}\n")
    bench.write(f"{length}.yaml", bench.text())
    bench.write("scenario.yaml", "extends: 1.yaml\n")


def _linked_circle(bench: Bench) -> None:
    (bench.folder / "other.yaml").symlink_to("scenario.yaml")
    bench.write("scenario.yaml", "extends: other.yaml\n")
