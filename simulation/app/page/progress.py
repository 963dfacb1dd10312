"""How far work is, and how it is stopped."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import view
from .job import PROGRESS
from .visit import Visit


@view.of_visit
async def _progress(_: Request, visit: Visit) -> Response:
    job = visit.job
    if job is None or job.ended:
        return view.to("/" if job is None else job.address)
    text, done, total = job.how_far(visit.speech)
    return view.shown(visit, job.back, "progress.html", text=text, done=done, total=total, notices=())


@view.of_visit
async def _stop(_: Request, visit: Visit) -> Response:
    if visit.job is not None:
        visit.job.stop()
        await visit.job.wait(view.PATIENCE)
        return view.to(visit.job.address)
    return view.to("/")


ROUTES = [Route(PROGRESS, _progress), Route(f"{PROGRESS}/stop", _stop, methods=["POST"])]
