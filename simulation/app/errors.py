"""What goes wrong, said in the reader's language: problems of files, refusals, failures, commands not understood.

Every error becomes a short message on stderr and an exit code: 1 where a run failed, 2 where what was given cannot be
used, 130 where the reader interrupted.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from ..domain.messages import KampungError, Message, Problem, ProblemsError, listed
from ..engine.failure import EnsembleError
from ..report.language import Language, phrase, printable
from .meant import likely, unquoted_path
from .options import Settings, language_of_help

if TYPE_CHECKING:
    from ..report.document.blocks import Row, Table

RUN_FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130
_SHEET = re.compile(r"(.+)\[([^\[\]]+)\]")
"""A workbook and one of its sheets; names of sheets hold no brackets."""
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""The base class of Typer's usage errors, of which it exports only `BadParameter`."""
_DETAILS = {
    "found": phrase("found: {found}"),
    "allowed": phrase("allowed: {allowed}"),
    "suggestion": phrase("suggestion: {suggestion}"),
}
_PARENTHESIS = re.compile(r" \((.*)\)$")


class StoppedError(Exception):
    """Ends a command that failed, with what is said of it in the reader's language."""


@contextmanager
def report_errors(settings: Settings) -> Iterator[None]:
    """Turn any exception raised within into a short message on stderr and an exit code."""
    try:
        yield
    except (typer.Exit, BrokenPipeError):
        raise
    except KeyboardInterrupt as interrupt:
        said = [settings.language().say("Interrupted."), *map(settings.in_words, interrupt.args)]
        typer.echo(printable(" ".join(said)), err=True)
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:  # noqa: BLE001 - no traceback reaches the reader unasked
        code = _show(settings, error)
        if settings.debug:
            typer.echo(traceback.format_exc(), err=True)
        raise typer.Exit(code) from None


def _show(settings: Settings, error: Exception) -> int:
    """Show an error on stderr, and return the exit code."""
    if isinstance(error, ProblemsError):
        show_problems(settings, [error])
        return BAD_INPUT
    sentences = sentences_of(settings, error)
    if not settings.debug and not _is_told(error):
        sentences.append(settings.language().say("Run it again with --debug to see where."))
    typer.echo(printable("\n".join([*sentences, *getattr(error, "__notes__", ())]), lines=True), err=True)
    refused = isinstance(error, KampungError) and not isinstance(error, EnsembleError)
    return BAD_INPUT if refused else RUN_FAILED


def _is_told(error: Exception) -> bool:
    """Return whether the sentences of an error say what is wrong."""
    return isinstance(error, KampungError | StoppedError | MemoryError) or (
        isinstance(error, OSError) and isinstance(error.filename, str)
    )


def sentences_of(settings: Settings, error: Exception) -> list[str]:
    """Return what is said of an error; of problems of files, what `problem_lines` makes of each."""
    say = settings.language().say
    match error:
        case ProblemsError():
            return list(problem_lines(settings.language(), error.problems))
        case StoppedError():
            return [str(error)]
        case MemoryError():
            return [say("The run failed: not enough memory. Ask for fewer draws or replicates.")]
        case OSError(filename=str(file)):
            from ..engine.whole_file import reason

            return [say("The run failed: {file}: {reason}", file=file, reason=settings.in_words(reason(error)))]
        case KampungError():
            reasons = [settings.in_words(reason) for reason in getattr(error, "reasons", [str(error)])]
            if len(reasons) > 1:
                return [say("Not possible, for several reasons:"), *(f"- {reason}" for reason in reasons)]
            if isinstance(error, EnsembleError):
                return [say("The run failed: {reason}", reason=reasons[0])]
            return [say("Not possible: {reason}", reason=reasons[0])]
        case _:
            return [say("The run failed: {kind}: {reason}", kind=type(error).__name__, reason=error)]


def show_problems(settings: Settings, errors: Sequence[ProblemsError]) -> None:
    """Show the problems of one or more files on stderr, each in its file's language unless ``--lang`` is given."""
    speech = settings.language()
    for error in errors:
        speech = settings.speaking(error.language).language()
        for lines in problem_lines(speech, error.problems):
            typer.echo(printable(lines, lines=True), err=True)
    number = speech.number(sum(len(error.problems) for error in errors))
    typer.echo(speech.say("Problems found: {number}. Correct them and run again.", number=number), err=True)


def as_data(speech: Language, problem: Problem) -> dict[str, Any]:
    """Return a problem as plain data."""
    shown = {name: getattr(problem, name) for name in ("file", "line", "field", "message", "found")}
    shown |= {"allowed": problem.allowed, "suggestion": problem.suggestion}
    return {name: speech.problem(value) if isinstance(value, Message) else value for name, value in shown.items()}


def problem_lines(speech: Language, problems: Iterable[Problem]) -> Iterator[str]:
    """Yield the text of every problem; problems that differ only in their line are shown once."""
    for first, elsewhere in _alike(speech, problems):
        lines = _lines(speech, first)
        if elsewhere:
            lines.append(f"  {elsewhere}")
        yield "\n".join(lines)


def problem_table(speech: Language, problems: Sequence[Problem]) -> Table:
    """Return problems as a table: beside each cell, or place in a file, what is wrong there, as `problem_lines`."""
    from ..report.document.blocks import Table

    rows: list[Row] = []
    for first, elsewhere in _alike(speech, problems):
        data, place = as_data(speech, first), _place(speech, first)
        row: Row = {
            speech.say("Place"): speech.say("{place}; {elsewhere}", place=place, elsewhere=elsewhere)
            if elsewhere
            else place,
            speech.say("Found there"): data["found"],
            speech.say("What is wrong"): data["message"],
            speech.say("Allowed"): data["allowed"] or "",
            speech.say("Suggestion"): data["suggestion"] or "",
        }
        rows.append(row)
    number = speech.number(len(problems))
    caption = speech.say("Problems found: {number}. Correct them and run again.", number=number)
    return Table.of(caption, rows, prose=True)


def _alike(speech: Language, problems: Iterable[Problem]) -> Iterator[tuple[Problem, str]]:
    """Yield the first of the problems that differ only in their line, with where the others are; "" for none."""
    from ..inputs.tables.table import spans

    alike: dict[tuple[Any, ...], list[Problem]] = {}
    for problem in problems:
        key = tuple(value for name, value in as_data(speech, problem).items() if name != "line")
        alike.setdefault((*key, problem.line is None), []).append(problem)
    for first, *others in alike.values():
        rows = sorted({other.line for other in others if other.line is not None} - {first.line})
        number, numbers = speech.number(len(rows)), listed(spans(rows))
        if not rows:
            yield first, ""
        elif first.table:
            yield first, speech.say("the same in rows {rows} ({number} more)", rows=numbers, number=number)
        else:
            yield first, speech.say("the same in lines {lines} ({number} more)", lines=numbers, number=number)


def with_sheet(speech: Language, table: str) -> str:
    """Return the name of a table: its file, and its sheet where the workbook has several."""
    parts = _SHEET.fullmatch(table)
    return table if parts is None else speech.say("{file}, sheet {sheet}", file=parts[1], sheet=parts[2])


def _lines(speech: Language, problem: Problem) -> list[str]:
    data = as_data(speech, problem)
    lines = [_place(speech, problem), f"  {data['message']}"]
    for name, sentence in _DETAILS.items():
        if data[name]:
            lines.append("  " + speech.say(sentence, **data))
    return lines


def _place(speech: Language, problem: Problem) -> str:
    """Return the place of a problem: file, line and key of a scenario; sheet, row, column and cell of a table."""
    if not problem.table:
        place = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
        if not place:  # what was given in Python has no file
            return problem.field
        return f"{place}: {problem.field}" if problem.field else place
    place = with_sheet(speech, problem.file)
    if problem.line is not None:
        place = speech.say("{place}, row {row}", place=place, row=problem.line)
    if problem.cell:
        return speech.say(
            "{place}, column {column} (cell {cell})", place=place, column=problem.field, cell=problem.cell
        )
    return speech.say("{place}, column {column}", place=place, column=problem.field) if problem.field else place


def run(command: Callable[..., Any]) -> None:
    """Run the command line and exit.

    Typer's usage errors are English; those known here are shown in the reader's language.
    """
    speech = language_of_help()
    if (path := unquoted_path(sys.argv[1:])) is not None:
        reason = speech.say('a path with spaces needs quotation marks: "{path}"', path=path)
        typer.echo(printable(speech.say("Not possible: {reason}", reason=reason)), err=True)
        sys.exit(BAD_INPUT)
    try:
        code = command(prog_name="kampungkb", standalone_mode=False)
    except _USAGE_ERROR as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            sentences = [str(error)]
        else:
            sentences = [speech.say("Not possible: {reason}", reason=_reason(speech, error, sys.argv[1:]))]
            if called := getattr(getattr(error, "ctx", None), "command_path", ""):
                sentences.append(speech.say("{command} --help tells what may be given.", command=called))
        typer.echo(printable("\n".join(sentences), lines=True), err=True)
        code = BAD_INPUT
    except typer.Abort:
        code = BAD_INPUT
    sys.exit(code if isinstance(code, int) else 0)


def _reason(speech: Language, error: Any, typed: Sequence[str]) -> str:
    """Return the reason of a usage error, and what may have been meant."""
    say, message = speech.say, error.format_message()
    said = str(message)
    match type(error).__name__:
        case "NoSuchOption":
            options = [name for parameter in error.ctx.command.params for name in parameter.opts]
            said = say("there is no option {name}", name=error.option_name)
            if (option := likely(error.option_name, options)) is not None:
                said = say("there is no option {name}; did you mean {likely}?", name=error.option_name, likely=option)
        case "BadOptionUsage" if "requires" in message:
            said = say("{name} needs a value", name=error.option_name)
        case "BadOptionUsage" if "not take" in message:
            said = say("{name} takes no value", name=error.option_name)
        case "MissingParameter" if error.param is not None:
            said = say("{name} is missing", name=_name(error.param))
        case "BadParameter" if error.param is not None:
            said = _bad_value(speech, error)
        case "UsageError" if hasattr(error.ctx.command, "commands"):
            name = next((one for one in typed if repr(one) in message), "")
            if (command := likely(name, error.ctx.command.commands)) is not None:
                return say("there is no command {name}; did you mean {likely}?", name=name, likely=command)
            said = say(
                "there is no command {name}; choose one of {names}",
                name=name,
                names=", ".join(sorted(error.ctx.command.commands)),
            )
        case "UsageError" if extra := _PARENTHESIS.search(message):
            said = say("{found} is not expected here", found=extra[1])
    return said


def _bad_value(speech: Language, error: Any) -> str:
    """Return why the value of an option cannot be used."""
    name, choices = _name(error.param), getattr(getattr(error.param, "type_descriptor", None), "choices", None)
    failures: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
    failure: dict[str, Any] = failures[0] if failures else {"type": "", "input": ""}
    kind, said = failure["type"], {"name": name, "found": failure["input"]}
    if kind.startswith("int_"):
        return speech.say("{name}: {found} is not a whole number", **said)
    if kind.startswith("float_"):
        if (value := _meant_number(str(failure["input"]))) is not None:
            return speech.say("{name}: {found} is not a number; write {value}", **said, value=value)
        return speech.say("{name}: {found} is not a number", **said)
    if kind and choices:
        names = speech.either(map(str, choices))
        return speech.say("{name}: {found} is not known here; choose {names}", **said, names=names)
    return speech.say("{name}: {reason}", name=name, reason=error.message)


def _meant_number(text: str) -> str | None:
    """Return a number as an option takes it that was written in percent, or with a decimal comma."""
    number = text.strip().removesuffix("%").strip().replace(",", ".")
    try:
        return f"{float(number) / (100 if '%' in text else 1):g}"
    except ValueError:
        return None


def _name(param: Any) -> str:
    return str(param.metavar or param.name) if param.param_type_name == "argument" else max(param.opts, key=len)
