"""A server for tests on this machine: answers as told, with trouble as real servers make it."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Clock:
    """A clock that server and client share; sleeping moves it on and takes no time."""

    def __init__(self, now: datetime = BEGIN) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    verb: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """One answer. body: bytes, or anything that becomes JSON."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answering = Callable[[Asked], Answer]
Trouble = Callable[[int, Asked], str]
"""What goes wrong with the nth request: a word of `TROUBLES`, "" for nothing."""

TROUBLES = (
    "500", "502", "503 later", "429", "403 secondary", "html", "truncated", "cut json", "closed",
    "slow",
)  # fmt: skip


def no_trouble(nr: int, asked: Asked) -> str:
    return ""


def random_trouble(share: float, seed: int, words: tuple[str, ...] = TROUBLES) -> Trouble:
    """Trouble with a share of the requests, the same for the same seed."""
    rng = np.random.default_rng(seed)
    lock = threading.Lock()

    def trouble(nr: int, asked: Asked) -> str:
        with lock:
            return str(rng.choice(words)) if rng.random() < share else ""

    return trouble


@dataclass
class Server:
    """A running server. log: verb and path of every request that reached it."""

    base: str
    log: list[str]
    clock: Clock
    budget: Budget

    @property
    def count(self) -> int:
        return len(self.log)


@dataclass
class Budget:
    """A rate limit as GitHub keeps it: so many requests an hour, refilled all at once."""

    limit: int = 5_000
    left: int = 5_000
    reset: datetime = BEGIN

    def take(self, now: datetime) -> dict[str, str] | None:
        """The headers of an answer; None where nothing is left."""
        if now >= self.reset:
            self.left, self.reset = self.limit, now + timedelta(hours=1)
        if self.left <= 0:
            return None
        self.left -= 1
        return self.headers()

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Reset": str(int(self.reset.timestamp())),
        }


@contextmanager
def serving(
    answer: Answering,
    trouble: Trouble = no_trouble,
    clock: Clock | None = None,
    budget: Budget | None = None,
    slow_s: float = 1.0,
) -> Iterator[Server]:
    """A server until the end of the block. slow_s: how long a slow answer takes."""
    server = Server("", [], clock or Clock(), budget or Budget())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

        def do_GET(self) -> None:
            _handle(self, server, answer, trouble, slow_s)

        do_POST = do_GET

    http = _Quiet(("127.0.0.1", 0), Handler)
    server.base = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Quiet(ThreadingHTTPServer):
    """Says nothing of clients that were killed."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _handle(
    handler: BaseHTTPRequestHandler,
    server: Server,
    answer: Answering,
    trouble: Trouble,
    slow_s: float,
) -> None:
    parts = urlsplit(handler.path)
    length = int(handler.headers.get("Content-Length") or 0)
    asked = Asked(
        verb=handler.command,
        path=parts.path,
        params=dict(parse_qsl(parts.query)),
        headers={name.lower(): value for name, value in handler.headers.items()},
        body=handler.rfile.read(length),
        base=server.base,
    )
    server.log.append(f"{asked.verb} {handler.path}")
    word = trouble(len(server.log), asked)
    with suppress(BrokenPipeError, ConnectionResetError):
        if not _make_trouble(handler, server, asked, answer, word, slow_s):
            _send(handler, server, _limited(server, asked, answer))


def _limited(server: Server, asked: Asked, answer: Answering) -> Answer:
    """The answer with its ETag, a 304 where nothing changed, or no answer: the budget is empty."""
    found = answer(asked)
    if found.status == 200:
        etag = f'W/"{hashlib.sha256(found.bytes()).hexdigest()[:20]}"'
        found.headers["ETag"] = etag
        if asked.headers.get("if-none-match") == etag:  # costs nothing
            return Answer(b"", 304, {"ETag": etag, **server.budget.headers()})
    left = server.budget.take(server.clock.now())
    if left is None:
        said = {"message": "API rate limit exceeded for user ID 1."}
        return Answer(said, 403, server.budget.headers())
    found.headers.update(left)
    return found


def _make_trouble(
    handler: BaseHTTPRequestHandler,
    server: Server,
    asked: Asked,
    answer: Answering,
    word: str,
    slow_s: float,
) -> bool:
    """Whether something went wrong instead of, or with, the answer."""
    troubles: dict[str, Answer] = {
        "500": Answer({"message": "Server Error"}, 500),
        "502": Answer(b"<html>Bad Gateway</html>", 502),
        "503 later": Answer({"message": "later"}, 503, {"Retry-After": "2"}),
        "429": Answer({"message": "Too Many Requests"}, 429, {"Retry-After": "3"}),
        "403 secondary": Answer(
            {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}, 403
        ),
        "html": Answer(b"<html>Signing in to the hotel's network ...</html>", 200),
    }
    if word in troubles:
        _send(handler, server, troubles[word])
        return True
    if word == "closed":
        handler.close_connection = True
        return True
    if word == "slow":
        time.sleep(slow_s)
        handler.close_connection = True
        return True
    if word in ("truncated", "cut json"):
        found = answer(asked)
        body = found.bytes()
        if len(body) < 2 or found.status != 200:
            return False
        half = body[: len(body) // 2]
        _send(handler, server, Answer(half), len(body) if word == "truncated" else len(half))
        handler.close_connection = True
        return True
    return False


def _send(
    handler: BaseHTTPRequestHandler, server: Server, answer: Answer, length: int | None = None
) -> None:
    body = answer.bytes()
    handler.send_response_only(answer.status)
    handler.send_header("Date", format_datetime(server.clock.now(), usegmt=True))
    if answer.status not in (204, 304):
        handler.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in answer.headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    if answer.status not in (204, 304):
        handler.wfile.write(body)


def paged(asked: Asked, things: list[Any], wrap: str = "", per_page: int = 30) -> Answer:
    """One page of a list as GitHub and GitLab give it, with the addresses of its neighbours."""
    size = min(100, int(asked.params.get("per_page", per_page)))
    page = int(asked.params.get("page", 1))
    last = max(1, -(-len(things) // size))
    found = things[(page - 1) * size : page * size]
    rest = "".join(f"&{n}={v}" for n, v in asked.params.items() if n not in ("page", "per_page"))
    links = []
    for rel, nr in (("prev", page - 1), ("next", page + 1), ("last", last), ("first", 1)):
        if (rel == "next" and page < last) or (rel == "prev" and page > 1):
            url = f"{asked.base}{asked.path}?per_page={size}&page={nr}{rest}"
            links.append(f'<{url}>; rel="{rel}"')
    body = {"total_count": len(things), wrap: found} if wrap else found
    return Answer(body, headers={"Link": ", ".join(links)} if links else {})
