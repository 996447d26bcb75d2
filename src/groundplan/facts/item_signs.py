"""What an item of a tracker is, from its labels and its title: rules that a reader can check.

Apart from work_kinds.py because a tracker also holds what is asked and not built.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from groundplan.facts.work_kinds import KINDS, TouchedFiles, classify

SUPPORT: Final = "support"
SIGNS: Final = (*KINDS, SUPPORT)

_NOTHING: Final = TouchedFiles(0, 0, 0, 0)


def _label(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(phrases)})\b")


# What trackers call types and labels; the first that one holds decides.
_LABELS: Final = (
    ("support", _label("support", "questions?", "customer", "service request", "how ?to",
                       "ad ?hoc", "reports")),
    ("fix", _label("bugs?", "defect", "regression", "crash", "incident", "outage", "hot ?fix",
                   "production", "broken", "fault", "escalation")),
    ("docs", _label("docs?", "documentation")),
    ("test", _label("tests?", "testing", "flaky", "qa")),
    ("build", _label("build", "ci", "cd", "dependenc(y|ies)", "infra(structure)?", "ops",
                     "deploy(ment)?", "release")),
    ("chore", _label("chore", "refactor(ing)?", "clean ?up", "tech(nical)? ?debt", "maintenance",
                     "upgrade", "migration", "security")),
    ("feature", _label("feature", "enhancement", "story", "epic", "improvement", "mmf", "new",
                       "request")),
)  # fmt: skip
_SUPPORT_TITLE: Final = re.compile(
    r"\?\s*$|^\W*(how (do|can|to)|why (does|is)|where (is|can)|what is|is it possible|"
    r"can (i|we|you)|could (i|we|you)|help\b|question\b|support\b|customer\b)",
    re.IGNORECASE,
)


def sign_of_item(labels: Iterable[str], title: str) -> str:
    """What an item's labels and title say it is: one of KINDS, or `support`.

    A label goes before the title; a title that asks is support.
    """
    return sign_of_labels(labels) or (
        SUPPORT if _SUPPORT_TITLE.search(title) else classify(title, _NOTHING)
    )


def sign_of_labels(labels: Iterable[str]) -> str:
    """What labels say a thing is: one of KINDS, `support`, or "" where they say nothing."""
    words = [" ".join(re.split(r"[\W_]+", label.casefold())) for label in labels]
    return next(
        (sign for sign, pattern in _LABELS if any(pattern.search(word) for word in words)), ""
    )
