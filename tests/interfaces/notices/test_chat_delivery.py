"""Chat posts to a real HTTP server: what is posted, when again, and that no address leaks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundplan.interfaces.notices.chat import post_chat
from groundplan.interfaces.notices.messages import TEAMS_BYTES, write_slack, write_teams
from groundplan.interfaces.notices.settings import Form, Webhook, keep_chat, read_settings
from groundplan.records.updates.deliveries import Channel, State, Step
from groundplan.records.updates.letters import Letter, Part
from groundplan.sources.http.secrets import Secret
from groundplan.terms.errors import BadInput, SourceBroken
from tests.interfaces.notices.conftest import Team
from tests.interfaces.notices.servers import ChatServer

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECRET = "planted-webhook-secret"


def letter(*lines: str) -> Letter:
    parts = (Part("Next", lines),)
    about = (1, "k" * 24, Channel.CHAT, "partners", "", State.WAITING, True, 0, "", "Platform & co")
    return Letter(*about, parts, "No day has come yet.")


def test_a_room_gets_what_everybody_may_read_once(team: Team, chat: ChatServer) -> None:
    team.publish("partners", mail=False)
    assert team.send().told == {Step.SENT: 1}
    assert team.send().told == {}
    path, headers, body = chat.posts[0]
    assert path.endswith(SECRET)
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"]
    said = json.dumps(json.loads(body), ensure_ascii=False)
    for line in ("Imports run by themselves", "<b>Search</b> & 'quotes'", "For all"):
        assert line in said
    assert "Support Desk" not in said
    assert len(chat.posts) == 1


def test_the_same_update_goes_to_a_further_room_and_to_no_old_one(
    team: Team, chat: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_chat(team.folder, "company", Webhook(Form.TEAMS, "env:ROOM"))
    team.publish("partners", mail=False)
    team.send()
    month = team.ask("updates.list").published[0].month
    team.ask("updates.publish", month=month, mail=False, chat=("partners", "company"))
    assert team.send().told == {Step.SENT: 1}
    card = json.loads(chat.posts[1][2])["attachments"][0]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["content"]["type"] == "AdaptiveCard"


@pytest.mark.parametrize(
    ("status", "headers", "step"),
    [
        (429, {"Retry-After": "900"}, Step.LATER),
        (503, {}, Step.LATER),
        (502, {}, Step.UNSURE),
        ("vanish", {}, Step.UNSURE),
        (404, {}, Step.FAILED),
        (302, {"Location": "http://127.0.0.1:9/elsewhere"}, Step.FAILED),
    ],
)
def test_what_each_answer_means(
    team: Team, chat: ChatServer, status: int | str, headers: dict[str, str], step: Step
) -> None:
    chat.replies = [(status, headers)]
    team.publish("partners", mail=False)
    assert team.send().told == {step: 1}
    assert team.send().told == {}
    assert len(chat.posts) == 1
    assert SECRET not in team.reasons()["partners"]


def test_waits_as_the_server_asks(chat: ChatServer) -> None:
    for asked, wait in (("900", 900.0), ("Mon, 05 Jan 2026 12:10:00 GMT", 600.0), ("soon", 0.0)):
        chat.replies = [(429, {"Retry-After": asked})]
        tried = post_chat(Secret(chat.address), b"{}", "key", NOW)
        assert (tried.step, tried.retry_s) == (Step.LATER, wait)


def test_no_address_is_written_anywhere(
    team: Team,
    chat: ChatServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(0)
    chat.replies = [(400, {}), (500, {})]
    team.publish("partners", mail=False)
    team.send()
    team.ask("updates.resend", delivery=1)
    team.send()
    written = b"".join(p.read_bytes() for p in team.folder.rglob("*") if p.is_file())
    printed = "".join(capfd.readouterr())
    assert b"partners" in written
    for text in (written.decode("utf-8", "replace"), caplog.text, printed):
        assert SECRET not in text


def test_an_address_is_never_taken_for_a_name(team: Team, chat: ChatServer) -> None:
    for room, secret in (
        (chat.address, "env:ROOM"),
        ("partners", chat.address),
        ("partners", "ROOM"),
    ):
        with pytest.raises(BadInput) as caught:
            keep_chat(team.folder, room, Webhook(Form.SLACK, secret))
        assert SECRET not in str(caught.value)


def test_a_room_without_webhook_waits(team: Team) -> None:
    team.publish("nowhere", mail=False)
    done = team.send()
    assert done.told == {}
    assert "No webhook is called nowhere." in done.troubles[0]
    assert team.states() == {"nowhere": "waiting"}


def test_only_https_leaves_the_machine() -> None:
    tried = post_chat(Secret("http://chat.example.com/secret"), b"{}", "key", NOW)
    assert tried.step is Step.FAILED
    assert "example" not in tried.reason
    gone = post_chat(Secret("http://127.0.0.1:1/secret"), b"{}", "key", NOW)
    assert gone.step is Step.LATER


def test_slack_takes_words_as_words() -> None:
    made = write_slack(letter("<!channel> *bold* & co", "x" * 5_000))
    assert made["text"] == "Platform &amp; co"
    listed = made["blocks"][1]["elements"][1]["elements"]
    assert listed[0]["elements"] == [{"type": "text", "text": "<!channel> *bold* & co"}]
    assert len(listed[1]["elements"][0]["text"]) == 600
    assert {block["type"] for block in made["blocks"]} == {"header", "rich_text", "context"}


def test_a_card_stays_below_what_teams_takes() -> None:
    made = write_teams(letter(*("x" * 500 for _ in range(200))))
    assert len(json.dumps(made)) < TEAMS_BYTES + 1_000
    body = made["attachments"][0]["content"]["body"]
    assert body[-1]["inlines"][0]["text"] == "More stands on the page."
    small = write_teams(letter("One"))["attachments"][0]["content"]["body"]
    assert [each["inlines"][0]["text"] for each in small] == [
        "Platform & co", "Next", "• One", "No day has come yet.",
    ]  # fmt: skip


def test_settings_that_are_broken_are_told(tmp_path: Path) -> None:
    (tmp_path / "notices.json").write_text('{"chat": {"a": {"form": "irc", "secret": "env:A"}}}')
    with pytest.raises(SourceBroken, match="no settings of notices"):
        read_settings(tmp_path)
