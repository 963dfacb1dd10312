"""Who may ask the page for what: this computer's own browsers, for pages of its own, with requests of a sane size."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...report.language import Language

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_SITES = {"GET": {"same-origin", "none"}}
"""Method -> from where it may be asked for; "none" is an address that was typed or opened by another program."""
_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Refuses requests for another host or from another site, and those that are too large.

    A page elsewhere that has a name of its own lead to this computer is refused by its name (`Host`), one that asks for
    something here, or sends a form, by where that comes from (`Origin`, `Sec-Fetch-Site`).
    """

    def __init__(self, app: ASGIApp, speech: Language, most_bytes: int) -> None:
        self._app = app
        self._say = speech.say
        self._most = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope["method"], Headers(scope=scope))
        if refused is not None:
            await _answer(*refused, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _refused(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Return code and reason where a request is refused; None where it is not."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if _name(host) not in LOOPBACK:
            return 421, self._say("This page is for the computer that it runs on alone.")
        foreign = origin is not None and origin != f"http://{host}"
        if foreign or headers.get("sec-fetch-site", "same-origin") not in _SITES.get(method, {"same-origin"}):
            return 403, self._say("This was not asked for by the page itself.")
        if _is_larger(headers.getlist("content-length"), self._most) or "transfer-encoding" in headers:
            most = self._say("{number} MB", number=self._most // 1_000_000)
            return 413, self._say("This is too large: the page takes up to {most} at a time.", most=most)
        return None


async def _answer(code: int, why: str, receive: Receive, send: Send) -> None:
    """Answer why not, and hear the request out: a browser shows no answer before it has sent everything."""
    response = PlainTextResponse(why, code, {**_HEADERS, "connection": "close"})
    await send({"type": "http.response.start", "status": code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.body"})


def _name(host: str) -> str:
    """Return the name of a host, without its port; "" where that is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return ""
    return (host.rpartition(":")[0] if parts.port is not None else host).casefold()


def _is_larger(lengths: Iterable[str], most: int) -> bool:
    return any(not length.isdecimal() or int(length) > most for length in lengths)
