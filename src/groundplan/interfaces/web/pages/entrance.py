"""Pages for somebody who is not signed in: how to get in, and why a link does not work."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundplan.interfaces.web.doors.doors import Doors
from groundplan.interfaces.web.doors.links import Link, Purpose, State
from groundplan.interfaces.web.doors.passwords import SHORTEST
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.tables import Table, markdown_text
from groundplan.interfaces.web.wording import say_span
from groundplan.terms.errors import BadInput

KNOCK = {"WWW-Authenticate": 'Bearer realm="Groundplan"'}

_CLOSED = {
    State.USED: (
        410,
        "This link was used",
        "A link lets one browser in, once. If that was you, this browser may have forgotten it; "
        "if it was not, somebody else has your link: make a new one, and end their session on "
        "your account page.",
    ),
    State.OVER: (410, "This link is too old", "A link works for a short while only."),
    State.UNKNOWN: (
        404,
        "This link is not one of ours",
        "Perhaps a part of it was lost on the way; perhaps a newer one has replaced it.",
    ),
}
_NEW_LOCAL = (
    "Run groundplan serve in the folder of the repository, or stop the one that runs (Ctrl-C) and "
    "start it again: it prints a new link."
)
_NEW_TEAM = "Ask an admin of your team for a new one."


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the sign-in page shows again. onward: where somebody wanted to go."""

    onward: str = "/"
    email: str = ""
    trouble: str = ""


def sign_in(doors: Doors, shown: SignIn, status: int = 200, wait_s: float = 0.0) -> Page:
    """`/sign-in`, and what every page is to somebody unknown on a team's server."""
    page = _page(
        status,
        "Sign in",
        shown.trouble or "Sign in to read what your team's history says.",
        "With a token: send it as Authorization: Bearer.",
        "sign_in.html",
        shown=shown,
        provider=doors.settings.provider,
        passkeys=doors.passkeys.offered,
    )
    if wait_s:
        return replace(page, headers={"Retry-After": f"{max(1, round(wait_s))}"})
    return replace(page, headers=KNOCK) if status == 401 else page


def closed(doors: Doors, onward: str) -> Page:
    """What a page is to somebody unknown: no facts, and how to get in."""
    if doors.settings.team:
        return sign_in(doors, SignIn(onward), 401)
    page = _page(
        401,
        "Open the link from your terminal",
        "These pages belong to the one who started Groundplan on this machine. It printed a link "
        "that lets one browser in, without a password.",
        _NEW_LOCAL,
        "closed.html",
    )
    return replace(page, headers=KNOCK)


def say_link(doors: Doors, link: Link) -> Page:
    """Why a link does not work, and what to do."""
    status, title, message = _CLOSED[link.state]
    hint = _NEW_TEAM if doors.settings.team else _NEW_LOCAL
    return _page(status, title, message, hint, "door.html")


def welcome(
    doors: Doors, link: Link, given: dict[str, str] | None = None, error: BadInput | None = None
) -> Page:
    """The form behind an invitation: a new password, and who one is if nobody knows yet."""
    founding = link.purpose is Purpose.FOUNDING
    name = "" if founding else doors.colleague(link.person).name
    title = "Set up your team's Groundplan" if founding else f"Welcome, {name}"
    says = (
        "You are the first. Say who you are; the rest of the team is invited from inside."
        if founding
        else "Choose a password. It replaces one that you may have had, and signs you out "
        "everywhere else."
    )
    return _page(
        422 if error else 200,
        title,
        says,
        "",
        "welcome.html",
        founding=founding,
        given=given or {},
        error=error,
        email="" if founding else doors.colleague(link.person).email,
        shortest=SHORTEST,
        provider=None if founding else doors.settings.provider,
    )


def say_wait(wait_s: float) -> str:
    """Why one has to wait."""
    return (
        f"There were several wrong attempts. Wait {say_span(wait_s)} before the next one; "
        "each wait is twice as long as the one before."
    )


def _page(status: int, title: str, message: str, hint: str, template: str, **data: object) -> Page:
    return Page(
        title=title,
        template=template,
        data={"message": message, "hint": hint, **data},
        view={"error": title, "message": message, "hint": hint},
        table=Table(("Title", "Message", "Hint"), [(title, message, hint)]),
        markdown=markdown_text(f"{message} {hint}".strip()),
        status=status,
    )
