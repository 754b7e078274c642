"""What every answer of the server has: headers, errors as pages or as JSON, and who is let in."""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from inspector.domain.errors import InspectorError
from inspector.domain.secret import redacted
from inspector.web.asked import AskedError, MissingError
from inspector.web.judge import BusyError

if TYPE_CHECKING:
    from starlette.templating import Jinja2Templates
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from inspector.web.access import Access

_log = logging.getLogger(__name__)

_HEADERS = {
    "content-security-policy": "default-src 'none'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with none at all, browsers keep the origin of this site's own forms back too
    "cross-origin-resource-policy": "same-origin",
}
#: What anybody may have: what the page that asks for the password is made of.
_OPEN = ("/login", "/style.css", "/app.js", "/fonts/")
#: Wrong passwords within a minute, of all browsers together.
_MOST_WRONG, _WITHIN_S = 10, 60.0
#: A request's body in all; one picture may have less, see `inspector.web.pages`.
MOST_BODY_BYTES = 500_000_000


class Fault(BaseModel):
    """What went wrong, and what to do."""

    what: str
    next_step: str


class TooLargeError(InspectorError):
    """A request or a picture in it is too large."""


class TooSlowError(InspectorError):
    """A request did not arrive in time."""


def wants_page(request: Request) -> bool:
    """Whether a browser asks for something to look at, and not a program for JSON."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def status_of(error: InspectorError) -> int:
    """Return the HTTP status that an error is."""
    kinds = ((BusyError, 429), (MissingError, 404), (AskedError, 400), (TooLargeError, 413), (TooSlowError, 408))
    return next((status for kind, status in kinds if isinstance(error, kind)), 503)


def fault_answer(
    request: Request,
    templates: Jinja2Templates,
    what: str,
    next_step: str,
    status: int,
    retry_after_s: int | None = None,
) -> Response:
    """Say what went wrong, as a page or as JSON."""
    headers = {} if retry_after_s is None else {"retry-after": str(retry_after_s)}
    what, next_step = redacted(what), redacted(next_step)
    if wants_page(request):
        words = {"what": what, "next_step": next_step, "status": status}
        return templates.TemplateResponse(request, "fault.html", words, status_code=status, headers=headers)
    return JSONResponse(Fault(what=what, next_step=next_step).model_dump(), status_code=status, headers=headers)


class Gate:
    """Lets in who may look; refuses what a page elsewhere makes a browser send; puts the headers on every answer."""

    inner: ASGIApp  #: what answers those who are let in

    def __init__(self, access: Access) -> None:
        self._access = access
        self._wrong: deque[float] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or hand on."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        request = Request(scope)
        refused = self._refused(request)
        if refused is not None:
            await refused(scope, receive, send_with_headers)
            return
        await self.inner(scope, _bounded(request.headers, receive), send_with_headers)

    def _refused(self, request: Request) -> Response | None:
        if request.method == "POST" and not _from_here(request):
            return _fault(403, "this was sent by a page elsewhere", "Open this server's own page.")
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length) > MOST_BODY_BYTES:
            return _fault(
                413, f"the request has more than {MOST_BODY_BYTES / 1e6:.0f} MB", "Send fewer pictures at once."
            )
        path = request.url.path
        is_open = any(path == name or (name.endswith("/") and path.startswith(name)) for name in _OPEN)
        return None if is_open or self._access.lets_in(request) else self._unknown(request)

    def _unknown(self, request: Request) -> Response:
        """Ask for the password."""
        if request.headers.get("authorization") and self.is_guessing(wrong=True):
            return _fault(429, "too many wrong passwords", "Wait a minute.", {"retry-after": "60"})
        if wants_page(request):
            return RedirectResponse(f"/login?next={quote(request.url.path)}", status_code=303)
        asks = {"www-authenticate": 'Basic realm="inspector", charset="UTF-8"'}
        return _fault(401, "the password is missing or wrong", "Send it with HTTP Basic, with any user name.", asks)

    def is_guessing(self, *, wrong: bool) -> bool:
        """Note a wrong password, and say whether there were too many of late."""
        now_s = time.monotonic()
        while self._wrong and now_s - self._wrong[0] > _WITHIN_S:
            self._wrong.popleft()
        if wrong:
            self._wrong.append(now_s)
        return len(self._wrong) > _MOST_WRONG


def _fault(status: int, what: str, next_step: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(Fault(what=what, next_step=next_step).model_dump(), status_code=status, headers=headers)


def _from_here(request: Request) -> bool:
    """Whether a POST comes from a page of this server, or from no page at all."""
    if request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _bounded(headers: Headers, receive: Receive) -> Receive:
    """End a request whose body grows beyond what one may have, whatever it said of its length."""
    if "content-length" in headers:
        return receive  # the server reads no more than that
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY_BYTES:
            return {"type": "http.disconnect"}
        return message

    return bounded
