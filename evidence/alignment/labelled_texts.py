"""The labelled texts: NLBSE 2024 issues, two samples of commits, 7digital's items.

GROUNDPLAN_DATA holds `work_types` and `trackers/eseur`; GROUNDPLAN_REPOS holds snapshots as
<owner>+<name>/repo: the competition's own repository for the official test split, and the projects
of Levin and Yehudai's commits for their files. What declares no licence is measured on, never kept.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundplan.facts.work_kinds import TouchedFiles, classify
from groundplan.inference.text_classes.features import Writing
from groundplan.signals.attribution import list_traits

DATA: Final = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data"))
REPOS: Final = Path(os.environ.get("GROUNDPLAN_REPOS", "."))
ISSUES: Final = ("bug", "feature", "question")
COMMITS: Final = ("c", "p", "a")  # corrective, perfective, adaptive
COMPETITION: Final = "nlbse2024+issue-report-classification"
# Which project the patches of a series come from, told by how many there are.
PROJECTS: Final = {
    "9999": "kiegroup+drools", "9697": "apache+hadoop", "11847": "apache+hbase",
    "159977": "JetBrains+intellij-community", "13992": "apache+camel",
    "10423": "orientechnologies+orientdb", "30439": "JetBrains+kotlin",
    "8382": "restlet+restlet-framework-java", "3401": "ReactiveX+RxJava",
    "19076": "elastic+elasticsearch", "11523": "spring-projects+spring-framework",
}  # fmt: skip
_PATCH: Final = re.compile(r"\[PATCH \d+/(\d+)\]\s*")
NO_FILES: Final = TouchedFiles(0, 0, 0, 0)

csv.field_size_limit(10**9)


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with their classes, and the project that each comes from."""

    texts: list[Writing]
    label: list[int]
    project: list[str]


def read_issues(test: bool) -> Labelled:
    """The issues of one half of the official split; empty where the test half is not here."""
    if test:
        text = _git(COMPETITION, "show", "HEAD:data/issues_test.csv")
    else:
        path = DATA / "work_types" / "nlbse24" / "issues_train.csv.gz"
        text = gzip.decompress(path.read_bytes()).decode() if path.exists() else ""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return Labelled(
        [Writing(row["title"], row["body"], (), row["repo"]) for row in rows],
        [ISSUES.index(row["label"]) for row in rows],
        [row["repo"] for row in rows],
    )


def read_commits(files: bool = False) -> Labelled:
    """Levin and Yehudai's commits; only those whose files are known, with these, if `files`."""
    found = Labelled([], [], [])
    changed = read_files() if files else {}
    for row in _rows("stas_labeling2.csv"):
        series = _PATCH.match(row["message"])
        if series is None or (files and row["commit"] not in changed):
            continue
        message = row["message"][series.end() :]
        found.texts.append(as_writing(message, changed.get(row["commit"], [])))
        found.label.append(COMMITS.index(row["original_label"]))
        found.project.append(PROJECTS[series[1]])
    return found


def read_fixes() -> Labelled:
    """Amit and Feitelson's commits: whether each fixes something (0) or not (1)."""
    rows = [r for r in _rows("commit_train_11_aug_18.csv.gz") if r["Is_Bug"] in ("TRUE", "FALSE")]
    return Labelled(
        [as_writing(row["message"], []) for row in rows],
        [int(row["Is_Bug"] == "FALSE") for row in rows],
        [row["repo_name"] for row in rows],
    )


def as_writing(message: str, changed: list[tuple[int, int, str]]) -> Writing:
    """A commit as the practice reads it, with the rest of the message as its body."""
    lines = [line for line in re.split(r"\n|--", message.strip()) if line.strip()]
    subject = " ".join(lines[0].split()) if lines else ""
    body = "\n".join(line for line in lines[1:] if "git-svn-id" not in line and "-by:" not in line)
    traits = [f"sign {classify(subject, NO_FILES)}"]
    if changed:
        lines_of = sum(one[0] for one in changed), sum(one[1] for one in changed)
        traits += list_traits([path for _, _, path in changed], len(changed), lines_of)
    return Writing(subject, body, tuple(traits))


def read_files() -> dict[str, list[tuple[int, int, str]]]:
    """Lines added and deleted by file of each of Levin and Yehudai's commits that is here."""
    wanted = defaultdict(list)
    for row in _rows("stas_labeling2.csv"):
        if series := _PATCH.match(row["message"]):
            wanted[PROJECTS[series[1]]].append(row["commit"])
    found: dict[str, list[tuple[int, int, str]]] = {}
    for project, commits in wanted.items():
        for commit in commits:
            text = _git(project, "show", "--numstat", "--format=", "-m", "--first-parent", commit)
            rows = [line.split("\t") for line in text.splitlines() if line.count("\t") == 2]
            if rows:
                found[commit] = [
                    (int(a) if a.isdigit() else 0, int(d) if d.isdigit() else 0, path)
                    for a, d, path in rows
                ]
    return found


def read_items() -> list[dict[str, str]]:
    """7digital's items: type, and the days on which each was begun and done."""
    path = DATA / "trackers" / "eseur" / "7digital2012.csv"
    return list(csv.DictReader(path.open(encoding="latin-1"))) if path.exists() else []


def _rows(name: str) -> list[dict[str, str]]:
    path = DATA / "work_types" / "commits" / name
    if not path.exists():
        return []
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _git(name: str, *words: str) -> str:
    folder = REPOS / name / "repo"
    if not folder.is_dir():
        return ""
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
