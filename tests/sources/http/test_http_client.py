"""The client against a server that does what servers do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundplan.sources.http.fetch import Client
from groundplan.sources.http.replies import PageSize, Reply, Request
from groundplan.sources.http.secrets import Password, Secret, Token
from groundplan.sources.http.verdicts import Again, Fail, Take, Wait, judge
from groundplan.terms.errors import BadInput, NotFound, Refused, SourceBroken, SourceDown
from tests.sources.http_server import (
    BEGIN,
    TROUBLES,
    Answer,
    Asked,
    Budget,
    Server,
    Trouble,
    no_trouble,
    paged,
    serving,
)

SECRET = "tok_plantedSecretPlantedSecret"
RECORDED = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "fixtures" / "octokit_rest"


@contextmanager
def client_of(
    answer: Any, trouble: Trouble = no_trouble, budget: Budget | None = None, **more: Any
) -> Iterator[tuple[Client, Server]]:
    with serving(answer, trouble, budget=budget, slow_s=1.5) as server:
        given = {"now": server.clock.now, "sleep": server.clock.sleep, "timeout_s": 0.3, **more}
        client = Client(server.base, Token(Secret(SECRET)), **given)
        yield client, server
        client.close()


def hello(asked: Asked) -> Answer:
    return Answer({"path": asked.path, **asked.params})


def test_it_asks_with_its_token_and_reads_json() -> None:
    seen: list[Asked] = []

    def answer(asked: Asked) -> Answer:
        seen.append(asked)
        return hello(asked)

    with client_of(answer) as (client, _):
        reply = client.send(Request("things", {"a": 1}))
        client.send(Request("things", body={"q": "x"}))
    assert reply.data == {"path": "/things", "a": "1"}
    assert seen[0].headers["authorization"] == f"Bearer {SECRET}"
    assert (seen[1].verb, seen[1].json) == ("POST", {"q": "x"})
    assert seen[1].headers["content-type"] == "application/json"


@pytest.mark.parametrize("word", TROUBLES)
def test_trouble_that_passes_is_sat_out(word: str) -> None:
    with client_of(hello, lambda nr, asked: word if nr <= 2 else "") as (client, server):
        assert client.send(Request("x")).data == {"path": "/x"}
        assert server.count == 3
        waited = sum(server.clock.slept)
    assert {"429": 6, "503 later": 4, "403 secondary": 180}.get(word, 0) <= waited < 190


@pytest.mark.parametrize(
    ("word", "error"), [("500", SourceDown), ("closed", SourceDown), ("html", SourceBroken)]
)
def test_trouble_that_lasts_is_an_error_that_names_server_and_path(word: str, error: Any) -> None:
    with client_of(hello, lambda nr, asked: word) as (client, server):
        with pytest.raises(error, match=r"127\.0\.0\.1, x/y: ") as raised:
            client.send(Request("x/y", {"private_token": SECRET}))
        assert server.count == 7
    assert SECRET not in f"{raised.value}{raised.value!r}"


def test_a_limit_told_without_end_gives_up() -> None:
    with (
        client_of(hello, lambda nr, asked: "429") as (client, _),
        pytest.raises(SourceDown, match="rate limit") as raised,
    ):
        client.send(Request("x"))
    assert raised.value.retry_after_s == 3


def test_an_empty_budget_is_waited_for_before_asking() -> None:
    with client_of(hello, budget=Budget(limit=2)) as (client, server):
        for _ in range(5):
            client.send(Request("x"))
        assert server.count == 5  # not one request was refused
    assert sum(server.clock.slept) == pytest.approx(7_200, rel=0.01)


@pytest.mark.parametrize(
    ("status", "error"), [(401, Refused), (403, Refused), (404, NotFound), (410, NotFound),
                          (422, SourceBroken)],
)  # fmt: skip
def test_what_will_not_pass_is_told_at_once(status: int, error: Any) -> None:
    said = {"message": f"no, {SECRET}"}
    with client_of(lambda asked: Answer(said, status)) as (client, server):
        with pytest.raises(error) as raised:
            client.send(Request("x"))
        assert server.count == 1
    assert SECRET not in str(raised.value)
    assert "no, ***" in str(raised.value)


def test_an_expected_status_is_an_answer() -> None:
    with client_of(lambda asked: Answer({"message": "gone"}, 410)) as (client, _):
        assert client.send(Request("x", expect=(404, 410))).status == 410


def test_unchanged_things_are_told_by_their_etag() -> None:
    with client_of(hello) as (client, _):
        first = client.send(Request("x"))
        again = client.send(Request("x", etag=first.etag))
        other = client.send(Request("x", {"a": 2}, etag=first.etag))
    assert (first.unchanged, again.unchanged, other.unchanged) == (False, True, False)


def test_redirects_are_followed_on_the_same_server_only() -> None:
    def answer(asked: Asked) -> Answer:
        to = {"/old": "/new", "/sub/x": "y", "/away": "http://localhost:1/x", "/loop": "/loop"}.get(
            asked.path
        )
        if to is None:
            return hello(asked)
        return Answer({}, 301, {"Location": to})

    with client_of(answer) as (client, _):
        assert client.send(Request("old")).data == {"path": "/new"}
        assert client.send(Request("sub/x")).data == {"path": "/sub/y"}
        with pytest.raises(SourceBroken, match="status 301"):
            client.send(Request("old", body={"what": "a question is not sent on"}))
        with pytest.raises(SourceBroken, match="sends us on to http://localhost"):
            client.send(Request("away"))
        with pytest.raises(SourceBroken, match="circle"):
            client.send(Request("loop"))
        with pytest.raises(SourceBroken, match="sends us on"):
            client.send(Request("http://localhost:1/elsewhere"))


def test_pages_follow_the_link_header() -> None:
    things = list(range(205))
    with client_of(lambda asked: paged(asked, things)) as (client, server):
        request = Request("things", {"per_page": 100, "state": "all"})
        found = [one for reply in client.pages(request) for one in reply.data]
        assert server.log[-1].endswith("page=3&state=all")
    assert found == things


def test_a_page_that_is_too_large_is_asked_for_in_halves() -> None:
    sizes: list[int] = []

    def trouble(nr: int, asked: Asked) -> str:
        sizes.append(int(asked.params["n"]))
        return "502" if sizes[-1] > 30 else ""

    size = PageSize(100)
    with client_of(hello, trouble) as (client, _):
        for _ in range(9):
            client.send(lambda n: Request("x", {"n": n}), size)
    assert sizes == [100, 50, *[25] * 8, 50, 25]


def test_a_reply_too_large_for_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundplan.sources.http.fetch.MOST_BYTES", 1_000)
    with (
        client_of(lambda asked: Answer(["x" * 2_000])) as (client, _),
        pytest.raises(SourceBroken, match="more than 1,000 bytes"),
    ):
        client.send(Request("x"))


def test_a_token_crosses_no_network_in_the_open() -> None:
    with pytest.raises(BadInput, match="a token would cross the network"):
        Client("http://git.example.org", Token(Secret(SECRET)))
    with pytest.raises(BadInput) as raised:
        Client(f"https://ann:{SECRET}@git.example.org", Token(Secret(SECRET)))
    assert SECRET not in str(raised.value)


def test_a_secret_does_not_print() -> None:
    secret = Secret(f" {SECRET}\n")
    auth, pair = Token(secret), Password("ann", secret)
    assert secret.reveal() == SECRET
    for shown in (repr(secret), str(secret), repr(auth), repr(pair), f"{auth}"):
        assert SECRET not in shown
    header = pair.headers()["Authorization"]
    assert header.removeprefix("Basic ") not in pair.scrub(f"failed: {header} {SECRET}")
    assert SECRET not in pair.scrub(f"failed: {header} {SECRET}")
    with pytest.raises(BadInput, match="other letters") as raised:
        Token(Secret(f"{SECRET}\u00e9"))
    assert SECRET not in str(raised.value)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError, match="stays in its process"):
        __import__("pickle").dumps(secret)


def reply_of(status: int, **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): v for name, v in headers.items()}, b"{}", {})


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (reply_of(200), Take()),
        (reply_of(304), Take()),
        (reply_of(200, x_ratelimit_remaining="0", x_ratelimit_reset="1772442060"), Take(61)),
        (reply_of(429, retry_after="17"), Wait(17, "")),
        (reply_of(429, retry_after="Mon, 02 Mar 2026 09:01:00 GMT"), Wait(60, "")),
        (reply_of(429), Wait(None, "")),
        (reply_of(429, retry_after="soon"), Wait(None, "")),
        (reply_of(429, ratelimit_remaining="0", ratelimit_reset="1772442060"), Wait(61, "")),
        (reply_of(429, x_ratelimit_reset="2026-03-02T09:02:00Z"), Wait(120, "")),
        (reply_of(429, x_ratelimit_reset="1772442060000"), Wait(61, "")),
        (
            reply_of(429, x_ratelimit_reset="1772528460", date="Tue, 03 Mar 2026 09:00:30 GMT"),
            Wait(31, ""),
        ),
        (reply_of(403, x_ratelimit_remaining="0", x_ratelimit_reset="1772442000"), Wait(1, "")),
        (reply_of(503, retry_after="5"), Wait(5, "")),
        (reply_of(500), Again("")),
        (reply_of(504), Again("", smaller=True)),
        (reply_of(400), Fail(SourceBroken(""))),
    ],
)
def test_what_replies_mean(reply: Reply, verdict: Any) -> None:
    found = judge(reply, datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert type(found) is type(verdict)
    for name in ("idle_s", "seconds", "smaller"):
        assert getattr(found, name, None) == pytest.approx(getattr(verdict, name, None))


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<https://x/a?page=2>; rel="next", <https://x/a?page=9>; rel="last"', "https://x/a?page=2"),
        ('<https://x/a?page=1>; rel="prev"', ""),
        ('<https://x/a,b?c;d>; title="a, b"; rel="first next"', "https://x/a,b?c;d"),
        ("<https://x/a>;rel=next", "https://x/a"),
        ("", ""),
        ("<https://x", ""),
    ],
)  # fmt: skip
def test_links(link: str, expected: str) -> None:
    assert Reply(200, {"link": link}, b"").next == expected


def test_github_s_recorded_pages_are_read_to_the_end() -> None:
    """octokit's recording of 13 issues on five pages, and of a repository that was renamed."""
    if not RECORDED.is_dir():
        pytest.skip("GROUNDPLAN_DATA has no fixtures/octokit_rest")
    steps = {
        (step["method"].upper(), step["path"]): step
        for name in ("paginate-issues", "rename-repository")
        for step in json.loads((RECORDED / f"{name}.json").read_text())
        if step["method"] == "get"
    }

    def answer(asked: Asked) -> Answer:
        query = "&".join(f"{n}={v}" for n, v in asked.params.items())
        step = steps[asked.verb, asked.path + (f"?{query}" if query else "")]
        headers = {
            name.title(): str(value).replace("https://api.github.com", asked.base)
            for name, value in step["headers"].items()
            if name in ("link", "location")
        }  # fmt: skip
        return Answer(step["response"], step["status"], headers)

    with client_of(answer) as (client, server):
        repo = "repos/octokit-fixture-org"
        pages = client.pages(Request(f"{repo}/paginate-issues/issues", {"per_page": 3}))
        numbers = [issue["number"] for reply in pages for issue in reply.data]
        renamed = client.send(Request(f"{repo}/rename-repository"))
        assert server.count == 7
    assert numbers == list(range(13, 0, -1))
    assert renamed.data["name"] == "rename-repository-newname"


def test_time_is_only_asked_of_the_clock() -> None:
    with client_of(hello, budget=Budget(limit=1, left=1)) as (client, server):
        client.send(Request("x"))
        client.send(Request("x"))
        assert server.clock.time >= BEGIN + timedelta(hours=1)
