"""What stands between a browser and the facts: who may ask, and what a page may load.

A foreign page could reach the server through the browser (DNS rebinding, cross-site requests), and
a hostile commit could try to run inside a page.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from groundplan.interfaces.api.app import PREFIX as API
from groundplan.interfaces.web.doors.doors import BEARER
from groundplan.interfaces.web.doors.settings import LOCAL_HOSTS
from groundplan.interfaces.web.hooks import HOOKS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# To other hosts goes no referrer. To ourselves it must: without one, Chromium sends `Origin: null`
# with our own forms, and they look like another page's.
_HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)


class Guard:
    """Refuses hosts that are not local and writes from other origins; sets strict headers."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = LOCAL_HOSTS) -> None:
        self.app = app
        self.hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with words."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def send_strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in _HEADERS:
                    out[name] = value
                still = scope["path"].startswith("/static/")
                out.setdefault("Cache-Control", "no-cache" if still else "no-store")
            await send(message)

        app: ASGIApp = self.app
        if host_of(headers.get("host", "")) not in self.hosts:
            names = "localhost" if self.hosts == LOCAL_HOSTS else " or ".join(sorted(self.hosts))
            app = PlainTextResponse(f"This server answers to {names} only. Open it there.", 421)
        elif scope["method"] not in ("GET", "HEAD") and not (
            # the API takes JSON only, which a foreign page cannot send without asking first (CORS);
            # a push is signed
            scope["path"].startswith((f"{API}/", f"{HOOKS}/")) or may_write(headers)
        ):
            text = "This request came from another page. Nothing was changed."
            app = PlainTextResponse(text, 403)
        await app(scope, receive, send_strictly)


def host_of(header: str) -> str:
    """The host without its port, lower case; IPv6 keeps its brackets."""
    if header.startswith("["):
        return header[: header.find("]") + 1].lower()
    return header.partition(":")[0].lower()


def may_write(headers: Headers) -> bool:
    """Whether a write may be ours: from our own page, or from a program with a token.

    A foreign page cannot make a browser send `Authorization`; where it is sent no cookie counts.
    """
    return headers.get("authorization", "").lower().startswith(BEARER) or same_origin(headers)


def same_origin(headers: Headers) -> bool:
    """Whether a write comes from one of our own pages, by `Sec-Fetch-Site` or `Origin`.

    One of the two must be there: every browser of today sends them with a form.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host") and origin != "null"
    return site == "same-origin"
