"""What a name and an address are worth as evidence: normal forms, placeholders, likeness."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

PLACEHOLDER_NAMES = frozenset(
    """unknown unnamed anonymous anon nobody noone none null nil undefined user username name
    yourname root admin administrator sysadmin system guest test tester testing dev developer
    default localhost ubuntu debian centos vagrant docker pi ec2user git github gitlab me owner
    noauthor nousername noname notdefined johndoe janedoe foobar myname firstlast firstnamelastname
    firstname lastname newuser unknownuser defaultuser workuser home work office student mac
    macbook macbookpro windows pc desktop laptop server build builder jenkins deploy""".split()
)
# words that make a name a group's or a machine's rather than a person's
GROUP_WORDS = frozenset(
    """team group developers developer contributors contributor authors author maintainers project
    inc ltd llc gmbh corp foundation community committee company user users account service bot
    robot build builder test tester admin administrator root support list mailing release
""".split()
)
SHARED_LOCALS = frozenset(
    """team dev devs devel developer developers info admin administrator support contact hello hi
    mail email me git github gitlab svn cvs hg noreply no-reply donotreply webmaster postmaster root
    build builds builder ci jenkins travis opensource oss security office bot bots list lists user
    username test tester unknown none nobody anonymous anon you your youremail your-email your_email
    name yourname your.name myemail my-email example localhost ubuntu vagrant pi ec2-user apache
    www www-data daemon system guest home work office sysadmin hostmaster sales help patches
    commits commit checkins repo code source release releases engineering""".split()
)
PLACEHOLDER_EMAILS = frozenset(
    """you@example.com your@email.com user@example.com email@example.com name@example.com
    youremail@example.com your-email@example.com your_email@example.com your.email@example.com
    you@domain.com user@domain.com email@domain.com your_name@example.com your.name@example.com
    noreply@github.com none@none none@none.com a@b.c a@b test@test.com test@example.com
    me@example.com foo@bar.com unknown@unknown noemail no@email""".split()
)
_NOREPLY = re.compile(
    r"^(?:(?P<id>\d+)[+-])?(?P<login>[^@]+)@(?:users\.)?noreply\.(?P<host>[a-z0-9.-]+)$"
)
_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
_NOT_WORD = re.compile(r"[^\w]+")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|\"[^\"]*\"|\bvia\b.*$", re.IGNORECASE)
_AND = frozenset("and und et y with".split())
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"}
)


@dataclass(frozen=True, slots=True)
class Noreply:
    """A forge's hidden address: it names a login there, and since 2017 the account's number."""

    host: str
    login: str
    number: str | None


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address in lower case, taken apart.

    unique: stands for one mailbox in the world, and is no placeholder. generic: its local part
    names a task or anybody (team, me), so it alone does not tell who writes from it.
    """

    text: str
    local: str
    domain: str
    unique: bool
    generic: bool
    noreply: Noreply | None


@lru_cache(maxsize=400_000)
def read_address(email: str) -> Address:
    """What the text in an e-mail field is worth."""
    text = email.strip().strip("<>'\"").lower()
    local, _, domain = text.rpartition("@")
    noreply = _NOREPLY.match(text)
    if noreply:
        known = Noreply(noreply["host"], noreply["login"], noreply["id"])
        return Address(text, local, domain, True, False, known)
    mailbox = bool(local) and ("." in domain or bool(_UUID.match(domain)))
    made_up = (
        text in PLACEHOLDER_EMAILS
        or domain.endswith((".(none)", ".local", ".localdomain", ".lan", ".internal", ".invalid"))
        or domain.startswith("localhost")
    )
    return Address(text, local, domain, mailbox and not made_up, local in SHARED_LOCALS, None)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in normal form.

    words: lower case, as written; key: as one text; plain: without accents; joined: plain words run
    together, as in a login; full: at least two words of
    two letters that can be a person's, which is what makes an equal name evidence; several: names
    two people at one keyboard. relayed: "Somebody via List", whose address is the relay's.
    """

    words: tuple[str, ...]
    key: str
    plain: tuple[str, ...]
    joined: str
    full: bool
    several: bool
    relayed: bool


@lru_cache(maxsize=400_000)
def read_name(name: str) -> Name:
    """The normal form of what stands in a name field."""
    text = _ASIDE.sub(" ", _mend(name)).replace("&", " and ").replace("+", " and ") if name else ""
    if "@" in text:
        text = text.partition("@")[0]
    before, comma, after = text.partition(",")
    if comma and before.strip() and after.strip() and "," not in after:
        text = f"{after} {before}"  # "Last, First"
    text = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    words = tuple(word for word in _NOT_WORD.split(text.replace("_", " ")) if word)
    plain = words if text.isascii() else tuple(strip_accents(word) for word in words)
    joined = "".join(plain)
    long = sum(1 for word in words if len(word) >= 2 and not word.isdigit())
    several = any(word in _AND for word in words[1:-1])
    full = (
        long >= 2
        and not several
        and joined not in PLACEHOLDER_NAMES
        and not any(word in GROUP_WORDS for word in plain)
        and not all(word in PLACEHOLDER_NAMES for word in plain)
    )
    return Name(words, " ".join(words), plain, joined, full, several, " via " in name.lower())


def is_placeholder(name: Name) -> bool:
    """Whether a name names nobody: empty, "unknown", "root", ..."""
    return not name.plain or name.joined in PLACEHOLDER_NAMES


def strip_accents(word: str) -> str:
    """A lower-case word in plain letters: `josé` is `jose`, `łukasz` is `lukasz`."""
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _mend(name: str) -> str:
    # UTF-8 that was once read as Latin-1 and written again
    if name.isascii():
        return name
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def similar(a: Name, b: Name) -> bool:
    """Whether two names can well be one person's: a shared word, a login made of the other."""
    if set(a.plain) & set(b.plain) or not a.plain or not b.plain:
        return True
    one, two = a.joined, b.joined
    if one in two or two in one:
        return True
    return _is_login_of(one, b) or _is_login_of(two, a) or within_one_edit(one, two)


def _is_login_of(login: str, name: Name) -> bool:
    if len(name.plain) < 2:
        return any(len(word) >= 4 and word in login for word in name.plain)
    first, last = name.plain[0], name.plain[-1]
    forms = (first[0] + last, first + last[0], last + first[0], last + first, first[:2] + last)
    initials = "".join(word[0] for word in name.plain)
    if login in (*forms, initials):
        return True
    return any(len(word) >= 4 and word in login for word in name.plain)


def within_one_edit(a: str, b: str) -> bool:
    """Whether at most one letter was added, left out or changed, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    return (
        rest_a[1:] == rest_b[1:]
        or rest_a[1:] == rest_b
        or rest_a == rest_b[1:]
        or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:] and len(rest_a) >= 2)
    )


def login_fits(login: str, name: Name) -> bool:
    """Whether a login or local part is made of a name: `aexample`, `ann.example`, `example`."""
    plain = re.sub(r"[^a-z0-9]", "", strip_accents(login))
    return plain == name.joined or (
        len(plain) > 2 and _is_login_of(plain.rstrip("0123456789"), name)
    )


def compatible(a: Name, b: Name) -> bool:
    """Whether two names can hardly be two people's, given that something else speaks for one.

    Two full names: the same first and last word, or initials of one another with the same last
    word, or one letter's difference. Otherwise a nick, a part or a login made of the other.
    """
    if is_placeholder(a) or is_placeholder(b):
        return False
    if not (a.full and b.full):
        return a.joined == b.joined or _is_part(a, b) or _is_part(b, a)
    first_a, last_a, first_b, last_b = a.plain[0], a.plain[-1], b.plain[0], b.plain[-1]
    if last_a == last_b:
        shorter = min(len(first_a), len(first_b))
        return first_a[:shorter] == first_b[:shorter]
    return sorted(a.plain) == sorted(b.plain) or within_one_edit(a.joined, b.joined)


def _is_part(part: Name, whole: Name) -> bool:
    return part.joined in whole.plain or login_fits(part.joined, whole)


def is_login_form(login: str, name: Name) -> bool:
    """Whether a login is a usual form of a full name: `annexample`, `aexample`, `exampleann`."""
    if not name.full:
        return False
    plain = re.sub(r"[^a-z]", "", strip_accents(login))
    first, last = name.plain[0], name.plain[-1]
    return plain in (name.joined, first + last, last + first, first[0] + last, last + first[0])
