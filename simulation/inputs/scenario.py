"""A scenario: read, extended, checked whole, and resolved into what the engines take."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..domain.constraints import LONGEST_NAME, refuse
from ..domain.distributions import Distribution
from ..domain.html_table import html_table
from ..domain.intervention import Intervention
from ..domain.mechanism import Mechanism
from ..domain.messages import Message, Refusal, listed, shown
from ..domain.parameters import INTERVENTION_PRIOR, ParameterKey, falls_by_one_level
from ..domain.scenario import Assumptions, Provenance, require_assumptions
from .cross_checks import check_covariates, check_date, read_intervention
from .districts import Region, read_districts
from .files import Files
from .launches import under_launches
from .normalise import prepare
from .overlay import Chain, merged, python_chain, read_chain, without_counts
from .parameters import in_order, read_parameters
from .posterior import LearnedDraws
from .problem_list import Place, ProblemList, tell_at
from .python_source import draws_among, node_of, overlay_of
from .resolve import ASSUMED, DRAWS, RISES_SO_FAR, VILLAGE_MAP, StatedAssumptions, yaml_of
from .schema import InterventionSection, ScenarioFile
from .so_far import read_so_far
from .sources import given_sources, note_placeholders
from .validation import Checked, check
from .village_map import VillageMap, read_village_map
from .village_pairs import with_pairs

if TYPE_CHECKING:
    from .. import Grid

MOST_INTERVENTIONS = 200
"""No planner keeps more apart; every one of them is followed in every village, year and trajectory."""

MOST_CODES = 20
"""Districts that are named where none of a scenario has the code that was asked for."""
_SHARED = ("origin", "horizon", "target", "transition", "reporting", "so_far", "interventions", "overlap", "mechanisms")
"""Keys of a scenario file that districts beside each other have in common."""
_FEW = 3
"""Districts that are named where a scenario is shown in one line; of more, their number."""


class Scenario(StatedAssumptions):
    """Assumptions with a title and an origin, checked and ready to run.

    `dataclasses.replace` makes a changed copy.
    """

    def __eq__(self, other: object) -> bool:
        """Return whether another scenario states the same, sources and tables included."""
        if not isinstance(other, Scenario):
            return NotImplemented
        own = self.mechanisms == other.mechanisms and self.agent_class is other.agent_class
        return self is other or (own and self.document == other.document and self.data == other.data)

    def __repr__(self) -> str:
        """Return one line: name, districts, villages and years."""
        places = [district.district for district in self.districts]
        where = ", ".join(places) if len(places) <= _FEW else f"{len(places)} districts"
        villages = sum(map(len, self.districts))
        return f"<Scenario {self.name}: {where}, {villages:,} villages, {self.years[0]}-{self.years[-1]}>"

    def _repr_html_(self) -> str:
        """Return what the scenario states, for notebooks."""
        target = self.target
        of = f" {', '.join(target.levels)}" if target.reading != "rises" else ""
        known = self.parameters
        rows = [
            *(
                {"what": f"district {one.district_code}", "stated": f"{one.district}: {one.levels_in_words}"}
                for one in self.districts[:_FEW]
            ),
            {"what": "target", "stated": f"{float(target.share):.3g} of {target.denominator}: {target.reading}{of}"},
            *({"what": f"intervention {plan.name}", "stated": _in_short(plan)} for plan in self.interventions),
            {"what": "parameters", "stated": repr(known)[len("<ParameterSet: ") : -1]},
        ]
        if len(self.districts) > _FEW:
            rows.insert(_FEW, {"what": "more districts", "stated": f"{len(self.districts) - _FEW}"})
        return html_table(rows, repr(self)[1:-1], "All of it: .document")

    def __hash__(self) -> int:
        """Return a number that equal scenarios share."""
        return hash((self.name, self.origin, self.horizon))

    @classmethod
    def from_dict(
        cls, mapping: Mapping[str, Any], folder: str | os.PathLike[str] | None = None, *, anywhere: bool = False
    ) -> Scenario:
        """Return the scenario that a mapping states as a scenario file would.

        Parameters
        ----------
        mapping
            Keys and values of a scenario file; distributions and fractions may stand for their notation, and tables
            of Python where files are named, as in `with_`. Problems name such a table by its type and key, its rows
            from 1 on.
        folder
            Where relative paths of tables, and of the file that it ``extends``, start; the working directory if left
            out.
        anywhere
            As `load_scenario` takes it.

        Raises
        ------
        ScenarioError
            Where the scenario cannot be used as stated; it carries every problem.
        DataError
            Where only tables are wrong.

        Examples
        --------
        >>> scenario = Scenario.from_dict({
        ...     "schema": 1, "name": "contoh", "origin": 2025, "horizon": 3,
        ...     "district": {"code": "99.01", "name": "Kabupaten Contoh"},
        ...     "villages": {"status_counts": {"dasar": 30, "berkembang": 8, "mandiri": 2, "paripurna": 1}},
        ... })
        >>> scenario.with_(**{"rise.dasar": 0.1, "horizon": 5}).years
        range(2026, 2031)
        """
        if not isinstance(mapping, Mapping):
            raise TypeError(f"a mapping is needed, not {type(mapping).__name__}: load_scenario reads files")
        collector = ProblemList()
        files = Files((Path() if folder is None else Path(folder)) / "scenario", collector, anywhere=anywhere)
        node = node_of(dict(mapping), Place("", None, files.folder), collector, files.tables)
        return _Resolution(python_chain(node, files, collector), files, collector).scenario()

    def with_(self, **changes: Any) -> Scenario:
        """Return the scenario with some of its numbers changed, checked as an overlay that `extends` it is.

        Parameters
        ----------
        **changes
            Key -> new value: those of a scenario file (``horizon``, ``**{"target.share": 0.1}``), those of
            ``transition`` without it (``**{"rise.dasar": 0.1}``), those of interventions under their names
            (``**{"pokja.capacity": 30}``), as those of mechanisms (``**{"saturating.most": 0.5}``). Values are plain
            numbers, fractions, distributions, or what a file would say; where a file is named, also a data frame, a
            graph of networkx (``villages.network``), a square data frame with codes as its index and columns
            (``villages.distances``) or a posterior (`with_posterior`). A list of ``interventions`` adds to those that
            there are.

        Raises
        ------
        ScenarioError
            Where the scenario cannot be used so; it carries every problem.
        """
        return self._with(changes)

    def with_posterior(self, draws: Any) -> Scenario:
        """Return the scenario with parameters drawn from a posterior of one's own, in place of any that it had.

        Parameters
        ----------
        draws
            A data frame with a column of numbers for each parameter (``rise.dasar``, ``year_sd``,
            ``pokja.odds_ratio_rise``; on the scale of the scenario key: probabilities, odds ratios, spreads) and a row
            for each draw; an `xarray.Dataset`, or an ArviZ InferenceData or DataTree with a group ``posterior``; or the
            path of a Parquet file. Of C chains, row d · C + c is draw d of chain c. A further dimension, over statuses
            or villages, ends the name: ``rise`` at ``dasar`` is ``rise.dasar``.

        Returns
        -------
        Scenario
            Its draw d takes row d, so that `Forecast.parameters` and `Forecast.ensemble` go by the numbers of the
            rows. More draws than rows take them again from the first on, which every Monte Carlo error counts; fewer
            draws are the first rows. Rows count as independent of each other: thin a chain in which they are not. A
            file that `calibrate` wrote is taken as in ``parameters_from``. What the posterior does not hold is as
            before.

        Raises
        ------
        ScenarioError, DataError
            Where a name is no parameter of the scenario, or a draw cannot be one of it; with every problem.

        Examples
        --------
        >>> import pandas as pd
        >>> import simulation as kkb
        >>> mine = pd.DataFrame({"rise.dasar": [0.04, 0.06, 0.05], "year_sd": [0.2, 0.5, 0.4]})
        >>> forecast = kkb.forecast(kkb.example("tanah_laut").with_posterior(mine), draws=3, replicates=2)
        >>> forecast.parameters["rise.dasar"].tolist(), forecast.basis
        ([0.04, 0.06, 0.05], ('own_posterior',))
        """
        return self._with({"parameters_from": draws}, True)

    def _with(self, changes: Mapping[str, Any], anywhere: bool = False) -> Scenario:
        collector = ProblemList()
        draws = draws_among(changes, self.parameters.scalars.keys())
        plain = {key: value for key, value in changes.items() if not any(value is drawn for drawn in draws.values())}
        base = self
        if draws:
            scalars: dict[ParameterKey, Distribution] = {**self.parameters.scalars, **draws}
            if falls_by_one_level({key.kind for key in draws}):
                scalars = {
                    k: v for k, v in scalars.items() if k.kind != "fall_skip" or k not in self.parameters.defaulted
                }
            base = replace(self, parameters=replace(self.parameters, scalars=scalars))
        mechanisms = [mechanism.name for mechanism in self.mechanisms]
        overlay = overlay_of(plain, self.parameters.interventions, mechanisms, collector)
        touched = not {"district", "districts", "villages"}.isdisjoint(overlay)
        files = Files(Path() / "scenario", collector, base.data if touched else None, anywhere=anywhere)
        document = {**base.document, "transition": dict(base.document["transition"])}
        document["transition"].pop("parameters_from", None)
        layers = [
            prepare(node_of(part, Place("", None, files.folder, generation), collector, files.tables), collector)
            for generation, part in enumerate((overlay, document))
        ]
        return _Resolution(merged(layers, collector), files, collector, base, keeps_districts=not touched).scenario()

    def grid(self, values: Mapping[str, Iterable[Any]], **how: Any) -> Grid:
        """Return what every combination of some values achieves, paired with this scenario: see `simulation.grid`."""
        # Experiments stand above scenarios: they are asked for at the front door, like everyone does.
        from .. import grid

        return grid(self, values, **how)

    def of_district(self, code: str) -> Scenario:
        """Return the scenario of one of its districts alone: its numbers are those that it has among all, bit for bit.

        Its name ends in the code, so that its results lie in a folder of their own; one of a single district stays.

        Raises
        ------
        Refusal
            Where it has no district of this code.
        """
        found = tuple(villages for villages in self.districts if villages.district_code == code)
        if not found:
            codes = [villages.district_code for villages in self.districts]
            values = {"code": shown(code), "codes": listed(codes, MOST_CODES), "scenario": self.name}
            raise Refusal(Message("{code} is not a district of {scenario}; it has {codes}", values))
        provinces = {code: self.provinces[code]} if code in self.provinces else {}
        if len(self.districts) == 1:
            return self
        ending = "-" + re.sub(r"[^a-z0-9]+", "-", code.lower()).strip("-")
        name = self.name[: LONGEST_NAME - len(ending)] + ending
        scenario = replace(self, name=name, districts=found, provinces=provinces)
        return replace(scenario, provenance=replace(self.provenance, read=scenario))

    def beside(self, other: Scenario, name: str = "", title: Mapping[str, str] | None = None) -> Scenario:
        """Return one scenario of the districts of this one and of another, which share everything else.

        Every parameter is then one draw for all districts; each keeps its villages and luck of its own.
        `simulation.forecast` and its figures tell of each; `simulation.compare`, `simulation.plan` and whatever else
        looks at one district take `of_district`.

        Parameters
        ----------
        other
            Of other districts, with the same years, target, parameters, interventions and mechanisms.
        name
            Lower-case letters, digits, - and _; both names joined by - if left out.
        title
            Language, ``id`` or ``en``, -> title; none if left out, and the name is then shown.

        Raises
        ------
        Refusal
            Where they differ in more than their villages, with the keys in which they do.
        ScenarioError
            Where the name cannot be one, or both have a district of the same code.

        Examples
        --------
        >>> import simulation as kkb
        >>> kkb.example("tanah_laut").beside(kkb.example("tabanan"), name="dua-kabupaten")
        <Scenario dua-kabupaten: Kabupaten Tanah Laut, Kabupaten Tabanan, 268 villages, 2026-2030>
        """
        require_assumptions(other)
        differ = [key for key in _SHARED if self.document.get(key) != other.document.get(key)]
        differ += ["draws"] if self.data.get(DRAWS) != other.data.get(DRAWS) else []
        differ += ["mechanisms"] if self.mechanisms != other.mechanisms and "mechanisms" not in differ else []
        differ += ["agent_class"] if self.agent_class is not other.agent_class else []
        if differ:
            message = Message(
                "{other} differs from {scenario} in more than its villages ({keys}); give both the same first, in "
                "Python with scenario.with_",
                {"other": other.name, "scenario": self.name, "keys": listed(differ)},
            )
            raise Refusal(message)
        return replace(
            self,
            name=name or f"{self.name}-{other.name}"[:LONGEST_NAME],
            title=title or {},
            districts=self.districts + other.districts,
            provinces={**self.provinces, **other.provinces},
            village_map=None,
            provenance=replace(
                self.provenance, files={**self.provenance.files, **other.provenance.files}, table="", answers={}
            ),
        )

    def to_yaml(self, path: str | os.PathLike[str]) -> Path:
        """Write the scenario as a file that loads again as the same scenario, and return its path.

        Its tables and draws are written beside it, under names that begin with that of the file.

        Raises
        ------
        Refusal
            Where no file could state it.
        """
        path = Path(path)
        prefix = f"{path.stem}_"
        text = yaml_of(self.document, prefix)
        for name, content in self.data.items():
            path.with_name(prefix + name).write_bytes(content)
        path.write_text(text, encoding="utf-8")
        return path

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
        ScenarioError
            Where the scenario cannot be used so, as where it has an intervention of that name already.
        """
        rise = INTERVENTION_PRIOR if odds_ratio_rise is None else odds_ratio_rise
        on_rises, on_falls = ParameterKey.effect(plan.name, "rise"), ParameterKey.effect(plan.name, "fall")
        parameters = replace(
            self.parameters,
            scalars={**self.parameters.scalars, on_rises: rise, on_falls: odds_ratio_fall},  # type: ignore[dict-item]
            interventions=(*self.parameters.interventions, plan.name),
            defaulted=self.parameters.defaulted | ({on_rises} if odds_ratio_rise is None else frozenset()),
        )
        scenario = replace(self, interventions=(*self.interventions, plan), parameters=parameters)
        if source is None:
            return scenario
        sources = {**scenario.sources, str(on_rises.scenario_key): source}
        return replace(scenario, provenance=replace(self.provenance, sources=sources, read=scenario))

    def with_mechanism(self, mechanism: Mechanism | type[Mechanism]) -> Scenario:
        """Return this scenario with one mechanism more; its parameters have their priors, unless they are stated.

        Parameters
        ----------
        mechanism
            A `Mechanism`, or its class where that needs no arguments; its name must be new.

        Raises
        ------
        ScenarioError
            Where it cannot be used so, with every problem.
        """
        own = mechanism() if isinstance(mechanism, type) else mechanism
        if not isinstance(own, Mechanism):
            raise TypeError(f"a mechanism must derive from Mechanism; found {mechanism!r}")
        refuse(own.problems())
        stated, priors = self.parameters.scalars, own.priors
        given = {
            key.scenario_key: own.sources.get(name, ASSUMED)
            for name, key in zip(own.parameters, priors, strict=True)
            if key not in stated
        }
        parameters = replace(self.parameters, scalars=in_order({**priors, **stated}))
        scenario = replace(self, mechanisms=(*self.mechanisms, own), parameters=parameters)
        # What was read, as if its files had held the mechanism: its sources stand beside theirs.
        provenance, read = self.provenance, self.provenance.read
        sources = {**given, **provenance.sources}
        if read is not None:
            known = replace(read.parameters, scalars=in_order({**priors, **read.parameters.scalars}))
            read = replace(read, mechanisms=scenario.mechanisms, parameters=known)
        return replace(scenario, provenance=replace(provenance, sources=sources, read=read))

    def with_agents(self, agent_class: type | None) -> Scenario:
        """Return this scenario with villages of one's own kind, or with the standard ones.

        Parameters
        ----------
        agent_class
            A subclass of `simulation.VillageAgent`; None for the standard one.

        Raises
        ------
        TypeError
            Where it is none.
        """
        # Villages that act stand above scenarios: their class is asked for at the front door, like everyone does.
        from .. import VillageAgent

        if agent_class is not None and not (isinstance(agent_class, type) and issubclass(agent_class, VillageAgent)):
            raise TypeError(f"agent_class must be a subclass of VillageAgent; found {agent_class!r}")
        return replace(self, agent_class=agent_class)


def _in_short(plan: Intervention) -> str:
    """Return when an intervention acts, on how many villages, and what it costs."""
    years = f"from {plan.starts}" if plan.ends is None else f"{plan.starts}-{plan.ends}"
    reach = f"capacity {plan.capacity}" if plan.coverage is None else f"coverage {float(plan.coverage):g}"
    cost = f", {plan.cost_idr_million:g} million rupiah a village-year" if plan.cost_idr_million else ""
    order = plan.priority if isinstance(plan.priority, str) else "a list of villages"
    return f"{years}, {reach}, priority {order}{cost}"


def load_scenario(path: str | os.PathLike[str], *, anywhere: bool = False) -> Scenario:
    """Return the scenario in a file, with everything it extends and names.

    Parameters
    ----------
    path
        A scenario file (YAML).
    anywhere
        Whether the paths in it may lead to any folder of this computer, absolute ones too; else they stay within the
        folder tree of the project or the scenario, so that it can be handed on.

    Returns
    -------
    Scenario
        Checked, and ready for `forecast` and its neighbours.

    Raises
    ------
    ScenarioError
        Where the scenario cannot be used as written; it carries the problems of all files.
    DataError
        Where only tables are wrong.

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/tanah_laut.yaml")
    >>> scenario.origin, scenario.horizon, scenario.districts[0].district
    (2025, 5, 'Kabupaten Tanah Laut')
    """
    if isinstance(path, Mapping):
        raise TypeError("load_scenario reads files; Scenario.from_dict takes a mapping")
    collector = ProblemList()
    files = Files(Path(path), collector, anywhere=anywhere)
    chain = read_chain(files, collector)
    if chain is None:
        raise collector.error()
    return _Resolution(chain, files, collector).scenario()


@dataclass
class _Resolution:
    """Checks a whole scenario and turns it into what the engines take.

    Attributes
    ----------
    chain, files, collector
        The scenario as written, the files that it names, and where problems go.
    base
        The scenario that it changes in Python; its draws hold where nothing else is said.
    keeps_districts
        Whether its districts hold, too.
    """

    chain: Chain
    files: Files
    collector: ProblemList
    base: Scenario | None = None
    keeps_districts: bool = False

    def scenario(self) -> Scenario:
        """Return the scenario, or raise with every problem."""
        entries = {key: child for key, child in self.chain.node.mapping.items() if key != "interventions"}
        whole, complete = self.chain.node.with_value(entries), self.chain.complete
        checked = check(ScenarioFile, whole, self.collector, complete=complete)
        model, origin = checked.model, checked.get("origin")
        plans = self._check_plans()
        region = self._region(checked)
        if region.dropped_counts:
            self.chain = without_counts(self.chain)
        node = self.chain.node
        check_date(node, origin, self.collector)
        village_map = self._village_map(checked, region)
        interventions = [
            read_intervention(node, plan, origin, region, self.collector)
            for name, plan in plans.items()
            if plan.get("name") == name
        ]
        sound = tuple(plan for plan in interventions if plan is not None)
        kept = None if self.base is None else LearnedDraws.of(self.base.parameters)
        stated = {name: plan.model for name, plan in plans.items()}
        parameters = read_parameters(node, model, stated, self.files, self.collector, kept)
        if origin is not None and checked.knows("launches", "transition", "villages"):
            parameters = under_launches(node, model, region, parameters, self.collector)
        check_covariates(node, parameters, region, self.collector)
        if checked.knows("target.reading"):
            tell_at(node, model.target.problems(), self.collector)
        so_far = read_so_far(node, checked, region, self.files, self.collector)
        sources = given_sources(node, parameters, sound, self.collector, complete)
        self.collector.raise_if_any()
        read = Assumptions(
            name=model.name,
            origin=model.origin,
            horizon=model.horizon,
            districts=region.districts,
            parameters=parameters,
            target=model.target,
            interventions=sound,
            overlap=model.overlap,
            min_years=model.transition.min_years,
            so_far=so_far,
            mechanisms=() if self.base is None else self.base.mechanisms,
            agent_class=None if self.base is None else self.base.agent_class,
        )
        return self._with_provenance(read, model, region, village_map, sources)

    def _check_plans(self) -> dict[str, Checked[Any]]:
        section = self.chain.node.get("interventions")
        plans = section.mapping if section is not None else {}
        if section is not None and len(plans) > MOST_INTERVENTIONS:
            message = Message("there are more than {most} interventions", {"most": MOST_INTERVENTIONS})
            fix = Message("write interventions that act alike as one")
            self.collector.add(section.place, "interventions", message, suggestion=fix)
        complete = self.chain.complete
        return {
            name: check(InterventionSection, plan, self.collector, under=("interventions", name), complete=complete)
            for name, plan in islice(plans.items(), MOST_INTERVENTIONS)
        }

    def _region(self, checked: Checked[ScenarioFile]) -> Region:
        if self.base is None or not self.keeps_districts:
            region = read_districts(self.chain.node, checked, self.files, self.collector, self.chain.complete)
            return with_pairs(self.chain.node, checked.model.villages, region, self.files, self.collector)
        return Region(self.base.districts, self.base.provinces)

    def _village_map(self, checked: Checked[ScenarioFile], region: Region) -> VillageMap | None:
        if self.base is None or not self.keeps_districts:
            return read_village_map(self.chain.node, checked.model.villages, region, self.files, self.collector)
        return self.base.village_map

    def _with_provenance(
        self,
        read: Assumptions,
        model: ScenarioFile,
        region: Region,
        village_map: VillageMap | None,
        sources: Mapping[str, str],
    ) -> Scenario:
        before = Provenance() if self.base is None else self.base.provenance
        for note in before.notes:
            self.collector.note(note)
        table = before.table if self.keeps_districts else ""
        if read.so_far is not None and model.so_far is not None and model.so_far.table is not None:
            sources = {RISES_SO_FAR: f"stated; {model.so_far.table}", **sources}
        if village_map is not None and model.villages is not None:
            sources = {VILLAGE_MAP: f"stated; {model.villages.map}", **sources}
        if model.villages is not None:
            paths = {"villages.network": model.villages.network, "villages.distances": model.villages.distances}
            sources = {**{key: f"stated; {path}" for key, path in paths.items() if path is not None}, **sources}
        provenance = Provenance(
            sources=sources,
            files={**before.files, **self.files.hashes},
            changes=(*before.changes, *self.chain.changes),
            table=region.table.table.shown if region.table is not None else table,
            read=read,
            as_of=model.villages.as_of if model.villages is not None else None,
            answers={**before.answers, **region.answers},
        )
        scenario = Scenario(
            **{each.name: getattr(read, each.name) for each in fields(Assumptions)},
            title={code: text for code, text in vars(model.title).items() if text is not None},
            language=model.language,
            provinces=region.provinces,
            village_map=village_map,
            hub={name: text for name, text in vars(model.hub).items() if text is not None},
            provenance=provenance,
        )
        note_placeholders(scenario, self.chain.node, self.collector)
        return replace(scenario, provenance=replace(provenance, notes=tuple(self.collector.notes)))
