"""E-mail over a real SMTP server with STARTTLS and sign-in: sent once, tried again as told."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner

from groundplan.interfaces.cli.notices import notices
from groundplan.interfaces.notices import mail as smtp
from groundplan.interfaces.notices.settings import MailServer, Security, keep_mail, read_settings
from groundplan.records.updates.deliveries import Step
from groundplan.terms.errors import BadInput, NotFound, Refused, SourceDown
from tests.interfaces.notices.conftest import Team
from tests.interfaces.notices.servers import HOST, PASSWORD, USER
from tests.interfaces.notices.servers import MailServer as Server


def test_every_partner_gets_their_own_lines_once(team: Team, mail: Server) -> None:
    team.publish()
    assert mail.inbox.mails == []  # publishing alone sends nothing
    assert team.send().told == {Step.SENT: 2}
    assert {to for to, _ in mail.inbox.mails} == {"support@example.com", "ona@example.com"}
    told = dict(mail.inbox.mails)
    plain = told["support@example.com"].get_body(("plain",)).get_content()
    html = told["ona@example.com"].get_body(("html",)).get_content()
    assert "- Imports run by themselves" in plain
    assert "Search" not in plain
    assert "For all" not in plain
    assert "<li>&lt;b&gt;Search&lt;/b&gt; &amp; &#x27;quotes&#x27;</li>" in html
    assert told["ona@example.com"]["From"] == "Platform <updates@example.com>"
    assert len({message["Message-ID"] for _, message in mail.inbox.mails}) == 2
    assert team.send().told == {}
    team.ask("updates.publish", month=read_month(team))
    assert team.send().told == {}
    assert len(mail.inbox.mails) == 2
    assert set(team.states().values()) == {"sent"}


def read_month(team: Team) -> str:
    return str(team.ask("updates.list").published[0].month)


def test_a_later_is_tried_later_and_a_no_is_not(team: Team, mail: Server) -> None:
    mail.inbox.replies = ["451 4.7.1 try again later", "550 5.7.1 no mail for them"]
    team.publish()
    done = team.send()
    assert done.told == {Step.LATER: 1, Step.FAILED: 1}
    assert sorted(team.states().values()) == ["failed", "waiting"]
    assert {"451 4.7.1 try again later", "550 5.7.1 no mail for them"} == {*team.reasons().values()}
    assert team.send().told == {}  # not before five minutes are over
    for one in team.ask("updates.outbox").deliveries:
        team.ask("updates.resend", delivery=one.delivery)
    assert team.send().told == {Step.SENT: 2}
    assert len(mail.inbox.mails) == 2


def test_a_refused_recipient_keeps_the_others(team: Team, mail: Server) -> None:
    mail.inbox.to_recipients = ["550 5.1.1 no such mailbox"]
    team.publish()
    assert team.send().told == {Step.FAILED: 1, Step.SENT: 1}


def test_without_a_last_word_nobody_knows_and_nothing_is_sent_again(
    team: Team, mail: Server
) -> None:
    mail.inbox.replies = ["vanish"]
    team.publish()
    assert team.send().told == {Step.UNSURE: 1, Step.SENT: 1}
    assert len(mail.inbox.mails) == 2  # it did arrive
    assert team.send().told == {}
    assert sorted(team.states().values()) == ["sent", "unsure"]


def test_a_courier_that_died_leaves_its_claim(team: Team, mail: Server) -> None:
    team.publish()
    first = team.ask("updates.outbox").deliveries[0]
    team.ask("updates.deliver", delivery=first.delivery, step=Step.CLAIM)
    assert team.send().told == {Step.SENT: 1}
    assert team.states()[first.to] == "sending"


def test_couriers_side_by_side_send_each_once(team: Team, mail: Server) -> None:
    team.publish()
    with ThreadPoolExecutor(4) as pool:
        rounds = [each.result() for each in [pool.submit(team.send) for _ in range(4)]]
    assert sum(one.count(Step.SENT) for one in rounds) == len(mail.inbox.mails) == 2


def test_without_a_server_nothing_is_tried(team: Team) -> None:
    team.publish()
    done = team.send()
    assert done.told == {}
    assert done.troubles == ["No mail server is set.\ngroundplan notices mail --help"]
    assert set(team.states().values()) == {"waiting"}


def test_an_unreachable_server_is_tried_again(team: Team, mail: Server) -> None:
    keep_mail(team.folder, MailServer(HOST, "a@example.com", 1, Security.STARTTLS))
    team.publish()
    assert team.send().told == {Step.LATER: 2}
    assert "cannot be reached (ConnectionRefusedError)" in team.reasons()["Ona Example"]


def test_a_certificate_of_nobody_is_refused(
    team: Team, mail: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    team.publish()
    assert team.send().told == {Step.FAILED: 2}
    assert "is not who it says" in team.reasons()["Ona Example"]
    assert mail.inbox.mails == []


def test_a_wrong_password_is_told_without_it(
    team: Team, mail: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "another-planted-password")
    team.publish()
    assert team.send().told == {Step.FAILED: 2}
    assert "535" in team.reasons()["Ona Example"]
    monkeypatch.delenv("SMTP_PASSWORD")
    team.ask("updates.resend", delivery=team.ask("updates.outbox").deliveries[0].delivery)
    assert "SMTP_PASSWORD is not set" in team.send().troubles[0]


def test_no_password_is_written_anywhere(
    team: Team, mail: Server, caplog: pytest.LogCaptureFixture
) -> None:
    mail.inbox.replies = ["554 5.0.0 no"]
    caplog.set_level(0)
    team.publish()
    team.send()
    written = b"".join(p.read_bytes() for p in team.folder.rglob("*") if p.is_file())
    assert b"SMTP_PASSWORD" in written
    assert PASSWORD.encode() not in written
    assert PASSWORD not in caplog.text


def test_the_command_sets_and_sends(
    team: Team, mail: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.publish()

    def run(*words: str) -> str:
        options = [words[0], "--workspace", str(team.folder), *words[1:]]
        done = CliRunner().invoke(notices, options, standalone_mode=False)
        if done.exception is not None:
            raise done.exception
        return done.stdout

    own = ("--host", HOST, "--port", str(mail.port), "--sender", "Team <team@example.com>")
    with pytest.raises(NotFound, match="NOT_THERE is not set"):
        run("mail", *own, "--user", USER, "--secret", "env:NOT_THERE")
    run("mail", *own, "--user", USER, "--secret", "env:SMTP_PASSWORD")
    assert run("send", "--quiet") == "2 sent, 0 later, 0 failed, 0 unsure.\n"
    assert json.loads(run("send", "--quiet", "--json"))["sent"] == 0
    assert mail.inbox.mails[0][1]["From"] == "Team <team@example.com>"
    mail.inbox.replies = ["550 no"]
    team.publish()  # the same words again: nothing is new
    assert run("send", "--quiet").startswith("0 sent")


def test_a_failure_is_the_command_s_too(team: Team, mail: Server) -> None:
    mail.inbox.replies = ["550 no"]
    team.publish()
    done = CliRunner().invoke(
        notices, ["send", "--quiet", "--workspace", str(team.folder)], standalone_mode=False
    )
    assert isinstance(done.exception, SourceDown)
    assert "1 failed" in done.exception.message


def test_settings_that_make_no_sense(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="another machine"):
        keep_mail(tmp_path, MailServer("smtp.example.com", "a@example.com", 25, Security.NONE))
    for sender in ("", "nobody", "a@example.com\nBcc: b@example.com", "<>"):
        with pytest.raises(BadInput, match="sender"):
            keep_mail(tmp_path, MailServer("smtp.example.com", sender))
    with pytest.raises(BadInput, match="port"):
        keep_mail(tmp_path, MailServer("smtp.example.com", "a@example.com", 70_000))
    assert read_settings(tmp_path).mail is None


def test_an_address_that_cannot_be_spoken(team: Team, mail: Server) -> None:
    server = read_settings(team.folder).mail
    assert server is not None
    tried = smtp.send_mail(server, None, EmailMessage(), "žofie@example.com")
    assert tried.step is Step.FAILED


def test_erasing_a_partner_takes_what_was_sent_to_them_along(team: Team, mail: Server) -> None:
    team.publish()
    team.send()
    team.opened.journal.erase("p8", by="local")
    assert team.states() == {"Ona Example": "sent"}
    assert team.send().told == {}
    told = b"".join(p.read_bytes() for p in team.folder.glob("journal*") if p.is_file())
    assert b"support@example.com" not in told
