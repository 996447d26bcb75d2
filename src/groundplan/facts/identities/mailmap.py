"""A repository's own word on who is who: `.mailmap`, read and applied exactly as git does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from groundplan.terms.people import Account

_SPACE = " \t\n\r"  # git's isspace
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class MailmapLine:
    """One line of a .mailmap (gitmailmap(5)); None where the line leaves a part out.

    Commits by `commit_email` (and `commit_name`, if given) get the proper name and e-mail.
    """

    proper_name: str | None
    proper_email: str | None
    commit_name: str | None
    commit_email: str


@dataclass(slots=True)
class _Proper:
    name: str | None = None
    email: str | None = None


class Mailmap:
    """The lines of one repository's .mailmap in order; later lines override."""

    def __init__(self, lines: Iterable[MailmapLine]) -> None:
        self._by_email: dict[str, _Proper] = {}
        self._by_both: dict[tuple[str, str], _Proper] = {}
        for line in lines:
            email = fold(line.commit_email)
            simple = self._by_email.setdefault(email, _Proper())
            if line.commit_name is None:
                simple.name = line.proper_name or simple.name
                simple.email = line.proper_email or simple.email
            else:
                self._by_both[email, fold(line.commit_name)] = _Proper(
                    line.proper_name, line.proper_email
                )

    def find(self, account: Account) -> Account | None:
        """The proper name and e-mail of `account`; None if no line speaks of it."""
        email = fold(account.email)
        proper = self._by_both.get((email, fold(account.name))) or self._by_email.get(email)
        if proper is None or (proper.name is None and proper.email is None):
            return None
        return Account(
            account.name if proper.name is None else proper.name,
            account.email if proper.email is None else proper.email,
        )


def parse_mailmap(text: str) -> list[MailmapLine]:
    """The lines of a .mailmap file; comments, and lines without an e-mail, are left out."""
    parsed = (_parse_line(line) for line in text.split("\n"))
    return [line for line in parsed if line is not None]


def _parse_line(line: str) -> MailmapLine | None:
    if line.startswith("#"):
        return None
    first = _parse_contact(line)
    if first is None or not first[1]:
        return None
    name, email, rest = first
    second = _parse_contact(rest)
    if second is None:
        return MailmapLine(name, None, None, email)
    return MailmapLine(name, email, second[0], second[1])


def _parse_contact(text: str) -> tuple[str | None, str, str] | None:
    left = text.find("<")
    right = text.find(">", left + 1)
    if left < 0 or right < 0:
        return None
    return text[:left].strip(_SPACE) or None, text[left + 1 : right], text[right + 1 :]


def fold(text: str) -> str:
    """Lower case as git folds it: ASCII letters only."""
    return text.translate(_ASCII_LOWER)


def lines_of(
    rows: Sequence[tuple[str | None, str | None, str | None, str]],
) -> list[MailmapLine]:
    """Lines from rows of the fact kind `mailmap`, in order of `nr`."""
    return [MailmapLine(*row) for row in rows]
