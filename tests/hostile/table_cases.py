"""Tables and draws that are broken, endless, or hold what no number is.

Knows CSV and Parquet files; must not know how they are read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from inputs.scenario_desk import VILLAGES

from .bench import ACCEPTED, REFUSED, Bench, Case

HEAD = "village_code,village,subdistrict,status\n"
ROW = "63.01.01.2001,Benua,Takisung,dasar\n"
MB = 1_000_000

LARGE: dict[str, Callable[[], bytes]] = {
    "fifty megabytes of line ends": lambda: HEAD.encode() + b"\n" * 49 * MB,
    "fifty megabytes of commas": lambda: HEAD.encode() + b"," * 49 * MB,
    "fifty megabytes of semicolons": lambda: b";" * 49 * MB,
    "fifty megabytes of commas in rows": lambda: HEAD.encode() + (b"," * 999 + b"\n") * 49_000,
    "fifty megabytes of quotes": lambda: HEAD.encode() + b'"' * 49 * MB,
    "fifty megabytes of one cell": lambda: HEAD.encode() + b"a" * 49 * MB,
    "fifty megabytes of one quoted cell": lambda: HEAD.encode() + b'"' + b"a\n" * 24 * MB,
    "fifty megabytes of blanks": lambda: b" " * 49 * MB,
    "fifty megabytes of tabs": lambda: b"\t" * 49 * MB,
    "fifty megabytes of carriage returns": lambda: HEAD.encode() + b"\r" * 49 * MB,
    "fifty megabytes of column names": lambda: b"village_code,village,subdistrict," + b"ab," * 16 * MB,
    "fifty megabytes of flowers": lambda: HEAD.encode() + "\U0001f33a".encode() * 12 * MB,
    "fifty megabytes of letters and a flower": lambda: HEAD.encode() + b"a" * 49 * MB + "\U0001f33a".encode(),
    "fifty megabytes of short cells and a flower": lambda: HEAD.encode() + b"abcdefghij" * 4_900_000 + "\U0001f33a".encode(),
    "fifty megabytes of one row": lambda: HEAD.encode() + ROW.encode() * (49 * MB // len(ROW)),
    "fifty megabytes of short rows": lambda: HEAD.encode() + b"a\n" * 24 * MB,
    "fifty megabytes of NUL": lambda: HEAD.encode() + bytes(49 * MB),
    "two hundred thousand wrong rows": (HEAD + "a,b,c,dasr\n" * 200_001).encode,
    "two hundred thousand rows of column names": (HEAD * 200_001).encode,
    "two hundred columns of covariates": (
        HEAD.strip() + "".join(f",k{i}" for i in range(190)) + "\n"
        + "".join(f"{row},Benua,Takisung,dasar{',1.5' * 190}\n" for row in range(2_500))
    ).encode,
}  # fmt: skip

ACCEPTED_LARGE = {"two hundred columns of covariates"}

BROKEN: Mapping[str, str | bytes] = {
    "a quote that is not closed": HEAD + '63.01,"Benua,Takisung,dasar\n',
    "a quote within a cell": HEAD + '63.01,Ben"ua,Takisung,"dasar" x\n',
    "quotes of three": HEAD + '63.01,"""Benua""","Takisung"","dasar\n',
    "a row that is short": HEAD + "63.01,Benua\n",
    "a row that is long": HEAD + ROW.strip() + ",a,b,c\n",
    "columns named twice": "village_code,village,village,subdistrict,status\na,b,c,d,dasar\n",
    "columns without a name": "village_code,village,subdistrict,status,,,\na,b,c,dasar,x,y,z\n",
    "columns missing": "kode\n1\n",
    "only column names": HEAD,
    "only a delimiter that is said": "sep=;\n",
    "a delimiter that is said wrongly": "sep=x\n" + HEAD,
    "a delimiter that changes": HEAD + ROW.replace(",", ";"),
    "one code for all": HEAD + ROW * 1000,
    "no code": HEAD + ",Benua,Takisung,dasar\n",
    "a code in powers of ten": HEAD + ROW.replace("63.01.01.2001", "6.30101E+11"),
    "levels that do not exist": HEAD + ROW.replace("dasar", "=1+1"),
    "a NUL in a cell": (HEAD + ROW).encode().replace(b"Benua", b"Ben\0ua"),
    "a total below": HEAD + ROW + "Jumlah,1,,\n",
    "a total and signatures below": HEAD + ROW + ",,,\nJumlah,1,,\n,,Pelaihari,\n,,Kepala Dinas,\n",
    "an error of a spreadsheet": HEAD + ROW.replace("Benua", "#REF!"),
    "SQL": "'; DROP TABLE villages; --\n",
    "JSON": '[{"village_code": "a"}]',
    "a web page": "<html><body><table><tr><td>village_code</td></tr></table></body></html>",
    "every sign of Latin-1": HEAD.encode() + bytes(range(32, 256)),
}

UNDERSTOOD = {"one code for all", "no code", "a total below", "a total and signatures below"}

NUMBERS = (
    "nan", "NaN", "inf", "-Infinity", "1e999", "9" * 400, "1e", "0x10", "1_000", "--1", "\u0665", "\u00bd", "1,5,5",
    "1.000.00", "=1", "#N/A", "",
)  # fmt: skip

DISTRICTS = "district_code,district,province,villages,subdistricts,dasar,berkembang,mandiri,berkelanjutan\n"
A_DISTRICT = "63.01,Tanah Laut,Kalimantan Selatan,135,11,93,25,3,14\n"
COUNTS = ("-1", "0", "1e999", "nan", "inf", "9" * 30, "9" * 5_000, "1.5", "135,0", "0x87", "10001", "lima", "=1", "")

Draws = dict[str, Any]
DRAWS: dict[str, Callable[[], Draws]] = {
    "not a number": lambda: {"fall": [0.1, np.nan]},
    "infinity": lambda: {"peer_odds_ratio": [1.0, np.inf]},
    "minus infinity": lambda: {"peer_odds_ratio": [1.0, -np.inf]},
    "nulls": lambda: {"fall": pa.array([0.1, None])},
    "nothing but nulls": lambda: {"fall": pa.nulls(3)},
    "above one": lambda: {"fall": [1.5]},
    "below zero": lambda: {"fall": [-0.5]},
    "no rows": lambda: {"fall": pa.array([], pa.float64())},
    "no columns": dict,
    "texts": lambda: {"fall": ["0.1"]},
    "truths": lambda: {"fall": [[True]]},
    "lists": lambda: {"fall": [[0.1]]},
    "lists of lists": lambda: {"fall": [[[[0.1]]]]},
    "mappings": lambda: {"fall": [{"a": 0.1}]},
    "bytes": lambda: {"fall": [b"0.1"]},
    "days": lambda: {"fall": pa.array([1], pa.date32())},
    "times": lambda: {"fall": pa.array([1], pa.timestamp("ns"))},
    "a parameter that does not exist": lambda: {"falll": [0.1]},
    "a parameter that is a formula": lambda: {"=cmd": [0.1]},
    "a parameter of control characters": lambda: {"\x1b[2J\u202e": [0.1]},
    "a parameter of a million letters": lambda: {"a" * 1_000_000: [0.1]},
    "a covariate that does not exist": lambda: {"covariates.../x": [1.0]},
    "six hundred columns": lambda: {f"covariates.k{i}": [1.0] for i in range(600)},
    "more than a million rows": lambda: {"fall": np.full(1_000_001, 0.1)},
    "forty columns of a million rows": lambda: {f"covariates.k{i}": np.ones(1_000_000, np.int8) for i in range(40)},
    "a long text many times": lambda: {"fall": pa.DictionaryArray.from_arrays(np.zeros(900_000, np.int32), ["x" * 100_000])},
    "a long list many times": lambda: {"fall": [[0.1] * 10_000] * 1_000},
}  # fmt: skip


def _parquet(columns: Mapping[str, Any], metadata: bytes | None = None) -> bytes:
    table = pa.table(dict(columns))
    if metadata is not None:
        table = table.replace_schema_metadata({b"kampungkb": metadata})
    stream = BytesIO()
    pq.write_table(table, stream, compression="zstd")
    return stream.getvalue()


def sound_draws() -> bytes:
    """Return a file of draws that is sound."""
    return _parquet({"fall": np.linspace(0.01, 0.1, 100)})


def _cut(first: int, last: int) -> bytes:
    content = sound_draws()
    return content[: len(content) * first // 10] + content[len(content) * last // 10 :]


FILES: dict[str, Callable[[], bytes]] = {
    "nothing": bytes,
    "only its signs": lambda: b"PAR1" * 2,
    "an end that is too long": lambda: b"PAR1" + b"\xff\xff\xff\x7f" + b"PAR1",
    "an end of NUL": lambda: b"PAR1" + bytes(1000) + b"\xe8\x03\0\0PAR1",
    "an end of ones": lambda: b"PAR1" + b"\xff" * 1000 + b"\xe8\x03\0\0PAR1",
    "a key that is missing": lambda: sound_draws()[:-4] + b"PARE",
    "cut at the end": lambda: sound_draws()[:-20],
    "cut at the beginning": lambda: _cut(0, 3),
    "cut in the middle": lambda: _cut(3, 6),
    "a table of villages": VILLAGES.encode,
    "an Arrow file": lambda: b"ARROW1\0\0" + bytes(100),
}

ORIGINS = {
    "nested": b'{"basis": ' + b"[" * 100_000,
    "no JSON": b"\xff\xfe",
    "of another type": b'{"basis": {"a": 1}}',
    "of numbers": b'{"basis": [1, 2]}',
    "of control characters": json.dumps({"basis": ["\x1b[2J\u202e=1"]}).encode(),
    "of a million letters": json.dumps({"basis": ["a" * 1_000_000]}).encode(),
    "that is not a number": b'{"basis": [NaN]}',
}


def cases() -> Iterator[Case]:
    """Yield every case of this module."""
    yield from _sparse()
    for name, make in LARGE.items():
        yield Case(
            "large tables", name, partial(_table, make), exit_code=ACCEPTED if name in ACCEPTED_LARGE else REFUSED
        )
    for name, text in BROKEN.items():
        raw = text if isinstance(text, bytes) else text.encode()
        lay = partial(Bench.write, name="villages.csv", content=raw)
        yield Case("broken tables", name, lay, exit_code=ACCEPTED if name in UNDERSTOOD else REFUSED)
    for number in NUMBERS:
        yield Case("covariates", number[:20] or "nothing", partial(_covariate, number))
    for count in COUNTS:
        yield Case("districts", f"{len(count)} signs, {count[:20]}: villages", partial(_district, "135", count))
        yield Case("districts", f"{len(count)} signs, {count[:20]}: kecamatan", partial(_district, "11", count))
    yield Case(
        "districts",
        "ten thousand villages each",
        partial(_districts, A_DISTRICT.replace("135,11,93", "9999,11,9957"), 200),
    )
    yield Case("districts", "two hundred thousand rows", partial(_districts, A_DISTRICT, 200_001))
    for name, columns in DRAWS.items():
        yield Case("draws", name, partial(_draws, lambda columns=columns: _parquet(columns())))  # type: ignore[misc]
    for name, make in FILES.items():
        yield Case("files of draws", name, partial(_draws, make))
    for name, metadata in ORIGINS.items():
        lay = partial(_draws, partial(_parquet, {"fall": [0.1, 0.2]}, metadata))
        yield Case("origins of draws", name, lay, exit_code=ACCEPTED)


def _sparse() -> Iterator[Case]:
    """Yield files that are as large as they say and take no room."""
    for name, size in {"a gigabyte": 2**30, "eight gigabytes": 2**33, "a byte above the limit": 50_000_001}.items():
        for file in ("villages.csv", "villages.xlsx", "districts.csv", "draws.parquet"):
            yield Case("sparse", f"{file} of {name}", partial(_lay_sparse, file, size), "larger than")
    for file in ("villages.csv", "villages.xlsx", "draws.parquet"):
        yield Case("sparse", f"{file} as large as may be", partial(_lay_sparse, file, 50_000_000))


def _lay_sparse(name: str, size: int, bench: Bench) -> None:
    bench.write(name, b"")
    os.truncate(bench.folder / name, size)
    if name.startswith("villages"):
        bench.scenario(villages=f"villages: {{table: {name}}}")
    elif name.startswith("districts"):
        bench.scenario(district=None, villages=None, districts="districts: {table: districts.csv}")
    else:
        bench.scenario(transition="transition: {parameters_from: draws.parquet}")


def _table(make: Callable[[], bytes], bench: Bench) -> None:
    bench.write("villages.csv", make())


def _covariate(number: str, bench: Bench) -> None:
    """Write a number into a column that the law uses."""
    quoted = f'"{number}"'
    bench.write("villages.csv", VILLAGES.replace("1.5,", f"{quoted},").encode())
    bench.scenario(transition="transition: {covariates: {remoteness: 0.8}}")


def _district(old: str, new: str, bench: Bench) -> None:
    _districts(A_DISTRICT.replace(f",{old},", f',"{new}",', 1), 1, bench)


def _districts(row: str, number: int, bench: Bench) -> None:
    rows = [row.replace("63.01,", f"63.{i:05d},") for i in range(number)]
    bench.write("districts.csv", (DISTRICTS + "".join(rows)).encode())
    bench.scenario(district=None, villages=None, districts="districts: {table: districts.csv}")


def _draws(make: Callable[[], bytes], bench: Bench) -> None:
    bench.write("draws.parquet", make())
    bench.scenario(transition="transition: {parameters_from: draws.parquet}")
