"""What servers push: only theirs, only once, and all of it facts or rejected with a reason."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from groundplan.facts.erasure import Traces
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.host_sql import HELD
from groundplan.interfaces.web import hooks
from groundplan.sources.github.webhooks import is_used
from groundplan.terms.people import Account
from tests.sources.github.recorded import require
from tests.sources.http.hooked import GITHUB, GITLAB, HOOK, PUSH, Hooked

AT = "2026-03-02T09:00:00Z"
DEPLOYED = {
    "id": "d-1", "environment": "production", "state": "success", "at": AT, "commit": "a" * 40,
    "by": {"name": "Ann Example", "email": "ann@example.com"},
}  # fmt: skip
BROKEN = {"id": "i-1", "title": "Payments fail", "started_at": AT, "deployment": "d-1"}
MEASURED = {"id": "m-1", "kpi": "start", "unit": "s", "value": 1.25, "at": AT}


@pytest.fixture
def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hooked]:
    made = Hooked(tmp_path, monkeypatch)
    yield made
    made.close()


def merged(number: int = 5, repository: str = "ann/engine") -> dict[str, Any]:
    user = {"login": "ann", "id": 100, "type": "User"}
    pull = {
        "id": 9_000 + number, "number": number, "title": "Faster", "state": "closed", "user": user,
        "created_at": AT, "updated_at": AT, "closed_at": AT, "merged_at": AT, "merged_by": user,
        "base": {"ref": "main"}, "head": {"ref": "x", "sha": "e" * 40}, "labels": [],
        "merge_commit_sha": "f" * 40, "body": "plantedText",
    }  # fmt: skip
    about = {"id": 7, "full_name": repository}
    return {"action": "closed", "pull_request": pull, "sender": user, "repository": about}


def test_every_recorded_payload_is_taken_and_shaped_or_rejected_with_a_reason(
    hooked: Hooked,
) -> None:
    paths = sorted(require("octokit_webhooks").glob("*.json"))
    assert len(paths) >= 273
    answers: Counter[tuple[int, int]] = Counter()
    for path in paths:
        event, body = path.name.partition("__")[0], path.read_bytes()
        name = (json.loads(body).get("repository") or {}).get("full_name", "ann/engine")
        hooked.connect("github", name)
        place = f"github-{name.replace('/', '-')}".lower()
        answer = hooked.github(event, body, place)
        assert answer.status_code == 200, (path.name, answer.text)
        assert sum(answer.json().values()) == is_used(event), path.name
        again = hooked.github(event, body, place)
        assert (again.status_code, again.json()["kept"]) == (200, 0)
        answers[answer.status_code, answer.json()["kept"]] += 1
    assert answers[200, 1] >= 95
    assert hooked.receiver.shape_waiting() == answers[200, 1]
    before, reasons = hooked.digest(), hooked.rows("select kind, reason from {host_rejected}")
    assert all(kind == "github/webhook" and reason.strip() for kind, reason in reasons)
    assert not any("unexpected" in reason for _, reason in reasons)
    assert len(reasons) <= 12  # edits and locks, of which no facts are made
    assert hooked.rows("select count(*) > 10 from {thread_events}") == [(True,)]
    assert hooked.receiver.shape_waiting() == 0
    assert hooked.digest() == before


def test_what_is_not_signed_learns_nothing(hooked: Hooked) -> None:
    body = json.dumps(merged()).encode()
    hooked.connect("github", "ann/closed", hook="")
    hooked.connect("github", "ann/lost", hook="env:NOT_SET")
    signed = {"X-GitHub-Event": "pull_request", "X-Hub-Signature-256": f"sha256={'0' * 64}"}
    refused = [
        hooked.send(GITHUB, body, signed),
        hooked.send(GITHUB, body, {"X-GitHub-Event": "pull_request"}),
        hooked.send(GITHUB, body, {**signed, "X-Hub-Signature-256": b"sha256=\xe9"}),
        hooked.github("pull_request", body, "github-ann-nothing"),
        hooked.github("pull_request", body, "github-ann-closed"),
        hooked.github("pull_request", body, "github-ann-lost"),
        hooked.gitlab(merged(), token=""),
        hooked.gitlab(merged(), token=HOOK[:-1]),
        hooked.push({"deployments": [DEPLOYED]}, token="x"),
        hooked.send(PUSH, b"{}", {"Authorization": HOOK}),
    ]
    assert {answer.status_code for answer in refused} == {401}
    assert len({answer.text for answer in refused}) == 1
    assert hooked.raw.sources() == []
    assert hooked.client.get(f"/{GITHUB}").status_code == 405
    assert hooked.client.post("/a/b").status_code == 404


def test_a_push_about_something_else_is_refused(hooked: Hooked) -> None:
    answer = hooked.github("pull_request", json.dumps(merged(repository="ben/other")).encode())
    assert (answer.status_code, answer.json()["field"]) == (422, "repository")
    for odd in (b"", b"[]", b"{", b"\xff\xfe", b"7"):
        assert hooked.github("pull_request", odd).status_code == 422
    assert hooked.gitlab({"object_kind": "note", "project": 7}).status_code == 422
    assert hooked.raw.sources() == []


def test_an_organisation_pushes_to_one_place_about_all_its_repositories(hooked: Hooked) -> None:
    hooked.connect("github", "ann/wheels")
    hooked.connect("github", "ann/secret", hook="env:ANOTHER_HOOK")
    hooked.connect("gitlab", "ann/parts/doors")
    answers = [
        hooked.github("pull_request", json.dumps(merged(nr, name)).encode(), "github-ann")
        for nr, name in ((1, "ann/engine"), (2, "ann/wheels"), (3, "ann/new"), (4, "ann/secret"))
    ]
    assert [answer.json() for answer in answers] == [
        {"kept": 1, "known": 0}, {"kept": 1, "known": 0},
        {"kept": 0, "known": 0}, {"kept": 0, "known": 0},
    ]  # fmt: skip
    assert hooked.receiver.shape_waiting() == 2
    assert hooked.rows("select source, key from {pulls} order by key") == [
        ("items:github-ann-engine", "1"), ("items:github-ann-wheels", "2"),
    ]  # fmt: skip
    again = hooked.github("pull_request", json.dumps(merged(1)).encode(), "github-ann")
    assert again.json() == {"kept": 0, "known": 1}
    body = json.dumps(merged()).encode()
    for place in ("github", "github-an", "github-ben", "push", "gitlab-ann-parts"):
        assert hooked.github("pull_request", body, place).status_code == 401, place


def test_the_same_push_by_a_form_and_again_is_one(hooked: Hooked) -> None:
    told = json.dumps(merged())
    form = urlencode({"payload": told}).encode()
    kind = "application/x-www-form-urlencoded"
    first = hooked.github("pull_request", form, kind=kind)
    again = hooked.github("pull_request", told.encode())
    assert (first.json(), again.json()) == ({"kept": 1, "known": 0}, {"kept": 0, "known": 1})
    hooked.receiver.shape_waiting()
    assert hooked.rows("select key, state, merge_commit from {pulls}") == [
        ("5", "merged", "f" * 40)
    ]
    (reply,) = hooked.raw.read("items:github-ann-engine")
    assert b"plantedText" not in reply.body


def test_an_old_push_sent_again_changes_nothing(hooked: Hooked) -> None:
    """A release as it was before it was renamed, by somebody who heard it on the way."""

    def release(name: str) -> bytes:
        told = {"id": 3, "tag_name": "v1", "name": name, "created_at": AT, "published_at": AT}
        about = {"id": 7, "full_name": "ann/engine"}
        return json.dumps({"action": "edited", "release": told, "repository": about}).encode()

    for name in ("One", "Two", "One"):
        assert hooked.github("release", release(name)).status_code == 200
    hooked.receiver.shape_waiting()
    assert hooked.rows(f"select title from ({HELD['releases']})") == [("Two",)]


def test_of_many_at_once_each_is_kept_once(hooked: Hooked) -> None:
    bodies = [json.dumps(merged(nr)).encode() for nr in range(1, 21)]
    kept: list[int] = []

    def send() -> None:
        kept.extend(hooked.github("pull_request", body).json()["kept"] for body in bodies)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(kept) == 20
    hooked.receiver.shape_waiting()
    assert hooked.rows("select count(*), count(distinct key) from {pulls}") == [(20, 20)]


def test_more_than_any_server_sends_is_not_taken(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "MOST_BYTES", 1_000)
    answer = hooked.github("pull_request", b'{"x": "' + b"y" * 1_000 + b'"}')
    assert answer.status_code == 413


def test_deployments_incidents_and_measurements_are_pushed_once(hooked: Hooked) -> None:
    told = {"deployments": [DEPLOYED], "incidents": [BROKEN], "measurements": [MEASURED]}
    assert hooked.push(told).json() == {"kept": 3, "known": 0}
    assert hooked.push(told).json() == {"kept": 0, "known": 3}
    resolved = {**BROKEN, "resolved_at": "2026-03-02T10:00:00+01:00"}
    later = {**BROKEN, "at": "2026-03-02T11:00:00Z", "title": "Payments fail again"}
    assert hooked.push({"incidents": [later, resolved]}).json() == {"kept": 2, "known": 0}
    hooked.receiver.shape_waiting()
    assert hooked.rows("select state, environment, name, commit_id from {deployments}") == [
        ("success", "production", "Ann Example", "a" * 40)
    ]
    incident = f"select title, resolved_at, deployment_id from ({HELD['incidents']})"
    assert hooked.rows(incident) == [("Payments fail again", None, "d-1")]
    assert hooked.rows("select kpi, value, unit from {measurements}") == [("start", 1.25, "s")]
    before = hooked.digest()
    assert hooked.known.rebuild(
        hooked.known.find("push:ci"), (hooked.ledger, hooked.raw), hooked.heard
    ) == 5  # fmt: skip
    assert hooked.digest() == before


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"deployments": [{**DEPLOYED, "state": "won"}]}, "$.deployments[0].state"),
        ({"deployments": [{**DEPLOYED, "at": "2026-03-02T09:00:00"}]}, "timezone"),
        ({"deployments": [{**DEPLOYED, "by": "ann"}]}, "$.deployments[0].by"),
        ({"incidents": [{"id": "i"}]}, "title"),
        ({"incidents": [{**BROKEN, "id": ""}]}, "$.incidents[0].id"),
        ({"measurements": [{**MEASURED, "value": "fast"}]}, "$.measurements[0].value"),
        ({"measurements": [{**MEASURED, "unknown": 1}]}, "unknown"),
        ({"measurement": [MEASURED]}, "measurement"),
        (b'{"measurements": [{"id": "m", "kpi": "k", "unit": "s", "value": 1e999, "at": "2026-03-'
         b'02T09:00:00Z"}]}', "out of range"),
        ({}, "0 things"),
        ({"measurements": [{**MEASURED, "id": str(nr)} for nr in range(1_001)]}, "1,001 things"),
        (b"{", "no JSON"), (b"\xff", "no JSON"), ([], "object"),
    ],
)  # fmt: skip
def test_a_push_that_does_not_fit_is_refused_whole(hooked: Hooked, told: Any, words: str) -> None:
    answer = hooked.push(told)
    assert answer.status_code == 422
    assert words in answer.text
    assert hooked.raw.sources() == []


def test_no_secret_of_a_hook_is_written_anywhere(
    hooked: Hooked, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    answers = [
        hooked.github("pull_request", json.dumps(merged()).encode()),
        hooked.github("pull_request", b"{"),
        hooked.gitlab({"object_kind": "issue"}),
        hooked.gitlab({"object_kind": "issue"}, token=f"{HOOK}x"),
        hooked.push({"deployments": [DEPLOYED]}),
        hooked.push({"deployments": [{}]}),
        hooked.push({}, token=f"{HOOK}x"),
    ]
    hooked.receiver.shape_waiting()
    shown = capsys.readouterr()
    heard = "".join([*hooked.heard.notes, shown.out, shown.err, caplog.text])
    heard += "".join(f"{answer.headers} {answer.text}" for answer in answers)
    assert HOOK not in heard
    written = hooked.written()
    assert len(written) > 10_000
    assert HOOK.encode() not in written
    assert b"PLANTED_HOOK" in written  # where it is, is


def test_whoever_was_erased_is_not_pushed_back(hooked: Hooked) -> None:
    hooked.push({"deployments": [DEPLOYED]})
    hooked.receiver.shape_waiting()
    ann = Account("Ann Example", "ann@example.com")
    hooked.ledger.erase(Traces((ann,), (ann.email,)), HOST_KINDS)
    assert hooked.known.erase((hooked.ledger, hooked.raw), hooked.heard) == 1
    hooked.push({"deployments": [{**DEPLOYED, "id": "d-2"}]})
    hooked.receiver.shape_waiting()
    names = {name for (name,) in hooked.rows("select name from {deployments}")}
    assert len(names) == 1
    assert names.pop().startswith("erased-")
    kept = b"".join(reply.body for reply in hooked.raw.read("items:push-ci"))
    assert b"Ann" not in kept
    assert b"ann@example.com" not in kept


def test_places_are_told_apart(hooked: Hooked) -> None:
    assert {GITHUB, GITLAB, PUSH} == {
        hooked.known.open_offline(each, hooked.heard).source.removeprefix("items:")
        for each in hooked.known.load()
    }


def test_somebody_who_is_erased_while_a_push_comes_is_covered(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked.push({"deployments": [DEPLOYED]})
    hooked.receiver.shape_waiting()
    ann = Account("Ann Example", "ann@example.com")
    append = hooked.raw.append

    def erase_first(*args: Any, **more: Any) -> int:
        monkeypatch.undo()
        hooked.ledger.erase(Traces((ann,), (ann.email,)), HOST_KINDS)
        hooked.known.erase((hooked.ledger, hooked.raw), hooked.heard)
        return append(*args, **more)

    monkeypatch.setattr(hooked.raw, "append", erase_first)
    monkeypatch.setenv("PLANTED_HOOK", HOOK)
    assert hooked.push({"deployments": [{**DEPLOYED, "id": "d-2"}]}).status_code == 200
    kept = b"".join(reply.body for reply in hooked.raw.read("items:push-ci"))
    assert kept.count(b"erased-") == 2
    assert b"Ann Example" not in kept
