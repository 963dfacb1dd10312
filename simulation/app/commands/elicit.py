"""The command ``elicit``: a workbook that asks experts, and a scenario that takes its priors from their answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..command import command
from ..load_scenarios import load_all
from ..options import HELP, ScenarioFile, Settings, print_written, quoted

if TYPE_CHECKING:
    from ...inputs.scenario import Scenario

Answers = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar=HELP.say("ANSWERS…"), help=HELP.say("Workbooks that experts filled in; none: one is written.")
    ),
]


@command
def elicit(settings: Settings, scenario: ScenarioFile, answers: Answers = None) -> None:
    """Write a workbook that asks experts; with ANSWERS, write the scenario that takes its assumptions from them."""
    from ...inference.elicitation import refuse_unfit

    (loaded,) = load_all(settings, [scenario])
    refuse_unfit(loaded)
    if answers:
        _read(settings, scenario, loaded, answers)
    else:
        _ask(settings, scenario, loaded)


def _ask(settings: Settings, path: Path, scenario: Scenario) -> None:
    from ...report.expert_workbook import write_expert_workbook
    from ...report.files import hand_out

    speech = settings.language()
    name = speech.say("{name}_questions.xlsx", name=path.stem)
    out = hand_out(path.parent, {name: lambda to: write_expert_workbook(speech, scenario, to)})
    print_written(settings, out.written, out.changed)
    if not settings.as_json:
        files = {"scenario": quoted(path), "workbook": quoted(out.written[0])}
        settings.note(
            speech.say("Each expert fills in one sheet; then: kampungkb elicit {scenario} {workbook}", **files)
        )


def _read(settings: Settings, path: Path, scenario: Scenario, answers: list[Path]) -> None:
    from ...inference.elicitation import elicited
    from ...inputs.expert_answers import read_experts
    from ...report.expert_priors import elicited_data, elicited_document, elicited_text
    from ...report.figures.experts import draw_experts
    from ...report.figures.page import save_figure
    from ...report.files import hand_out, write_text
    from ..runner import show_result

    speech = settings.language()
    experts = read_experts(answers, scenario)
    found = elicited(scenario, experts)
    text = elicited_text(speech, path.name, scenario, experts, found)
    name = speech.say("{name}_experts.yaml", name=path.stem)
    out = hand_out(path.parent, {name: lambda to: write_text(to, text)})
    overlay, svg, png = (out.written[0].with_suffix(ending) for ending in (".yaml", ".svg", ".png"))
    document = elicited_document(speech, scenario, experts, found)
    save_figure(draw_experts(speech, scenario, experts, found), svg, png, document.title)
    for changed in out.changed:
        settings.note(
            speech.say("Changed by hand since it was written, and left as it is: {path}", path=quoted(changed))
        )
    told = {**elicited_data(scenario, experts, found), "written": [str(file) for file in (overlay, svg, png)]}
    closing = [
        speech.say("Figure: {path}", path=quoted(png)),
        speech.say("Forecast with it: kampungkb forecast {path}", path=quoted(overlay)),
    ]
    show_result(settings, told, document, closing)
