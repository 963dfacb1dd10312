"""The step that begins: an office's lists are dropped in, what was read is told, questions are answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ...domain.messages import Message, Refusal
from ...inputs.scenario import load_scenario
from ...report.cleaned_copy import changes_table, weighty
from ...report.document.blocks import Block, Paragraph
from ...report.document.html import as_html
from ...report.kinds.registry import KINDS
from ...report.list_summary import counts_read, what_was_read
from ...report.runs import write_workbook
from ...report.store.folder import below
from ..options import Settings
from ..questions import Question
from ..starting import OfDistrict, OfDistricts, Start, compute, map_apart, read_and_ask, write_scenario
from . import view
from .visit import TAKEN, Visit

MOST_FILES = 20
"""At a time: a province's kabupaten."""
DRAWS = 1000
"""Of the uncertain parameters, as `start` takes them."""
_ANSWER, _SHOWN = "answer:", "shown:"
"""What names of fields begin with: the answer to a question, and what stood there before."""


@view.of_visit
async def _begin(_: Request, visit: Visit) -> Response:
    speech, start = visit.speech, visit.start
    asked = visit.asked
    blocks: dict[str, list[Block]] = {"read": [], "changes": []}
    if isinstance(asked, OfDistrict):
        blocks["read"] += map(Paragraph, what_was_read(speech, asked.lists))
        if weighty(asked.lists.changes):
            blocks["changes"].append(changes_table(speech, asked.lists, weighty(asked.lists.changes)))
    elif asked is not None and start is not None:
        blocks["read"].append(Paragraph(counts_read(speech, load_scenario(start.files["scenario"]))))
    questions = [] if start is None else [_field(visit, *each) for each in start.questions]
    visit.questions_seen |= {question.key for question, _ in (() if start is None else start.questions)}
    return view.shown(
        visit,
        "/",
        "lists.html",
        endings=",".join(TAKEN),
        **{name: as_html(speech, some, lambda _: None) if some else "" for name, some in blocks.items()},
        questions=questions,
        unanswered=[{"text": one["label"], "address": f"#{one['name']}"} for one in questions if one["problem"]],
    )


def _field(visit: Visit, question: Question, answer: str) -> dict[str, Any]:
    """Return a question as a field of a form."""
    speech = visit.speech
    choices = [
        (key, speech.problem(meaning) if meaning is not None else key) for key, meaning in question.choices.items()
    ]
    return {
        "name": f"{_ANSWER}{question.key}",
        "label": speech.problem(question.text),
        "hint": "" if question.allowed is None else speech.problem(question.allowed),
        "choices": choices,
        "value": visit.replies[question.key] if _is_no_answer(visit, question) else answer,
        "problem": _problem(visit, question, answer),
    }


def _problem(visit: Visit, question: Question, answer: str) -> str:
    """Return what is wrong with the answer to a question; "" where nothing is."""
    say = visit.speech.say
    if _is_no_answer(visit, question):
        allowed = visit.speech.problem(question.allowed) if question.allowed is not None else ""
        return say("This is not a possible answer; allowed: {allowed}", allowed=allowed)
    return "" if answer else say("Answer this first.")


def _is_no_answer(visit: Visit, question: Question) -> bool:
    """Return whether what was replied to a question is no answer to it."""
    replied = visit.replies.get(question.key, "")
    return bool(replied) and question.understood(replied) is None


@view.of_visit
async def _take(request: Request, visit: Visit) -> Response:
    """Take lists in, or out, and read what is there."""
    async with request.form(max_files=1000, max_fields=8) as form:
        out = form.get("remove")
        given = [one for one in form.getlist("lists") if isinstance(one, UploadFile) and one.filename]
        contents = [(one.filename or "", await one.read()) for one in given]
    visit.lists = [path for path in visit.lists if path.name != out]
    return await _read(request, visit, contents)


@view.of_visit
async def _reply(request: Request, visit: Visit) -> Response:
    """Take answers to questions, and read again with them, or compute."""
    async with request.form(max_files=0, max_fields=1000) as form:
        for key, value in form.items():
            # What was left as proposed is proposed anew when the lists are others.
            if key.startswith(_ANSWER) and isinstance(value, str) and value != form.get(f"{_SHOWN}{key}"):
                visit.replies[key.removeprefix(_ANSWER)] = value
        further = form.get("action")
    if further == "compute":
        job = request.app.state.visits.ask(visit, "/answer", "/", lambda settings: _compute(visit, settings))
        return await view.when_done(job)
    return await _read(request, visit, ())


async def _read(request: Request, visit: Visit, contents: Sequence[tuple[str, bytes]]) -> Response:
    def work(settings: Settings) -> None:
        take_in(visit, contents)
        read(visit, settings)

    return await view.when_done(request.app.state.visits.ask(visit, "/#read", "/", work))


def take_in(visit: Visit, contents: Sequence[tuple[str, bytes]]) -> None:
    """Keep lists that were given, by their names; those of the same names give way.

    Raises
    ------
    Refusal
        Where they are too many, or one is none by its name.
    """
    if len(contents) > MOST_FILES:
        raise Refusal(Message("the page takes up to {most} lists at a time", {"most": MOST_FILES}))
    for name, content in contents:
        path = visit.place_for(name)
        path.write_bytes(content)
        visit.lists = [*(one for one in visit.lists if one != path), path]


def read(visit: Visit, settings: Settings) -> None:
    """Read the lists of a visit, and find what there is to ask."""
    visit.asked, visit.start = None, None
    if not visit.lists:
        return
    data, village_map = map_apart(visit.lists)
    start = Start(settings, visit.folder, DRAWS, "proposals", before=visit.replies, village_map=village_map)
    try:
        asked = read_and_ask(start, data)
        write_scenario(start, data, asked)
        visit.asked = asked
    except Refusal:
        if not any(not answer for _, answer in start.questions):
            raise
        # A question is open to which nothing can be proposed: it is asked.
    finally:
        visit.start = start


def _compute(visit: Visit, settings: Settings) -> None:
    """Do what `start` does with the lists of a visit and its answers."""
    read(visit, settings)
    start, asked = answered(visit)
    data, _ = map_apart(visit.lists)
    forecast = compute(start, data, asked)
    visit.scenario_file = start.files.get("calibrated", start.files["scenario"])
    visit.given_then = visit.given
    for answer in sorted(below(visit.results, KINDS), key=lambda one: one.age):
        visit.keep(answer)
    visit.keep(forecast)
    write_workbook(settings.language(), forecast)


def answered(visit: Visit) -> tuple[Start, OfDistrict | OfDistricts]:
    """Return what was read and answered.

    Raises
    ------
    Refusal
        Where a question is open, or was not seen yet.
    """
    start, asked = visit.start, visit.asked
    if start is not None and (wrong := [question for question, _ in start.questions if _is_no_answer(visit, question)]):
        values = {"answer": visit.replies[wrong[0].key], "question": wrong[0].text}
        raise Refusal(Message("{answer} is no answer to: {question}", values))
    if start is None or asked is None:
        raise Refusal(Message("a question is still open: answer it first"))
    if any(question.key not in visit.questions_seen for question, _ in start.questions):
        raise Refusal(Message("your answers lead to further questions: look at them, then compute again"))
    return start, asked


@view.of_visit
async def _cleaned(_: Request, visit: Visit) -> Response:
    path = None if visit.start is None else visit.start.files.get("cleaned_copy")
    return view.to("/") if path is None else FileResponse(path, filename=path.name)


ROUTES = [
    Route("/cleaned", _cleaned),
    Route("/", _begin),
    Route("/lists", _take, methods=["POST"]),
    Route("/replies", _reply, methods=["POST"]),
]
