"""The use cases of ownership: SQL does the decayed sums, Python sees small tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from groundplan.facts import knowledge, places
from groundplan.facts.codeowners import NOTHING, Declared, read_declared
from groundplan.facts.engines.duckdb import Columns
from groundplan.inference import expertise, go_to, similarity
from groundplan.inference.go_to import Crowd, DeclaredOwner
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
    areas: list[AreaKnowledge] = []
    for repo in knowledge.find_repos(context.mart, scope.repos, inputs.repo):
        settings = _settings(repo, inputs.prefix)
        read = context.documents.read if scope.sees_experts else None
        declared = read_declared(context.mart, repo, read, settings)
        areas += _areas(context, scope, settings, declared=declared)
    if inputs.prefix and not areas:
        raise NotFound(f"nothing living below {inputs.prefix!r}", "Ask for a directory or a file.")
    areas.sort(key=lambda a: (-a.files_known_by_one - a.files_known_by_nobody, a.repo, a.area))
    return rules.KnowledgeMap(inputs.prefix.strip("/"), tuple(areas))


def _areas(
    context: Context,
    scope: Scope,
    settings: dict[str, object],
    without: Sequence[str] = (),
    declared: Declared = NOTHING,
) -> list[AreaKnowledge]:
    repo, mart = str(settings["repo"]), context.mart
    rows = knowledge.read_area_people(mart, settings)
    everybody = knowledge.read_everybody(mart, repo)
    found, where = [], go_to.find_groups(rows["area"])
    for area, files, code_share in mart.rows(knowledge.LIVING, settings):
        at = where.get(area, slice(0))
        mine = {name: column[at] for name, column in rows.items()}
        here = go_to.spread(mine, mine["nr"], len(everybody["nr"])) | everybody
        crowd = Crowd.of(here, ("fresh", "everywhere"))
        left = crowd.without(without)
        people, silent = go_to.choose_in_area(left) if scope.sees_experts else ((), ())
        last = mine["last_at"].max().astype("datetime64[D]").item() if len(mine["nr"]) else None
        found.append(
            AreaKnowledge(
                repo,
                area,
                files,
                code_share,
                int(mine["changes"].sum()),
                last,
                go_to.count_knowers(left),
                int(mine["sole"].sum()),
                files - round(float(mine["part"].sum())),
                int(mine["sole"].max(initial=0)),
                people,
                silent,
                go_to.describe_declared(
                    *declared.at(area), everybody["person_id"], crowd, context.as_of
                ),
            )
        )
    return found


def find_truck_factors(
    context: Context, scope: Scope, inputs: rules.MapInputs
) -> rules.TruckFactors:
    """The truck factor of each repository and area, with the method and what would be lost."""
    found = []
    for repo in knowledge.find_repos(context.mart, scope.repos, inputs.repo):
        rows = knowledge.read_authors(context.mart, repo, inputs.prefix, expertise.SLOPES)
        found.append(_truck_factor(context, scope, repo, "", rows))
        for area, at in go_to.find_groups(rows["area"]).items():
            mine = {name: column[at] for name, column in rows.items()}
            found.append(_truck_factor(context, scope, repo, area, mine))
    return rules.TruckFactors(tuple(found))


def _truck_factor(
    context: Context, scope: Scope, repo: str, area: str, rows: Columns
) -> rules.TruckFactorRow:
    loss = expertise.assess_loss(rows, rules.NEED_FILES, context.rng)
    everybody = knowledge.read_everybody(context.mart, repo)
    who, silent = everybody["name"][loss.removed], everybody["silent_days"][loss.removed]
    areas = rows["area"][loss.first]
    total, lost = Counter(areas.tolist()), Counter(areas[loss.lost].tolist())
    return rules.TruckFactorRow(
        repo,
        area,
        loss.factor,
        tuple(sorted(who.tolist(), key=str.casefold)) if scope.sees_experts else (),
        int((silent > go_to.ACTIVE_DAYS).sum()),
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
    chosen = tuple(file for _, _, file in files[: rules.HAND_OVER])
    return rules.Departure(names, sum(one.lost for one in areas), living, tuple(areas), chosen)


def ask(context: Context, scope: Scope, inputs: rules.AskInputs) -> rules.Answer:
    """People and documents for a path, a symbol or a question: the first reading that fits."""
    what = inputs.what.strip().strip("/")
    if not what:
        raise BadInput("what", inputs.what, "a path, a symbol or a question")
    repos = knowledge.find_repos(context.mart, scope.repos, inputs.repo)
    for kind, find in (("path", _find_path), ("symbol", _find_symbol), ("question", _find_topic)):
        for repo in repos:
            files, documents = find(context, repo, what)
            if files:
                people, silent, reviewers, owners = _people_near(context, scope, repo, files)
                shown = tuple(files[: rules.SHOWN]), tuple(documents[: rules.SHOWN])
                return rules.Answer(what, kind, *shown, people, silent, reviewers, owners)
    raise NotFound(f"nothing here is about {what!r}", "Try other words, or a part of a path.")


def _people_near(
    context: Context, scope: Scope, repo: str, files: Sequence[Place]
) -> tuple[rules.Experts, rules.Experts, rules.Experts, tuple[DeclaredOwner, ...]]:
    """Whom to ask, who knew it and is silent, who reviews or merges there, who is declared."""
    if not scope.sees_experts:
        return (), (), (), ()
    paths = sorted({file.path for file in files})
    settings, thing = _settings(repo, paths=paths), "it" if len(paths) == 1 else "these files"
    rows = context.mart.query(knowledge.NEAR, settings)
    crowd = Crowd.of(rows, ("here", "near", "around", "anywhere"))
    people, silent = go_to.choose_experts(crowd, thing=thing)
    declared = read_declared(context.mart, repo, context.documents.read, settings).at("")
    owners = go_to.describe_declared(*declared, rows["person_id"], crowd, context.as_of)
    wide = ("reviews_here", "reviews_near", "reviews_around", "reviews_anywhere")
    reviewers, _ = go_to.choose_experts(Crowd.of(rows, wide), go_to.REVIEW_BACKOFF, thing)
    return people, silent, tuple(one for one in reviewers if one.reviews), owners


def _find_path(context: Context, repo: str, what: str) -> tuple[list[Place], list[Place]]:
    found = places.find_paths(context.mart, repo, what)
    if not found:
        return [], []
    above = places.find_readmes(context.mart, repo, found[0][0])
    documents = {path: Place(repo, path, None, "stands next to it") for path in above}
    lines = context.documents.search(repo, what.rsplit("/", 1)[-1], rules.HITS)
    for line in similarity.rank_documents(similarity.find_words(what), lines):
        documents.setdefault(line.path, Place(repo, line.path, line.number, "mentions it"))
    files = [Place(repo, path, None, f"{changes:,} changes") for path, changes in found]
    return files, list(documents.values())


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
    words = sorted(set(similarity.find_words(what)))[: places.MOST_WORDS]
    topic = places.read_topic(context.mart, repo, words)
    told = topic.subjects, topic.touched, topic.paths, topic.seen, topic.of
    files = similarity.rank_files(words, *told, rules.SHOWN)
    telling, search = topic.telling[: rules.SEARCHED], context.documents.search
    lines = [line for word in telling for line in search(repo, word, rules.HITS)]
    return [Place(repo, path, None, why) for path, why in files], [
        Place(repo, one.path, one.number, one.text.strip()[:80])
        for one in similarity.rank_documents(words, lines)
    ]


def find_sentences(context: Context, scope: Scope) -> list[Finding]:
    """What the start page should say about who knows what; about places, never about a person."""
    found: list[Finding] = []
    for repo in knowledge.find_repos(context.mart, scope.repos, ""):
        rows = knowledge.read_authors(context.mart, repo, "", expertise.SLOPES)
        found += rules.speak_of_areas(_areas(context, scope, _settings(repo)))
        found += rules.speak_of_truck_factor(_truck_factor(context, scope, repo, "", rows))
        declared = read_declared(context.mart, repo, context.documents.read, _settings(repo))
        silent = knowledge.read_silence(context.mart, repo, list(declared.people.values()))
        found += rules.speak_of_owners(declared.by, silent, scope.floor, repo)
    return sorted(found, key=lambda finding: -finding.weight)
