"""What can be taken away: brief, workbook, figures, scenario and lists, as the command line writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from ...report.brief import read_runs, write_brief
from ...report.kinds.forecast.result import ForecastResult
from ...report.runs import write_workbook
from ...report.started_scenario import name_of
from ...report.store.folder import Answer
from ...report.what_if_scenario import BASELINE, VARIANT
from ..options import Settings
from . import view
from .visit import Visit

_OF_PEOPLE = 3
"""Of the groups the first are what people read; the others are for programs and for who goes on with these."""
_PAPERS = {".docx", ".pdf"}
_TABLES = {".csv", ".parquet", ".json"}


@view.of_visit
async def _files(_: Request, visit: Visit) -> Response:
    if visit.forecast is None:
        return view.to("/")
    groups = [
        (title, [(_name(visit.forecast, path), f"/file/{number}/{quote(path.name)}") for path in paths])
        for number, (title, paths) in enumerate(_groups(visit).items())
    ]
    said = [] if visit.job is None or visit.job.next != "/files" else visit.job.notes[1:]
    notes = [view.without_folder(visit, one) for one in said]
    papers, further = groups[:_OF_PEOPLE], groups[_OF_PEOPLE:]
    written = all(files for _, files in papers)
    return view.shown(visit, "/files", "files.html", papers=papers, further=further, written=written, notes=notes)


def _groups(visit: Visit) -> dict[str, list[Path]]:
    """Return what can be taken away, under a title each: of the newest forecast, and of the visit."""
    say, forecast = visit.speech.say, visit.forecast
    if forecast is None:
        return {}
    run = sorted(path for path in forecast.path.iterdir() if path.is_file() and not path.name.startswith("."))
    papers = [path for path in run if path.suffix in _PAPERS]
    return {
        say("Policy brief"): [path for path in papers if path.stem.startswith("brief")],
        say("Annex to the policy brief"): [path for path in papers if path.stem.startswith("annex")],
        say("Workbook of the forecast"): [path for path in run if path.suffix == ".xlsx"],
        say("Scenario, lists and answers, for kampungkb on the command line"): sorted(_given_and_written(visit)),
        say("Figures"): sorted((forecast.path / "figures").glob(f"*_{visit.speech.code}.*")),
        say("Tables for other programs"): [path for path in run if path.suffix in _TABLES],
    }


def _given_and_written(visit: Visit) -> Iterator[Path]:
    """Yield what answers come from: of lists what the newest reading took and wrote, else what the scenario names."""
    every = [path for path in visit.folder.iterdir() if path.is_file() and not path.name.startswith(".")]
    tried = {BASELINE, VARIANT}
    of_lists = {path.resolve() for path in (*visit.lists, *(visit.start.files.values() if visit.start else ()))}
    yield from (path for path in every if not of_lists or path.resolve() in of_lists or path.name in tried)


def _offered(visit: Visit) -> dict[str, Path]:
    """Return what can be taken away by its address."""
    return {f"{number}/{path.name}": path for number, paths in enumerate(_groups(visit).values()) for path in paths}


@view.of_visit
async def _write(request: Request, visit: Visit) -> Response:
    """Write brief and workbook of the newest answers in the visit's language."""

    def work(settings: Settings) -> None:
        speech = settings.language()
        settings.note(speech.say("Writing the brief …"))
        forecast = visit.forecast
        if forecast is None:
            return
        newest = [visit.newest(kind) for kind in ("comparison", "plan", "sensitivity", "robustness")]
        runs = read_runs([forecast.path, *(one.path for one in newest if one is not None)])
        for note in runs.notes(speech):
            settings.note(note)
        write_brief(speech, runs)
        write_workbook(speech, forecast)

    return await view.when_done(request.app.state.visits.ask(visit, "/files", "/files", work))


@view.of_visit
async def _file(request: Request, visit: Visit) -> Response:
    """Return a file that can be taken away, by its place below the visit's folder."""
    path = _offered(visit).get(request.path_params["path"])
    if path is None or visit.forecast is None:
        return PlainTextResponse("", 404)
    return FileResponse(path, filename=_name(visit.forecast, path))


def _name(forecast: Answer[ForecastResult], path: Path) -> str:
    """Return under which name a file is kept by who takes it away: that of the district before those all runs have."""
    result = forecast.result
    whose = result.scenario if result.several else name_of(result.district)
    return f"{whose}_{path.name}" if forecast.path in path.parents else path.name


ROUTES = [Route("/files", _files), Route("/files", _write, methods=["POST"]), Route("/file/{path:path}", _file)]
