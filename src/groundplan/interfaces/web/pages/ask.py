"""Ask for a path, a symbol or in words: people and documents answer."""

from __future__ import annotations

from typing import Any

from groundplan.interfaces.web.desk import Visit
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.tables import Table, markdown_table, markdown_text
from groundplan.terms.errors import BadInput, GroundplanError

LONGEST = 500  # letters of a question


def ask(visit: Visit, question: str) -> Page:
    """`/ask?q=`: whom to ask, what to read, and the places the answer rests on."""
    question = question.strip()
    if len(question) > LONGEST:
        raise BadInput("q", f"{len(question)} letters", f"at most {LONGEST} letters")
    answer: Any = None
    trouble, hint = "", ""
    if question:
        try:
            answer = visit.ask("ownership.ask", what=question)
        except GroundplanError as error:
            trouble, hint = error.message, error.hint
    table = Table(("Kind", "Name", "Line", "Why"), _rows(answer))
    return Page(
        title=f"Ask: {question}" if question else "Ask",
        template="ask.html",
        data={
            "q": question,
            "answer": answer,
            "trouble": trouble,
            "hint": hint,
            "example": _example(visit),
        },
        view={"what": question, "answer": answer, "trouble": trouble},
        table=table,
        markdown=_markdown(question, answer, trouble),
    )


def _rows(answer: Any) -> list[tuple[object, ...]]:
    if answer is None:
        return []
    rows: list[tuple[object, ...]] = [("person", p.name, None, p.reason) for p in answer.people]
    rows += [("silent person", p.name, None, p.reason) for p in answer.silent]
    rows += [("reviewer", p.name, None, p.reason) for p in answer.reviewers]
    rows += [("declared owner", d.name or d.owner, None, d.reason) for d in answer.declared]
    rows += [("document", d.path, d.line, d.why) for d in answer.documents]
    return rows + [("place", p.path, p.line, p.why) for p in answer.places]


def _example(visit: Visit) -> str:
    def newest() -> str:
        rows = visit.context.mart.rows(
            "select path from files where list_contains(:repos, repo) and alive "
            "and entry = 'file' order by changes desc, path limit 1",
            {"repos": list(visit.scope.repos)},
        )
        return str(rows[0][0]) if rows else ""

    return visit.recall("example", newest)


def _markdown(question: str, answer: Any, trouble: str) -> str:
    if answer is None:
        return markdown_text(trouble) if trouble else "Ask with `?q=` a path, a symbol or words."
    lines = [f"What the history and the tree know about {markdown_text(question)}.", ""]
    return "\n".join(lines + markdown_table(Table(("Found", "In"), [("kind", answer.kind)])))
