"""The section `sources` of a scenario: where its numbers come from, as its files say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from ..domain.distributions import Empirical
from ..domain.intervention import Intervention
from ..domain.messages import Message
from ..domain.parameters import ParameterSet
from ..domain.target import Target
from .located_nodes import Node
from .placeholders import is_placeholder
from .problem_list import ProblemList
from .resolve import CALIBRATED, parameter_keys

_ALWAYS = ("title", "origin", "horizon", "target", "transition.min_years", "interventions", "overlap")
"""Keys that every resolved scenario has, whether its files write them or not."""


def given_sources(
    node: Node, parameters: ParameterSet, interventions: Iterable[Intervention], collector: ProblemList, complete: bool
) -> dict[str, str]:
    """Return the sources that a scenario gives and that still hold; unknown keys go to `collector`.

    The source of a value that an overlay changed does not hold, nor does one of the starter's examples.

    Parameters
    ----------
    complete
        Whether all files of the scenario were read; if not, unknown keys are not told.
    """
    given = node.get("sources")
    if given is None:
        return {}
    drawn = node.get("transition", "parameters_from")
    of_parameters = parameter_keys(parameters)
    known = {".".join(keys) for keys, _ in node.walk() if keys[0] != "sources"}
    known |= {above for key in (*of_parameters, *_ALWAYS) for above in _with_parents(key)}
    known |= {f"target.{each.name}" for each in fields(Target)}
    known |= {
        f"interventions.{plan.name}.{each.name.replace('eligible_', 'eligible.')}"
        for plan in interventions
        for each in fields(Intervention)
    }
    names = sorted(known)
    sources: dict[str, str] = {}
    for key, entry in given.mapping.items():
        if key not in known:
            if complete and not collector.full:
                message = Message("the resolved scenario has no key of this name")
                allowed = Message("a key of the scenario, such as transition.year_sd or villages.status_counts")
                fix = collector.nearest(key, names)
                collector.add(entry, f"sources.{key}", message, found=key, allowed=allowed, suggestion=fix)
            continue
        value = node.get(*key.split("."))
        holds = value is None or entry.place.generation <= value.place.generation
        if isinstance(entry.value, str) and holds and not is_placeholder(entry.value):
            sources[key] = entry.value
    for key, name in of_parameters.items():
        if isinstance(parameters.scalars.get(name), Empirical) and drawn is not None:
            younger = [
                above
                for above in _with_parents(key)
                if above in sources and given.mapping[above].place.generation <= drawn.place.generation
            ]
            sources[key] = sources[younger[-1]] if younger else CALIBRATED
    return sources


def _with_parents(key: str) -> list[str]:
    parts = key.split(".")
    return [".".join(parts[:size]) for size in range(1, len(parts) + 1)]
