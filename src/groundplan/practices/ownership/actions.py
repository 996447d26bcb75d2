"""The use cases of ownership: SQL does the decayed sums, Python sees small tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from groundplan.facts import knowledge
from groundplan.facts.engines.duckdb import Columns
from groundplan.inference import expertise, go_to, similarity
from groundplan.practices.ownership import rules
from groundplan.practices.ownership.rules import AreaKnowledge, LostArea, Place
from groundplan.signals.signal import Finding
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.scope import Role, Scope
from groundplan.usecase import Context


def _settings(repo: str, prefix: str = "", **more: object) -> dict[str, object]:
    return {"repo": repo, "prefix": prefix.strip("/"), **go_to.settings(), **more}


def draw_map(context: Context, scope: Scope, inputs: rules.MapInputs) -> rules.KnowledgeMap:
    """The areas below a prefix: go-to people, how many know each, what one person alone knows."""
    areas = [
        area
        for repo in knowledge.find_repos(context.mart, scope.repos, inputs.repo)
        for area in _areas(context, scope, _settings(repo, inputs.prefix))
    ]
    if inputs.prefix and not areas:
        raise NotFound(f"nothing living below {inputs.prefix!r}", "Ask for a directory or a file.")
    areas.sort(key=lambda a: (-a.files_known_by_one - a.files_known_by_nobody, a.repo, a.area))
    return rules.KnowledgeMap(inputs.prefix.strip("/"), tuple(areas), rules.METHOD)


def _areas(
    context: Context, scope: Scope, settings: dict[str, object], without: Sequence[str] = ()
) -> list[AreaKnowledge]:
    rows = knowledge.read_area_people(context.mart, settings)
    _, first, nr = np.unique(rows["nr"], return_index=True, return_inverse=True)
    everybody = {name: rows[name][first] for name in ("name", "silent_days")}
    everywhere = np.bincount(nr, rows["fresh"]).astype(float)
    found, where = [], go_to.find_groups(rows["area"])
    for area, files, code_share in context.mart.rows(knowledge.LIVING, settings):
        at = where.get(area, slice(0))
        mine = {name: column[at] for name, column in rows.items()}
        here = go_to.spread(mine, nr[at], len(first)) | everybody
        crowd = _crowd(here, [here["fresh"], everywhere]).without(without)
        people, silent = go_to.choose_in_area(crowd) if scope.sees_experts else ((), ())
        last = mine["last_at"].max().astype("datetime64[D]").item() if len(mine["nr"]) else None
        found.append(
            AreaKnowledge(
                str(settings["repo"]),
                area,
                files,
                code_share,
                int(mine["changes"].sum()),
                last,
                go_to.count_knowers(crowd),
                int(mine["sole"].sum()),
                files - round(float(mine["part"].sum())),
                int(mine["sole"].max(initial=0)),
                people,
                silent,
            )
        )
    return found


def _crowd(rows: Columns, levels: Sequence[expertise.Floats]) -> go_to.Crowd:
    last_at = np.ma.filled(rows["last_at"], np.datetime64("NaT"))
    rest = (rows["kept"], rows["changes"], rows["reviews"], last_at, rows["silent_days"])
    return go_to.Crowd(rows["name"], np.stack(levels), *rest)


def find_truck_factors(
    context: Context, scope: Scope, inputs: rules.MapInputs
) -> rules.TruckFactors:
    """The truck factor of each repository and area, with the method and what would be lost."""
    found = []
    for repo in knowledge.find_repos(context.mart, scope.repos, inputs.repo):
        rows = context.mart.query(knowledge.AUTHORS, _settings(repo, inputs.prefix))
        found.append(_truck_factor(context, scope, repo, "", rows))
        for area, at in go_to.find_groups(rows["area"]).items():
            mine = {name: column[at] for name, column in rows.items()}
            found.append(_truck_factor(context, scope, repo, area, mine))
    return rules.TruckFactors(tuple(found), rules.AVELINO)


def _truck_factor(
    context: Context, scope: Scope, repo: str, area: str, rows: Columns
) -> rules.TruckFactorRow:
    _, first, number = np.unique(rows["file"], return_index=True, return_inverse=True)
    degree = expertise.degree_of_authorship(rows["created"], rows["own"], rows["others"])
    authors = expertise.find_authors(number, degree)
    file, person = number[authors], rows["nr"][authors]
    removed = expertise.find_truck_factor(file, person, len(first)).removed
    cluster = np.unique(rows["directory"][first], return_inverse=True)[1]
    factor = expertise.truck_factor_interval(file, person, cluster, rules.NEED_FILES, context.rng)
    gone = np.isin(rows["nr"], removed)
    who = dict(zip(rows["name"][gone].tolist(), rows["silent_days"][gone].tolist(), strict=True))
    kept = np.isin(np.arange(len(first)), file[~np.isin(person, removed)])
    total = Counter(rows["area"][first].tolist())
    lost = Counter(rows["area"][first][~kept].tolist()) if len(removed) else Counter[str]()
    return rules.TruckFactorRow(
        repo,
        area,
        factor,
        tuple(sorted(who, key=str.casefold)) if scope.sees_experts else (),
        sum(days > go_to.ACTIVE_DAYS for days in who.values()),
        tuple(LostArea(repo, name, n, total[name]) for name, n in lost.most_common()),
    )


def simulate_departure(
    context: Context, scope: Scope, inputs: rules.OffboardInputs
) -> rules.Departure:
    """What would be orphaned without some people; an engineer may ask about nobody else."""
    leaving = knowledge.find_people(context.mart, inputs.people)
    names = tuple(leaving.values())
    if not scope.sees_experts or (scope.role is Role.ENGINEER and set(leaving) != {scope.viewer}):
        raise Refused("only a lead may simulate somebody else's departure", "Ask about your own.")
    areas: list[LostArea] = []
    files: list[tuple[int, float, rules.HandOver]] = []
    living = 0
    for repo in knowledge.find_repos(context.mart, scope.repos, inputs.repo):
        settings = _settings(repo, leaving=list(leaving))
        rows = context.mart.rows(knowledge.ORPHANS, settings)
        lost = Counter(row[0] for row in rows)
        left = {one.area: one for one in _areas(context, scope, settings, names)}
        living += sum(one.living_files for one in left.values())
        areas += [
            LostArea(repo, area, n, left[area].living_files, left[area].go_to)
            for area, n in lost.items()
        ]
        for area, path, changes, next_best, kept in rows:
            second = next_best or next((one.name for one in left[area].go_to), "")
            files.append((lost[area], kept, rules.HandOver(repo, path, changes, second)))
    areas.sort(key=lambda one: (-one.lost, one.repo, one.area))
    files.sort(key=lambda row: (-row[0], -row[1], row[2].path))
    orphaned = sum(one.lost for one in areas)
    chosen = tuple(file for _, _, file in files[: rules.HAND_OVER])
    return rules.Departure(names, orphaned, living, tuple(areas), chosen, rules.METHOD)


def ask(context: Context, scope: Scope, inputs: rules.AskInputs) -> rules.Answer:
    """People and documents for a path, a symbol or a question: the first reading that fits."""
    what = inputs.what.strip().strip("/")
    if not what:
        raise BadInput("what", inputs.what, "a path, a symbol or a question")
    repos = knowledge.find_repos(context.mart, scope.repos, inputs.repo)
    for kind, find in (("path", _find_path), ("symbol", _find_symbol), ("question", _find_topic)):
        for repo in repos:
            places, documents = find(context, repo, what)
            if places:
                people = _people_near(context, scope, repo, places)
                shown = tuple(places[: rules.SHOWN]), tuple(documents[: rules.SHOWN])
                return rules.Answer(what, kind, *shown, *people)
    raise NotFound(f"nothing here is about {what!r}", "Try other words, or a part of a path.")


def _people_near(
    context: Context, scope: Scope, repo: str, places: Sequence[Place]
) -> tuple[rules.Experts, rules.Experts, rules.Experts]:
    """Whom to ask, who knew it and is silent, and who reviews or merges there."""
    if not scope.sees_experts:
        return (), (), ()
    settings = _settings(repo, paths=sorted({place.path for place in places}))
    rows = context.mart.query(knowledge.NEAR, settings)
    wide = ("here", "near", "around", "anywhere")
    people, silent = go_to.choose_experts(_crowd(rows, [rows[level] for level in wide]))
    crowd = _crowd(rows, [rows[f"reviews_{level}"] for level in wide])
    reviewers, _ = go_to.choose_experts(crowd, go_to.REVIEW_BACKOFF)
    return people, silent, tuple(one for one in reviewers if one.reviews)


def _find_path(context: Context, repo: str, what: str) -> tuple[list[Place], list[Place]]:
    rows = context.mart.rows(knowledge.PATHS, {"repo": repo, "what": what})
    places = [Place(repo, path, None, f"{changes:,} changes") for path, changes in rows]
    if not places:
        return [], []
    first = places[0].path
    folders = {"", *(first.rsplit("/", n)[0] for n in range(1, first.count("/") + 1))}
    above = context.mart.rows(knowledge.READMES, {"repo": repo, "folders": sorted(folders)})
    lines = context.documents.search(repo, what.rsplit("/", 1)[-1], rules.HITS)
    found = {path: Place(repo, path, None, "stands next to it") for (path,) in above}
    for line in similarity.rank_documents(similarity.find_words(what), lines):
        found.setdefault(line.path, Place(repo, line.path, line.number, "mentions it"))
    return places, list(found.values())


def _find_symbol(context: Context, repo: str, what: str) -> tuple[list[Place], list[Place]]:
    symbol = similarity.as_symbol(what)
    if symbol is None:
        return [], []
    found = similarity.sort_mentions(symbol, context.documents.search(repo, symbol, rules.LINES))
    places = [Place(repo, one.path, one.number, one.text.strip()[:80]) for one in found.defined]
    uses = [Place(repo, path, None, f"uses it in {n} lines") for path, n in found.used]
    written = [Place(repo, one.path, one.number, "mentions it") for one in found.written]
    return places or uses[: rules.SHOWN], written


def _find_topic(context: Context, repo: str, what: str) -> tuple[list[Place], list[Place]]:
    words = sorted(set(similarity.find_words(what)))[: rules.WORDS]
    mart, asked = context.mart, {"repo": repo, "words": words}
    seen = dict(mart.rows(knowledge.WORD_COUNTS, asked))
    of = mart.rows("select commits from repos where repo = :repo", asked)[0][0]
    rare = [w for w in words if seen.get(w, 0) <= max(50, rules.COMMON * of)] or words
    subjects = dict(mart.rows(knowledge.SUBJECTS, {"repo": repo, "words": rare}))
    touched = mart.rows(knowledge.TOUCHED, {"repo": repo, "commits": list(subjects)})
    paths = [path for (path,) in mart.rows(knowledge.NAMED, {"repo": repo, "words": rare})]
    files = similarity.rank_files(words, subjects, touched, paths, seen, of, rules.SHOWN)
    telling = sorted(rare, key=lambda word: seen.get(word, 0))[: rules.SEARCHED]
    lines = [line for word in telling for line in context.documents.search(repo, word, rules.HITS)]
    return [Place(repo, path, None, why) for path, why in files], [
        Place(repo, one.path, one.number, one.text.strip()[:80])
        for one in similarity.rank_documents(words, lines)
    ]


def find_sentences(context: Context, scope: Scope) -> list[Finding]:
    """What the start page should say about who knows what; about places, never about a person."""
    found: list[Finding] = []
    for repo in knowledge.find_repos(context.mart, scope.repos, ""):
        rows = context.mart.query(knowledge.AUTHORS, _settings(repo))
        found += rules.speak_of_areas(_areas(context, scope, _settings(repo)))
        found += rules.speak_of_truck_factor(_truck_factor(context, scope, repo, "", rows))
    return sorted(found, key=lambda finding: -finding.weight)
