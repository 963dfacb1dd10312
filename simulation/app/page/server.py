"""The page as a server: its addresses, who may ask for them, and how long it lasts."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ...report.language import LANGUAGES
from . import answer, files, learn, lists, progress, view, what_if
from .guard import Guard
from .visit import Visit, Visits

MOST_BYTES = 20_000_000
"""Of one request: more than any office's lists."""


def page_of(visits: Visits) -> Starlette:
    """Return the page for some visits, as any ASGI server serves it."""
    routes = [
        *lists.ROUTES,
        *answer.ROUTES,
        *what_if.ROUTES,
        *learn.ROUTES,
        *files.ROUTES,
        *progress.ROUTES,
        Route("/language", _speak, methods=["POST"]),
        Route("/visit/{key}", _enter),
        Mount("/static", StaticFiles(directory=view.HERE / "static")),
    ]
    guard = Middleware(Guard, speech=visits.speech, most_bytes=MOST_BYTES)
    app = Starlette(routes=routes, middleware=[guard], exception_handlers={404: view.not_found})
    app.state.visits = visits
    return app


@view.of_visit
async def _speak(request: Request, visit: Visit) -> Response:
    """Change the language, and show the same page again."""
    async with request.form(max_files=0, max_fields=2) as form:
        code = form.get("code")
    if code in LANGUAGES:
        visit.settings.lang = str(code)
    return view.to(view.came_from(request))


async def _enter(request: Request) -> Response:
    """Begin with what the command was given: its key is known to the browser that the command opens alone."""
    visit = request.app.state.visits.of(request.path_params["key"])
    response = view.to("/progress")
    if visit is not None:
        view.remember(request, response, visit)
    return response
