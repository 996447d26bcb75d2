"""Alignment: which goals and kinds of work time goes to, and what leaders write about."""

from groundplan.practices.alignment import actions, rules
from groundplan.records import alignment
from groundplan.records.kinds import EntryKind
from groundplan.signals.time_spent import TimeSpent
from groundplan.terms.scope import Role
from groundplan.usecase import About, NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_LEAD = frozenset({Role.LEAD})

PRACTICE = Practice(
    name="alignment",
    title="Alignment",
    says="Which goals and kinds of work the team's time really goes to, what support comes again "
    "and again, and what leaders write about and no longer mention.",
    source="Lessons on leading engineers; Leadership Diary; Beyond First 90 Days; How I'd start my "
    "engineering career all over again",
    reads=("commits", "changes", "items"),
    writes=tuple(map(EntryKind, alignment.KINDS)),
    use_cases=(
        UseCase("alignment.list", "Key results, rules, and recent work that a word would help "
                "with.", NoInputs, rules.Board, _TEAM, actions.show_board, about=About.NOBODY),
        UseCase("alignment.time", "The share of active days by goal and kind, by week.",
                NoInputs, TimeSpent, _TEAM, actions.show_time),
        UseCase("alignment.words", "What leaders write about over time, and what fell silent.",
                NoInputs, rules.Words, _TEAM, actions.show_words, about=About.NOBODY),
        UseCase("alignment.correct", "Say what a piece of work was; the rest learns from it.",
                rules.CorrectInputs, rules.Said, _TEAM, actions.correct, True),
        UseCase("alignment.place", "Add a key result of the company, organisation or team.",
                rules.PlaceInputs, rules.Said, _LEAD, actions.place, True),
        UseCase("alignment.rule", "Say which work belongs to a goal or kind without doubt.",
                rules.RuleInputs, rules.Said, _LEAD, actions.rule, True),
        UseCase("alignment.bring", "Bring what leaders wrote, as a text or Markdown file.",
                rules.BringInputs, rules.Said, _TEAM, actions.bring, True),
        UseCase("alignment.remove", "Take a key result, a rule or a document away.",
                rules.RemoveInputs, rules.Said, _LEAD, actions.remove, True),
    ),
    findings=actions.find_sentences,
    claims=("evidence/alignment",),
    page="page.html",
)  # fmt: skip
