"""A scenario: read, extended, checked whole, and resolved into what the engines take.

Knows how files become a `Scenario`; must not know how one is run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any

from ..domain.distributions import Distribution, Fixed
from ..domain.intervention import Intervention
from ..domain.messages import Message
from ..domain.parameters import INTERVENTION_PRIOR, ParameterKey
from ..domain.scenario import Assumptions, Provenance
from ..domain.target import Target
from .collector import Collector
from .columns import check_covariates
from .document import document_of, sources_of
from .files import Files
from .law import Law, read_law
from .likely_fix import day_of, likely_day
from .overlay import Chain, read_chain, without_counts
from .placeholders import note_placeholders
from .programmes import STAND_INS as PROGRAMME_STAND_INS
from .programmes import InterventionCheck
from .region import Region, read_region
from .schema import InterventionSection, ScenarioFile
from .structure import Checked, Structure
from .target_section import read_target
from .transition_schema import Transition
from .tree import Node

STAND_INS: dict[str, Any] = {
    "schema": 1,
    "name": "unnamed",
    "origin": 2000,
    "horizon": 50,
    "district.code": "00.00",
    "district.name": "unnamed",
}
"""Put in for required keys that are wrong or missing, so that the rest can still be checked."""

MOST_INTERVENTIONS = 200
"""No planner keeps more apart; every one of them is followed in every village, year and trajectory."""


@dataclass(frozen=True, eq=False)
class Scenario(Assumptions):
    """Assumptions with a title and an origin, checked and ready to run.

    `dataclasses.replace` makes a changed copy.

    Attributes
    ----------
    title, language
        Title per language (may be empty); language of what is shown, None for the reader's own.
    provinces
        District code -> province, where ``districts:`` is used.
    provenance
        Where the assumptions came from.
    """

    title: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    provinces: Mapping[str, str] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def document(self) -> Mapping[str, Any]:
        """The scenario as its files state it, every default filled in; empty for one changed or made in Python."""
        read = self.provenance.read
        return self.provenance.document if read is not None and self.agrees_with(read) else {}

    @property
    def data(self) -> Mapping[str, bytes]:
        """Every data file that the document names -> its content."""
        return self.provenance.data if self.document else {}

    @property
    def sources(self) -> Mapping[str, str]:
        """Scenario key -> where the number comes from (``stated; …``, ``estimated; …``, ``assumed; …``)."""
        return self.provenance.sources

    def with_intervention(
        self,
        plan: Intervention,
        odds_ratio_rise: Distribution | float | None = None,
        odds_ratio_fall: Distribution | float = 1.0,
        source: str | None = None,
    ) -> Scenario:
        """Return this scenario with one intervention more, at the end.

        Parameters
        ----------
        plan
            The intervention; its name must be new.
        odds_ratio_rise, odds_ratio_fall
            Its effects at full dose, above 0: numbers or distributions; None for the default prior.
        source
            Where the effect on rising comes from, such as ``"assumed; a guess"``.

        Raises
        ------
        ValueError
            Where the scenario has an intervention of that name already.
        """
        if any(other.name == plan.name for other in self.interventions):
            raise ValueError(f"the scenario has an intervention {plan.name} already")
        rise = INTERVENTION_PRIOR if odds_ratio_rise is None else odds_ratio_rise
        on_rises, on_falls = ParameterKey.effect(plan.name, "rise"), ParameterKey.effect(plan.name, "fall")
        effects = {on_rises: rise, on_falls: odds_ratio_fall}
        parameters = replace(
            self.parameters,
            scalars={
                **self.parameters.scalars,
                **{key: Fixed(value) if isinstance(value, int | float) else value for key, value in effects.items()},
            },
            interventions=(*self.parameters.interventions, plan.name),
            defaulted=self.parameters.defaulted | ({on_rises} if odds_ratio_rise is None else frozenset()),
        )
        sources = (
            dict(self.sources)
            if source is None
            else {**self.sources, f"interventions.{plan.name}.odds_ratio_rise": source}
        )
        provenance = replace(self.provenance, sources=sources)
        return replace(self, interventions=(*self.interventions, plan), parameters=parameters, provenance=provenance)


def load_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Return the scenario in a file, with everything it extends and names.

    Parameters
    ----------
    path
        A scenario file (YAML).

    Raises
    ------
    ScenarioError
        Where the scenario cannot be used as written; it carries the problems of all files.
    DataError
        Where only tables are wrong.
    """
    collector = Collector()
    files = Files(Path(path), collector)
    chain = read_chain(files, collector)
    if chain is None:
        raise collector.error()
    return _Resolution(chain, files, collector).scenario()


class _Resolution:
    """Checks a whole scenario and turns it into what the engines take."""

    def __init__(self, chain: Chain, files: Files, collector: Collector) -> None:
        self._chain = chain
        self._files = files
        self._collector = collector

    @property
    def _node(self) -> Node:
        return self._chain.node

    def scenario(self) -> Scenario:
        """Return the scenario, or raise with every problem."""
        checked = self._check_file()
        plans = self._check_plans()
        region = read_region(self._node, checked, self._files, self._collector, self._chain.complete)
        if region.dropped_counts:
            self._chain = without_counts(self._chain)
        self._dates(checked)
        model = checked.model
        origin = model.origin if model is not None and checked.knows("origin") else None
        interventions = [
            InterventionCheck(
                name,
                self._node.mapping["interventions"].mapping[name],
                plan,
                origin,
                region.districts,
                region.table,
                self._collector,
            ).resolve()
            for name, plan in plans.items()
        ]
        sound = {name: plan.model for name, plan in plans.items() if plan.model is not None}
        transition = model.transition if model is not None else Transition()
        law = read_law(self._node, transition, sound, self._files, self._collector)
        check_covariates(self._node, law, region, self._collector)
        if model is None:
            raise self._collector.error()
        target = read_target(self._node, checked, model.target, self._collector)
        return self._finished(model, sound, law, region, target, [plan for plan in interventions if plan is not None])

    def _check_file(self) -> Checked[ScenarioFile]:
        entries = {key: child for key, child in self._node.mapping.items() if key != "interventions"}
        node = self._node.with_value(entries)
        return Structure(
            ScenarioFile, node, self._collector, stand_ins=STAND_INS, complete=self._chain.complete
        ).check()

    def _check_plans(self) -> dict[str, Checked[InterventionSection]]:
        section = self._node.get("interventions")
        plans = section.mapping if section is not None else {}
        if section is not None and len(plans) > MOST_INTERVENTIONS:
            message = Message("there are more than {most} interventions", {"most": MOST_INTERVENTIONS})
            fix = Message("write interventions that act alike as one")
            self._collector.add(section.place, "interventions", message, suggestion=fix)
        return {
            name: Structure(
                InterventionSection,
                plan,
                self._collector,
                under=("interventions", name),
                stand_ins=PROGRAMME_STAND_INS,
                complete=self._chain.complete,
            ).check()
            for name, plan in islice(plans.items(), MOST_INTERVENTIONS)
        }

    def _dates(self, checked: Checked[ScenarioFile]) -> None:
        """Tell where `as_of` is no day, or lies after the origin."""
        node = self._node.get("villages", "as_of")
        if node is None or not isinstance(node.value, str | int | float):
            return
        day = day_of(node.text)
        if day is None:
            message = Message("this is not a day of the calendar")
            allowed = Message("a day written year-month-day, such as 2025-07-31")
            self._collector.add(node, "villages.as_of", message, allowed=allowed, suggestion=likely_day(node.text))
            return
        if checked.model is not None and checked.knows("origin") and day.year > checked.model.origin:
            message = Message("this day lies after the origin, {origin}", {"origin": checked.model.origin})
            allowed = Message("a day up to the end of {origin}", {"origin": checked.model.origin})
            self._collector.add(node, "villages.as_of", message, allowed=allowed)

    def _finished(
        self,
        model: ScenarioFile,
        plans: Mapping[str, InterventionSection],
        law: Law,
        region: Region,
        target: Target,
        interventions: list[Intervention],
    ) -> Scenario:
        """Return the scenario; what is still wrong is raised here."""
        document = document_of(model, plans, law, self._node, self._files)
        document["sources"] = sources_of(document, law, self._node, self._collector, self._chain.complete)
        self._collector.raise_if_any()
        note_placeholders(document, self._node, region.districts, self._collector)
        read = Assumptions(
            name=model.name,
            origin=model.origin,
            horizon=model.horizon,
            districts=region.districts,
            parameters=law.parameters,
            target=target,
            interventions=tuple(interventions),
            overlap=model.overlap,
            min_years=model.transition.min_years,
        )
        provenance = Provenance(
            sources=document["sources"],
            files=self._files.hashes,
            changes=self._chain.changes,
            notes=tuple(self._collector.notes),
            table=region.table.table.shown if region.table is not None else "",
            read=read,
            document=document,
            data=self._files.data,
        )
        return Scenario(
            **{each.name: getattr(read, each.name) for each in fields(Assumptions)},
            title=document["title"],
            language=model.language,
            provinces=region.provinces,
            provenance=provenance,
        )
