"""GitLab's own words on what was done, which its API tells in no other way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from groundplan.sources.gitlab.people import MENTION

_SAID: Final[Mapping[str, str]] = {
    "approved this merge request": "approved",
    "unapproved this merge request": "dismissed",
    "requested changes": "changes_requested",
    "enabled an automatic merge": "auto_merge",
    "canceled the automatic merge": "no_auto_merge",
    "aborted the automatic merge": "no_auto_merge",
}
_WORK: Final = re.compile(r"marked (?:this merge request )?as (?:a )?\*\*(draft|ready)\*\*")
_PEOPLE: Final = re.compile(
    r"(unassigned|assigned to|requested review from|removed review request for)"
    r"((?:(?:,? and)? ?,? ?@[\w.-]*\w)+)"
)
_NAMED: Final[Mapping[str, str]] = {
    "unassigned": "unassigned", "assigned to": "assigned",
    "requested review from": "review_requested",
    "removed review request for": "review_unrequested",
}  # fmt: skip
_BRANCH: Final = re.compile(r"changed target branch from `[^`]*` to `([^`]*)`")
_TITLE: Final = re.compile(r"changed title from \*\*(.*)\*\* to \*\*(.*)\*\*", re.DOTALL)
_DUPLICATE: Final = re.compile(r"marked this issue as a duplicate of (\S+)")
_MOVED: Final = re.compile(r"moved to (\S+#\d+)")
_AWAY: Final = re.compile(r"\{-(.*?)-\}", re.DOTALL)
_CAME: Final = re.compile(r"\{\+(.*?)\+\}", re.DOTALL)


def read_words(body: str) -> Iterator[tuple[str, str, str]]:
    """What a note of GitLab's says was done, with its value, and to whom."""
    for words, what in _SAID.items():
        if body.startswith(words):
            yield what, "", ""
    if work := _WORK.match(body):
        yield ("drafted" if work[1] == "draft" else "ready"), "", ""
    for verb, people in _PEOPLE.findall(body):
        for login in MENTION.findall(people):
            yield _NAMED[verb], "", login
    if branch := _BRANCH.match(body):
        yield "base_changed", branch[1], ""
    if titles := read_titles(body):
        yield "renamed", titles[1], ""
    for pattern, what in ((_DUPLICATE, "duplicate"), (_MOVED, "transferred")):
        if found := pattern.match(body):
            yield what, found[1], ""


def read_titles(body: str) -> tuple[str, str] | None:
    """The old and the new title, without the marks of what differs."""
    found = _TITLE.match(body)
    return (_AWAY.sub(r"\1", found[1]), _CAME.sub(r"\1", found[2])) if found else None
