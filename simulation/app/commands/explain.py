"""The command ``explain``: why one village rises, or not."""

from __future__ import annotations

from typing import Annotated

import typer

from ...domain.messages import Refusal
from ..command import command
from ..load_scenarios import finished_run
from ..options import HELP, Run, Settings, Year


@command
def explain(
    settings: Settings,
    run: Run,
    village: Annotated[
        str,
        typer.Argument(
            metavar=HELP.say("VILLAGE"),
            help=HELP.say("Its code or (part of) its name; “name, kecamatan” where several have it."),
        ),
    ],
    year: Year = None,
) -> None:
    """Explain the chance that one village of a finished run rises."""
    from ...inference.explanation import OWN_LAW, explain
    from ...report.kinds.explanation import EXPLANATION
    from ...report.kinds.kind import Source
    from ..runner import show_result

    finished = finished_run(settings, run)
    if own := [one["name"] for law in finished.manifest.laws for one in law]:
        raise Refusal(OWN_LAW.filled(scenario=finished.result.scenario, names=", ".join(own)))
    asked = finished.result
    replicates = None if finished.asked.engine == "exact" else asked.replicates
    found = explain(finished.scenario, village, year, draws=asked.draws, replicates=replicates, seed=asked.seed)
    rows = [row for row in finished.villages() if row["village_code"] == found.village_code]
    by_year = {row["year"]: row["probability_rises"] for row in rows if row["probability_rises"] is not None}
    result = EXPLANATION.result(found.counted(by_year))
    show_result(settings, result, EXPLANATION.document(result, settings.language(), Source(finished.id)))
