"""What a page answers follows the lists that lie there now, and the answers that a person gave."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from page.conftest import Served
from page.visitor import Reply, Visitor

FORM = "application/x-www-form-urlencoded"
ONE_YEAR = "Desa,Kecamatan,Status 2025,Tahun Pencanangan\nSatu,Utara,Dasar,2019\nDua,Utara,Berkembang,2018\n"
OTHER = "Desa,Kecamatan,Status 2025\nTiga,Selatan,Dasar\nEmpat,Selatan,Berkembang\nLima,Selatan,Dasar\n"
EARLIER = "Desa,Kecamatan,Status 2024,Tahun Pencanangan\nSatu,Utara,Dasar,2019\nDua,Utara,Dasar,2018\n"


def asked(reply: Reply) -> dict[str, str]:
    """Return what the form of questions sends as it is shown, what stood there before included."""
    (form,) = [form for form in reply.page.all("form") if form.attributes["action"] == "/replies"]
    sent = [
        one.attributes for one in form.all("input") if one.attributes["type"] != "radio" or "checked" in one.attributes
    ]
    return {one["name"]: one["value"] for one in sent}


def replied(visitor: Visitor, fields: dict[str, str]) -> Reply:
    """Send the form of questions."""
    return visitor.after(visitor.ask("POST", "/replies", urlencode(fields).encode(), content_type=FORM))


@pytest.mark.slow
def test_what_was_left_as_proposed_is_proposed_anew_for_other_lists(served: Served) -> None:
    """From one list launch years are left out, with a second they are used: in whatever order the lists came."""
    visitor = served.visitor()
    first = asked(visitor.drop(("daftar 2025 Contoh.csv", ONE_YEAR.encode())))
    assert first["answer:launch_years"] == "leave_out"
    replied(visitor, {**first, "action": "read"})
    both = visitor.drop(("daftar 2024 Contoh.csv", EARLIER.encode()))
    assert asked(both)["answer:launch_years"] == "use"
    replied(visitor, {**asked(both), "answer:launch_years": "leave_out", "action": "read"})
    assert asked(visitor.get("/"))["answer:launch_years"] == "leave_out"


@pytest.mark.slow
def test_a_comparison_stands_in_the_answer_that_it_is_of_alone(served: Served) -> None:
    """After other lists were given, the answer is that of earlier ones, and a new one tells no old comparison."""
    visitor = served.visitor()
    shown = visitor.drop(("daftar Contoh.csv", ONE_YEAR.encode()))
    form = {**asked(shown), "answer:programme": "kader", "action": "compute"}
    further = replied(visitor, form)
    assert {"answer:programme_villages", "answer:programme_cost"} <= set(asked(further)) - set(form)
    compared = replied(visitor, {**asked(further), "action": "compute"}).page
    assert [one.text for one in compared.all("p") if one.attributes.get("class") == "difference"]
    assert not [one for one in compared.all("p") if one.attributes.get("class") == "notice"]
    visitor.send("/lists", remove="daftar Contoh.csv")
    visitor.drop(("daftar Lain.csv", OTHER.encode()))
    old = visitor.get("/answer").page
    assert [one.text for one in old.all("p") if one.attributes.get("class") == "notice"]
    new = replied(visitor, {**asked(visitor.get("/")), "answer:programme": "-", "action": "compute"}).page
    assert not [one for one in new.all("p") if one.attributes.get("class") in {"notice", "difference"}]
