"""What an erasure leaves of somebody in the facts: a pseudonym, now and in all that comes.

No name or address is kept to know them by, only digests salted by the workspace: they tell whether
a name that somebody brings was erased, as the repository itself does, and name nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from groundplan.facts.engines.duckdb import Columns, DuckDB, as_text
from groundplan.facts.kinds import FactKind
from groundplan.terms.people import Account

if TYPE_CHECKING:
    import numpy.typing as npt

LONGEST_NAME: Final = 6  # words before an address that are tried as the name of its account
ASK_NAME: Final = ""  # the address is several people's: only with the name it is somebody's

_CONTACT = re.compile(r"<([^<>\n]*)>")
_BETWEEN = r"\s<>()\[\]{}\"'`,;:=|*/\\"
_ADDRESS = re.compile(rf"(?<![^{_BETWEEN}])[^{_BETWEEN}]+@[\w.-]*\w")
_NUMBERED = re.compile(r"[^@]*\d-")  # a message's id, before the address of who sent it
_TOKEN = re.compile(r"\s*(?:[\w-]+:|[,;])?\s*")  # what may stand before a name


@dataclass(frozen=True, slots=True)
class Traces:
    """The accounts by which somebody is known in the facts.

    addresses: those of their e-mail addresses that nobody else writes from.
    """

    accounts: tuple[Account, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mask:
    """Covers what was erased. pseudonyms: by the digests of accounts and of their addresses.

    The pseudonym of an address is `ASK_NAME` if others write from it too.
    """

    salt: str
    pseudonyms: Mapping[str, str]
    _known: dict[str, str | None] = field(default_factory=dict, repr=False, compare=False)

    def add(self, traces: Traces, pseudonym: str) -> Mask:
        """The mask that covers some more accounts, all under one pseudonym, or one they have."""
        told = [self.pseudonyms.get(self._digest(a.email, a.name)) for a in traces.accounts]
        pseudonym = next(filter(None, told), pseudonym)
        found = {self._digest(account.email): ASK_NAME for account in traces.accounts}
        found |= {self._digest(address): pseudonym for address in traces.addresses}
        found |= {self._digest(a.email, a.name): pseudonym for a in traces.accounts}
        return Mask(self.salt, {**self.pseudonyms, **found})

    def find(self, name: str | None, email: str | None) -> str | None:
        """The pseudonym of an account that was erased, None for any other."""
        found = self._of_address(email)
        if found != ASK_NAME:
            return found
        return self.pseudonyms.get(self._digest(email or "", name or ""))

    def cover(self, kind: FactKind, columns: Columns) -> Columns:
        """The columns with pseudonyms; the very same ones if they name nobody who was erased.

        Of a kind that says nothing but who is who, rows about somebody erased are left out.
        """
        if not self.pseudonyms:
            return columns
        covered: Columns = {}
        gone = [False] * len(next(iter(columns.values())))
        for name, email in kind.accounts:
            names, emails = columns[name].tolist(), columns[email].tolist()
            found = [self.find(*account) for account in zip(names, emails, strict=True)]
            if any(found):
                gone = [was or bool(p) for was, p in zip(gone, found, strict=True)]
                covered[name] = as_text([p or n for p, n in zip(found, names, strict=True)])
                covered[email] = as_text(
                    ["" if p else e for p, e in zip(found, emails, strict=True)]
                )
        if kind.says_only_who and any(gone):
            stay = [row for row, was in enumerate(gone) if not was]
            return {name: column[stay] for name, column in columns.items()}
        for name in kind.texts:
            texts = columns[name].tolist()
            read = [text and self.cover_text(text) for text in texts]
            if read != texts:
                covered[name] = as_text(read)
        return {**columns, **covered} if covered else columns

    def cover_text(self, text: str) -> str:
        """A text in which erased accounts are pseudonyms where they stand with their address."""
        parts, at = [], 0
        for match in _CONTACT.finditer(text):
            if self._of_address(match[1]) is not None:
                start = max(at, *(text.rfind(end, at, match.start()) + 1 for end in "\n>"))
                parts += [text[at:start], self._cover_contact(text[start : match.end()], match[1])]
                at = match.end()
        text = "".join(parts) + text[at:]
        return _ADDRESS.sub(self._cover_address, text) if "@" in text else text

    def _cover_contact(self, contact: str, email: str) -> str:
        """What stands in a line up to an address that is known, and the address."""
        words = re.findall(r"\S+\s*", contact[: contact.rindex("<")])
        for most in range(min(LONGEST_NAME, len(words)), 0, -1):
            pseudonym = self.pseudonyms.get(self._digest(email, "".join(words[-most:])))
            if pseudonym:
                return f"{contact[: contact.index(words[0])]}{''.join(words[:-most])}{pseudonym} <>"
        found = self._of_address(email)
        told = _TOKEN.match(contact)
        return f"{told[0] if told else ''}{found} <>" if found else contact

    def _cover_address(self, match: re.Match[str]) -> str:
        number = _NUMBERED.match(match[0])
        for at in (0, number.end() if number else 0):
            if found := self._of_address(match[0][at:]):
                return match[0][:at] + found
        return match[0]

    def _of_address(self, email: str | None) -> str | None:
        if email is None:
            return None
        if email not in self._known:
            self._known[email] = self.pseudonyms.get(self._digest(email))
        return self._known[email]

    def _digest(self, *words: str) -> str:
        said = "\n".join(" ".join(word.split()).casefold() for word in words)
        text = f"{len(words)}\n{said}".encode("utf-8", "surrogatepass")
        return hmac.new(self.salt.encode(), text, hashlib.sha256).hexdigest()


def read_covered(
    connection: DuckDB, relation: str, kind: FactKind, mask: Mask
) -> tuple[Columns, str] | None:
    """What a relation of a kind says once it is covered; None if it names nobody erased.

    Columns, and a relation of the columns that stay, row by row in the same order.
    """
    chosen = kind.column_names if kind.says_only_who else kind.personal
    read = connection.query(f"select {', '.join(chosen)} from {relation}")
    found = {name: _plain(column) for name, column in read.items()}
    covered = mask.cover(kind, found)
    if covered is found:
        return None
    stay = ", ".join(name for name in kind.column_names if name not in chosen)
    return covered, f"(select {stay} from {relation})" if stay else ""


def _plain(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return as_text(column.tolist()) if column.dtype == object else column
