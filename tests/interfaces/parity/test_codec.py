"""The border itself: what is read as what, and what is written for it."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from groundplan.interfaces.codec.fields import LARGEST_WHOLE, LONGEST_FILE, read_fields
from groundplan.interfaces.codec.inputs import read_inputs, read_json
from groundplan.interfaces.codec.schemas import schema_of_inputs, schema_of_view
from groundplan.interfaces.codec.statuses import exit_code, problem, status_of
from groundplan.interfaces.codec.views import write_json, write_view
from groundplan.terms.errors import (
    BadInput,
    Conflict,
    GroundplanError,
    NotFound,
    Refused,
    SourceBroken,
    SourceDown,
)
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.scope import Role
from groundplan.terms.units import DAYS, SHARE, Days, FileText, Share
from groundplan.usecase import UseCase


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class EveryKind:
    """One field of each kind that a use case may take."""

    text: str
    days: Days
    number: int = field(default=3, metadata={"help": "how many"})
    sure: bool = False
    on: date | None = None
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    colour: Colour = Colour.RED
    word: Literal["yes", "perhaps"] = "yes"
    names: tuple[str, ...] = ()
    shares: tuple[Share, ...] = (0.5,)
    table: FileText = ""


@dataclass(frozen=True, slots=True)
class Odd:
    """A field of a kind that no interface takes."""

    what: dict[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a view."""

    days: Days
    measured: Measured
    at: datetime
    pair: tuple[int, str]
    inner: Row | None


CASE: UseCase[Any, Any] = UseCase(
    "demo.try", "Try it.", EveryKind, EveryKind, frozenset(Role), lambda _, __, inputs: inputs
)
LEAST = {"text": "x", "days": 2}


def test_text_and_json_read_the_same() -> None:
    json_form = {
        **LEAST, "number": 7, "sure": True, "on": "2026-02-28", "at": "2026-01-31T12:00:00+02:00",
        "colour": "blue", "word": "perhaps", "names": ["a", "b"], "shares": [0.25], "table": "a,b",
    }  # fmt: skip
    text_form = {
        **json_form, "days": "2", "number": "7", "sure": "yes", "shares": ["0.25"],
    }  # fmt: skip
    read = read_inputs(CASE, json_form, text=False)
    assert read == read_inputs(CASE, text_form, text=True)
    assert read.at == datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert read.colour is Colour.BLUE
    assert isinstance(read.days, float)
    assert read.shares == (0.25,)


def test_what_is_not_given_has_its_default() -> None:
    assert read_inputs(CASE, LEAST, text=False) == EveryKind("x", 2.0)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("text", 7, "text of at most 10,000 letters"),
        ("text", "a\x1b[2J", "text"),
        ("text", "\ud800", "text"),
        ("text", ["a"], "text"),
        ("days", "2", "a number [days]"),
        ("days", float("nan"), "a number"),
        ("days", float("inf"), "a number"),
        ("days", 10**99, "a number"),
        ("days", True, "a number"),
        ("number", 2**53, "a whole number (how many)"),
        ("number", 1.5, "a whole number"),
        ("sure", "true", "true or false"),
        ("sure", 1, "true or false"),
        ("on", "2026-02-30", "a date as 2026-01-31"),
        ("on", "20260228", "a date"),
        ("on", "2026-W01-1", "a date"),
        ("at", "2026-01-31T12:00:00", "a time with its zone"),
        ("colour", "green", "red, blue"),
        ("word", "no", "yes, perhaps"),
        ("names", "a", "several of"),
        ("names", [1], "several of"),
        ("names", ["a"] * 1001, "several of"),
        ("shares", [None], "share, 0 to 1"),
        ("table", "x" * (LONGEST_FILE + 1), f"{LONGEST_FILE:,} letters"),
        ("other", 1, "only text, days"),
        ("o\x07ther", 1, "only text, days"),
    ],
)
def test_bad_values_are_refused_by_name(name: str, value: Any, allowed: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_inputs(CASE, {**LEAST, name: value}, text=False)
    assert raised.value.field == name.replace("\x07", "\N{REPLACEMENT CHARACTER}")
    assert allowed in raised.value.allowed
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize("word", ["", " ", "1e400", "nan", "1_000", "0x10", "１２３x", "1,5"])
def test_words_that_are_no_number(word: str) -> None:
    for name in ("days", "number"):
        with pytest.raises(BadInput):
            read_inputs(CASE, {**LEAST, name: word}, text=True)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(BadInput, match="days: got 'nothing'; allowed: a number"):
        read_inputs(CASE, {"text": "x"}, text=True)


def test_an_unknown_kind_of_input_is_found_when_it_is_declared() -> None:
    with pytest.raises(TypeError, match=r"Odd\.what"):
        read_fields(Odd)


values = st.fixed_dictionaries(
    {
        "text": st.text(max_size=20),
        "days": st.floats(allow_nan=True) | st.integers() | st.text(max_size=3) | st.none(),
    },
    optional={
        "number": st.integers() | st.floats() | st.booleans(),
        "sure": st.booleans() | st.sampled_from([0, 1, "true"]),
        "on": st.none() | st.dates().map(str) | st.text(max_size=10),
        "at": st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat()) | st.just(""),
        "colour": st.sampled_from(["red", "blue", "green", None]),
        "names": st.lists(st.text(max_size=3) | st.integers(), max_size=3) | st.text(max_size=3),
        "shares": st.lists(st.floats(0, 1), max_size=3),
        "extra": st.none(),
    },
)


@settings(max_examples=300, deadline=None)
@given(values)
def test_the_schema_allows_exactly_what_is_read(document: dict[str, Any]) -> None:
    """What JSON can say of it: schema and reader never disagree."""
    try:
        body = json.loads(json.dumps(document, allow_nan=False))
    except ValueError:
        return
    valid = Draft202012Validator(schema_of_inputs(EveryKind)).is_valid(body)
    try:
        read_inputs(CASE, body, text=False)
    except BadInput as error:
        formats = error.field in ("on", "at")  # a schema's formats are notes
        surrogate = any("\ud800" <= letter <= "\udfff" for letter in str(document))
        assert not valid or formats or surrogate
    else:
        assert valid


@settings(max_examples=100, deadline=None)
@given(st.builds(EveryKind, st.text("aé\U0001f600", max_size=5), st.floats(-1e9, 1e9),
                 st.integers(-LARGEST_WHOLE, LARGEST_WHOLE), st.booleans(),
                 st.none() | st.dates(), st.datetimes(timezones=st.just(UTC)),
                 st.sampled_from(Colour), st.just("perhaps"),
                 st.lists(st.text("ab"), max_size=3).map(tuple)))  # fmt: skip
def test_what_is_written_is_read_back(inputs: EveryKind) -> None:
    assert read_inputs(CASE, read_json(write_json(inputs)), text=False) == inputs


def test_a_view_fits_its_schema() -> None:
    found: dict[str, Any] = {}
    schema = {**schema_of_view(Row, found, "#/$defs/"), "$defs": found}
    estimate = Estimate(0.5, 0.2, math.inf, 0.9, SHARE, 12, "weeks", "a method")
    inner = Row(2.0, Unknown("too few", 1, 5, "weeks"), datetime(2026, 1, 1), (1, "x"), None)
    view = write_view(Row(math.nan, estimate, datetime(2026, 1, 1, tzinfo=UTC), (2, "y"), inner))
    Draft202012Validator(schema).validate(view)
    assert view["days"] is None
    assert view["measured"]["high"] is None
    assert view["inner"]["at"] == view["at"] == "2026-01-01T00:00:00Z"
    assert found["test_codec.Row"]["properties"]["days"]["x-unit"] == DAYS.name


def test_arrays_zones_and_half_letters_are_written() -> None:
    zone = timezone(timedelta(hours=2))
    view = [np.float64(1.5), np.array([1, 2]), datetime(2026, 1, 1, 2, tzinfo=zone), "a\ud800"]
    assert json.loads(write_json(view)) == [1.5, [1, 2], "2026-01-01T00:00:00Z", "a?"]
    with pytest.raises(NotImplementedError, match="function"):
        write_view({"speak": write_view})


@pytest.mark.parametrize(
    ("error", "http", "code"),
    [
        (NotFound("x"), 404, 3),
        (BadInput("f", 1, "2"), 422, 2),
        (Refused("x"), 409, 4),
        (Conflict("x"), 409, 4),
        (SourceDown("x", "later", 7.0), 503, 5),
        (SourceBroken("x"), 500, 1),
        (GroundplanError("x"), 500, 1),
    ],
)
def test_every_error_has_its_status(error: GroundplanError, http: int, code: int) -> None:
    document = problem(error)
    assert (status_of(error).http, document["status"], exit_code(error)) == (http, http, code)
    assert document["detail"] == error.message
    json.dumps(document)


def test_a_problem_names_the_field_and_when_to_come_back() -> None:
    told = problem(BadInput("f", "g" * 3, "h", "i"), 400)
    assert {key: told[key] for key in ("status", "field", "got", "allowed", "hint")} == {
        "status": 400, "field": "f", "got": "ggg", "allowed": "h", "hint": "i",
    }  # fmt: skip
    assert problem(SourceDown("x", retry_after_s=7.0))["retry_after_s"] == 7.0


def test_annotations_may_stand_anywhere() -> None:
    made = dataclasses.make_dataclass("Made", [("days", Annotated[float | None, DAYS])])
    (found,) = read_fields(made)
    assert (found.unit, found.optional, found.kind) == (DAYS, True, float)
