"""The ways in, one by one: what is kept, what expires, what guessing costs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.interfaces.web.answering import read_onward
from groundplan.interfaces.web.doors.doors import name_browser
from groundplan.interfaces.web.doors.links import Links, Purpose, State
from groundplan.interfaces.web.doors.passwords import Passwords, check_strength
from groundplan.interfaces.web.doors.sessions import IDLE, LONGEST, Sessions
from groundplan.interfaces.web.doors.settings import local_settings, team_settings
from groundplan.interfaces.web.doors.tokens import MOST, Tokens
from groundplan.interfaces.web.doors.waits import FREE, LONGEST_S, Waits, wait_after
from groundplan.records.sqlite_vault import SQLiteVault
from groundplan.records.vault import Kind
from groundplan.terms.errors import BadInput, Refused
from tests.journals import NOON

GOOD = "four plain words here"


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **span: float) -> None:
        """Move on."""
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vault(tmp_path: Path, clock: Clock) -> Iterator[SQLiteVault]:
    opened = SQLiteVault(tmp_path / "vault.sqlite", clock)
    yield opened
    opened.close()


def test_a_session_is_found_by_its_cookie_also_after_a_restart(
    vault: SQLiteVault, clock: Clock
) -> None:
    cookie = Sessions(vault, clock).start("ann", "link", "Firefox on Linux")
    found = Sessions(vault, clock).find(cookie)
    assert found is not None
    assert (found.person, found.how, found.browser) == ("ann", "link", "Firefox on Linux")


def test_a_forged_or_foreign_cookie_finds_nothing(
    vault: SQLiteVault, clock: Clock, tmp_path: Path
) -> None:
    sessions = Sessions(vault, clock)
    cookie = sessions.start("ann", "link", "")
    text = cookie.rpartition(".")[0]
    other_vault = SQLiteVault(tmp_path / "other.sqlite", clock)
    other = Sessions(other_vault, clock).start("ann", "link", "")
    other_vault.close()
    for wrong in ("", ".", text, cookie[:-1], cookie + "x", other, "ä" * 300, f"{text}.\ud800"):
        assert sessions.find(wrong) is None


def test_what_the_vault_keeps_opens_nothing(vault: SQLiteVault, clock: Clock) -> None:
    sessions, tokens = Sessions(vault, clock), Tokens(vault, clock)
    sessions.start("ann", "link", "")
    tokens.make("ann", "a script", "90")
    (session,) = vault.list_of(Kind.SESSION, "ann")
    (token,) = vault.list_of(Kind.TOKEN, "ann")
    for words in (session.body["digest"], f"{session.key}_{session.body['digest']}"):
        assert sessions.find(sessions._signer.sign(words).decode()) is None
    for words in (token.body["digest"], f"gp_{token.key}_{token.body['digest']}"):
        assert tokens.find(words) is None


def test_a_session_ends_unused_and_in_the_end_anyway(vault: SQLiteVault, clock: Clock) -> None:
    sessions = Sessions(vault, clock)
    cookie = sessions.start("ann", "link", "")
    clock.now += IDLE
    assert sessions.find(cookie) is None
    cookie = sessions.start("ann", "link", "")
    days = 0
    while sessions.find(cookie) is not None:
        clock.pass_time(days=1)
        days += 1
    assert days == LONGEST.days


def test_sessions_are_ended_by_their_owner_only(vault: SQLiteVault, clock: Clock) -> None:
    sessions = Sessions(vault, clock)
    cookies = [sessions.start(who, "password", "") for who in ("ann", "ann", "ann", "ben")]
    keys = [found.key for found in map(sessions.find, cookies) if found]
    assert not sessions.end(keys[0], "ben")
    assert sessions.end(keys[0], "ann")
    assert sessions.find(cookies[0]) is None
    assert sessions.end_others("ann", keys[1]) == 1
    assert [sessions.find(cookie) is not None for cookie in cookies] == [False, True, False, True]


def test_a_session_ended_in_between_stays_ended(vault: SQLiteVault, clock: Clock) -> None:
    sessions = Sessions(vault, clock)
    cookie = sessions.start("ann", "link", "")
    clock.pass_time(hours=1)
    changed = vault.change

    def end_first(*asked: object) -> object:
        vault.change = changed  # type: ignore[method-assign]
        vault.remove_all("ann")
        return changed(*asked)  # type: ignore[arg-type]

    vault.change = end_first  # type: ignore[method-assign, assignment]
    sessions.find(cookie)
    assert sessions.find(cookie) is None


def test_a_link_works_once_and_then_says_so(vault: SQLiteVault, clock: Clock) -> None:
    links = Links(vault, clock)
    text, until = links.make(Purpose.LOCAL)
    assert until == NOON + timedelta(minutes=15)
    assert links.look(text).state is State.OPEN
    assert links.take(text).state is State.OPEN
    assert links.take(text).state is State.USED
    assert links.look(text).state is State.USED
    for wrong in ("", "x", text[:-1], "y" * 10_000):
        assert links.take(wrong).state is State.UNKNOWN


def test_a_link_is_over_after_a_while(vault: SQLiteVault, clock: Clock) -> None:
    links = Links(vault, clock)
    text, until = links.make(Purpose.INVITATION, "ann")
    clock.now = until
    assert links.take(text).state is State.OVER
    assert links.look(text).person == "ann"


def test_a_newer_link_replaces_the_one_before(vault: SQLiteVault, clock: Clock) -> None:
    links = Links(vault, clock)
    first, _ = links.make(Purpose.INVITATION, "ann")
    others, _ = links.make(Purpose.INVITATION, "ben")
    second, _ = links.make(Purpose.INVITATION, "ann")
    assert links.take(first).state is State.UNKNOWN
    assert links.take(others).person == "ben"
    assert links.take(second).person == "ann"


def test_of_many_who_open_a_link_at_once_one_comes_in(vault: SQLiteVault, clock: Clock) -> None:
    links = Links(vault, clock)
    text, _ = links.make(Purpose.LOCAL)
    start, states = threading.Barrier(12), []

    def take() -> None:
        start.wait()
        states.append(links.take(text).state)

    threads = [threading.Thread(target=take) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == [State.OPEN] + [State.USED] * 11


def test_a_token_speaks_until_it_is_revoked_or_over(vault: SQLiteVault, clock: Clock) -> None:
    tokens = Tokens(vault, clock)
    text = tokens.make("ann", "  a   script ", "30")
    assert text.startswith("gp_")
    found = tokens.find(text)
    assert found is not None
    assert (found.person, found.name, found.used_at) == ("ann", "a script", None)
    assert tokens.list_of("ann")[0].used_at == NOON
    assert not tokens.revoke(found.key, "ben")
    clock.pass_time(days=30)
    assert tokens.find(text) is None
    lasting = tokens.make("ann", "another", "")
    clock.pass_time(days=5000)
    kept = tokens.find(lasting)
    assert kept is not None
    assert tokens.revoke(kept.key, "ann")
    assert tokens.find(lasting) is None
    for wrong in ("", "gp_", text[3:], "x" * 5000):
        assert tokens.find(wrong) is None


def test_tokens_are_named_and_few(vault: SQLiteVault, clock: Clock) -> None:
    tokens = Tokens(vault, clock)
    for name, days, field in (("", "30", "name"), ("n" * 61, "30", "name"), ("n", "7", "days")):
        with pytest.raises(BadInput) as error:
            tokens.make("ann", name, days)
        assert error.value.field == field
    for nr in range(MOST):
        tokens.make("ann", f"script {nr}", "30")
    with pytest.raises(Refused):
        tokens.make("ann", "one more", "30")


def test_a_password_opens_its_own_account(vault: SQLiteVault, clock: Clock) -> None:
    passwords = Passwords(vault, clock)
    passwords.set("ann", "ﬁne words, café", "Ann")
    (held,) = vault.list_of(Kind.PASSWORD, "ann")
    assert held.body["hash"].startswith("$argon2id$")
    assert passwords.check(["ben", "ann"], "ﬁne words, café") == "ann"
    assert passwords.check(["ann"], "fine words, cafe\u0301") == "ann"  # typed on another keyboard
    assert passwords.check(["ann"], "fine words, cafe") is None
    assert passwords.check(["ben"], "ﬁne words, café") is None
    assert passwords.check([], "nobody has this password") is None
    assert passwords.check(["ann"], "x" * 100_000) is None


@pytest.mark.parametrize(
    "weak", ["", "short", "x" * 12, "abcabcabcabcabc", "y" * 201, "Ann Example1", "ann@example.com"]
)
def test_a_weak_password_is_refused(weak: str) -> None:
    with pytest.raises(BadInput) as error:
        check_strength(weak, ("Ann Example", "ann@example.com"))
    assert error.value.field == "password"
    assert weak not in str(error.value) or not weak


def test_guessing_an_account_waits_twice_as_long_each_time(
    vault: SQLiteVault, clock: Clock
) -> None:
    waits = Waits(vault, clock)
    for nr in range(FREE["account"]):
        assert waits.attempt("Ann@example.com", f"10.0.0.{nr}") == 0
    told = []
    for nr in range(6):
        left = waits.attempt("ann@example.com ", f"10.0.1.{nr}")
        assert waits.attempt("ann@example.com", "10.0.2.1") == left  # asking again costs nothing
        told.append(left)
        clock.pass_time(seconds=left)
        assert waits.attempt("ann@example.com", f"10.0.3.{nr}") == 0
    assert told == [1, 2, 4, 8, 16, 32]
    waits.forgive("ANN@example.com")
    assert waits.attempt("ann@example.com", "10.0.4.1") == 0


def test_one_address_cannot_try_many_accounts(vault: SQLiteVault, clock: Clock) -> None:
    waits = Waits(vault, clock)
    free = [waits.attempt(f"p{nr}@example.com", "10.0.0.1") for nr in range(FREE["address"] + 1)]
    assert free == [0.0] * FREE["address"] + [1.0]
    assert waits.attempt("p0@example.com", "10.0.0.2") == 0
    clock.pass_time(hours=25)
    assert waits.attempt("p1@example.com", "10.0.0.1") == 0


def test_many_guesses_at_once_gain_nothing(vault: SQLiteVault, clock: Clock) -> None:
    waits, let = Waits(vault, clock), []
    start = threading.Barrier(20)

    def guess() -> None:
        start.wait()
        let.append(waits.attempt("ann@example.com", "10.0.0.1") == 0)

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(let) == FREE["account"]


@given(st.integers(0, 10_000))
def test_waits_grow_and_end(attempts: int) -> None:
    assert 0 <= wait_after(attempts, 5) <= wait_after(attempts + 1, 5) <= LONGEST_S


def test_no_name_stands_in_the_vault_of_attempts(
    vault: SQLiteVault, clock: Clock, tmp_path: Path
) -> None:
    Waits(vault, clock).attempt("ann@example.com", "10.0.0.1")
    assert not [f for f in tmp_path.iterdir() if b"ann@example.com" in f.read_bytes()]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "GROUNDPLAN_URL"),
        ("http://plan.example.org", "HTTPS"),
        ("https://plan.example.org/here", "without a path"),
        ("plan.example.org", "https"),
    ],
)
def test_a_team_server_needs_a_safe_address(url: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        team_settings({"GROUNDPLAN_URL": url})


def test_settings_of_a_team() -> None:
    found = team_settings(
        {
            "GROUNDPLAN_URL": "https://plan.example.org/",
            "GROUNDPLAN_OIDC_ISSUER": "https://id.example.org",
            "GROUNDPLAN_OIDC_CLIENT_ID": "plan",
        }
    )
    assert found.secure
    assert found.hosts == {"plan.example.org"}
    assert found.provider is not None
    assert found.provider.name == "id.example.org"
    with pytest.raises(BadInput, match="CLIENT_ID"):
        team_settings(
            {"GROUNDPLAN_URL": "https://a.example", "GROUNDPLAN_OIDC_ISSUER": "https://b.example"}
        )
    assert "127.0.0.1" in local_settings(8088).hosts


@pytest.mark.parametrize(
    ("text", "onward"),
    [
        ("/signals?x=1", "/signals?x=1"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/sign-in?onward=/", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
    ],
)
def test_onward_leads_to_a_page_of_ours(text: str, onward: str) -> None:
    assert read_onward(text) == onward


def test_browsers_are_named_in_a_few_words() -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    assert name_browser(agent) == "Chrome on Linux"
    assert name_browser("curl/8.5") == "A browser"
