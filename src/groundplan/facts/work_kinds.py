"""What kind of work a commit is, from its subject and the files it touches.

Rules, not a model: a reader can check each one. Accuracy on labelled commits stands in
evidence/work_kinds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

KINDS: Final = ("feature", "fix", "test", "docs", "build", "chore", "other")

_CONVENTIONAL = re.compile(r"^(?:\[[^\]]*\]\s*)*(\w+)(?:\([^)]*\))?!?:\s", re.ASCII)
_CONVENTIONAL_KIND = {
    "feat": "feature",
    "feature": "feature",
    "fix": "fix",
    "bugfix": "fix",
    "hotfix": "fix",
    "test": "test",
    "tests": "test",
    "doc": "docs",
    "docs": "docs",
    "build": "build",
    "ci": "build",
    "deps": "build",
    "chore": "chore",
    "refactor": "chore",
    "style": "chore",
    "perf": "feature",
    "revert": "fix",
}


def _path(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_TEST_PATH = _path(
    r"(^|/)(tests?|specs?|testing|testdata|fixtures?)/",
    r"(^|[/_.-])(test|spec)[_.-]",
    r"[_.-](test|spec)\.\w+$",
    r"(^|/)t/t?\d+",
)
_DOCS_PATH = _path(
    r"(^|/)(docs?|documentation|man)/",
    r"\.(md|rst|adoc|txt|asciidoc)$",
    r"(^|/)(readme|changelog|changes|news|authors|contributing|license|copying|maintainers)[^/]*$",
)
_BUILD_PATH = _path(
    r"(^|/)(\.github|\.circleci|\.gitlab|ci|cmake|docker)/",
    r"(^|/)(makefile|kconfig|dockerfile|gemfile)[^/]*$",
    r"(^|/)(cmakelists\.txt|setup\.(py|cfg)|pyproject\.toml|tox\.ini|requirements[^/]*\.txt)$",
    r"(^|/)(package(-lock)?\.json|cargo\.toml|[^/]*\.lock|[^/]*_defconfig)$",
    r"(^|/)(\.travis\.yml|\.gitignore|\.pre-commit-config\.yaml)$",
)

# Stems, each with the endings that its forms take; the first that a subject holds decides. What is
# fixed in words or layout alone is no fix of behaviour, so those stems come first.
_STEMS: Final = (
    ("docs", "typo spelling comment docstring documentation kernel-doc readme changelog"),
    ("chore", "whitespace indent indentation reformat formatting lint style camelcase"),
    (
        "fix",
        """fix bug bugfix hotfix repair resolv regress regression crash leak correct incorrect wrong
        wrongly broken fault oops deadlock race overflow overrun segfault panic revert workaround
        prevent avoid missing miss invalid fail failure problem unhandled corrupt corruption stale
        handl dont don't doesn't didn't safely""",
    ),
    (
        "build",
        """bump dependency dependencies ci travis workflow makefile cmake packaging compil
        pre-commit defconfig""",
    ),
    ("docs", "doc document copyright license"),
    ("test", "test unittest testcase testsuite coverage spec"),
    (
        "feature",
        """add implement implementation introduc support new enabl allow feature provid creat extend
        improv optimiz optimis speedup faster""",
    ),
    (
        "chore",
        """refactor clean cleanup renam mov remov drop dropped delet simplif simplify format
        deprecat merg sync updat switch convert reorganiz reorganis tidy split unused us rework
        replac""",
    ),
)
_SUBJECT: Final = tuple(
    (
        kind,
        re.compile(rf"(?<!\w)({'|'.join(stems.split())})(e?s|e?d|ing|ied|e)?(?!\w)", re.IGNORECASE),
    )
    for kind, stems in _STEMS
)


@dataclass(frozen=True, slots=True)
class TouchedFiles:
    """How many of a commit's files are of each sort."""

    all: int
    test: int
    docs: int
    build: int


def sort_path(path: str) -> str:
    """What sort of file a path is: `test`, `docs`, `build` or `code`."""
    if _TEST_PATH.search(path):
        return "test"
    if _BUILD_PATH.search(path):
        return "build"
    if _DOCS_PATH.search(path):
        return "docs"
    return "code"


def classify(subject: str, touched: TouchedFiles) -> str:
    """The kind of work, one of KINDS.

    First a conventional prefix (`fix: ...`), then files that are all of one sort, then words of the
    subject, in the order of _STEMS; `other` if nothing speaks.
    """
    if match := _CONVENTIONAL.match(subject):
        kind = _CONVENTIONAL_KIND.get(match.group(1).lower())
        if kind is not None:
            return kind
    if touched.all:
        for sort, count in (
            ("test", touched.test),
            ("docs", touched.docs),
            ("build", touched.build),
        ):
            if count == touched.all:
                return sort
    for kind, words in _SUBJECT:
        if words.search(subject):
            return kind
    return "other"
