"""What ``start`` asks: what the reader of an office's lists could not decide, and what no list says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path

from ..domain.messages import Message, Refusal, listed
from ..inputs.cross_checks import QUESTIONABLE_COST
from ..inputs.kabupaten import Kabupaten, all_kabupaten, kabupaten_in, unknown_kabupaten
from ..inputs.office import records
from ..inputs.office.reading import read_lists
from .questions import NONE, Interview, Question

USE, LEAVE_OUT = "use", "leave_out"
_MEANINGS = {
    "same": Message("yes, they are one"),
    "different": Message("no, they are two"),
    records.UNDECIDED: Message("nobody knows: it counts as unknown"),
}
_TEXTS = {
    "near_village": Message(
        "{name}, kecamatan {subdistrict} ({cells}), and {other}, kecamatan {other_subdistrict}, "
        "have nearly the same name. Are they one village?"
    ),
    "near_subdistrict": Message(
        "Kecamatan {name} ({cells}) and kecamatan {other} have nearly the same name. Are they one kecamatan?"
    ),
    "duplicate": Message(
        "{name} in kecamatan {subdistrict} is listed more than once, and its rows disagree on its status at the end of "
        "{year} ({cells}). Which status is right?"
    ),
    "year": Message("Column {column} ({cells}) holds statuses and says no year. The end of which year do they tell?"),
}
_DISTRICT = Message("the name with Kabupaten or Kota before it, such as Kabupaten Tanah Laut")
_CELLS = 6
"""Cells that a question names."""


@dataclass(frozen=True)
class Programme:
    """What is to be compared with going on as now.

    Attributes
    ----------
    villages
        How many it reaches at a time.
    cost
        Per village and year, in million rupiah; 0 where that is not known.
    """

    name: str
    villages: int
    cost: float


@dataclass(frozen=True)
class Wanted:
    """What no list says.

    Attributes
    ----------
    kabupaten
        Which district it is.
    share
        Of its villages that must rise in a year, 0 to 1.
    launch_years
        Whether they are learned from.
    programme
        What is compared with going on as now, if anything is.
    """

    kabupaten: Kabupaten
    share: float
    launch_years: bool
    programme: Programme | None


def ask_of_lists(interview: Interview, files: Sequence[Path], within: Collection[str]) -> records.Lists:
    """Return what the lists say of some kabupaten, read again with every answer until nothing is open."""
    answers: dict[str, str] = {}
    while doubts := (lists := read_lists(files, answers, within)).doubts:
        # What else is asked may hang on the year of a column.
        first = [doubt for doubt in doubts if doubt.kind == "year"] or doubts
        answers |= {doubt.key: interview.answer_to(_of_reader(doubt)) for doubt in first}
    if not lists.years:
        raise Refusal(
            Message("no list has a column of statuses, such as KLASIFIKASI 2025: there is nothing to forecast")
        )
    return lists


def districts_named(lists: records.Lists, files: Sequence[Path], unnamed: str) -> list[Kabupaten]:
    """Return which districts the lists may be of: by official codes of villages, titles, names of files.

    Parameters
    ----------
    unnamed
        What a district is called whose name stands nowhere.
    """
    begins = {".".join(village.code.split(".")[:2]) for village in lists.villages if village.code.count(".") == 3}
    if found := [one for one in all_kabupaten() if begins == {one.code}]:
        return found
    titles = [title for sheet in lists.sheets if sheet.used for title in sheet.title]
    named = (kabupaten_in(text) for text in (*titles, *(file.stem.replace("_", " ") for file in files)))
    return next(filter(None, named), [unknown_kabupaten(unnamed)])


def districts_in_columns(lists: records.Lists) -> dict[Kabupaten, list[str]]:
    """Return the districts that a column of the lists names, and how it writes each."""
    found = {cell: kabupaten_in(cell) for cell in sorted(lists.districts)}
    sure = {some[0] for some in found.values() if len(some) == 1}
    written: dict[Kabupaten, list[str]] = defaultdict(list)
    for cell, some in found.items():
        # "Banjar" beside "Kab. Banjar" is no other place.
        meant = [one for one in some if one in sure]
        written[meant[0] if len(meant) == 1 else unknown_kabupaten(cell.title())].append(cell)
    return dict(sorted(written.items(), key=lambda each: each[0].name))


def ask_of_one_of(
    interview: Interview, several: Mapping[Kabupaten, Sequence[str]], rows: Mapping[str, int]
) -> Kabupaten:
    """Return which of several districts is meant: each has a target of its own."""
    counted = [f"{one.name} ({sum(rows[cell] for cell in cells)})" for one, cells in several.items()]
    text = Message(
        "The list holds villages of {number} kabupaten or kota, each with a target of its own (rows): {names}. Of "
        "which one is the forecast to be?"
    )
    names = {one.name: one for one in several}

    def full_name(answer: str) -> str | None:
        meant = [name for name in names if answer.casefold() in {name.casefold(), name.partition(" ")[2].casefold()}]
        return meant[0] if len(meant) == 1 else None

    question = Question(
        "district", text.filled(number=len(several), names=listed(counted, 40)), "", read=full_name, allowed=_DISTRICT
    )
    return names[interview.answer_to(question)]


def ask_of_district(interview: Interview, found: Sequence[Kabupaten]) -> Kabupaten:
    """Return which district it is, of those that may be meant."""
    return _district(interview.answer_to(_of_district(found))) or found[0]


def ask_what_is_wanted(interview: Interview, lists: records.Lists, kabupaten: Kabupaten) -> Wanted:
    """Return what no list says, as it is answered."""
    villages = len(lists.present)
    share = _share(interview)
    known = sum(village.launch_year is not None for village in lists.present)
    launch_years = known > 0 and interview.answer_to(_of_launch_years(known, lists)) == USE
    name, programme = interview.answer_to(_of_programme()), None
    reach, cost = _of_programme_villages(min(ceil(share * villages), villages), villages), _of_programme_cost()
    if name == NONE:
        interview.mention(reach, cost)
    else:
        reached, each = interview.answer_to(reach), interview.answer_to(cost)
        programme = Programme(name, int(reached), 0 if each == NONE else float(each))
    return Wanted(kabupaten, share, launch_years, programme)


def ask_of_districts(interview: Interview, year: int | None) -> tuple[int, float]:
    """Return the year at whose end the counts of a table of districts hold, and the share that must rise in a year.

    Parameters
    ----------
    year
        As the file says it; None where it does not.
    """
    text = Message("The end of which year do the counts of the table tell?")
    proposal = "" if year is None else str(year)
    allowed = Message("a year, such as 2025")
    origin = interview.answer_to(Question("year", text, proposal, read=partial(_year, ()), allowed=allowed))
    return int(origin), _share(interview)


def _share(interview: Interview) -> float:
    return round(float(interview.answer_to(_of_target()).removesuffix("%")) / 100, 8)


def _of_reader(doubt: records.Doubt) -> Question:
    """Return what the reader doubts as a question in words."""
    values = {**doubt.values, "cells": _cells(doubt.where)}
    meanings = {} if doubt.kind == "year" else {choice: _MEANINGS.get(choice) for choice in doubt.choices}
    text = _TEXTS[doubt.kind].filled(**values)
    allowed = None if meanings else Message("a year, such as 2025")
    return Question(doubt.key, text, doubt.proposal, meanings, partial(_year, doubt.choices), allowed)


def _cells(cells: Sequence[records.Cell]) -> str:
    named = [f"{cell.sheet or cell.file}!{cell.column}{cell.row}" for cell in cells[:_CELLS]]
    return ", ".join(named) + (", …" if len(cells) > _CELLS else "")


def _year(choices: Sequence[str], answer: str) -> str | None:
    return answer if re.fullmatch(r"20[0-9]{2}", answer) and (not choices or answer in choices) else None


def _of_district(found: Sequence[Kabupaten]) -> Question:
    """Return which kabupaten or kota it is; `found` are those that titles may mean, of several none is proposed."""
    text, proposal = Message("Which kabupaten or kota is it?"), found[0].name
    if len(found) > 1:
        proposal = ""
        names = " / ".join(one.name for one in found)
        text = Message("Which kabupaten or kota is it? The title may mean: {names}", {"names": names})
    elif found[0].made_up:
        text = Message(
            "Which kabupaten or kota is it? {name} is not among the 514 of the official list and gets a stand-in code.",
            {"name": proposal},
        )

    def full_name(answer: str) -> str | None:
        known = _district(answer)
        return None if known is None else known.name

    return Question("district", text, proposal, read=full_name, allowed=_DISTRICT)


def _district(answer: str) -> Kabupaten | None:
    """Return the district that an answer names; None where it names several."""
    found = kabupaten_in(answer)
    return None if len(found) > 1 else (found or [unknown_kabupaten(answer)])[0]


def _of_target() -> Question:
    text = Message("What share of all Kampung KB must rise in status in a year?")
    return Question("target", text, "5%", read=_percent, allowed=Message("a share in percent, such as 5%"))


def _percent(answer: str) -> str | None:
    number = _number(answer.removesuffix("%").removesuffix("persen"))
    if number is None:
        return None
    number = number * 100 if number < 1 and "%" not in answer else number
    return f"{number:g}%" if 0 < number <= 100 else None


def _number(answer: str) -> float | None:
    """Return a number with a decimal comma or point, and points between thousands."""
    plain = answer.strip().replace(" ", "")
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?", plain):
        plain = plain.replace(".", "")
    plain = plain.replace(",", ".")
    return float(plain) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", plain) else None


def _of_launch_years(known: int, lists: records.Lists) -> Question:
    text = Message(
        "The list tells the launch year of {known} of {villages} villages. If it is used for "
        "calibration, every village is taken to have been at dasar at the end of that year. Use "
        "it?",
        {"known": known, "villages": len(lists.present)},
    )
    choices = {USE: Message("yes, use it"), LEAVE_OUT: Message("no, leave it out")}
    return Question("launch_years", text, USE if len(lists.years) > 1 else LEAVE_OUT, choices)


def _of_programme() -> Question:
    text = Message("Is there an intervention whose effect you want to see? Write its name, or - for none.")
    return Question("programme", text, NONE, read=lambda answer: answer[:60] or None, allowed=Message("a name, or -"))


def _of_programme_villages(proposal: int, most: int) -> Question:
    def whole(answer: str) -> str | None:
        number = _number(answer)
        return f"{number:g}" if number is not None and number == int(number) and 1 <= number <= most else None

    text = Message("How many villages does the intervention reach at a time?")
    allowed = Message("a whole number from 1 to {most}", {"most": most})
    return Question("programme_villages", text, str(proposal), read=whole, allowed=allowed)


def _of_programme_cost() -> Question:
    def million(answer: str) -> str | None:
        number = _number(answer)
        return NONE if answer == NONE else None if number is None or number > QUESTIONABLE_COST else f"{number:g}"

    text = Message(
        "What does the intervention cost per village and year, in million rupiah? - where that is not known."
    )
    allowed = Message("a number of million rupiah up to {most:,}, such as 25, or -", {"most": int(QUESTIONABLE_COST)})
    return Question("programme_cost", text, NONE, read=million, allowed=allowed)
