"""The few plain words of which simulated code, items and messages are made."""

from __future__ import annotations

from typing import Final

AREAS: Final = (
    "accounts billing catalog checkout delivery notifications reports search".split(),
    "calendar contacts documents exports messages permissions profiles uploads".split(),
    "alerts dashboards events ingestion metrics pipelines queries storage".split(),
)
THINGS: Final = tuple(
    "address budget cache cart currency discount draft export filter form history import index "
    "invoice item label limit link list lookup message note order page payment plan price profile "
    "queue quota receipt record reminder report request result rule schedule session setting "
    "status stock summary table template token total upload user view webhook".split()
)
FEATURES: Final = ("Add {thing} {part}", "Support {thing} by {part}", "Show {thing} {part}")
FIXES: Final = (
    "Fix wrong {thing} {part}", "Fix crash on empty {thing}", "Fix missing {thing} {part}",
    "Fix race in {thing} {part}", "Handle invalid {thing} {part}",
)  # fmt: skip
CHORES: Final = ("Simplify {thing} {part}", "Remove unused {thing} {part}", "Rename {thing} {part}")
WRITINGS: Final = ("Document {thing} {part}", "Describe how {thing} {part} works")
STUDIES: Final = ("Spike: a faster {thing} {part}", "Investigate slow {thing} {part}")
PARTS: Final = (
    "check column cost date export handler limit loader model name page preview rate reader "
    "retries sorting state total view writer".split()
)
STEPS: Final = (
    "{title}", "{title}", "{title}, second part", "Add tests for {area} {thing}",
    "Simplify {thing} after review", "{title}: empty {part}",
)  # fmt: skip
CODE: Final = (
    "def {verb}_{thing}({other}):",
    "    {thing} = {verb}_{other}({part})",
    "    if {thing}.{part} is None:",
    "        return {other}",
    "    {thing}.{part} = {other}_{part}",
    "    return {thing}",
    "    for {thing} in {other}s:",
    '    """The {part} of a {thing}, by {other}."""',
    "",
    "{thing}_{part} = {other}_{part}",
    "    assert {verb}_{thing}({other}) == {part}",
)
VERBS: Final = "build check count find load merge parse read save send sort store".split()
PROSE: Final = (
    "A {thing} has one {part}; a {other} may have several.",
    "To {verb} a {thing}, give it a {part} and a {other}.",
    "If the {part} of a {thing} is missing, the {other} decides.",
    "",
    "## How to {verb} a {thing}",
)
