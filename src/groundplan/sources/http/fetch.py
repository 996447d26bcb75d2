"""The one client of all sources on the web: asks until there is an answer or a reason.

It waits as told and shows the wait, tries again with jitter, asks for smaller pages, follows
redirects on its own server only, and never lets a secret into an error.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

from groundplan.sources.http.replies import Asked, PageSize, Reply, Request
from groundplan.sources.http.secrets import Auth, Nobody
from groundplan.sources.http.verdicts import (
    LONGEST_WAIT_S,
    SECONDARY_S,
    Again,
    Fail,
    Judge,
    Take,
    Wait,
    judge,
)
from groundplan.terms.errors import BadInput, GroundplanError, SourceBroken, SourceDown
from groundplan.terms.progress import Progress, Silent

if TYPE_CHECKING:
    import httpx

MOST_TRIES: Final = 7  # with the waits below, trouble of two minutes is sat out
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
MOST_WAITS: Final = 12  # in a row that a server tells without ever answering
MOST_REDIRECTS: Final = 5
MOST_BYTES: Final = 64_000_000  # of one reply, unpacked
TIMEOUT_S: Final = 60.0
REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
LOOPBACK: Final = frozenset(("127.0.0.1", "localhost", "::1"))


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Client:
    """Asks one server. requests: how many were sent, also those that came to nothing.

    base: its address. judge: what its replies mean. now, sleep, jitter: the time, waiting, and a
    random number in [0, 1), passed in by tests.
    """

    base: str
    auth: Auth = field(default_factory=Nobody)
    progress: Progress = field(default_factory=Silent)
    judge: Judge = judge
    jitter: Callable[[], float] = random.random
    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep
    timeout_s: float = TIMEOUT_S
    requests: int = 0
    _http: httpx.Client | None = None
    _idle_until: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise BadInput("address", self.base.partition("@")[2] or self.base, "https://...")
        plain = parts.scheme == "http" and parts.hostname not in LOOPBACK
        if plain and not isinstance(self.auth, Nobody):
            raise BadInput("address", self.base, "https://..., as a token would cross the network")
        self.base = self.base.rstrip("/")

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.base).hostname or ""

    def close(self) -> None:
        """Release the connections."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def send(self, asked: Asked, size: PageSize | None = None) -> Reply:
        """The answer to a request. size: of the pages of one that is asked by page size.

        Errors: Refused for a token that is not accepted or may not read this, NotFound, SourceDown
        (with `retry_after_s`) for trouble that lasts, SourceBroken for answers that make no sense.
        """
        size = size or PageSize(1)
        tries = waits = 0
        renewed = False
        while True:
            request = asked if isinstance(asked, Request) else asked(size.now)
            self._idle(request)
            reply, verdict = self._try(request)
            if reply is not None and reply.status == 401 and not renewed and self.auth.renew():
                renewed = True
                continue
            if isinstance(verdict, Take):
                assert reply is not None
                self._keep_idle(request, verdict)
                size.worked()
                return reply
            if isinstance(verdict, Fail):
                raise self._named(verdict.error, request)
            if isinstance(verdict, Wait):
                waits += 1
                self._wait_as_told(verdict, waits, request)
                continue
            shrunk = verdict.smaller and size.shrink()
            tries += 1
            if tries >= MOST_TRIES and not shrunk:
                raise self._named(_lasting(verdict), request)
            self._pause(min(tries, MOST_TRIES))

    def pages(self, request: Request) -> Iterator[Reply]:
        """The pages of a list, by the Link header; none after an unchanged first one."""
        reply = self.send(request)
        yield reply
        seen = {request.path}
        while reply.next:
            if reply.next in seen:
                raise SourceBroken(f"{self.host}: the pages of {request.path} go in a circle")
            seen.add(reply.next)
            reply = self.send(replace(request, path=reply.next, params={}, etag=""))
            yield reply

    def _try(self, request: Request) -> tuple[Reply | None, Take | Wait | Again | Fail]:
        """One attempt, over redirects, and what it means."""
        import httpx  # noqa: PLC0415 - a tenth of a second that `--help` does not need

        try:
            reply = self._send(request)
            if reply.data is None and reply.status == 200 and not request.plain:
                return reply, Again("the reply is no JSON, or was cut short")
            verdict = self.judge(reply, self.now())
            # a limit may come in the clothes of an expected refusal
            expected = reply.status in request.expect and not isinstance(verdict, Wait)
            return reply, Take() if expected else verdict
        except httpx.TimeoutException:
            return None, Again("no answer in time", smaller=True)
        except httpx.TransportError as error:
            return None, Again(f"the connection failed ({type(error).__name__})")
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            return None, Again(f"the reply makes no sense ({type(error).__name__})")
        except GroundplanError as error:
            return None, Fail(error)

    def _send(self, request: Request) -> Reply:
        url, params = self._address(request.path), dict(request.params)
        for _ in range(MOST_REDIRECTS):
            reply = self._send_once(request, url, params)
            moved = reply.status in REDIRECTS and reply.status not in request.expect
            to = reply.headers.get("location")
            if not moved or not to or request.verb != "GET":
                return reply
            url, params = self._address(urljoin(url, to)), {}
        raise SourceBroken(f"{self.host} redirects in a circle")

    def _send_once(self, request: Request, url: str, params: dict[str, str | int]) -> Reply:
        headers = {"Accept": "application/json", **request.headers, **self.auth.headers()}
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        self.requests += 1
        with self._open().stream(
            request.verb,
            url,
            params=params or None,
            headers=headers,
            content=_encode(request.body),
        ) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise SourceBroken(f"{self.host} sent more than {MOST_BYTES:,} bytes at once")
            found = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, found, bytes(body), _decode(bytes(body)))

    def _open(self) -> httpx.Client:
        import httpx  # noqa: PLC0415

        if self._http is None:
            agent = {"User-Agent": "groundplan"}
            self._http = httpx.Client(timeout=self.timeout_s, headers=agent)
        return self._http

    def _address(self, path: str) -> str:
        """A whole address on this server. A token goes nowhere else."""
        if "://" not in path:
            return f"{self.base}/{path.lstrip('/')}"
        mine, theirs = urlsplit(self.base), urlsplit(path)
        if (mine.scheme, mine.netloc.lower()) != (theirs.scheme, theirs.netloc.lower()):
            raise SourceBroken(
                f"{self.host} sends us on to {theirs.scheme}://{theirs.hostname}",
                "The token is not shown to another server. Connect that one if it is right.",
            )
        return path

    def _idle(self, request: Request) -> None:
        """Wait where an earlier reply said that the budget is used up."""
        until = self._idle_until.pop(request.budget, None)
        if until is not None and until > self.now():
            seconds = (until - self.now()).total_seconds()
            self._wait(seconds, "the rate limit is used up")

    def _keep_idle(self, request: Request, verdict: Take) -> None:
        if 0 < verdict.idle_s <= LONGEST_WAIT_S:
            self._idle_until[request.budget] = self.now() + timedelta(seconds=verdict.idle_s)

    def _wait_as_told(self, verdict: Wait, waits: int, request: Request) -> None:
        seconds = verdict.seconds
        if seconds is None:
            seconds = SECONDARY_S * 2.0 ** min(waits - 1, 5)
        if seconds > LONGEST_WAIT_S or waits > MOST_WAITS:
            error = SourceDown(verdict.why, "Run again then; nothing is lost.", seconds)
            raise self._named(error, request)
        self._wait(seconds + self.jitter(), verdict.why)

    def _wait(self, seconds: float, why: str) -> None:
        """Wait, and show it second by second."""
        whole = max(1, round(seconds))
        with self.progress.stage(f"{self.host}: {why}", whole, "seconds") as stage:
            for _ in range(whole):
                self.sleep(seconds / whole)
                stage.advance()

    def _pause(self, tries: int) -> None:
        # full jitter, so that many clients do not come back together (Brooker 2015)
        most = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (tries - 1))
        self.sleep(most * self.jitter())

    def _named(self, error: GroundplanError, request: Request) -> GroundplanError:
        """The error with server and path, without secrets."""
        path = urlsplit(request.path).path
        error.message = self.auth.scrub(f"{self.host}, {path}: {error.message}")
        error.hint = self.auth.scrub(error.hint)
        error.args = (error.message,)
        return error


def _lasting(verdict: Again) -> GroundplanError:
    hint = "Run again later; what was read so far is kept."
    if "JSON" in verdict.why:
        return SourceBroken(verdict.why, hint)
    return SourceDown(verdict.why, hint, LONGEST_PAUSE_S)


def _encode(body: Any) -> bytes | None:
    import msgspec  # noqa: PLC0415

    return None if body is None else msgspec.json.encode(body)


def _decode(body: bytes) -> Any:
    import msgspec  # noqa: PLC0415

    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.json.decode(body) if body else None
    return None
