"""Who may ask the page for what, and what it does with files that are hostile; without a browser."""

from __future__ import annotations

import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode

import pytest
from elements import parsed
from hostile import workbook_cases
from hostile.bench import Bench, Case
from inputs.scenario_desk import Desk
from page.conftest import Served
from page.spoken import in_other_language
from page.visitor import MULTIPART, Reply, Visitor, below, multipart, proposals

from simulation.app.page import server, view
from simulation.app.page.serving import begin_with
from simulation.report.language import language

OFFICE = Path(__file__).parents[1] / "data" / "office"
LIST = "DESA;KECAMATAN;KLASIFIKASI 2025\n" + "".join(f"Kampung {n};Utara;dasar\n" for n in ("Satu", "Dua", "Tiga"))
CASES = [
    pytest.param(case, marks=pytest.mark.slow) if case.group in {"archives", "workbooks"} else case
    for case in workbook_cases.cases()
    if case.group != "names of sheets"
]


@pytest.mark.parametrize(
    "host",
    ["example.org", "example.org:{port}", "127.0.0.1.example.org:{port}", "localhost.example.org", "", "127.0.0.1:x",
     "[::1", "user@127.0.0.1:{port}", "127.0.0.1@example.org", "0.0.0.0:{port}", "192.168.1.5:{port}"],
)  # fmt: skip
def test_a_request_for_another_host_is_refused(served: Served, host: str) -> None:
    """A name of somebody else's that leads to this computer opens nothing, whatever is asked for."""
    for method, path in (("GET", "/"), ("POST", "/language"), ("GET", "/static/page.css")):
        reply = served.visitor().ask(method, path, host=host.format(port=served.port))
        assert reply.code in {400, 421}
        assert "set-cookie" not in reply.headers
        assert b"<form" not in reply.body


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_a_request_for_this_computer_is_answered(served: Served, host: str) -> None:
    """By any of its own names."""
    assert served.visitor().get("/", host=host.format(port=served.port)).code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://example.org"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:{port}"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://127.0.0.1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"origin": "http://127.0.0.1:{port}", "sec_fetch_site": "cross-site"},
    ],
    ids=str,
)
def test_a_form_from_elsewhere_is_refused(served: Served, headers: dict[str, str]) -> None:
    """Even from somebody who is known here: no list is taken, no language changed, no work stopped."""
    visitor = served.visitor()
    assert visitor.get("/").code == 200
    foreign = {name: value.format(port=served.port) for name, value in headers.items()}
    for path in ("/lists", "/replies", "/language", "/files", "/progress/stop"):
        body = multipart([("daftar.csv", LIST.encode())])
        assert visitor.ask("POST", path, body, content_type=MULTIPART, **foreign).code == 403
    assert "daftar.csv" not in visitor.get("/").text
    assert visitor.send("/language", code="id").page.all("html")[0].attributes["lang"] == "id"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_elsewhere_begin_no_visit(served: Served, site: str) -> None:
    """Else a page with forty pictures could end all visits: the oldest end when there are too many."""
    visitor = served.visitor()
    assert visitor.get("/", sec_fetch_site=site).code == 403
    assert visitor.cookies == {}
    assert visitor.get("/", sec_fetch_site="none").code == 200


def test_what_is_too_large_is_refused_before_it_is_read(served: Served) -> None:
    """By its length, and where it does not say its length."""
    visitor = served.visitor()
    for headers in (
        {"content_length": str(server.MOST_BYTES + 1)},
        {"content_length": "9" * 18},
        {"transfer_encoding": "chunked"},
    ):
        reply = visitor.ask("POST", "/lists", content_type=MULTIPART, **headers)
        assert (reply.code, "20 MB" in reply.text) == (413, True)
    assert visitor.get("/").code == 200


@pytest.mark.parametrize(
    "request_line", ["GET /../../etc/passwd", "GET /static/../server.py", "GET /static/%2e%2e/server.py",
                     "GET /file/0/../../../etc/passwd", "GET /file/3/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                     "GET /figure/..%2f..%2fa/rises/id.svg", "GET /visit/%2e%2e", "PUT /lists", "DELETE /", "TRACE /"],
)  # fmt: skip
def test_no_address_leads_out(served: Served, request_line: str) -> None:
    """Neither by dots nor by percent signs, nor by methods that no form uses."""
    with socket.create_connection(("127.0.0.1", served.port)) as line:
        line.sendall(f"{request_line} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert re.match(rb"HTTP/1.1 (303|403|404|405) ", answer), answer[:200]
    assert b"root:" not in answer
    assert b"import" not in answer


def test_every_answer_forbids_what_the_page_does_not_need(served: Served) -> None:
    """Scripts and pictures from elsewhere, frames around it, guesses of what a file is, copies in a browser."""
    for path in ("/", "/static/page.css", "/static/page.js", "/answer", "/nowhere"):
        headers = served.visitor().get(path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert {policy[name] for name in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}
        assert policy["frame-ancestors"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


def test_the_page_names_no_other_host(served: Served) -> None:
    """Not in its templates, its style, its script: it works without a network."""
    files = [path for path in view.HERE.rglob("*") if path.suffix in {".html", ".css", ".js"}]
    assert len(files) >= 8
    for path in files:
        assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+|@import|url\(", path.read_text(encoding="utf-8")) == [], path
    assert re.findall(r"https?://", served.visitor().get("/").text) == []


@pytest.mark.parametrize(("code", "other"), [("en", "id"), ("id", "en")])
def test_a_page_in_the_other_language_would_be_found(served: Served, code: str, other: str) -> None:
    """As is one sentence of it: what the tests with a browser look for can be found."""
    visitor = served.visitor()
    visitor.drop(("daftar.csv", LIST.encode()))
    shown = visitor.send("/language", code=code).text
    assert in_other_language(parsed(shown)) == set()
    found = in_other_language(parsed(shown.replace(f'<html lang="{code}">', f'<html lang="{other}">')))
    last = "Everything stays on this computer; what you gave is removed when kampungkb page ends."
    assert language(code).say(last) in found


def test_the_key_of_a_visit_is_a_secret_of_its_browser(served: Served) -> None:
    """No script reads it, no other site has it sent; a key that is none opens nothing; ports do not mix."""
    visitor = served.visitor()
    said = visitor.get("/").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in said.split(";")}
    ((name, key),) = visitor.cookies.items()
    assert len(key) >= 40
    assert str(served.port) in name
    stranger = served.visitor()
    assert stranger.get("/visit/nobody").code == 303
    assert stranger.cookies == {}
    stranger.cookies[name] = key[:-1]
    assert "set-cookie" in stranger.get("/").headers


def test_visitors_do_not_see_each_others_lists(served: Served) -> None:
    """Nor what was read from them, nor what was asked, nor the language."""
    one, other = served.visitor(), served.visitor()
    assert "rahasia.csv" in one.drop(("rahasia.csv", LIST.encode())).text
    one.send("/language", code="id")
    for path in ("/", "/answer", "/learn", "/files", "/progress", "/cleaned"):
        reply = other.after(other.get(path))
        assert reply.code == 200
        assert "rahasia" not in reply.text
        assert "Kampung Satu" not in reply.text
        assert reply.page.all("html")[0].attributes["lang"] == "en"
    assert one.get("/cleaned").body.startswith(b"PK")
    assert "rahasia.csv" in one.get("/").text


@pytest.fixture(scope="module")
def answered(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    """Return a visitor whose page was opened with a scenario, once its forecast is there."""
    desk, visit, visitor = Desk(tmp_path_factory.mktemp("desk")), served.visits.begin(), served.visitor()
    begin_with(served.visits, visit, desk.write("scenario.yaml", desk.text()))
    visitor.cookies[f"visit-{served.port}"] = visit.key
    visitor.after(Reply(303, {"location": "/progress"}, b""))
    return visitor


@pytest.mark.slow
def test_visitors_do_not_see_each_others_answers(served: Served, answered: Visitor) -> None:
    """Nor their figures and files, though they know where these are."""
    stranger = served.visitor()
    pages = [answered.get(path).page for path in ("/answer", "/files")]
    figures = [image.attributes["src"] for image in pages[0].all("img")]
    files = [link.attributes["href"] for link in pages[1].all("a") if "download" in link.attributes]
    assert len(figures) >= 1
    assert len(files) >= 5
    for address in (*figures, *files):
        assert answered.get(address).code == 200
        assert stranger.get(address).code == 404
    for path in ("/answer", "/what-if", "/learn", "/files"):
        assert stranger.get(path).headers["location"] == "/"
    assert "Kabupaten Contoh" not in stranger.get("/").text


@pytest.mark.slow
def test_work_is_stopped_by_its_button(served: Served) -> None:
    """Soon, back to where it was asked for, with nothing lost; and it can be asked for again."""
    visitor = served.visitor()
    raw = OFFICE / "RAW_DATA KAMPUNG KB SUKAMAJU.xlsx"
    form = urlencode({**proposals(visitor.drop((raw.name, raw.read_bytes())).page), "action": "compute"}).encode()
    for _ in range(2):
        reply = visitor.ask("POST", "/replies", form, content_type="application/x-www-form-urlencoded")
        assert reply.headers["location"] == "/progress"
        reply = visitor.send("/progress/stop")
        assert raw.name in reply.text
        assert "Margo Jaya" in reply.text
        assert visitor.get("/answer").headers["location"] == "/"
    assert served.visits._worker._work_queue.qsize() == 0


@pytest.mark.slow
def test_a_hundred_moves_of_a_lever_leave_one_piece_of_work(served: Served, answered: Visitor) -> None:
    """Those that another has followed are answered with nothing, and none of them is computed."""
    visitor = answered
    (form,) = [one for one in visitor.get("/what-if").page.all("form") if one.attributes.get("id") == "levers"]
    fields = {one.attributes["name"]: one.attributes["value"] for one in form.all("input") if "name" in one.attributes}
    fields = {name: value for name, value in fields.items() if name != "places"}
    release = threading.Event()
    held = served.visits._worker.submit(release.wait)
    try:
        with ThreadPoolExecutor(100) as movers:
            bodies = [urlencode({**fields, "effect": f"{1 + number / 100}"}).encode() for number in range(100)]
            form_type = {"content_type": "application/x-www-form-urlencoded"}
            moves = [movers.submit(visitor.ask, "POST", "/what-if/follows", body, **form_type) for body in bodies]
            codes = [move.result().code for move in islice(as_completed(moves), 99)]
            assert codes == [204] * 99
            release.set()
            assert sorted(move.result().code for move in moves) == [200] + [204] * 99
    finally:
        release.set()
    assert held.result()
    assert served.visits._worker._work_queue.qsize() == 0


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_hostile_workbook_is_answered_in_words(
    served: Served, outside: Path, case: Case, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It is read or refused, its name in sight; the page lives on, and leaves nothing where it was begun."""
    bench = Bench(tmp_path_factory.mktemp("bench"))
    case.lay(bench)
    (path,) = [path for path in bench.folder.iterdir() if path.name not in {"scenario.yaml", "villages.csv"}] or [
        bench.folder / "villages.csv"
    ]
    visitor = served.visitor()
    reply = visitor.drop((path.name, path.read_bytes()))
    assert reply.code == 200
    said = reply.page.all("main")[0].text
    assert "Traceback" not in said
    assert not re.search(r"\w+Error\b|The run failed", said), said
    assert below(outside) == set()


@pytest.mark.parametrize(
    "name",
    ["../../evil.csv", "..\\..\\evil.csv", "/etc/evil.csv", "C:\\evil.csv", "evil\x00.csv", "evil\r\nX-A: b.csv",
     "ev\u202eil.csv", "\u6751" * 200 + ".csv", "a" * 1000 + ".csv", "<script>alert(1)</script>.csv", "results.csv",
     "%2e%2e%2fevil.csv", ". . evil.csv", "-evil.csv", "evil.csv/../../../a.csv", "NUL.csv", "sukamaju_daftar.csv"],
    ids=lambda name: ascii(name)[:30],
)  # fmt: skip
def test_a_list_of_any_name_is_kept_in_the_folder_of_its_visit(served: Served, outside: Path, name: str) -> None:
    """And is read; its name is no markup, no path, and fits into any file system."""
    visitor = served.visitor()
    reply = visitor.drop((name, LIST.encode()))
    assert reply.code == 200
    assert [problem.text for problem in reply.page.all("section", "div") if "problem" in str(problem.attributes)] == []
    assert "What was read" in reply.text
    assert [script.attributes for script in reply.page.all("script")] == [{"src": "/static/page.js", "defer": ""}]
    (visit,) = [each for each in served.visits._visits.values() if each.key in visitor.cookies.values()]
    (kept,) = visit.lists
    assert kept.resolve().parent == visit.folder
    assert kept.name.isprintable()
    assert len(kept.name.encode()) <= 255
    assert below(outside) == set()


@pytest.mark.parametrize("name", ["evil.exe", "evil.yaml", ".csv", "", "results", "a.csv.html", "..", "a.xlsx/"])
def test_what_is_no_list_is_refused_in_words(served: Served, name: str) -> None:
    """By its name alone, unless it has none: then no file was chosen."""
    visitor = served.visitor()
    reply = visitor.drop((name, b"schema: 1"))
    assert reply.code == 200
    assert "What was read" not in reply.text
    assert ("cannot be read" in reply.text) == bool(name)


def test_more_files_than_the_page_takes_are_refused_in_words(served: Served) -> None:
    """A hundred at a time is a mistake, and is told so."""
    reply = served.visitor().drop(*[(f"{number}.csv", LIST.encode()) for number in range(100)])
    assert "<main" in reply.text
    assert "at a time" in reply.text


def test_a_form_that_is_none_leaves_the_page_alive(served: Served) -> None:
    """Forms cut off, without an end, of another kind: refused, and the next is answered."""
    visitor = served.visitor()
    for kind, body in (
        (MULTIPART, b"--what-parts-a-form\r\nContent-Disposition: form-data"),
        ("multipart/form-data", b"abc"),
        (MULTIPART, b"\x00" * 1000),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(5000))),
    ):
        for path in ("/lists", "/replies", "/language"):
            assert visitor.ask("POST", path, body, content_type=kind).code in {200, 303, 400}
    assert visitor.get("/").code == 200
