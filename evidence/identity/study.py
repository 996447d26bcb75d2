"""How well are people recognised without a .mailmap? Checked against the repositories' own.

Hides each repository's .mailmap, resolves, and compares with what the .mailmap says. Needs
GROUNDPLAN_REPOS, a folder of clones with a .mailmap; writes result.json beside this file.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from groundplan.facts.identities.mailmap import Mailmap, MailmapLine, parse_mailmap
from groundplan.facts.identity import Certainty, Identities, SeenAccount, resolve
from groundplan.inference.proportions import share_by_cluster
from groundplan.terms.people import Account

FEWEST_LINES = 20  # a shorter .mailmap tells too little
# the rules were written while looking at these; only the others are a fair test
LOOKED_AT = frozenset("curl git numpy scipy sympy u-boot".split())
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PEOPLE_TRAILERS = frozenset(
    "co-authored-by reviewed-by signed-off-by acked-by tested-by reported-by helped-by".split()
)
CONTACT = re.compile(r"^(.*?)\s*<([^<>]*)>\s*$")
FORMAT = "%an%x1f%ae%x1f%at%x1f%cn%x1f%ce%x1f%ct%x1f%(trailers:only,unfold,separator=%x1d)%x1e"


def find_repositories(folder: Path) -> dict[str, Path]:
    """Git directories in `folder`, at most one level below its entries, by the entry's name."""
    found = {}
    for entry in sorted(path for path in folder.iterdir() if path.is_dir()):
        places = [entry, entry / ".git", *sorted(p for p in entry.iterdir() if p.is_dir())]
        place = next((p for p in places if (p / "HEAD").is_file()), None)
        if place is not None:
            found[entry.name] = place
    return found


def run_git(repo: Path, *arguments: str) -> str:
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", "-C", str(repo), *arguments], capture_output=True, env=quiet, check=False
    )
    return done.stdout.decode("utf-8", "replace")


def read_accounts(repo: Path, name: str) -> list[SeenAccount]:
    """Everybody whom a commit on any ref names, in any role."""
    seen: dict[tuple[str, str], list[int]] = {}
    log = run_git(repo, "log", "--all", "--no-mailmap", f"--format={FORMAT}")
    for record in log.split("\x1e"):
        fields = record.strip("\n").split("\x1f")
        if len(fields) < 7:
            continue
        author, a_email, a_time, committer, c_email, c_time, trailers = fields
        people = [(author, a_email, a_time), (committer, c_email, c_time)]
        for trailer in trailers.split("\x1d"):
            token, _, value = trailer.partition(":")
            contact = CONTACT.match(value.strip())
            if contact and token.lower() in PEOPLE_TRAILERS:
                people.append((contact[1], contact[2], a_time))
        for who, email, at in people:
            seen.setdefault((who, email), []).append(read_seconds(at))
    return [
        SeenAccount(
            who,
            email,
            name,
            len(times),
            EPOCH + timedelta(seconds=min(times)),
            EPOCH + timedelta(seconds=max(times)),
        )
        for (who, email), times in seen.items()
    ]


def read_seconds(text: str) -> int:
    return min(int(text), 2**32) if text.isdigit() else 0


def read_truth(accounts: list[SeenAccount], lines: list[MailmapLine]) -> dict[Account, str]:
    """The proper identity of every account that the .mailmap speaks of."""
    mailmap = Mailmap(lines)
    proper = {(line.proper_email or line.commit_email).lower() for line in lines}
    truth = {}
    for seen in accounts:
        found = mailmap.find(seen.account)
        if found is not None:
            truth[seen.account] = found.email.lower()
        elif seen.email.lower() in proper:
            truth[seen.account] = seen.email.lower()
    return truth


def count_pairs(accounts: list[Account], label: dict[Account, str]) -> int:
    sizes = Counter(label[account] for account in accounts)
    return sum(size * (size - 1) // 2 for size in sizes.values())


def measure(accounts: list[SeenAccount], truth: dict[Account, str], found: Identities) -> dict:
    known = sorted(truth)
    both = {a: f"{truth[a]}\n{found.person_of[a]}" for a in known}
    same_truth = count_pairs(known, truth)
    same_found = count_pairs(known, {a: found.person_of[a] for a in known})
    same_both = count_pairs(known, both)
    rules: dict[str, Counter[str]] = {}
    likely: dict[str, list[int]] = {}
    for merge in found.merges:
        if merge.side_a in truth and merge.side_b in truth:
            right = truth[merge.side_a] == truth[merge.side_b]
            rule = re.sub(r" '.*' ", " ", merge.reason)
            certainty = merge.certainty.value
            if merge.certainty is Certainty.LIKELY:
                counts = likely.setdefault(truth[merge.side_a], [0, 0])
                counts[0] += right
                counts[1] += 1
            for key in (certainty, f"{certainty}: {rule}"):
                rules.setdefault(key, Counter())["right" if right else "wrong"] += 1
    return {
        "accounts": len(accounts),
        "accounts_in_mailmap": len(known),
        "people_in_mailmap": len(set(truth.values())),
        "pairs_same_person": same_truth,
        "pairs_joined": same_found,
        "pairs_joined_rightly": same_both,
        "likely_by_person": sorted(likely.values()),
        "merges": {key: dict(counts) for key, counts in sorted(rules.items())},
    }


def summarise(results: dict[str, dict], names: list[str]) -> dict:
    rows = [results[name] for name in names]
    total = Counter[str]()
    for row in rows:
        total.update({key: row[key] for key in row if key.startswith("pairs_")})
        for certainty in Certainty:
            for side, count in row["merges"].get(certainty.value, {}).items():
                total[f"{certainty.value} {side}"] += count
    summary = {"repositories": names, **{key: total[key] for key in sorted(total)}}
    for certainty in ("certain", "likely", "possible"):
        right, wrong = total[f"{certainty} right"], total[f"{certainty} wrong"]
        if right + wrong:
            summary[f"{certainty}_precision_share"] = round(right / (right + wrong), 4)
    by_person = [counts for row in rows for counts in row["likely_by_person"]]
    precision = share_by_cluster(
        [right for right, _ in by_person], [of for _, of in by_person], "merges"
    )
    summary["likely_precision"] = str(precision)
    if total["pairs_joined"]:
        summary["pair_precision_share"] = share(total, "pairs_joined")
        summary["pair_recall_share"] = share(total, "pairs_same_person")
    return summary


def share(total: Counter[str], of: str) -> float:
    return round(total["pairs_joined_rightly"] / total[of], 4)


def short(name: str) -> str:
    return name.rpartition("+")[2]


def main() -> None:
    folder = os.environ.get("GROUNDPLAN_REPOS", "")
    if not folder or not Path(folder).is_dir():
        print("skipped: GROUNDPLAN_REPOS names no folder of repositories")
        return
    results: dict[str, dict] = {}
    for name, repo in find_repositories(Path(folder)).items():
        lines = parse_mailmap(run_git(repo, "show", "HEAD:.mailmap"))
        if len(lines) < FEWEST_LINES:
            continue
        accounts = read_accounts(repo, name)
        began = time.process_time()
        found = resolve(accounts, {}, ())
        spent = time.process_time() - began
        results[name] = measure(accounts, read_truth(accounts, lines), found)
        results[name]["resolve_cpu_s"] = round(spent, 2)
        results[name]["mailmap_lines"] = len(lines)
        if "--errors" in sys.argv:
            print_errors(name, found, read_truth(accounts, lines))
    if not results:
        print("skipped: no repository in GROUNDPLAN_REPOS has a .mailmap of 20 lines or more")
        return
    fresh = [name for name in results if short(name) not in LOOKED_AT]
    seen = [name for name in results if short(name) in LOOKED_AT]
    totals = {"held_out": summarise(results, fresh), "looked_at": summarise(results, seen)}
    for result in results.values():
        del result["likely_by_person"]
    report = {
        "question": "without the .mailmap, are merges those that the .mailmap makes?",
        **totals,
        "by_repository": results,
    }
    text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    Path(__file__).with_name("result.json").write_text(text, "utf-8")
    print(json.dumps(totals, indent=1))


def print_errors(name: str, found: Identities, truth: dict[Account, str]) -> None:
    for merge in found.merges:
        sides = (merge.side_a, merge.side_b)
        proper = {truth.get(side, "") for side in sides}
        if merge.applied and len(proper) > 1 and "" not in proper:
            print(name, merge.certainty, *sides, merge.reason, sep=" | ")


if __name__ == "__main__":
    main()
