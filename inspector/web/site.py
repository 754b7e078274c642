"""What both servers have, a station's and a fleet's: the entrance, style sheet and script, errors, the description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from inspector import __version__
from inspector.domain.errors import InspectorError
from inspector.paths import resources_dir
from inspector.web.answers import Gate, fault_answer, status_of
from inspector.web.judge import BusyError
from inspector.web.listeners import CrowdedError
from inspector.web.style import style_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from inspector.web.access import Access

_SESSION_S = 12 * 3600
_WORDS = {404: ("there is no such page", "Begin at the first one."), 405: ("that cannot be done here", "See API.")}


class Site:
    """Puts pages around what a server shows.

    Args:
        access: Who may look.
        name: What is served, as its pages are called.
        pages: Addresses of the pages with their names, as they stand at the top.
        description: The OpenAPI document.
    """

    def __init__(
        self,
        access: Access,
        *,
        name: Callable[[], str],
        pages: Sequence[tuple[str, str]],
        description: dict[str, Any],
    ) -> None:
        self._access, self._name, self._description = access, name, description
        self._gate = Gate(access)
        self.templates = Jinja2Templates(directory=resources_dir() / "web" / "pages")
        self.templates.env.globals |= {"pages": list(pages), "asks": bool(access.password), "version": __version__}
        self._sheet = style_sheet()
        self._script = (resources_dir() / "web" / "app.js").read_text(encoding="utf-8")

    def page(self, request: Request, template: str, *, status: int = 200, **words: Any) -> Response:  # noqa: ANN401
        """Return a page.

        Args:
            request: The one that is answered.
            template: Its file in `resources/web/pages`.
            status: The status of HTTP that it is answered with.
            words: What the template shows.
        """
        words |= {"station": self._name()}
        return self.templates.TemplateResponse(request, template, words, status_code=status)

    def application(
        self, routes: Sequence[BaseRoute], living: Callable[[Starlette], AbstractAsyncContextManager[None]]
    ) -> ASGIApp:
        """Return the server.

        Args:
            routes: Of what is shown, beside what every server has.
            living: What is begun with the server, and ended with it.
        """
        own = [
            Route("/api", self._api_page),
            Route("/login", self._login_page, methods=["GET"]),
            Route("/login", self._login, methods=["POST"]),
            Route("/logout", self._logout, methods=["POST"]),
            Route("/openapi.json", self._openapi),
            Route("/style.css", self._css),
            Route("/app.js", self._js),
            Mount("/fonts", StaticFiles(directory=resources_dir() / "fonts")),
        ]
        self._gate.inner = Starlette(
            routes=[*routes, *own],
            lifespan=living,
            exception_handlers={InspectorError: self._failed, HTTPException: self._refused},
        )
        session = SessionMiddleware(
            self._gate,
            secret_key=self._access.secret,
            max_age=_SESSION_S,
            same_site="strict",
            https_only=self._access.scheme == "https",
        )
        return TrustedHostMiddleware(session, allowed_hosts=self._access.allowed_hosts, www_redirect=False)

    # --- addresses ----------------------------------------------------------------------------------------------------

    async def _api_page(self, request: Request) -> Response:
        return self.page(request, "api.html", api=self._description)

    async def _openapi(self, _: Request) -> Response:
        return JSONResponse(self._description)

    async def _css(self, _: Request) -> Response:
        return Response(self._sheet, media_type="text/css", headers={"cache-control": "max-age=300"})

    async def _js(self, _: Request) -> Response:
        return Response(self._script, media_type="text/javascript", headers={"cache-control": "max-age=300"})

    async def _login_page(self, request: Request) -> Response:
        return self.page(request, "login.html", wrong=False, next=_local(request.query_params.get("next", "/")))

    async def _login(self, request: Request) -> Response:
        """Let a browser in that knows the password."""
        if self._gate.is_guessing(wrong=False):
            return fault_answer(request, self.templates, "too many wrong passwords", "Wait a minute.", 429, 60)
        form = await request.form(max_files=0, max_fields=5)
        password, where = form.get("password", ""), form.get("next", "/")
        if isinstance(password, str) and self._access.knows(password):
            self._access.let_in(request)
            return RedirectResponse(_local(where if isinstance(where, str) else "/"), status_code=303)
        self._gate.is_guessing(wrong=True)
        return self.page(request, "login.html", status=401, wrong=True, next=_local(str(where)))

    async def _logout(self, request: Request) -> Response:
        self._access.send_away(request)
        return RedirectResponse("/login", status_code=303)

    # --- errors -------------------------------------------------------------------------------------------------------

    async def _failed(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, InspectorError)
        after = error.retry_after_s if isinstance(error, BusyError | CrowdedError) else None
        return fault_answer(request, self.templates, error.what, error.next_step, status_of(error), after)

    async def _refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        what, next_step = _WORDS.get(error.status_code, (error.detail, "Try it again."))
        return fault_answer(request, self.templates, what, next_step, error.status_code)


def _local(where: str) -> str:
    """Return an address of this server, whatever was asked for."""
    return where if where.startswith("/") and not where.startswith(("//", "/\\")) else "/"
