"""A visitor to the page without a browser: requests as bytes, forms as browsers send them, one cookie.

Knows HTTP; must not know what the page shows.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from elements import Element, parsed

BOUNDARY = "what-parts-a-form"
PATIENCE = 300.0
"""Seconds after which work that should end is taken not to."""


@dataclass(frozen=True)
class Reply:
    """What the page answered: its code, its headers by their names in small letters, and what followed."""

    code: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """What followed, as text."""
        return self.body.decode()

    @property
    def page(self) -> Element:
        """What followed, as a browser reads it."""
        return parsed(self.text)


class Visitor:
    """Asks the page on a port for things, and keeps the cookie that it is given.

    Parameters
    ----------
    port
        Of the page, on this computer.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """Send one request; headers are named with underscores in place of dashes."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            given.setdefault("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body or None, given)
            answer = connection.getresponse()
            found = {name.casefold(): value for name, value in answer.getheaders()}
            reply = Reply(answer.status, found, answer.read())
        finally:
            connection.close()
        if "set-cookie" in reply.headers:
            name, _, value = reply.headers["set-cookie"].partition(";")[0].partition("=")
            self.cookies[name] = value
        return reply

    def get(self, path: str, **headers: str) -> Reply:
        """Ask for something."""
        return self.ask("GET", path, **headers)

    def send(self, path: str, **fields: str) -> Reply:
        """Send a form, and return the page that comes after it, once work has ended."""
        body = urlencode(fields).encode()
        return self.after(self.ask("POST", path, body, content_type="application/x-www-form-urlencoded"))

    def drop(self, *files: tuple[str, bytes]) -> Reply:
        """Send lists as the form of the first page does, and return the page that comes after it."""
        return self.after(self.ask("POST", "/lists", multipart(files), content_type=MULTIPART))

    def after(self, reply: Reply) -> Reply:
        """Return the page to which a form leads, once work has ended."""
        latest = time.monotonic() + PATIENCE
        while reply.code == 303 and time.monotonic() < latest:
            path = reply.headers["location"].partition("#")[0]  # as browsers do
            reply = self.get(path)
            if path == "/progress" and reply.code == 200:
                time.sleep(0.1)
                reply = Reply(303, {"location": "/progress"}, b"")
        assert reply.code != 303, "the work does not end"
        return reply


MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def multipart(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the body of a form with files, their names written as browsers write them."""
    quoted = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="lists"; filename="{name.translate(quoted)}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode("utf-8", "surrogatepass")
        + content
        + b"\r\n"
        for name, content in files
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def proposals(page: Element) -> dict[str, str]:
    """Return what the form of questions would send as it is shown."""
    (form,) = [form for form in page.all("form") if form.attributes["action"] == "/replies"]
    sent = [
        one.attributes for one in form.all("input") if one.attributes["type"] == "text" or "checked" in one.attributes
    ]
    return {one["name"]: one["value"] for one in sent}


def below(folder: Path) -> set[str]:
    """Return everything that lies below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
