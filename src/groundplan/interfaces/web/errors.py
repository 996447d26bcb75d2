"""Errors as pages: what happened, what it means, where to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from groundplan.interfaces.codec.statuses import status_of
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.tables import Table, markdown_text
from groundplan.terms.errors import GroundplanError, SourceDown


def say_error(error: GroundplanError) -> Page:
    """The page of an error of ours; its kind decides the status."""
    told = status_of(error)
    page = _page(told.http, told.title, error.message, error.hint)
    if isinstance(error, SourceDown) and error.retry_after_s:
        return replace(page, headers={"Retry-After": f"{error.retry_after_s:.0f}"})
    return page


def say_crash() -> Page:
    """The page of a bug: the details are in the terminal, not here."""
    return _page(
        500,
        "This page failed",
        "That is a mistake of Groundplan, not yours. The facts are as they were.",
        "The terminal in which it runs says more; the other pages still work.",
    )


def say_status(status: int, headers: Mapping[str, str] | None) -> Page:
    """The page of an error of the protocol."""
    if status == 404:
        page = _page(404, "This is not here", "No page has this address.", "Find looks by name.")
    elif status == 405:
        page = _page(405, "Not that way", "This address does not take such a request.", "")
    else:
        page = _page(status, "This did not work", f"The server answered {status}.", "")
    return replace(page, headers=dict(headers or {}))


def _page(status: int, title: str, message: str, hint: str) -> Page:
    return Page(
        title=title,
        template="error.html",
        data={"message": message, "hint": hint},
        view={"error": title, "message": message, "hint": hint},
        table=Table(("Error", "Message", "Hint"), [(title, message, hint)]),
        markdown=markdown_text(f"{message} {hint}".strip()),
        status=status,
    )
