"""Sign-in against a real provider: who it vouches for comes in, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest

from groundplan.interfaces.web.doors.doors import Doors
from groundplan.interfaces.web.doors.openid import OpenID
from groundplan.interfaces.web.doors.settings import Provider, Settings
from groundplan.records.roster import Colleague, Roster
from groundplan.records.sqlite_vault import SQLiteVault
from groundplan.terms.errors import Refused, SourceBroken, SourceDown

pytestmark = pytest.mark.xdist_group("openid")  # one installation of the provider

URL = "http://127.0.0.1:8088"
ANN, BEN = (
    Colleague("p1", "Ann Example", "Ann@example.com"),
    Colleague("p2", "Ben", "b@example.com"),
)


class Clock:
    """The time now, and more if the test says so."""

    later = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def doors(issuer: str, tmp_path: Path, clock: Clock) -> Iterator[Doors]:
    vault = SQLiteVault(tmp_path / "vault.sqlite", clock)
    provider = Provider(issuer, "groundplan", "a secret of tests", "The provider")
    roster = Roster(people={one.person_id: one for one in (ANN, BEN)})
    yield Doors(vault, clock, Settings(URL, team=True, provider=provider), lambda: roster)
    vault.close()


@pytest.fixture
def openid(doors: Doors) -> OpenID:
    assert doors.openid is not None
    return doors.openid


def sign_in_there(address: str, login: str) -> dict[str, str]:
    """Walk through the provider's own pages as a browser does; what it sends back."""
    issuer = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    with httpx.Client(timeout=20) as browser:
        reply = browser.get(address)
        for _ in range(12):
            if reply.is_redirect:
                target = str(httpx.URL(issuer).join(reply.headers["location"]))
                if target.startswith(URL):
                    return dict(parse_qsl(urlsplit(target).query))
                reply = browser.get(target)
                continue
            assert reply.status_code == 200, reply.text
            prompt = "login" if 'value="login"' in reply.text else "consent"
            form = {"prompt": prompt, "login": login, "password": "anything"}
            reply = browser.post(reply.url, data=form)
    raise AssertionError("the provider did not send the browser back")


def test_who_the_provider_vouches_for_comes_in(doors: Doors, openid: OpenID) -> None:
    address, ticket = openid.begin("/signals?x=1")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"] and asked["state"] and asked["scope"] == ["openid email profile"]
    vouched, onward = openid.finish(ticket, sign_in_there(address, "ann"))
    assert (vouched.subject, vouched.email, onward) == ("ann", "ann@example.com", "/signals?x=1")
    assert doors.welcome(vouched) == ANN.person_id
    # from now on by the provider's own name: an address may move to somebody else
    assert doors.welcome(replace(vouched, email="b@example.com")) == ANN.person_id


def test_a_public_client_needs_no_secret(doors: Doors, issuer: str) -> None:
    provider = Provider(issuer, "public", "", "The provider")
    openid = OpenID(provider, URL, doors.vault, doors.clock)
    address, ticket = openid.begin("/")
    assert openid.finish(ticket, sign_in_there(address, "ann"))[0].email == "ann@example.com"


@pytest.mark.parametrize("login", ["stranger", "ann+"])
def test_nobody_on_the_roster_stays_outside(doors: Doors, openid: OpenID, login: str) -> None:
    address, ticket = openid.begin("/")
    vouched, _ = openid.finish(ticket, sign_in_there(address, login))
    with pytest.raises(Refused, match="nobody on the roster"):
        doors.welcome(vouched)


def test_an_answer_works_once_and_in_its_own_browser(openid: OpenID) -> None:
    address, ticket = openid.begin("/")
    answer = sign_in_there(address, "ann")
    with pytest.raises(Refused, match="another browser"):
        openid.finish("", answer)
    _, other = openid.begin("/")
    with pytest.raises(Refused, match="another sign-in"):
        openid.finish(other, answer)
    openid.finish(ticket, answer)
    with pytest.raises(Refused, match="over"):
        openid.finish(ticket, answer)


def test_an_old_answer_is_refused(openid: OpenID, clock: Clock) -> None:
    address, ticket = openid.begin("/")
    answer = sign_in_there(address, "ann")
    clock.later = timedelta(minutes=11)
    with pytest.raises(Refused, match="over"):
        openid.finish(ticket, answer)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"iss": "https://other.example.com"}, "another provider"),
        ({"code": "made-up"}, "refused the code"),
        ({"state": "made-up"}, "another sign-in"),
    ],
)
def test_a_forged_answer_is_refused(openid: OpenID, change: dict[str, str], says: str) -> None:
    address, ticket = openid.begin("/")
    with pytest.raises(Refused, match=says):
        openid.finish(ticket, sign_in_there(address, "ann") | change)


def test_a_code_stolen_on_the_way_is_worth_nothing(openid: OpenID) -> None:
    """PKCE: another sign-in's verifier does not fit the code."""
    address, _ = openid.begin("/")
    stolen = sign_in_there(address, "ann")
    other_address, other = openid.begin("/")
    state = parse_qs(urlsplit(other_address).query)["state"][0]
    with pytest.raises(Refused, match="refused the code"):
        openid.finish(other, stolen | {"state": state})


def test_a_nonce_of_another_sign_in_is_refused(openid: OpenID) -> None:
    address, ticket = openid.begin("/")
    parts = urlsplit(address)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    moved = parts._replace(query=urlencode(asked | {"nonce": "another"})).geturl()
    with pytest.raises(Refused, match="does not hold"):
        openid.finish(ticket, sign_in_there(moved, "ann"))


def test_what_the_provider_refuses_is_told(openid: OpenID) -> None:
    address, ticket = openid.begin("/")
    state = parse_qs(urlsplit(address).query)["state"][0]
    with pytest.raises(Refused, match="access_denied"):
        openid.finish(ticket, {"state": state, "error": "access_denied"})


def test_a_provider_that_is_down_or_another_is_told(doors: Doors, issuer: str) -> None:
    gone = Provider("http://127.0.0.1:9", "groundplan", "", "The provider")
    with pytest.raises(SourceDown, match="cannot be reached"):
        OpenID(gone, URL, doors.vault, doors.clock).begin("/")
    other = Provider(issuer.replace("127.0.0.1", "localhost"), "groundplan", "", "The provider")
    with pytest.raises((SourceBroken, SourceDown)):
        OpenID(other, URL, doors.vault, doors.clock).begin("/")
