"""A tree is divided into directories of a sensible size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from groundplan.facts.areas import MOST_AREAS, ROOT, area_of, assign_areas, find_areas


def files(directory: str, count: int) -> list[str]:
    return [f"{directory}/f{nr}.py" for nr in range(count)]


def test_a_lonely_directory_is_walked_through() -> None:
    areas = find_areas([*files("src/product", 5), "README.md"])
    assert areas == {ROOT, "src/product"}


def test_the_largest_directory_is_split() -> None:
    paths = [*files("lib/a", 60), *files("lib/b", 50), *files("lib", 3), *files("docs", 10)]
    areas = find_areas(paths)
    assert areas == {ROOT, "lib", "lib/a", "lib/b", "docs"}
    assert area_of("lib/setup.py", areas) == "lib"
    assert area_of("lib/a/f1.py", areas) == "lib/a"


def test_a_small_directory_belongs_to_the_one_above() -> None:
    areas = find_areas([*files("lib", 40), *files("lib/tiny", 2), *files("etc", 1)])
    assert areas == {ROOT, "lib"}


def test_a_dead_path_falls_to_the_nearest_area() -> None:
    areas = find_areas(files("src/product", 5))
    assert assign_areas(["gone/x.py", "src/product/old/x.py"], areas) == [ROOT, "src/product"]


NAMES = st.text("abc", min_size=1, max_size=2)


@given(st.lists(st.lists(NAMES, min_size=1, max_size=5).map("/".join), max_size=200))
def test_every_file_has_one_area_above_it(paths: list[str]) -> None:
    areas = find_areas(paths)
    for path, area in zip(paths, assign_areas(paths, areas), strict=True):
        assert area in areas
        assert area == ROOT or path.startswith(f"{area}/")
    tops = {path.split("/")[0] for path in paths if "/" in path}
    widest = 3  # a split adds at most one area for each child
    assert len(areas) <= max(len(tops) + 1, MOST_AREAS + 12 * widest)
