"""The command ``calibrate``: learns the parameters from a district's past, as draws that a scenario can use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...domain.messages import Message, Refusal
from ..command import command
from ..load_scenarios import load_all, tell_notes
from ..options import HELP, Force, NoFigures, Seed, Settings, at_least, quoted

if TYPE_CHECKING:
    from ...inputs.observations.reading import DataFile
    from ...inputs.scenario import Scenario
    from ...report.calibrated_scenario import CalibratedScenario
    from ...report.kinds.calibration import CalibrationResult
    from ...report.store.folder import Answer

Data = Annotated[
    list[Path] | None,
    typer.Argument(metavar=HELP.say("DATA…"), help=HELP.say("Lists, counts, records of interventions (CSV, XLSX).")),
]
Of = Annotated[
    Path,
    typer.Option("--scenario", metavar="S", help=HELP.say("Scenario whose assumptions apply.")),
]
OutFile = Annotated[
    Path | None,
    typer.Option("--out", metavar=HELP.say("FILE"), help=HELP.say("Draws to write [S_posterior.parquet].")),
]
Kind = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar=HELP.say("FILE=KIND"),
        help=HELP.say("What a file is: panel, counts, launch_years, assistance."),
    ),
]
FixedCohort = Annotated[
    bool, typer.Option("--fixed-cohort", help=HELP.say("Leave out villages that are not in all lists."))
]
Effects = Annotated[
    bool,
    typer.Option("--estimate-effects", help=HELP.say("Estimate effects of interventions too; needs records of them.")),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar=HELP.say("KIND"), help=HELP.say("Leave out a kind of data that you doubt.")),
]
Number = Annotated[int, typer.Option("--draws", metavar="N", callback=at_least(2), help=HELP.say("Draws to write."))]
MOST_DRAWS = 100_000
_NO_DATA = Message(
    "no data were named to calibrate on: write the lists, counts or records of interventions "
    "after the command, as in kampungkb calibrate DAFTAR.xlsx --scenario {scenario}"
)
_NOTHING_LEFT = Message("nothing is left to calibrate on: the files hold no other kinds of data than those left out")


@command
def calibrate(
    settings: Settings,
    scenario: Of,
    data: Data = None,
    out: OutFile = None,
    kind: Kind = None,
    without: Without = None,
    fixed_cohort: FixedCohort = False,
    estimate_effects: Effects = False,
    draws: Number = 1000,
    seed: Seed = 0,
    no_figures: NoFigures = False,
    force: Force = False,
) -> None:
    """Learn the parameters of a scenario from data, and write draws and a scenario that uses them."""
    if not data:
        raise Refusal(_NO_DATA.filled(scenario=scenario))
    (loaded,) = load_all(settings, [scenario])

    from ...inputs.observations.evidence import read_evidence
    from ...report.calibrated_scenario import ENDING, CalibratedScenario
    from ...report.kinds.calibration import CALIBRATION, DRAWS, Learning
    from ..runner import answer

    speech = settings.language()
    files = CalibratedScenario(out or scenario.with_name(f"{scenario.stem}_posterior{ENDING}"), scenario)
    named = _kinds(data, kind or [])
    _refuse(loaded, files, draws, without or ())
    gathered = read_evidence(named, loaded, fixed_cohort=fixed_cohort)
    tell_notes(settings, gathered.notes, loaded)

    evidence = gathered.evidence.without(without or ())
    if not evidence.blocks:
        raise Refusal(_NOTHING_LEFT)
    question = Learning.of(evidence, loaded, draws, seed, estimate_effects=estimate_effects)

    def write(found: Answer[CalibrationResult]) -> Iterator[str]:
        if not found.result.learned:
            yield speech.say("Nothing was calibrated, so {path} is left as it was.", path=quoted(files.draws))
            return
        files.write((found.path / DRAWS).read_bytes(), loaded)
        yield speech.say("Written: {path}", path=quoted(files.draws))
        yield speech.say("Forecast with this calibration: kampungkb forecast {path}", path=quoted(files.overlay))

    answer(settings, CALIBRATION, question, Path("results"), force=force, figures=not no_figures, after=write)


def _refuse(scenario: Scenario, files: CalibratedScenario, draws: int, without: Sequence[str]) -> None:
    """Refuse what cannot be learned, and a path for the draws that a scenario could not name."""
    from ...domain.evidence import BLOCKS
    from ...report.calibrated_scenario import ENDING

    values = {"path": files.draws, "overlay": files.overlay, "scenario": files.scenario}
    if unknown := [kind for kind in without if kind not in BLOCKS]:
        named = {"kind": unknown[0], "kinds": ", ".join(BLOCKS)}
        raise Refusal(Message("--without {kind}: there is no such kind of data; write one of: {kinds}", named))
    if draws > MOST_DRAWS:
        raise Refusal(Message("at most {most:,} draws", {"most": MOST_DRAWS}))
    if files.draws.suffix != ENDING:
        raise Refusal(Message("{path} is not a valid name for parameter draws: let --out end in .parquet", values))
    if not files.within:
        raise Refusal(
            Message(
                "a scenario beside {path} cannot name {scenario}: choose an --out in the folder of the scenario", values
            )
        )
    if files.taken:
        raise Refusal(
            Message(
                "{overlay} exists already and was not written by calibrate: choose another --out; the scenario that "
                "uses the draws gets the same name with .yaml",
                values,
            )
        )
    if not scenario.parameters.uncertain:
        raise Refusal(
            Message(
                "every parameter of this scenario is a fixed number: nothing can be estimated. Leave out "
                "those under transition that the data should determine, or give distributions"
            )
        )


def _kinds(data: Sequence[Path], kinds: Sequence[str]) -> list[DataFile]:
    """Return the data files with the kinds that were named."""
    from ...inputs.observations.reading import KINDS, DataFile

    named: dict[Path, str] = {}
    for given in kinds:
        file, _, kind = given.rpartition("=")
        if kind not in KINDS or Path(file) not in data:
            raise Refusal(
                Message(
                    "--kind {given}: write FILE=KIND, with one of the files given and one of: {kinds}",
                    {"given": given, "kinds": ", ".join(KINDS)},
                )
            )
        named[Path(file)] = kind
    return [DataFile(path, named.get(path)) for path in data]
