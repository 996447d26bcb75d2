"""Saved e-mails become requests; what no honest mail looks like is refused with a reason."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from groundplan.sources.eml.shape import LONGEST_TEXT, MOST_PARTS, read_mail
from groundplan.terms.errors import BadInput


def mail(text: str = "Hello.", **headers: str) -> EmailMessage:
    """A mail as the standard library writes it."""
    made = EmailMessage()
    made["From"] = headers.pop("sender", "Ann Example <ann@example.com>")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def test_what_is_read() -> None:
    found = read_mail(
        mail(
            "We need it.\n\n\n\nSoon.\n",
            Subject="A café report",
            Date="Mon, 05 Jan 2026 10:00:00 +0100",
            Message_ID="<1@example.com>",
        ).as_string()
    )
    assert (found.name, found.email) == ("Ann Example", "ann@example.com")
    assert found.subject == "A café report"
    assert found.text == "We need it.\n\nSoon."
    assert found.sent_at == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert found.message_id == "<1@example.com>"
    assert found.left_out == ()


@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_letters_survive_every_encoding(encoding: str, charset: str) -> None:
    made = EmailMessage()
    made["From"] = "José Example <jose@example.com>"
    made.set_content("Größe: 5 µm, naïve\n", charset=charset, cte=encoding)
    # the file reaches us as text, whatever its bytes were in
    found = read_mail(made.as_bytes().decode(charset))
    assert found.text == "Größe: 5 µm, naïve"
    assert found.name == "José Example"


def test_attachments_and_carried_mails_are_left_out() -> None:
    made = mail("See below.", Subject="Two files")
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")
    made.add_attachment("a,b\n1,2\n", filename="rows.csv")
    made.add_attachment(mail("Inner words", Subject="Inner"))
    found = read_mail(made.as_string())
    assert found.text == "See below."
    assert found.left_out == ("plan.pdf", "rows.csv", "message/rfc822")


def test_plain_text_comes_before_html_and_html_loses_its_markup() -> None:
    both = mail("The plain words")
    both.add_alternative("<p>The <b>marked</b> words</p>", subtype="html")
    assert read_mail(both.as_string()).text == "The plain words"
    only = EmailMessage()
    only["From"] = "ann@example.com"
    only.set_content(
        "<head><title>no</title><style>p{}</style></head><p>One &amp; two</p>"
        "<script>if (1 < 2) alert(1)</script><!-- no --><div>three<br>four &lt;b&gt;</div>",
        subtype="html",
    )
    assert read_mail(only.as_string()).text == "One & two\n\nthree\nfour <b>"


def test_a_long_text_is_cut_and_control_characters_go() -> None:
    found = read_mail(f"From: a@example.com\n\nbell\x07 \x1b[31mred\n{'long ' * 5_000}")
    assert found.text.startswith("bell [31mred")
    assert len(found.text) <= LONGEST_TEXT
    assert found.text.endswith("\u2026")


def test_without_a_readable_date_there_is_none() -> None:
    for told in ("", "Date: yesterday\n", "Date: Mon, 99 Foo 2026 99:99:99 +9999\n"):
        assert read_mail(f"From: a@example.com\n{told}\nhello").sent_at is None


NESTED = "From: a@example.com\n" + "".join(
    f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(60)
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no sender"),
        ("some words\nand more", "no sender"),
        ("Subject: x\n\nhello", "no sender"),
        ("From: nobody\n\nhello", "no senders with an address"),
        ("From: a@example.com, b@example.com\n\nhello", "2 senders"),
        ("From: a@example.com\nFrom: b@example.com\n\nhello", "two senders"),
        ("From: a@example.com\n\n \n", "neither a subject nor a text"),
        ("From: a@example.com\nAuto-Submitted: auto-replied\n\nI am away", "automatic reply"),
        (f"From: a@example.com\nSubject: {'x' * 6_000}\n\nhello", "a Subject of"),
        (f"From: a@example.com\n\n{'boundary=' * (MOST_PARTS + 1)}", "more than 200 parts"),
        (f"From: {'(<a@b>,' * 700}\n\nhello", "nested without end"),
        (f"From: a@example.com\nContent-Type: text/plain{';a=b' * 2_000}\n\nx", "Content-Type of"),
        (NESTED, "nested more than 20 deep"),
        ("From: a@example.com\n\n" + "x" * 10_000_001, "letters"),
    ],
)
def test_absurd_mails_are_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_mail(text)
    assert caught.value.field == "mail"
    assert why in str(caught.value)


@given(st.text(max_size=400), st.text(max_size=200), st.binary(max_size=300))
@example("=?utf-8?b?///?=", "=?nonsense?q?x?=", b"\xff\xfe")
@example("(((((", '"unclosed <a@b', b"Content-Transfer-Encoding: base64\n\n!!!")
def test_whatever_comes_is_a_mail_or_bad_input(subject: str, sender: str, rest: bytes) -> None:
    text = f"From: {sender} <a@example.com>\nSubject: {subject}\n{rest.decode('latin-1')}"
    try:
        found = read_mail(text)
    except BadInput:
        return
    assert found.subject.isprintable()
    assert found.name.isprintable()
    assert found.email.isprintable()
    assert all(letter.isprintable() or letter in "\n\t" for letter in found.text)
    assert len(found.subject) <= 400


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<!", "<", "&#", '<a b="', "<script>", "</p>\n"])
def test_markup_without_end_takes_no_time(piece: str) -> None:
    begun = time.process_time()
    try:
        read_mail(f"From: a@example.com\nContent-Type: text/html\n\n{piece * 100_000}")
    except BadInput as refused:
        assert "neither a subject nor a text" in str(refused)
    assert time.process_time() - begun < 3


def test_a_large_mail_is_read_quickly() -> None:
    made = mail("Words.", Subject="A large one")
    made.add_attachment(b"\x00" * 5_000_000, maintype="application", subtype="zip", filename="z")
    text = made.as_string()
    begun = time.process_time()
    assert read_mail(text).left_out == ("z",)
    assert time.process_time() - begun < 5
