"""What ``start`` asks, and when it does not go on.

Knows what was typed, and in what folder; must not know what is said about it: that stands in refusal_texts.txt.
"""

from __future__ import annotations

from collections.abc import Iterator

from refusal_cases import Case

from simulation.app import office_questions
from simulation.app.questions import Interview
from simulation.inputs.kabupaten import kabupaten_in
from simulation.inputs.office.records import UNDECIDED, Cell, Doubt, DoubtKind, ListedVillage, Lists
from simulation.report.language import Language

HEADER = "DESA;KECAMATAN;{}\n"
ROWS = "".join(f"Kampung {name};Utara;dasar\n" for name in ("Satu", "Dua", "Tiga"))
LIST = {"daftar.csv": HEADER.format("KLASIFIKASI 2025") + ROWS}

STARTS: dict[str, Case] = {
    "a list and no terminal to ask in": Case(command="start daftar.csv", files=LIST),
    "a list that is not there, its name in several words": Case(command="start Daftar Kampung KB.xlsx"),
    "a file that leaves a question open": Case(
        command="start daftar.csv --answers jawaban.yaml",
        files={**LIST, "jawaban.yaml": "district: Kabupaten Tanah Laut\n"},
    ),
    "an answer that is none": Case(
        command="start daftar.csv --yes --answers jawaban.yaml", files={**LIST, "jawaban.yaml": "target: banyak\n"}
    ),
    "an answer to a question that is nearly one": Case(
        command="start daftar.csv --yes --answers jawaban.yaml", files={**LIST, "jawaban.yaml": "targett: 5%\n"}
    ),
    "a list that does not say of which year it is": Case(
        command="start daftar.csv --yes", files={"daftar.csv": HEADER.format("KLASIFIKASI") + ROWS}
    ),
    "a list of villages of two kabupaten, one of them written in two ways": Case(
        command="start daftar.csv --yes",
        files={
            "daftar.csv": "KABUPATEN;"
            + HEADER.format("KLASIFIKASI 2025")
            + "".join(f"{name};Desa {name};Utara;dasar\n" for name in ("Tanah Laut", "Banjar", "KAB. BANJAR"))
        },
    ),
    "a table of kabupaten that does not say of which year it is": Case(
        command="start rekap.csv --yes",
        files={
            "rekap.csv": "KABUPATEN;JUMLAH KECAMATAN;DASAR;BERKEMBANG;MANDIRI;PARIPURNA\nTanah Laut;11;93;25;3;14\n"
        },
    ),
    "a list without statuses": Case(
        command="start daftar.csv --yes",
        files={"daftar.csv": HEADER.format("TAHUN PENCANANGAN") + ROWS.replace("dasar", "2018")},
    ),
}

_HERE = (Cell("daftar.xlsx", "REKAP", 7, "C"), Cell("daftar.xlsx", "REKAP", 8, "C"))
_TWO = {"name": "Mekar Sari", "subdistrict": "Utara", "other": "Mekarsri", "other_subdistrict": "Utara"}
_OF_READER: dict[DoubtKind, Doubt] = {
    "near_village": Doubt("near_village", "near/a/b", _HERE[:1], _TWO, ("same", "different"), "same"),
    "near_subdistrict": Doubt(
        "near_subdistrict",
        "near/utara/utarra",
        _HERE,
        {"name": "Utarra", "other": "Utara"},
        ("same", "different"),
        "same",
    ),
    "duplicate": Doubt(
        "duplicate", "duplicate/a/2025", _HERE, {**_TWO, "year": "2025"}, ("dasar", "mandiri", UNDECIDED), UNDECIDED
    ),
    "year": Doubt("year", "year/daftar.xlsx", _HERE[:1], {"column": "KLASIFIKASI"}, (), "2025"),
}
_VILLAGE = ListedVillage("utara/satu", "Satu", "Utara", {2025: 0}, 2018, {}, _HERE[:1])


def every_question(speech: Language) -> str:
    """Return the file of answers in which everything that can be asked stands."""
    return "\n".join(_interviews(speech))


def _interviews(speech: Language) -> Iterator[str]:
    lists = Lists(villages=(_VILLAGE,), years=(2025,))
    for title in ("Kabupaten Sukamaju", "Kampung KB Bandung", "Kabupaten Tanah Laut"):
        answers = {"programme": "Penguatan Pokja"} | ({"district": "Kota Bandung"} if title.endswith("Bandung") else {})
        interview = Interview(speech, "proposals", answers, {}, "jawaban.yaml")
        for question in _OF_READER.values() if title == "Kabupaten Sukamaju" else ():
            interview.answer_to(office_questions._of_reader(question))
        district = office_questions.ask_of_district(interview, kabupaten_in(title))
        office_questions.ask_what_is_wanted(interview, lists, district)
        yield interview.written()
