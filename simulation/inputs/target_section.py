"""The section `target` of a scenario held against what a year can bring.

Knows which targets make no sense; must not know whether one is likely to be met.
"""

from __future__ import annotations

from ..domain.messages import Message
from ..domain.status import LEVELS
from ..domain.target import Target
from .collector import Collector
from .schema import ScenarioFile, TargetSection
from .tree import Node
from .validation import Checked

LARGEST_YEARLY_SHARE = 0.5
"""Of all villages, those that may be asked to rise in one year; more is a slip, such as 1 for 1%."""


def read_target(node: Node, checked: Checked[ScenarioFile], collector: Collector) -> Target:
    """Return the target; one that makes no sense goes to `collector`."""
    section = checked.model.target
    if checked.knows("target.reading"):
        _tell_senseless(node, section, collector)
    return Target(section.share, section.reading, section.levels, section.denominator, section.net_of_falls)


def _tell_senseless(node: Node, section: TargetSection, collector: Collector) -> None:
    given = node.mapping["target"].mapping if "target" in node.mapping else {}
    if section.net_of_falls and section.reading != "rises":
        message = Message("net_of_falls goes with reading: rises only")
        fix = Message("remove {one}, or write {other}", {"one": "net_of_falls", "other": "reading: rises"})
        collector.add(given["net_of_falls"], "target.net_of_falls", message, suggestion=fix)
    if section.reading != "stock" and section.share > LARGEST_YEARLY_SHARE:
        message = Message("this asks for more than half of the villages to rise every year")
        allowed = Message("a share above 0, up to {most}", {"most": LARGEST_YEARLY_SHARE})
        percent = {"percent": float(f"{float(section.share):g}"), "share": f"{float(section.share) / 100:g}"}
        fix = Message("{percent:,}% is written {share}", percent)
        collector.add(given["share"], "target.share", message, allowed=allowed, suggestion=fix)
    senseless = _senseless_levels(section)
    if senseless is not None:
        kept = [level for level in section.levels if level != LEVELS[0] and section.reading == "entries"]
        fix = Message("write {value}", {"value": f"[{', '.join(kept or LEVELS[2:])}]"})
        collector.add(given["levels"], "target.levels", senseless, suggestion=fix)


def _senseless_levels(section: TargetSection) -> Message | None:
    """Return why no such target can be meant, or None."""
    levels = set(section.levels)
    if section.reading == "entries" and LEVELS[0] in levels:
        return Message("no village can rise to dasar, so entries cannot count it")
    if section.reading == "stock" and levels == {LEVELS[0]}:
        return Message("a stock of dasar alone grows only where villages fall")
    if section.reading == "stock" and levels == set(LEVELS):
        return Message("all villages stand at one of the four levels: this target is always met")
    return None
