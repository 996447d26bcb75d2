"""Coming in, saying something and going out, with the keyboard alone and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from groundplan.interfaces.web.doors.links import Purpose
from tests.browser.conftest import Opener, Server
from tests.browser.test_every_page import look
from tests.browser.test_journeys import focused

pytestmark = pytest.mark.xdist_group("browser")

PASSWORD = "four plain words here"


def tab_to(page: Page, name: str, most: int = 80) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if name in (label(page), focused(page)):
            return
    raise AssertionError(f"{name} was not reached; the focus is on {focused(page)!r}")


def label(page: Page) -> str:
    """The label of the field that has the focus, without its notes."""
    script = "(e => e.labels?.[0]?.firstChild.textContent.trim() ?? '')(document.activeElement)"
    return str(page.evaluate(script))


def type_into(page: Page, name: str, text: str) -> None:
    """Go to a field and type."""
    tab_to(page, name)
    page.keyboard.type(text)


@pytest.mark.parametrize("scripted", [True, False])
def test_in_by_the_link_and_out_by_the_menu(
    open_page: Opener, local_server: Server, scripted: bool
) -> None:
    link, _ = local_server.doors.invite(Purpose.LOCAL)
    page = open_page(link, stranger=True, java_script_enabled=scripted)
    assert page.url == f"{local_server.address}/"
    expect(page.get_by_role("heading", level=1)).to_contain_text("What the history of")
    page.keyboard.press("Tab")
    menu = page.locator(".account summary")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Account")).to_be_visible()
    button = page.get_by_role("button", name="Sign out")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Open the link from your terminal")
    page.goto(local_server.address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Open the link from your terminal")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link was used")


def test_escape_closes_the_menu(open_page: Opener, server: str) -> None:
    page = open_page(server)
    page.locator(".account summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="API tokens")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="API tokens")).not_to_be_visible()
    assert page.evaluate("document.activeElement.matches('.account summary')")


def sign_out(page: Page) -> None:
    """By the menu."""
    page.locator(".account summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")


def sign_in_as_ann(open_page: Opener, team_server: Server, path: str) -> Page:
    """A page of the team's first admin, who is made if nobody is there yet."""
    if not team_server.doors.named("ann@example.com"):
        link, _ = team_server.doors.invite(Purpose.FOUNDING)
        page = open_page(link, stranger=True)
        type_into(page, "Your name", "Ann Example")
        type_into(page, "E-mail address", "ann@example.com")
        type_into(page, "New password", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    page = open_page(f"{team_server.address}{path}", stranger=True)
    type_into(page, "E-mail address", "ann@example.com")
    type_into(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".account summary")).to_contain_text("Ann Example")
    return page


def test_a_team_begins_and_a_colleague_is_let_in(open_page: Opener, team_server: Server) -> None:
    page = sign_in_as_ann(open_page, team_server, "/")
    page.goto(f"{team_server.address}/people/add")
    type_into(page, "Name", "Ben Example")
    type_into(page, "Email", "ben@example.com")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people")
    page.goto(f"{team_server.address}/account/invitations")
    tab_to(page, "Make a link for Ben Example")
    page.keyboard.press("Enter")
    invitation = page.locator(".secret code").text_content()
    assert invitation
    other = open_page(invitation, stranger=True)
    type_into(other, "New password", PASSWORD)
    other.keyboard.press("Enter")
    expect(other.locator(".account summary")).to_contain_text("Ben Example")
    other.goto(f"{team_server.address}/account")
    assert look(other, "/account of a team", None) == []


def test_a_wrong_password_is_told_and_the_right_one_leads_on(
    open_page: Opener, team_server: Server
) -> None:
    sign_in_as_ann(open_page, team_server, "/account")
    page = open_page(f"{team_server.address}/signals", stranger=True)
    type_into(page, "E-mail address", "ann@example.com")
    type_into(page, "Password", "not the right one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("E-mail address")).to_have_value("ann@example.com")
    type_into(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Signals")


def test_a_passkey_is_made_and_lets_in(open_page: Opener, team_server: Server) -> None:
    page = sign_in_as_ann(open_page, team_server, "/account")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    options |= {"automaticPresenceSimulation": True}
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    tab_to(page, "Make a passkey")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove the passkey")).to_be_visible()
    sign_out(page)
    tab_to(page, "Use a passkey")
    page.keyboard.press("Enter")
    expect(page.locator(".account summary")).to_contain_text("Ann Example")
    page.goto(f"{team_server.address}/account")
    expect(page.get_by_role("main")).to_contain_text("by passkey")
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_role("button", name="Remove the passkey")).not_to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("did not work")
    devices.send("WebAuthn.removeVirtualAuthenticator", device)


def test_a_token_is_made_and_revoked(open_page: Opener, server: str) -> None:
    page = open_page(f"{server}/account")
    type_into(page, "What is it for?", "a script")
    page.keyboard.press("Enter")
    secret = page.locator(".secret code").text_content() or ""
    assert secret.startswith("gp_")
    page.get_by_role("link", name="Your account").last.click()
    expect(page.get_by_text("not used yet")).to_be_visible()
    tab_to(page, "Revoke a script")
    page.keyboard.press("Enter")
    expect(page.get_by_text("not used yet")).not_to_be_visible()


def test_a_promise_from_the_first_word_to_the_track_record(
    open_page: Opener, local_server: Server
) -> None:
    link, _ = local_server.doors.invite(Purpose.LOCAL)
    page = open_page(link, stranger=True)
    page.keyboard.press("Control+k")
    page.keyboard.type("promise something")
    expect(page.get_by_role("option").first).to_contain_text("Promise something")
    page.keyboard.press("Enter")
    page.wait_for_url("**/promises/make")
    type_into(page, "What", "Describe the store")
    tab_to(page, "Low days")
    page.keyboard.press("Control+a")
    page.keyboard.type("5")
    tab_to(page, "High days")
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()  # the range runs backwards
    expect(page.get_by_label("What", exact=True)).to_have_value("Describe the store")
    assert look(page, "/promises/make, refused", None) == []
    tab_to(page, "Low days")
    page.keyboard.press("Control+a")
    page.keyboard.type("1")
    tab_to(page, "High days")
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/promises$"))
    expect(page.get_by_role("main")).to_contain_text("Describe the store")
    tab_to(page, "Done today: Describe the store")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Settled")).to_be_visible()
    expect(page.get_by_role("heading", name="Your track record")).to_be_visible()
    assert look(page, "/promises", None) == []
