"""A journal moves between engines with every byte and digest, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from groundplan.records.archive import export_lines, import_lines
from groundplan.records.backups import backup, restore
from groundplan.records.chain import Row, digest_row
from groundplan.records.chained import ChainedJournal
from groundplan.records.journal import Visibility
from groundplan.terms.errors import BadInput, Refused, SourceBroken, SourceDown
from tests.journals import NOON, say, saying
from tests.records.apart import limit_files, run_apart
from tests.records.places import Place, PostgresPlace, SQLitePlace

STORED = "select * from groundplan_entry order by seq"
BODIES = [
    {},
    {"text": 'quoted "words", \\ and \n lines \u2028 \x00 \x7f'},
    {"ß": "עִבְרִית 🙂", "a": [1, -0.0, 1e300, 10**40, None, True, {"b": []}]},
    {"number": 0.1 + 0.2, "long": "x" * 3_000},
]


def fill(journal: ChainedJournal) -> None:
    """Entries of every sort, an erased person's among them."""
    for nr, body in enumerate(BODIES):
        journal.append(saying(body, by="ann" if nr % 2 else "ben"), expected=nr, key=f"k{nr}")
        say(journal, nr, "other", team="t1", visibility=Visibility.PRIVATE, owner="cas", form=2)
    say(journal, 0, "gone", by="dan")
    journal.erase("dan", by="ann")


def test_from_sqlite_to_postgres_and_back(
    sqlite_place: SQLitePlace, postgres_place: PostgresPlace, tmp_path: Path
) -> None:
    first, second = sqlite_place.open(), postgres_place.open()
    fill(first)
    lines = list(export_lines(first))
    assert import_lines(second, lines) == len(lines) - 1 == 10
    assert postgres_place.tamper(STORED) == sqlite_place.tamper(STORED)
    assert second.verify() is None
    assert second.read_all() == first.read_all()
    assert list(export_lines(second)) == lines
    third = SQLitePlace(tmp_path / "third.sqlite")
    import_lines(third.open(), export_lines(second))
    assert third.tamper(STORED) == sqlite_place.tamper(STORED)
    # what came in goes on
    assert say(third.open(), 4).seq == say(second, 4).seq == 11
    assert third.open().verify() is None
    third.close()


def test_bodies_stay_byte_equal_on_the_way(place: Place) -> None:
    journal = place.open()
    fill(journal)
    bodies = [body for (body,) in place.tamper("select body from groundplan_entry order by seq")]
    lines = list(export_lines(journal))[1:]
    assert all((body or "null") in line for body, line in zip(bodies, lines, strict=True))
    assert all(json.loads(line) for line in lines)


def test_a_journal_that_holds_something_is_refused(place: Place, tmp_path: Path) -> None:
    other = SQLitePlace(tmp_path / "other.sqlite")
    fill(other.open())
    journal = place.open()
    kept = say(journal, 0)
    with pytest.raises(Refused, match="not empty: it holds 1 entries"):
        import_lines(journal, export_lines(other.open()))
    assert journal.read_all() == [kept]
    other.close()


def edit(nr: int, **changes: object) -> Callable[[list[str]], None]:
    def change(lines: list[str]) -> None:
        lines[nr] = json.dumps(json.loads(lines[nr]) | changes) + "\n"

    return change


def put(nr: int, line: str) -> Callable[[list[str]], None]:
    return lambda lines: lines.__setitem__(nr, line)


SPOILED = {
    "nothing": (list.clear, 1, "empty"),
    "no header": (lambda lines: lines.pop(0), 1, "does not begin a groundplan-journal"),
    "something else": (put(0, "a,b,c\n"), 1, "Expecting value"),
    "a list": (put(0, "[1]\n"), 1, "not a JSON object"),
    "half a line": (lambda lines: lines.__setitem__(4, lines[4][:50]), 5, "Unterminated|Expecting"),
    "an empty line": (put(4, "\n"), 5, "Expecting value"),
    "cut off": (lambda lines: lines.pop(), 11, "ends here: 9 entries, and 10 were announced"),
    "one too many": (lambda lines: lines.append(lines[-1]), 12, "missing"),
    "one missing": (lambda lines: lines.pop(3), 4, "entry 3 is missing"),
    "swapped": (lambda lines: lines.insert(2, lines.pop(5)), 3, "entry 2 is missing"),
    "changed body": (edit(5, body={"n": 7}), 6, "words"),
    "changed name": (edit(5, by="eve"), 6, "words"),
    "changed place": (edit(5, team="t2"), 6, "digest"),
    "changed time": (edit(5, at="2026-01-05T12:00:01.000000+00:00"), 6, "digest"),
    "no time": (edit(5, at="noon"), 6, "cannot be read"),
    "time without zone": (edit(5, at="2026-01-05T12:00:00.000000"), 6, "time in UTC"),
    "other field": (edit(5, more=1), 6, "more"),
    "number as text": (edit(5, seq="5"), 6, "seq: got '5', not int"),
    "yes as number": (edit(1, form=True), 2, "form: got True"),
    "null": (edit(5, stream=None), 6, "stream: got None"),
    "body is text": (edit(5, body="x"), 6, "body"),
    "a name with NUL": (edit(5, stream="a\x00"), 6, "stream"),
    "no number": (put(5, '{"seq": NaN}\n'), 6, "missing or unknown"),
    "deep": (put(5, "[" * 100_000), 6, "recursion"),
    "no text": (
        lambda lines: lines.__setitem__(6, lines[6].replace("cas", "\udcff")),
        7,
        "owner: got",
    ),
    "a body that is no text": (edit(5, body={"x": "\ud800"}), 6, "body: got .*surrogates"),
    "a form beyond all": (edit(5, form=10**30), 6, "form: got"),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_the_first_bad_line_is_named_and_nothing_comes_in(
    place: Place, tmp_path: Path, spoiled: str
) -> None:
    spoil, line, reason = SPOILED[spoiled]
    source = SQLitePlace(tmp_path / "source.sqlite")
    fill(source.open())
    lines = list(export_lines(source.open()))
    source.close()
    spoil(lines)
    journal = place.open()
    with pytest.raises(SourceBroken, match=rf"(?i)^line {line}: .*({reason})") as caught:
        import_lines(journal, lines)
    assert "Nothing was imported" in caught.value.hint
    assert not journal.read_all()
    assert say(journal, 0).seq == 1


def test_a_newer_form_is_refused(sqlite_place: SQLitePlace) -> None:
    with pytest.raises(Refused, match="newer Groundplan"):
        import_lines(
            sqlite_place.open(), ['{"format": "groundplan-journal", "form": 2, "entries": 0}']
        )


def test_a_time_that_runs_backwards_is_told(place: Place, tmp_path: Path) -> None:
    """Every digest is right, and no journal would have written it."""
    early, late = tmp_path / "early.sqlite", tmp_path / "late.sqlite"
    lines = []
    for path, year in ((late, 2027), (early, 2026)):
        source = SQLitePlace(path)
        say(source.open(lambda year=year: NOON.replace(year=year)), 0, f"of-{year}")
        lines.append(list(export_lines(source.open()))[1])
        source.close()
    # the second line's own seq is 1, so that it can only follow under a forged digest
    forged = forge(json.loads(lines[1]), seq=2)
    header = json.dumps({"format": "groundplan-journal", "form": 1, "entries": 2})
    with pytest.raises(SourceBroken, match="line 3: its time is before"):
        import_lines(place.open(), [header, lines[0], forged])


def forge(fields: dict[str, object], **changes: object) -> str:
    """A line whose digest was made anew by somebody who knows how."""
    fields = fields | changes
    row = Row(**fields)
    return json.dumps(fields | {"digest": digest_row("", row)})


def test_a_backup_comes_back(place: Place, tmp_path: Path) -> None:
    journal = place.open()
    fill(journal)
    file = tmp_path / "backup.jsonl"
    assert backup(journal, file) == 10
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("backup")] == [
        "backup.jsonl"
    ]
    other = SQLitePlace(tmp_path / "other.sqlite")
    assert restore(other.open(), file) == 10
    assert other.open().read_all() == journal.read_all()
    assert other.open().verify() is None
    other.close()


def test_a_backup_is_one_moment_while_writers_run(place: Place, tmp_path: Path) -> None:
    journal = place.open()
    done = threading.Event()

    def write(stream: str) -> None:
        number = 0
        while not done.is_set():
            say(journal, number, stream)
            number += 1

    threads = [threading.Thread(target=write, args=(f"w{nr}",)) for nr in range(3)]
    for thread in threads:
        thread.start()
    counts = []
    for nr in range(5):
        counts.append(backup(journal, tmp_path / f"{nr}.jsonl"))
        other = SQLitePlace(tmp_path / f"{nr}.sqlite")
        assert restore(other.open(), tmp_path / f"{nr}.jsonl") == counts[-1]
        assert other.open().verify() is None
        other.close()
    done.set()
    for thread in threads:
        thread.join()
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_a_backup_overwrites_nothing(sqlite_place: SQLitePlace, tmp_path: Path) -> None:
    file = tmp_path / "backup.jsonl"
    file.write_text("mine")
    with pytest.raises(Refused, match="exists already"):
        backup(sqlite_place.open(), file)
    assert file.read_text() == "mine"


def test_a_broken_journal_is_not_backed_up(place: Place, tmp_path: Path) -> None:
    journal = place.open()
    fill(journal)
    place.tamper("update groundplan_entry set kind = 'other' where seq = 3")
    with pytest.raises(SourceBroken, match="line 4: its digest"):
        backup(journal, tmp_path / "backup.jsonl")
    assert not list(tmp_path.glob("backup*"))


def test_a_full_disk_keeps_no_half_backup(sqlite_place: SQLitePlace, tmp_path: Path) -> None:
    journal = sqlite_place.fresh(lambda: NOON)
    for number in range(30):
        journal.append(saying({"text": "x" * 10_000}), expected=number)
    journal.close()
    file = tmp_path / "backup.jsonl"

    def visit() -> None:
        full = sqlite_place.fresh(lambda: NOON)
        limit_files(100_000)
        backup(full, file)

    answer = run_apart(visit)
    assert answer.startswith("SourceDown: "), answer
    assert "Free some space" in answer
    assert not list(tmp_path.glob("backup*"))
    with pytest.raises(SourceDown, match="No such file"):
        backup(sqlite_place.open(), tmp_path / "no" / "backup.jsonl")


def test_what_is_no_backup_is_told(sqlite_place: SQLitePlace, tmp_path: Path) -> None:
    journal = sqlite_place.open()
    for file in (tmp_path / "nothing", tmp_path):
        with pytest.raises(BadInput, match=r"^file: "):
            restore(journal, file)
    (tmp_path / "picture").write_bytes(bytes(range(256)))
    with pytest.raises(SourceBroken, match="line 1"):
        restore(journal, tmp_path / "picture")
    assert not journal.read_all()
