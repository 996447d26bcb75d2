"""A journal as JSON Lines, to be kept elsewhere or moved to another engine, and back.

One line tells what follows, then each entry is one line, its body as the bytes that are stored:
what comes back has the same digests, or does not come in at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from groundplan.records.chain import Row, canonical, check_saying, entry_of, fault
from groundplan.records.chained import ChainedJournal
from groundplan.records.journal import Saying, Visibility
from groundplan.terms.errors import GroundplanError, Refused, SourceBroken

FORMAT: Final = "groundplan-journal"
FORM: Final = 1

_TYPES: Final = {"seq": int, "version": int, "form": int}
_ERASABLE: Final = ("by", "owner", "key", "body", "salt")
_UNCHANGED: Final = "Nothing was imported; export the journal anew, or use another file."


def export_lines(journal: ChainedJournal) -> Iterator[str]:
    """The journal as it is now, line by line; what is appended meanwhile is left out.

    Includes everybody's words and names: whoever has the lines has the journal.
    """
    newest = journal.newest()
    yield json.dumps({"format": FORMAT, "form": FORM, "entries": newest}) + "\n"
    for row in journal.stored(newest):
        fields = row._asdict()
        # the body goes last, and as it is stored: reading and writing it again might mend it
        body = fields.pop("body") or "null"
        yield f'{json.dumps(fields, ensure_ascii=False)[:-1]}, "body": {body}}}\n'


def import_lines(journal: ChainedJournal, lines: Iterable[str]) -> int:
    """Fill an empty journal with what was exported; how many [entries].

    Everything is checked before anything becomes visible. SourceBroken names the first line that
    is not as it was exported; Refused if the journal holds anything, or the lines are of a newer
    program.
    """
    return journal.take_in(checked(lines))


def checked(lines: Iterable[str]) -> Iterator[Row]:
    """The rows of exported lines, each only if it follows from those before it."""
    expected = seen = 0
    last = ""
    heads: dict[str, tuple[str, int]] = {}
    for nr, line in enumerate(lines):
        seen += 1
        try:
            if nr == 0:
                expected = _announced(line)
                continue
            row = _row(line)
            reason = fault(nr, row, heads.get(row.stream, ("", 0)))
            if reason is None and row.at < last:
                reason = "its time is before that of the entry before it"
            if reason is not None:
                raise ValueError(reason)
        except Refused:
            raise
        except (ValueError, TypeError, RecursionError, GroundplanError) as error:
            raise _broken(seen, error) from error
        heads[row.stream] = (row.digest, row.version)
        last = row.at
        yield row
    if seen != expected + 1:
        told = f"{seen - 1} entries, and {expected} were announced" if seen else "it is empty"
        raise _broken(seen + 1, ValueError(f"the file ends here: {told}"))


def _announced(line: str) -> int:
    told = _loads(line)
    if told.get("format") != FORMAT or type(told.get("form")) is not int:
        raise ValueError(f"it does not begin a {FORMAT}")
    if told["form"] > FORM:
        raise Refused(
            f"the journal was exported by a newer Groundplan (form {told['form']}, this one "
            f"reads {FORM})",
            "Update Groundplan; nothing was imported.",
        )
    if type(told.get("entries")) is not int or told["entries"] < 0:
        raise ValueError("it does not say how many entries follow")
    return int(told["entries"])


def _row(line: str) -> Row:
    fields = _loads(line)
    if set(fields) != set(Row._fields):
        wrong = sorted(set(fields) ^ set(Row._fields))
        raise ValueError(f"fields missing or unknown: {', '.join(wrong)[:100]}")
    for name, value in fields.items():
        wanted = _TYPES.get(name, str)
        if name != "body" and type(value) is not wanted and not (
            value is None and name in _ERASABLE
        ):  # fmt: skip
            raise ValueError(f"{name}: got {value!r:.40}, not {wanted.__name__}")
    body = fields["body"]
    row = Row(**fields | {"body": None if body is None else canonical(body)})
    _check_fits(row, body)
    return row


def _check_fits(row: Row, body: Any) -> None:
    # digests tell that a row is as somebody wrote it, not that a journal could have
    entry = entry_of(row)
    if entry.at.tzinfo is None or row.at != _text(entry.at):
        raise ValueError(f"at: got {row.at!r:.40}, not a time in UTC with microseconds")
    by, owner = ("-" if name is None else name for name in (row.by, row.owner))
    saying = Saying(
        row.stream, row.kind, body or {}, by, owner, row.team, Visibility(row.visibility), row.form
    )
    check_saying(saying, row.key)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _loads(line: str) -> dict[str, Any]:
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("it is not a JSON object")
    return found


def _broken(line: int, error: Exception) -> SourceBroken:
    reason = error.message if isinstance(error, GroundplanError) else str(error)
    return SourceBroken(f"line {line}: {reason or type(error).__name__}", _UNCHANGED)
