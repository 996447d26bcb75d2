"""The use cases of identities: read what was merged and why, say otherwise, take it back."""

from __future__ import annotations

from collections.abc import Sequence

from groundplan.facts.identities.decisions import (
    DECIDED,
    STREAM,
    UNDONE,
    read_decision,
    standing,
    write_decision,
)
from groundplan.facts.identities.merges import Decision
from groundplan.practices.identities import rules
from groundplan.practices.identities.rules import (
    Decided,
    DecideInputs,
    DecisionRow,
    Directory,
    ListInputs,
    MergeRow,
    ProgramRow,
    UndoInputs,
)
from groundplan.records.journal import Entry
from groundplan.signals.signal import Finding
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.people import Account
from groundplan.terms.scope import Role, Scope
from groundplan.usecase import Context

# rows keep the order of the resolution: applied before proposed, the heaviest first
_MERGES = """
select side_a_name, side_a_email, side_b_name, side_b_email, certainty, reason, applied
from identity_merges order by nr
"""
_PROGRAMS = """
select p.name, p.actor, coalesce(p.kind_reason, ''), a.name, a.email
from people p join accounts a on a.person_id = p.person_id
where p.actor in ('bot', 'agent') order by p.actor, p.name, p.person_id, a.name, a.email
"""
_COUNTS = """
select (select count(*) from people where actor = 'human'), (select count(*) from accounts)
"""
_OF_ONE_PERSON = """
select a.name, a.email from accounts a join accounts b on b.person_id = a.person_id
where b.name = :name and b.email = :email
"""
_FIND = """
select name, email from accounts where trim(name) = :name and lower(trim(email)) = lower(:email)
order by (trim(email) = :email) desc, name, email
"""


def list_identities(context: Context, scope: Scope, inputs: ListInputs) -> Directory:
    """What was merged and what is proposed, the heaviest first; bots and agents; decisions."""
    rules.check_listing(inputs)
    entries = context.journal.read(STREAM)
    holding = standing(entries)
    applied, proposed = _read_merges(context)
    open_proposals = rules.leave_decided(proposed, list(holding.values()))
    people, accounts = context.mart.rows(_COUNTS)[0]
    said = {entry.version: entry for entry in entries}
    return Directory(
        people=people,
        accounts=accounts,
        proposed_count=len(open_proposals),
        applied_count=len(applied),
        proposed=_choose(open_proposals, inputs),
        applied=_choose(applied, inputs),
        programs=_read_programs(context, inputs),
        decisions=tuple(
            DecisionRow(number, rules.say(decision), said[number].by, said[number].at)
            for number, decision in sorted(holding.items(), reverse=True)
        ),
    )


def decide(context: Context, scope: Scope, inputs: DecideInputs) -> Decided:
    """Record a decision; a later one about the same accounts replaces it.

    `same`, `different`: two accounts are one person, or two whatever speaks for a merge. `apart`:
    an account stands for itself. `human`, `bot`, `agent`: what stands behind a person's accounts.
    NotFound for an account that nobody saw, Refused if exactly that holds already, or if an account
    is linked to somebody else on the roster.
    """
    verdict, kind = rules.check_verdict(inputs)
    account = _find_account(context, "account", inputs.account)
    other = _find_account(context, "other", inputs.other) if inputs.other.strip() else None
    if account == other:
        raise BadInput("other", inputs.other, "another account than the first")
    _check_owners(context, scope, account, other)
    decision = Decision(verdict, account, other, kind)
    entries = context.journal.read(STREAM)
    for number, old in standing(entries).items():
        if {old.account, old.other} == {account, other} and (old.verdict, old.kind) == (
            verdict,
            kind,
        ):
            raise Refused(f"That holds already, as decision {number}: {rules.say(old)}")
    entry = context.journal.append(
        STREAM, DECIDED, write_decision(decision), expected=_newest(entries)
    )
    return _decided(entry.version, rules.say(decision))


def undo(context: Context, scope: Scope, inputs: UndoInputs) -> Decided:
    """Take back a decision; what it had replaced holds again.

    NotFound if there is no decision of that number, Refused if it was taken back before.
    """
    entries = context.journal.read(STREAM)
    entry = _find_decision(entries, inputs.number)
    if any(e.kind == UNDONE and e.body["version"] == entry.version for e in entries):
        raise Refused(f"Decision {entry.version} was taken back before.")
    decision = read_decision(entry)
    _check_owners(context, scope, decision.account, decision.other)
    context.journal.append(STREAM, UNDONE, {"version": entry.version}, expected=_newest(entries))
    says = f"No longer decided: {rules.say(decision)}"
    return Decided(entry.version, says, "Decide it again.")


def find_sentences(context: Context, scope: Scope) -> Sequence[Finding]:
    """One sentence when enough proposals wait for an answer."""
    if scope.role is Role.PARTNER:
        return ()
    holding = standing(context.journal.read(STREAM))
    _, proposed = _read_merges(context)
    waiting = len(rules.leave_decided(proposed, list(holding.values())))
    programs = context.mart.rows("select count(*) from people where actor <> 'human'")[0][0]
    found = rules.find_sentence(waiting, programs)
    return () if found is None else (found,)


def _read_merges(context: Context) -> tuple[list[MergeRow], list[MergeRow]]:
    applied: list[MergeRow] = []
    proposed: list[MergeRow] = []
    for a_name, a_email, b_name, b_email, certainty, reason, holds in context.mart.rows(_MERGES):
        one, two = rules.show(Account(a_name, a_email)), rules.show(Account(b_name, b_email))
        (applied if holds else proposed).append(MergeRow(one, two, certainty, reason))
    return applied, proposed


def _read_programs(context: Context, inputs: ListInputs) -> tuple[ProgramRow, ...]:
    programs: dict[tuple[str, str, str], list[str]] = {}
    for name, actor, reason, account, email in context.mart.rows(_PROGRAMS):
        programs.setdefault((name, actor, reason), []).append(rules.show(Account(account, email)))
    rows = [ProgramRow(*key, tuple(accounts)) for key, accounts in programs.items()]
    return tuple(row for row in rows if rules.is_about(row, inputs.about))[: inputs.most]


def _choose(rows: Sequence[MergeRow], inputs: ListInputs) -> tuple[MergeRow, ...]:
    chosen = [
        row
        for row in rows
        if inputs.certainty in ("", row.certainty) and rules.is_about(row, inputs.about)
    ]
    return tuple(chosen[: inputs.most])


def _check_owners(context: Context, scope: Scope, *accounts: Account | None) -> None:
    """Team numbers count linked people: who could move one out could subtract what is theirs."""
    others = {link.account for link in context.roster.links if link.person_id != scope.viewer}
    for account in filter(None, accounts if others else ()):
        rows = context.mart.rows(_OF_ONE_PERSON, {"name": account.name, "email": account.email})
        if others & {account, *(Account(*row) for row in rows)}:
            raise Refused(
                f"{rules.show(account)} belongs to somebody else on the roster.",
                "Only they may say what stands behind it: ask them to.",
            )


def _find_account(context: Context, field: str, text: str) -> Account:
    named = rules.read_contact(field, text)
    found = context.mart.rows(_FIND, {"name": named.name, "email": named.email})
    if not found:
        raise NotFound(
            f"{field}: nobody was seen as {rules.show(named)}",
            "Name the account exactly as it was seen; identities.list with --about finds it.",
        )
    return Account(*found[0])


def _find_decision(entries: Sequence[Entry], number: int) -> Entry:
    for entry in entries:
        if entry.version == number and entry.kind == DECIDED:
            return entry
    raise NotFound(f"There is no decision {number}.", "identities.list shows them with numbers.")


def _decided(number: int, says: str) -> Decided:
    return Decided(number, says, f"groundplan identities undo {number}")


def _newest(entries: Sequence[Entry]) -> int:
    return entries[-1].version if entries else 0
