"""Declared owners of files: CODEOWNERS (GitHub) and MAINTAINERS (as the Linux kernel writes it)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from history import History, paths_before, show_before

Owners = Callable[[str], list[int]]
_MAIL = re.compile(r"([^<]*)<([^>]+)>")


def read_owners(
    repo: Path, history: History, moment: int
) -> tuple[str, Owners | None, set[int], float | None]:
    """Which file declares owners at `moment`, who owns a path, everybody named in it who was found
    in the history, and the share of those named that were (teams of a code host cannot be)."""
    people = {mail: person for person, mails in enumerate(history.emails) for mail in mails}
    people |= {name.lower(): person for person, name in enumerate(history.names) if " " in name}
    people |= {f"@{handle}": person for handle, person in history.handles.items()}
    for mail, person in list(people.items()):  # ann@example.com may well be @ann
        if "@" in mail[1:]:
            people.setdefault("@" + mail.split("@")[0], person)
    places = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"]
    if texts := show_before(repo, places, moment):
        rules = _codeowners(texts[0])
        found = [(pattern, _known(owners, people)) for pattern, owners in rules]
        return "CODEOWNERS", _last_match(found), *_everybody(rules, people)
    tree = paths_before(repo, moment)
    listed = [path for path in tree if path.rsplit("/", 1)[-1] == "MAINTAINERS"]
    if not listed:
        return "", None, set(), None
    sections = [one for text in show_before(repo, listed, moment) for one in _sections(text)]
    known = [(patterns, _known(owners, people)) for patterns, owners in sections]
    return "MAINTAINERS", _nearest(known), *_everybody(sections, people)


def _known(owners: list[str], people: dict[str, int]) -> list[int]:
    """An owner is an @handle, or `address name`: by address, else by name."""
    keys = [[owner, *owner.split(" ", 1)] for owner in owners]
    found = [next((people[key] for key in some if key in people), None) for some in keys]
    return [person for person in found if person is not None]


def _everybody(
    rules: Sequence[tuple[object, list[str]]], people: dict[str, int]
) -> tuple[set[int], float | None]:
    named = sorted({owner for _, owners in rules for owner in owners})
    found = [_known([owner], people) for owner in named]
    share = round(sum(map(bool, found)) / len(named), 3) if named else None
    return {person for some in found for person in some}, share


def _codeowners(text: str) -> list[tuple[str, list[str]]]:
    rules = []
    for line in text.splitlines():
        pattern, *owners = line.split("#")[0].split() or [""]
        if pattern:
            rules.append((pattern, [owner.lower() for owner in owners]))
    return rules


def _last_match(rules: list[tuple[str, list[int]]]) -> Owners:
    compiled = [(_gitignore(pattern), owners) for pattern, owners in rules]

    @cache
    def owners(path: str) -> list[int]:
        found = [people for regex, people in compiled if regex.search(path)]
        return found[-1] if found else []

    return owners


def _gitignore(pattern: str) -> re.Pattern[str]:
    anchored = "/" in pattern.rstrip("/")
    body = re.escape(pattern.strip("/")).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return re.compile(("^" if anchored else "(^|/)") + body + "(/|$)")


def _sections(text: str) -> list[tuple[list[str], list[str]]]:
    sections = []
    for block in re.split(r"\n\s*\n", text):
        patterns = re.findall(r"^F:\s*(\S+)", block, re.MULTILINE)
        named = [_MAIL.match(line) for line in re.findall(r"^[MR]:\s*(.+)$", block, re.MULTILINE)]
        owners = [f"{one[2]} {one[1].strip()}".replace('"', "").lower() for one in named if one]
        if patterns and owners:
            sections.append((patterns, owners))
    return sections


def _nearest(sections: list[tuple[list[str], list[int]]]) -> Owners:
    """The owners of the most specific pattern first, as `get_maintainer.pl` weighs them."""
    prefixes: dict[str, list[int]] = {}
    globs = []
    for patterns, owners in sections:
        for pattern in patterns:
            if "*" in pattern or "?" in pattern:
                body = re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
                globs.append(
                    (pattern.count("/"), re.compile(f"^{body}" + "$" * (body[-1] != "/")), owners)
                )
            else:
                prefixes.setdefault(pattern.rstrip("/"), []).extend(owners)

    @cache
    def owners(path: str) -> list[int]:
        found = [(depth, people) for depth, regex, people in globs if regex.search(path)]
        parts = path.split("/")
        above = {depth: "/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
        found += [(depth, prefixes[path]) for depth, path in above.items() if path in prefixes]
        found.sort(key=lambda one: -one[0])
        return list(dict.fromkeys(person for _, people in found for person in people))

    return owners
