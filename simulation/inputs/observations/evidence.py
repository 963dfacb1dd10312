"""What the districts of a scenario know of their past, read from files as evidence to learn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...domain.evidence import Assistance, Counts, Evidence, Launches, Panel
from ...domain.html_table import html_table
from ...domain.messages import DataError, Message
from ..problem_list import ProblemList
from ..scenario import Scenario
from ..tables.table import Table
from .counts import CountRow, count_series
from .reading import KINDS, Data, Spell, TableReader, read_spells
from .scenario_villages import ScenarioVillages, levels_of
from .villages import History, launches_of, observations_of


@dataclass(frozen=True)
class Gathered:
    """What was read.

    Attributes
    ----------
    evidence
        What the districts know of their past.
    notes
        What a reader should know of how the files were read.
    files
        Every file as it was named -> SHA-256 of its content.
    """

    evidence: Evidence
    notes: tuple[Message, ...]
    files: Mapping[str, str]

    def __repr__(self) -> str:
        """Return one line: what was read, and how many notes say how."""
        return f"<Gathered from {len(self.files)} files: {repr(self.evidence)[1:-1]}; {len(self.notes)} notes>"

    def _repr_html_(self) -> str:
        """Return what was read, and the notes on it, for notebooks."""
        notes = [{"note": number, "text": str(note)} for number, note in enumerate(self.notes, start=1)]
        return self.evidence._repr_html_() + html_table(notes)


def read_evidence(data: Data | Iterable[Data], scenario: Scenario, *, fixed_cohort: bool = False) -> Gathered:
    """Return everything that files say of the past of a scenario's districts.

    Parameters
    ----------
    data
        CSV files and workbooks, of which every sheet is looked at, and data frames with the same columns. A `DataFile`
        says what kind of tables it holds where they are not recognised. Problems name a data frame by its number among
        the data, and its rows from 1 on.
    scenario
        Whose villages, origin and interventions the files are of.
    fixed_cohort
        Whether villages that are not in the lists of all years are left out, instead of told.

    Returns
    -------
    Gathered
        The evidence, and notes on what was left out.

    Raises
    ------
    DataError
        With every problem of every file.

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/contoh_belajar.yaml")
    >>> gathered = kkb.read_evidence("scenarios/data/contoh_belajar_daftar.xlsx", scenario)
    >>> gathered.evidence.blocks
    ('panel', 'launch_years')
    """
    collector, known = ProblemList(DataError), ScenarioVillages(scenario)
    collector.language = scenario.language
    reader = TableReader(KINDS, collector, scenario)
    reader.read(data)
    panels: list[Panel] = []
    launches: list[Launches] = []
    roster = known.roster()
    before = len(collector)
    for sheet in reader.lists:
        roster.join(sheet, scenario.provenance.answers)
    if len(collector) > before:  # the rest would only follow from that
        collector.raise_if_any()
    levels = {code: level for district in scenario.districts for code, level in levels_of(district).items()}
    observed = [
        row for sheet in reader.lists for row in (observations_of(sheet) or launches_of(sheet, scenario.origin, levels))
    ]
    for code, rows in known.group(observed).items():
        found = known.at_origin(code, rows)
        if not found:
            continue
        known.check(code, found)
        history = History(code, found, collector, fixed_cohort=fixed_cohort)
        panel = history.panel()
        if panel is not None:
            panels.append(panel)
        elif not len(collector) and all(row.village.launch is None for row in found):
            message = Message("statuses of one year alone cannot be used: they show no changes")
            fix = Message(
                "add a list of another year, such as the village table of the scenario, or a column launch_year "
                "(tahun_pencanangan)"
            )
            found[0].table.tell(None, found[0].cell.column, message, fix)
        launches += history.launches()
    counts = _counts(reader.counts, known, collector)
    names = [plan.name for plan in scenario.interventions]
    spells = [(table, read_spells(table, names, scenario.origin, roster)) for table in reader.assistance]
    assisted = _assistance(spells, panels, launches)
    collector.raise_if_any()
    # By name alone: the folder that a file lies in says nothing of what it holds.
    sources = {Path(name).name: digest for name, digest in reader.files.items()}
    evidence = Evidence(tuple(panels), counts, tuple(launches), assisted, sources)
    return Gathered(evidence, tuple(collector.notes), reader.files)


def _counts(rows: Iterable[CountRow], known: ScenarioVillages, collector: ProblemList) -> tuple[Counts, ...]:
    """Return counts at two or more dates; a place with one date is noted."""
    found: list[Counts] = []
    for code, of_place in known.group_counts(rows).items():
        known.check_counts(code, of_place)
        place = known.names.get(code, code)
        several = count_series(place, of_place, collector)
        found += [counts for counts in several if len(counts.dates) > 1]
        if len(several[0].dates) == 1:
            values = {"place": place, "date": of_place[0].day}
            message = Message("{place}: counts of one date alone ({date}) show no changes and are not used", values)
            collector.note(message)
    return tuple(found)


def _assistance(
    spells: Sequence[tuple[Table, Sequence[Spell]]], panels: Iterable[Panel], launches: Iterable[Launches]
) -> tuple[Assistance, ...]:
    """Return the assistance given to villages of which statuses are known; of others it is told that nothing is."""
    seen: dict[str, set[str]] = defaultdict(set)
    blocks: list[Panel | Launches] = [*panels, *launches]
    for block in blocks:
        seen[block.district_code].update(block.codes)
    known = set().union(*seen.values())
    for table, _ in spells:
        for i, code in enumerate(table.columns["village_code"]):
            if code and code not in known:
                message = Message("no list of statuses has this village, for which an intervention is recorded")
                table.tell(i, "village_code", message, Message("correct the code, or give its statuses too"))
    every = [spell for _, found in spells for spell in found]
    given = ((number, codes, [spell for spell in every if spell[0] in codes]) for number, codes in seen.items())
    return tuple(_assistance_of(number, sorted(codes), found) for number, codes, found in given if found)


def _assistance_of(number: str, codes: Sequence[str], found: Sequence[Spell]) -> Assistance:
    """Return the assistance given in a district to the villages of `codes`."""
    years = tuple(range(min(year for _, year, _ in found), max(year for _, year, _ in found) + 1))
    place = {code: i for i, code in enumerate(codes)}
    given = {name: np.zeros((len(codes), len(years)), dtype=np.bool_) for _, _, name in found}
    for code, year, name in found:
        given[name][place[code], year - years[0]] = True
    return Assistance(number, tuple(codes), years, given)
