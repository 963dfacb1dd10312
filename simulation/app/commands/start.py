"""The command ``start``: from an office's lists to a scenario, a cleaned copy, a forecast and a brief."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...domain.messages import Message, Refusal
from ..command import command
from ..options import HELP, Settings, at_least

if TYPE_CHECKING:
    from ..questions import Way

Data = Annotated[
    list[Path],
    typer.Argument(metavar="DATA…", help=HELP.say("The office's lists (XLSX, CSV), and a map (GEOJSON).")),
]
Yes = Annotated[bool, typer.Option("--yes", help=HELP.say("Ask nothing; take what is proposed."))]
AnswersFile = Annotated[
    Path | None,
    typer.Option("--answers", metavar="FILE", help=HELP.say("Answers to the questions (YAML).")),
]
Folder = Annotated[Path, typer.Option("--out", metavar="DIR", help=HELP.say("Where all files are written."))]
Number = Annotated[
    int, typer.Option("--draws", metavar="N", callback=at_least(2), help=HELP.say("Draws of the uncertain parameters."))
]


@command
def start(
    settings: Settings,
    data: Data,
    yes: Yes = False,
    answers: AnswersFile = None,
    out: Folder = Path(),
    draws: Number = 1000,
) -> None:
    """Read an office's lists, ask what they do not say, and write scenario, cleaned copy, forecast and brief."""
    from ...report.cleaned_copy import weighty
    from ...report.list_summary import summary_of
    from ..runner import show_result
    from ..starting import OfDistricts, Start, compute, map_apart, read_and_ask

    settings.lang = str(settings.language().code)
    speech, run = settings.language(), Start(settings, out, draws, _way(yes=yes, file=answers is not None), answers)
    if not data[0].suffix and data[-1].suffix and not any(path.exists() for path in data):
        path = " ".join(map(str, data))
        raise Refusal(Message('a path with spaces needs quotation marks: "{path}"', {"path": path}))
    data, run.village_map = map_apart(data)
    asked = read_and_ask(run, data)
    forecast = compute(run, data, asked)
    if isinstance(asked, OfDistricts):
        told = {"districts": len(forecast.result.districts), "years": [asked.origin], **run.as_data(forecast)}
        show_result(settings, told, forecast.document(speech), list(run.told()))
        return
    lists = asked.lists
    kabupaten = asked.wanted.kabupaten
    summary = summary_of(speech, data, lists, kabupaten, run.learned, forecast.result, run.compared)
    told = {"villages": len(lists.present), "years": lists.years, "changes": len(weighty(lists.changes))}
    told |= run.as_data(forecast)
    show_result(settings, told, summary, list(run.told()))


def _way(*, yes: bool, file: bool) -> Way:
    """Return where answers come from that no file gives."""
    if yes:
        return "proposals"
    if file:
        return "file"
    return "terminal" if sys.stdin.isatty() else "template"
