"""The command ``rerun``: a finished answer computed again from its folder, and held against what is kept."""

from __future__ import annotations

from pathlib import Path

from ..command import command
from ..errors import StoppedError
from ..load_scenarios import finished_run
from ..options import Cluster, NoFigures, Out, Run, Settings, Workers


@command
def rerun(
    settings: Settings,
    run: Run,
    workers: Workers = None,
    executor: Cluster = None,
    no_figures: NoFigures = False,
    out: Out = Path("results"),
) -> None:
    """Compute a finished answer again, whatever lies in the folder where it goes."""
    from ...report.kinds.registry import KINDS
    from ...report.runs import question_again
    from ..runner import answer

    kept, speech = finished_run(settings, run, KINDS), settings.language()
    if kept.manifest.laws:
        settings.note(speech.say("The law of the user's own that {folder} keeps is run.", folder=kept.path))
    question = question_again(kept)
    again = answer(
        settings,
        kept.folder.kind,
        question,
        out,
        workers=workers,
        executor=executor,
        force=True,
        figures=not no_figures,
    )
    before, after = kept.manifest.files, again.manifest.files
    others = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    if others:
        said = speech.say("Not the same as in {folder}: {files}", folder=run, files=", ".join(others))
        raise StoppedError(said)
    settings.note(speech.say("Every file is the same, byte for byte, as it was kept in {folder}.", folder=run))
