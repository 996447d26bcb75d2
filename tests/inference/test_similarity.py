"""Words, definitions and documents: what a question finds."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.inference.similarity import (
    as_symbol,
    find_words,
    rank_documents,
    rank_files,
    score_texts,
    sort_mentions,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parseURL_fast", ["pars", "url", "fast"]),
        ("src/http2/HTTPServer.py", ["src", "http", "2", "http", "server", "py"]),
        ("How are the cookies signed?", ["cook", "sign"]),
        ("cookie entry entries story", ["cook", "entr", "entr", "stor"]),
        ("caching cached caches cache", ["cach"] * 4),
        ("class keys files", ["class", "keys", "file"]),
    ],
)
def test_words_of_code_and_prose(text: str, words: list[str]) -> None:
    assert find_words(text) == words
    assert all(word in text.lower() for word in words)  # SQL looks for stems as parts of texts


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    texts = [["fix", "cookie"], ["fix", "page"], ["fix", "typo"]]
    scores = score_texts(["fix", "cookie"], texts, {"fix": 900, "cookie": 3}, 1000)
    assert scores[0] > 5 * scores[1]
    assert scores[1] == pytest.approx(scores[2])


def test_bm25_by_hand() -> None:
    # one text of mean length, a word once: idf * 2.2 / (1 + 1.2)
    (score,) = score_texts(["disk"], [["disk", "block"]], {"disk": 1}, 10)
    assert score == pytest.approx(np.log(1 + 9.5 / 1.5))


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("BlockDisk", "BlockDisk"),
        ("pkg.Disk.write()", "write"),
        ("Disk::write", "write"),
        ("save!", "save!"),
        ("two words", None),
        ("a/b.py", None),
        ("", None),
    ],
)
def test_what_a_symbol_is(text: str, symbol: str | None) -> None:
    assert as_symbol(text) == symbol


@pytest.mark.parametrize(
    "line",
    [
        "def write(self):",
        "    async def write(self):",
        "class write:",
        "function write(block) {",
        "export const write = (block) => {",
        "pub fn write(&self)",
        "func (d *Disk) write(b []byte) error {",
        "static int write(struct disk *disk,",
        "#define write(x) x",
        "write = partial(save)",
    ],
)
def test_definitions_in_many_languages(line: str) -> None:
    assert sort_mentions("write", [("src/disk", 3, line)]).defined != ()


@pytest.mark.parametrize("line", ["    disk.write(block)", "if write == 3:", "  return write(b);"])
def test_uses_are_not_definitions(line: str) -> None:
    found = sort_mentions("write", [("src/disk.c", 3, line)])
    assert (found.defined, found.used) == ((), (("src/disk.c", 1),))


def test_only_whole_words_and_documents_apart() -> None:
    found = sort_mentions(
        "write",
        [("a.py", 1, "rewrite(x)"), ("README.md", 2, "call write"), ("README.md", 9, "write")],
    )
    assert (found.defined, found.used) == ((), ())
    assert [(line.path, line.number) for line in found.written] == [("README.md", 2)]


def test_a_heading_weighs_more_than_a_mention() -> None:
    lines = [
        ("docs/other.md", 40, "a cookie is mentioned in passing in this long line of other things"),
        ("docs/guide.md", 7, "# Cookie"),
        ("src/cookie.py", 1, "cookie"),
    ]
    assert [line.path for line in rank_documents(find_words("cookie"), lines)] == [
        "docs/guide.md",
        "docs/other.md",
    ]


def test_files_by_their_changes_and_names_without_the_changelog() -> None:
    subjects = {"c1": "Sign the cookie", "c2": "Sign the session cookie", "c3": "Reformat cookie"}
    touched = [
        ("CHANGES.md", "c1", 2, 90),
        ("CHANGES.md", "c2", 2, 90),
        ("src/signing.py", "c1", 2, 4),
        ("src/signing.py", "c2", 2, 4),
        ("src/page.py", "c3", 80, 30),
    ]
    found = rank_files(
        find_words("cookie sign"),
        subjects,
        touched,
        ["src/cookie.py"],
        {"cook": 3, "sign": 2},
        100,
        8,
    )
    assert [path for path, _ in found][:2] == ["src/cookie.py", "src/signing.py"]
    assert dict(found)["src/cookie.py"] == "its path says so"
    assert "src/page.py" not in dict(found)


def test_a_function_comes_before_a_method_and_its_own_file_first() -> None:
    lines = [
        ("a/other.py", 3, "    def solve(self):"),
        ("b/linear.py", 9, "def solve(system):"),
        ("c/solvers.py", 5, "def solve(equation):"),
    ]
    found = sort_mentions("solve", lines).defined
    assert [line.path for line in found] == ["c/solvers.py", "b/linear.py", "a/other.py"]
