"""Exports as other tools, languages and spreadsheets write them: the same items come out."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from groundplan.sources.csv.brought import read_brought
from groundplan.sources.csv.months import month_of
from groundplan.sources.csv.tables import decode
from groundplan.terms.errors import BadInput
from tests.items import NOW, Tracker, table

FIRST = datetime(2025, 1, 7, 9, 30)
DATES = [(FIRST + timedelta(days=9 * nr), FIRST + timedelta(days=13 * nr + 30, hours=2))
         for nr in range(30)]  # fmt: skip
GERMAN = "Jan. Feb. Mär. Apr. Mai Juni Juli Aug. Sep. Okt. Nov. Dez.".split()
FRENCH = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split()
SPANISH = (
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
).split()
RUSSIAN = "янв фев мар апр май июн июл авг сен окт ноя дек".split()
EPOCH, SHEET = datetime(1970, 1, 1), datetime(1899, 12, 30)


def days_since(start: datetime, at: datetime) -> float:
    return (at - start) / timedelta(days=1)


def in_words(months: list[str]) -> Callable[[datetime], str]:
    return lambda at: f"{at.day}/{months[at.month - 1]}/{at:%y %H:%M}"


def read_done(header: str, write: Callable[[datetime], object], delimiter: str = ",") -> list[str]:
    """The days on which items were done, of an export that writes moments in some way."""
    rows = [(f"A-{nr}", *map(write, pair)) for nr, pair in enumerate(DATES)]
    lines = [delimiter.join(map(str, row)) for row in rows]
    tracker, told = read_brought("\n".join([header, *lines]), (), NOW)
    assert told.rejected == told.unread == ()
    assert told.file_rows == len(DATES)
    return sorted(str(day) for day in tracker.done.astype("datetime64[D]"))


@pytest.mark.parametrize(
    ("header", "write", "delimiter"),
    [
        ("\ufeffSchlüssel;Erstellt;Erledigt", lambda at: f"{at:%d.%m.%Y %H:%M}", ";"),
        ("Vorgangsschlüssel;Erstellt;Gelöst", in_words(GERMAN), ";"),
        ("Clé,Création,Résolu", in_words(FRENCH), ","),
        ("Clave;Fecha de creación;Fecha de cierre",
         lambda at: f"{at.day} de {SPANISH[at.month - 1]} de {at.year}", ";"),
        ("Chave|Criado|Resolvido", lambda at: f"{at:%d/%m/%Y}", "|"),
        ("Ключ;Создано;Решено", in_words(RUSSIAN), ";"),
        ("番号,作成日,完了日", lambda at: f"{at.year}年{at.month}月{at.day}日", ","),
        ("id,created,resolved", lambda at: round(days_since(EPOCH, at) * 86_400_000), ","),
        ("id,created,resolved", lambda at: round(days_since(EPOCH, at) * 86_400_000_000), ","),
        ("id;created;resolved", lambda at: f"{days_since(SHEET, at):.4f}".replace(".", ","), ";"),
        ("id,created,resolved", lambda at: int(days_since(SHEET, at)), ","),
        ("ID,Created,Completed",
         lambda at: f"{at:%a %b %d %Y %H:%M:%S} GMT+0000 (Coordinated Universal Time)", ","),
        ("id,created,done", lambda at: f"{at:%a %b %d %H:%M:%S} UTC {at.year}", ","),
        ("id,created,done", lambda at: f"{at:%Y%m%dT%H%M%SZ}", ","),
        ("ref;dateCreated;Completion Date", lambda at: f"{at:%-d-%b-%Y %I:%M %p} GMT", ";"),
        ("ref;opened_at;closure date", lambda at: f"{at:%d-%b-%Y %H:%M} WET", ";"),
        ("#\tCreated\tClosed", lambda at: f"{at:%m/%d/%Y %I:%M %p}", "\t"),
        ("ref,date a,date b", lambda at: f"{at:%Y-%m-%d}", ","),
        ("Items of the board\n\nid,created,done", lambda at: f"{at:%Y-%m-%d}", ","),
    ],
)  # fmt: skip
def test_the_same_days_come_out(
    header: str, write: Callable[[datetime], object], delimiter: str
) -> None:
    assert read_done(header, write, delimiter) == sorted(f"{done:%Y-%m-%d}" for _, done in DATES)


@pytest.mark.parametrize("form", ["{0}-W{1:02}", "{0}W{1:02}", "{0}-W{1:02}-1", "KW {1}/{0}"])
def test_weeks_are_their_mondays(form: str) -> None:
    found = read_done("id,created,done", lambda at: form.format(*at.isocalendar()))
    mondays = [done - timedelta(days=done.weekday()) for _, done in DATES]
    assert found == sorted(f"{day:%Y-%m-%d}" for day in mondays)


def test_what_is_planned_is_not_what_happened() -> None:
    header = (
        "Id,Title,Iteration Start,Iteration End,Due Date,Created at,Accepted at,Deadline,Updated"
    )
    day, later = "2026-01-05", "2026-02-05"
    row = ["1", "Do it", later, later, later, day, "2026-01-20", later, later]
    _, told = read_brought(table(header, row), (), NOW)
    assert {guess.role: guess.column for guess in told.guesses} == {
        "item": "Id", "title": "Title", "created": "Created at", "done": "Accepted at",
        "updated": "Updated",
    }  # fmt: skip


def test_two_columns_that_could_be_it_are_not_guessed() -> None:
    rows = [[nr, f"2026-01-0{nr}", f"2026-02-0{nr}", f"2026-03-0{nr}"] for nr in range(1, 6)]
    with pytest.raises(BadInput, match="There are 'ref', 'a', 'b', 'c'"):
        read_brought(table("ref,a,b,c", *rows), (), NOW)


def test_commas_within_numbers_part_no_records() -> None:
    text = "id;points\n" + "".join(f"A-{nr};{nr},5\n" for nr in range(1, 9))
    with pytest.raises(BadInput, match="There are 'id', 'points'"):
        read_brought(text, (), NOW)


@pytest.mark.parametrize(
    "text",
    [
        "id,created,done\nA,2026-03-02,2026-02-03\nB,2026-03-02,2026-03-01\n,2026-01-01,\n",
        "key,at,to\nA,2026-13-01,Done\nA,2026-01-41,Open\n,2026-01-01,Done\n",
    ],
)
def test_an_export_of_which_nothing_can_be_kept_lists_every_row(text: str, tmp_path: Path) -> None:
    tracker = Tracker(tmp_path)
    found = tracker.read(text)
    assert (found.accepted, found.items, found.events_added) == (0, 0, 0)
    assert [row.line for row in found.rejected] == [2, 3, 4]
    assert all(row.reason for row in found.rejected)
    assert tracker.items("item_id") == []
    assert tracker.read("id,created,done\nA,2026-03-02,2026-03-03\n").items == 1
    assert tracker.items("item_id") == [("A",)]


def test_an_end_before_the_beginning_on_one_day_is_said_with_its_time() -> None:
    text = "id,created,done\nA,2026-01-02T10:00,2026-01-02T09:00\nB,2026-01-02,2026-01-03\n"
    _, told = read_brought(text, (), NOW)
    assert [row.reason for row in told.rejected] == [
        "done on 2026-01-02 at 09:00, before it was created on 2026-01-02 at 10:00"
    ]


def test_a_zone_that_begins_like_a_half_of_the_day_is_a_zone() -> None:
    text = "id,created,done\nA,2-Jan-2026 08:05 PST,3-Jan-2026 20:05 PST\n"
    tracker, _ = read_brought(text, (), NOW)
    assert str(tracker.done[0]) == "2026-01-04T04:05:00.000000"


def test_months_are_known_by_their_first_letters() -> None:
    for names in (GERMAN, FRENCH, SPANISH, RUSSIAN):
        assert [month_of(name.rstrip(".")) for name in names] == list(range(1, 13))
    with pytest.raises(KeyError):
        month_of("never")


def test_a_packed_file_is_unpacked_and_a_cut_one_refused() -> None:
    packed = gzip.compress("id,grün\n1,2\n".encode())
    assert decode(packed) == ("id,grün\n1,2\n", "utf-8")
    for broken in (packed[:-6], packed[:4] + b"\xff" * 20):
        with pytest.raises(BadInput, match="whole"):
            decode(broken)


def test_a_cell_may_hold_a_whole_log() -> None:
    text = table("id,log,created,done", ["1", "line\n" * 40_000, "2026-01-02", "2026-01-03"])
    tracker, told = read_brought(text, (), NOW)
    assert len(tracker.done) == 1 and told.file_rows == 1


def test_an_empty_history_is_no_error() -> None:
    tracker, told = read_brought("id,created,done\nA,2026-03-02,2026-02-03\n", (), NOW)
    assert len(tracker.done) == 0 and not tracker.open
    assert told.notes == ("No row could be kept.",)
    assert tracker.until == NOW.astimezone(UTC).date()
    assert np.isnat(tracker.joined_at).all()
