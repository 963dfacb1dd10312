"""What the districts of a scenario know of their past, read from files as evidence to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...domain.evidence import Assistance, Counts, Evidence, Launches, Panel
from ...domain.messages import DataError, Message
from ..problem_list import ProblemList
from ..scenario import Scenario
from .assistance import assistance_of, tell_unknown_villages
from .counts import CountRow, count_series
from .reading import Data, TableReader
from .recognise import KINDS
from .scenario_villages import ScenarioVillages, plain_place
from .villages import History, Observation


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


def read_evidence(data: Data | Iterable[Data], scenario: Scenario, *, fixed_cohort: bool = False) -> Gathered:
    """Return everything that files say of the past of a scenario's districts.

    Parameters
    ----------
    data
        CSV files and workbooks; every sheet of a workbook is looked at. A `DataFile` says what kind of tables it holds
        where they are not recognised.
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
    collector, known = ProblemList(), ScenarioVillages(scenario)
    collector.language = scenario.language
    reader = TableReader(KINDS, collector, scenario)
    reader.read(data)
    panels: list[Panel] = []
    launches: list[Launches] = []
    for code, found in known.group(reader.villages, collector).items():
        known.check(code, found, collector)
        history = History(code, found, collector, fixed_cohort=fixed_cohort)
        panel, joined = history.panel(), history.launches()
        if panel is not None:
            panels.append(panel)
        elif all(row.launch is None for row in found):
            _tell_one_year(found, collector)
        launches += joined
    counts = _counts(reader.counts, known, collector)
    assisted = _assistance(reader, panels, launches, collector)
    if len(collector):
        raise DataError(collector.error().problems, collector.language)
    # By name alone: the folder that a file lies in says nothing of what it holds.
    sources = {Path(name).name: digest for name, digest in reader.files.items()}
    evidence = Evidence(tuple(panels), counts, tuple(launches), assisted, sources)
    return Gathered(evidence, tuple(collector.notes), reader.files)


def _tell_one_year(found: Sequence[Observation], collector: ProblemList) -> None:
    message = Message("statuses of one year alone teach nothing: nobody sees what changed")
    fix = Message(
        "add a list of another year, such as the village table of the scenario, or a column launch_year "
        "(tahun_pencanangan)"
    )
    found[0].table.tell(None, found[0].column, message, collector, fix=fix)


def _counts(rows: Iterable[CountRow], known: ScenarioVillages, collector: ProblemList) -> tuple[Counts, ...]:
    """Return counts at two or more dates; a place with one date is noted. Rows that name no place are of the first."""
    places: dict[str, list[CountRow]] = {}
    home = next(iter(known.names.values()))
    for row in rows:
        code = known.find(row.place or home)
        name = row.place if code is None else known.names[code]
        places.setdefault(plain_place(name), []).append(row._replace(place=name))
    found: list[Counts] = []
    for of_place in places.values():
        place = of_place[0].place
        if (code := known.find(place)) is not None:
            known.check_counts(code, of_place, collector)
        several = count_series(of_place, collector)
        found += [counts for counts in several if len(counts.dates) > 1]
        if len(several[0].dates) == 1:
            message = Message(
                "{place}: counts of one date alone ({date}) teach nothing and are not used",
                {"place": place, "date": of_place[0].day},
            )
            collector.note(message)
    return tuple(found)


def _assistance(
    reader: TableReader, panels: Iterable[Panel], launches: Iterable[Launches], collector: ProblemList
) -> tuple[Assistance, ...]:
    """Return the assistance given to villages of which statuses are known; others are told."""
    seen: dict[str, dict[str, None]] = {}
    blocks: list[Panel | Launches] = [*panels, *launches]
    for block in blocks:
        seen.setdefault(block.district_code, {}).update(dict.fromkeys(block.codes))
    for table, _ in reader.spells:
        tell_unknown_villages(table, seen, collector)
    every = [spell for _, found in reader.spells for spell in found]
    mine = {number: [spell for spell in every if spell[0] in codes] for number, codes in seen.items()}
    return tuple(assistance_of(number, sorted(seen[number]), found) for number, found in mine.items() if found)
