"""How a page is shown: its frame and steps, templates that speak the visit's language, documents as HTML."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache, wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ...domain.messages import ProblemsError
from ...report.document.blocks import Block, Paragraph, Picture
from ...report.document.html import as_html
from ...report.language import phrase
from ...report.store.folder import Answer
from ..errors import problem_table, sentences_of
from .job import PROGRESS, Job
from .visit import Visit, Visits

HERE = Path(__file__).parent
STEPS = {
    "/": phrase("Start"),
    "/answer": phrase("Answer"),
    "/what-if": phrase("What if"),
    "/learn": phrase("Learn"),
    "/files": phrase("Take away"),
}
"""Address -> what is done there."""
PATIENCE = 1.5
"""Seconds that work may take before the page shows how far it is."""
Handler = Callable[[Request, Visit], Awaitable[Response]]


def of_visit(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers requests of a visit: that of the browser's cookie, or a new one."""

    @wraps(handler)
    async def answered(request: Request) -> Response:
        visits: Visits = request.app.state.visits
        known = visits.of(request.cookies.get(_cookie(request), ""))
        visit = known or visits.begin()
        response = await handler(request, visit)
        if known is None:
            remember(request, response, visit)
        return response

    return answered


def remember(request: Request, response: Response, visit: Visit) -> None:
    """Have the browser say with every request which visit it is."""
    response.set_cookie(_cookie(request), visit.key, httponly=True, samesite="strict")


def _cookie(request: Request) -> str:
    """Return the name of the cookie: browsers send those of one port to every other of the same computer."""
    return f"visit-{request.url.port}"


def shown(visit: Visit, here: str, template: str, **values: Any) -> Response:
    """Return a page in the visit's language.

    Parameters
    ----------
    here
        Address of the step that it belongs to.
    values
        What the template is given besides ``visit``, ``speech``, ``say``, ``code``, ``title``, ``steps``, ``footer``.
    """
    speech = visit.speech
    steps = [
        {
            "title": speech.say(title),
            "address": address,
            "current": address == here,
            "available": address in {"/", here} or visit.forecast is not None,
        }
        for address, title in STEPS.items()
    ]
    job = visit.job
    told = {
        "title": speech.say(STEPS[here]),
        "problem": what_went_wrong(visit, job) if job is not None and job.back == here else None,
        "notices": list(_notices(visit, here)),
        "footer": speech.say("Everything stays on this computer; what you gave is removed when kampungkb page ends."),
        **values,
    }
    return part(visit, template, steps=steps, **told)


def _notices(visit: Visit, here: str) -> Iterator[tuple[str, str, str]]:
    """Yield what must be known on any page: a sentence, an address, and what one does there."""
    say, job = visit.speech.say, visit.job
    if job is not None and job.stopped and job.back == here:
        yield say("Stopped. What you gave is kept."), "", ""
    if job is not None and not job.ended and not job.stopped:
        yield say("Something is still being computed."), PROGRESS, say("See how far it is")
    if visit.stale and here != "/":
        yield (
            say("Lists or answers were changed after this was computed."),
            "/",
            say("Compute again on the first page"),
        )


def part(visit: Visit, template: str, **values: Any) -> Response:
    """Return a template alone, a part of a page, in the visit's language."""
    speech = visit.speech
    written = (
        _surroundings()
        .get_template(template)
        .render(visit=visit, speech=speech, say=speech.say, code=str(speech.code), **values)
    )
    return HTMLResponse(written)


def what_went_wrong(visit: Visit, job: Job) -> Markup | None:
    """Return why work failed, files by their names alone; None where it did not."""
    if not job.ended or job.error is None:
        return None
    blocks: list[Block] = [Paragraph(without_folder(visit, said)) for said in sentences_of(visit.settings, job.error)]
    if isinstance(job.error, ProblemsError):
        problems = [replace(problem, file=without_folder(visit, problem.file)) for problem in job.error.problems]
        blocks = [problem_table(visit.speech, problems)]
    return as_html(visit.speech, blocks, lambda _: None)


def without_folder(visit: Visit, said: str) -> str:
    """Return what is said of files with paths from the visit's folder on, which nobody knows."""
    return said.replace(f"{visit.results}{os.sep}", "").replace(f"{visit.folder}{os.sep}", "")


@cache
def _surroundings() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def told(visit: Visit, answer: Answer[Any], blocks: Iterable[Block], *, level: int = 2) -> Markup:
    """Return blocks of an answer's document as HTML, with its figures."""
    drawable = answer.folder.kind.drawable(answer.result)

    def address(picture: Picture) -> str | None:
        code = visit.speech.code
        return f"/figure/{answer.id}/{picture.name}/{code}.svg" if picture.name in drawable else None

    return as_html(visit.speech, blocks, address, level=level)


def to(address: str) -> Response:
    """Return where a browser goes on after a form."""
    return RedirectResponse(address, status_code=303)


def came_from(request: Request) -> str:
    """Return the address of the page from which a form was sent, within this page; "/" where that is not known."""
    path = urlsplit(request.headers.get("referer", "")).path
    return path if path in STEPS else "/"


async def not_found(request: Request, _: Exception) -> Response:
    """Return what stands at an address of which the page knows nothing."""

    async def told(_: Request, visit: Visit) -> Response:
        response = shown(visit, "/", "missing.html")
        response.status_code = 404
        return response

    return await of_visit(told)(request)


async def when_done(job: Job) -> Response:
    """Return where a browser goes once work is done, or meanwhile where it lasts."""
    await job.wait(PATIENCE)
    return to(job.address)
