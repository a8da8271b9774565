"""Files of ratings from elsewhere: read, matched, previewed, taken in, and written out again."""

from __future__ import annotations

import json
from collections.abc import Callable

import films
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.imports.preview import FilmFinder, FilmMatch, Preview, sort_out
from assistant.imports.reading import (
    HEADER,
    LARGEST,
    MOST,
    FileKind,
    Row,
    rated,
    read,
    stated_by,
    to_csv,
)
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.linker import TitleLinker
from core.catalogue import Catalogue
from core.domain import Movie, Outcome, Reaction
from core.errors import DataError
from core.session import SessionState

LETTERBOXD = """Date,Name,Year,Letterboxd URI,Rating
2024-01-02,Alien,1979,https://boxd.it/2awY,4.5
2024-01-03,"The Good, the Bad and the Ugly",1966,https://boxd.it/1,2
"""
WATCHED = """Date,Name,Year,Letterboxd URI
2024-01-02,Alien,1979,https://boxd.it/2awY
"""
IMDB = """Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres
tt0078748,9,2024-01-02,Alien,Alien,https://www.imdb.com/title/tt0078748,Movie,8.5,117,1979,"Horror, Sci-Fi"
tt0903747,10,2024-01-02,Breaking Bad,Breaking Bad,https://x,TV Series,9.5,49,2008,Drama
tt0944947,10,2024-01-02,Pilot,Pilot,https://x,tvEpisode,9.5,49,2008,Drama
"""


def table(text: str, name: str = "ratings.csv") -> list[tuple[str, int, float | None]]:
    return [(row.title, row.year, row.stars) for row in read(text.encode(), name).rows]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return films.catalogue()


@pytest.fixture(scope="module")
def finder(catalogue: Catalogue) -> FilmFinder:
    return FilmFinder(TitleLinker(TitleIndex(catalogue)))


@pytest.fixture(scope="module")
def find(finder: FilmFinder, catalogue: Catalogue) -> Callable[..., tuple[list[str], bool]]:
    """Labels of the films of a row, and whether that is sure."""

    def look(title: str, year: int = 0, **numbers: int) -> tuple[list[str], bool]:
        match: FilmMatch = finder.find(Row(2, title, year, None, **numbers))
        return [catalogue.movie(token).label for token in match.tokens], match.sure

    return look


def sorted_out(
    text: str, finder: FilmFinder, catalogue: Catalogue, name: str = "ratings.csv"
) -> Preview:
    steps = sort_out(read(text.encode(), name), finder, catalogue)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            preview: Preview = done.value
            return preview


class TestReading:
    def test_letterboxd(self) -> None:
        assert table(LETTERBOXD) == [
            ("Alien", 1979, 4.5),
            ("The Good, the Bad and the Ugly", 1966, 2.0),
        ]
        assert table(WATCHED, "watched.csv") == [("Alien", 1979, None)]

    def test_imdb_is_out_of_ten_and_series_are_no_films(self) -> None:
        file = read(IMDB.encode(), "ratings.csv")
        assert [(row.title, row.imdb_id, row.stars) for row in file.rows] == [("Alien", 78748, 4.5)]
        assert (file.out_of, file.problems) == (
            10,
            ("2 rows are no film but series, episodes or games.",),
        )

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("title,year,rating\nHeat,1995,4\n", [("Heat", 1995, 4.0)]),
            ("Film;Rating\nHeat (1995);3,5\n", [("Heat", 1995, 3.5)]),
            ("movie\tscore\tyear\nHeat\t80\t1995\n", [("Heat", 1995, 4.0)]),
            ("Movie Title,Your Rating\nHeat,8\n", [("Heat", 0, 4.0)]),
            ("Name,Rating10\nHeat,1\n", [("Heat", 0, 0.5)]),
            ('title,year,rating\n"Thing, The",1982,5\n', [("The Thing", 1982, 5.0)]),
            ("title\nHeat\nAlien (1979)\n", [("Heat", 0, None), ("Alien", 1979, None)]),
            (
                "Letterboxd list export v7\nDate,Name,Tags\n\nPosition,Name,Year,URL\n1,Heat,1995,u\n",
                None,
            ),
            ("title,year,rating\r\n\r\nHeat,1995\r\n", [("Heat", 1995, None)]),
        ],
    )
    def test_other_tables(
        self, text: str, expected: list[tuple[str, int, float | None]] | None
    ) -> None:
        if expected is None:
            assert ("Heat", 1995, None) in table(text) or ("Heat", 0, None) in table(text)
        else:
            assert table(text) == expected

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_encodings(self, encoding: str) -> None:
        file = read("title,year,rating\nAmélie,2001,5\n".encode(encoding), "mine.csv")
        assert [row.title for row in file.rows] == ["Amélie"]

    def test_each_bad_line_is_told_in_one_sentence_and_the_others_count(self) -> None:
        file = read(
            b"title,year,rating\nHeat,19x5,4\n,1999,3\nAlien,1979,6\nUp,2009,abc\nJaws,1975,4\n",
            "a.csv",
        )
        assert [row.title for row in file.rows] == ["Alien", "Jaws"]
        assert file.out_of == 10
        assert file.problems == (
            "Line 2: “19x5” is no year for Heat.",
            "Line 3: there is no title.",
            "Line 5: “abc” is no rating from 0 to 10 for Up.",
        )
        letterboxd = read(LETTERBOXD.replace("4.5", "9").encode(), "ratings.csv")
        assert letterboxd.problems == ("Line 2: “9” is no rating from 0 to 5 for Alien.",)
        quote = read(b'title,year\n"Heat,1995\n' + b"Alien,1979\n" * 50, "a.csv")
        assert quote.problems == (
            "Line 52: the title is longer than 300 characters; is a quotation mark missing?",
        )

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "ratings.csv is empty"),
            (b" \n \n", "ratings.csv is empty"),
            (b"PK\x03\x04rest", "is a ZIP archive: unpack it"),
            (b"x" * (LARGEST + 1), "has 4.0 MB, but 4 MB is the limit"),
            (b"hello world\nhow are you\n", "has no column of titles"),
            (b"\x00\x01\x02\x03" * 100, "has no column of titles"),
            (b"title,year\n", "names no films"),
            (b"title\n" + b"x\n" * (MOST + 1), "has more than 20,000 rows"),
            (b'title,year\n"' + b"x" * 200_000, "cannot be read as a table"),
        ],
    )
    def test_what_is_no_table_of_films_is_refused_in_one_sentence(
        self, data: bytes, message: str
    ) -> None:
        with pytest.raises(DataError, match=message) as refused:
            read(data, "../../ratings.csv")
        assert "/" not in str(refused.value) and str(refused.value).count("\n") == 0

    @given(st.binary(max_size=400))
    def test_any_bytes_are_read_or_refused(self, data: bytes) -> None:
        try:
            file = read(b"title,year,rating\n" + data, "any.csv")
        except DataError:
            return
        assert all(0.5 <= row.stars <= 5 for row in file.rows if row.stars is not None)


class TestMatching:
    def test_title_and_year(self, find: Callable[..., tuple[list[str], bool]]) -> None:
        assert find("Alien", 1979) == (["Alien (1979)"], True)
        assert find("ALIEN", 1980) == (["Alien (1979)"], True)  # released a year later elsewhere
        assert find("Wall-E", 2008) == (["WALL·E (2008)"], True)
        assert find("Il Buono, il brutto, il cattivo", 1966)[1]
        assert find("It", 2017) == (["It (2017)"], True)

    def test_the_year_tells_films_of_one_name_apart(
        self, find: Callable[..., tuple[list[str], bool]]
    ) -> None:
        assert find("Solaris", 1972) == (["Solaris (1972)"], True)
        assert find("Solaris", 2002) == (["Solaris (2002)"], True)
        assert find("Solaris") == (["Solaris (2002)", "Solaris (1972)"], False)

    def test_part_of_a_title_counts_in_the_very_year_only(
        self, find: Callable[..., tuple[list[str], bool]]
    ) -> None:
        assert find("Fury Road", 2015) == (["Mad Max: Fury Road (2015)"], True)
        assert find("Fury Road", 2010) == ([], False)
        assert find("Fury Road") == (["Mad Max: Fury Road (2015)"], False)

    def test_another_year_is_asked_about_or_another_film(
        self, find: Callable[..., tuple[list[str], bool]]
    ) -> None:
        assert find("Titanic", 1999) == (["Titanic (1997)"], False)
        assert find("Titanic", 1953) == ([], False)

    def test_typing_errors_are_asked_about(
        self, find: Callable[..., tuple[list[str], bool]]
    ) -> None:
        assert find("Opennheimer", 2023) == (["Oppenheimer (2023)"], False)
        assert find("Opennheimer", 1980) == ([], False)
        assert find("Nobody Knows This", 1999) == ([], False)
        assert find("", 1999) == ([], False)

    def test_numbers_decide(self) -> None:
        movies = (
            Movie(0, 1, "Alien", 1979, (), imdb_id=78748, tmdb_id=348),
            Movie(1, 2, "Heat", 1995, ()),
        )
        small = Catalogue(
            movies, (), films.catalogue().membership[:0, :2], films.catalogue().n_ratings[:2], 2
        )
        finder = FilmFinder(TitleLinker(TitleIndex(small)))
        assert finder.find(Row(2, "Das unheimliche Wesen", 0, None, imdb_id=78748)) == FilmMatch(
            (1,), sure=True
        )
        assert finder.find(Row(2, "", 0, None, tmdb_id=348)) == FilmMatch((1,), sure=True)
        assert finder.find(Row(2, "Heat", 1995, None, imdb_id=113277)) == FilmMatch((2,), sure=True)
        assert finder.find(Row(2, "Alien", 1979, None, imdb_id=999)) == FilmMatch((1,), sure=False)


class TestPreview:
    TEXT = "title,year,rating\nAlien,1979,5\nSolaris,,2\nNothing Like It,1950,3\nUp,2009,\nUp,2009,1\nUp,2009,\nOops,x,1\n"

    def test_rows_are_matched_doubtful_or_unknown(
        self, finder: FilmFinder, catalogue: Catalogue
    ) -> None:
        preview = sorted_out(self.TEXT, finder, catalogue)
        assert dict(preview.matched) == {103: 5.0, 107: 1.0}
        assert [(doubt.label, doubt.films, doubt.stars) for doubt in preview.ambiguous] == [
            ("Solaris", (117, 119), 2.0)
        ]
        assert preview.ambiguous[0].films_as_told == ("Solaris (2002)", "Solaris (1972)")
        assert preview.unmatched == ("Nothing Like It (1950)",)
        assert preview.problems == ("Line 8: “x” is no year for Oops.",)
        assert Preview.from_json(preview.to_json()) == preview

    def test_only_what_was_offered_can_be_picked(
        self, finder: FilmFinder, catalogue: Catalogue
    ) -> None:
        preview = sorted_out(self.TEXT, finder, catalogue)
        assert preview.chosen({}) == {103: 5.0, 107: 1.0}
        assert preview.chosen({0: 119}) == {103: 5.0, 107: 1.0, 119: 2.0}
        for forged in ({0: 103}, {1: 117}, {-1: 117}):
            with pytest.raises(ValueError, match="was not offered"):
                preview.chosen(forged)

    def test_a_watch_list_is_one_by_its_name(
        self, finder: FilmFinder, catalogue: Catalogue
    ) -> None:
        assert sorted_out(WATCHED, finder, catalogue, "watchlist.csv").kind is FileKind.WATCHLIST
        assert sorted_out(WATCHED, finder, catalogue, "watched.csv").kind is FileKind.RATINGS

    @pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"name": 1}'])
    def test_malformed_previews_are_value_errors(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            Preview.from_json(text)


@pytest.mark.parametrize(
    ("stars", "outcome"),
    [
        (5.0, Outcome.STATED_LIKE),
        (4.0, Outcome.STATED_LIKE),
        (3.5, Outcome.SEEN),
        (3.0, Outcome.SEEN),
        (2.5, Outcome.STATED_DISLIKE),
        (None, Outcome.SEEN),
    ],
)
def test_what_stars_say(stars: float | None, outcome: Outcome) -> None:
    assert stated_by(stars) is outcome


class TestWriting:
    def test_columns_that_letterboxd_imports(self) -> None:
        alien = Movie(0, 1214, "Alien", 1979, (), imdb_id=78748, tmdb_id=348)
        odd = Movie(1, 2, 'The "Good", the Bad', 0, ())
        assert to_csv([(alien, 4.5), (odd, None)]) == (
            f'{",".join(HEADER)}\r\nAlien,1979,4.5,tt0078748,348\r\n"The ""Good"", the Bad",,,,\r\n'
        )

    def test_only_what_was_seen_is_written_with_stars_that_still_hold(
        self, catalogue: Catalogue
    ) -> None:
        state = SessionState().recall(
            [(1, Outcome.STATED_LIKE), (2, Outcome.STATED_DISLIKE), (3, Outcome.SEEN)]
        )
        state = (
            state.show(4)
            .react(4, Reaction.UP)
            .show(5)
            .react(5, Reaction.UP)
            .show(6)
            .state(7, Outcome.STATED_LIKE)
        )
        stars = {
            catalogue.movie(1).movie_id: 4.5,
            catalogue.movie(2).movie_id: 5.0,
            catalogue.movie(3).movie_id: 3.5,
        }
        watched = [catalogue.movie(5).movie_id, catalogue.movie(6).movie_id]
        written = [
            (movie.row + 1, rating) for movie, rating in rated(state, stars, watched, catalogue)
        ]
        # 2 was imported with five stars, but is disliked now; 4 is a good idea and was not seen; 5
        # was watched.
        assert written == [(1, 4.5), (2, 2.0), (3, 3.5), (5, 4.0), (7, 4.0)]

    @given(
        st.dictionaries(
            st.integers(1, 22),
            st.sampled_from([Outcome.STATED_LIKE, Outcome.SEEN, Outcome.STATED_DISLIKE]),
        )
    )
    def test_what_is_written_says_the_same_when_it_is_read_again(
        self, outcomes: dict[int, Outcome]
    ) -> None:
        catalogue = films.catalogue()
        state = SessionState().recall(outcomes.items())
        text = to_csv(rated(state, {}, (), catalogue))
        if not outcomes:
            assert text == f"{','.join(HEADER)}\r\n"
            return
        rows = read(text.encode(), "marquee-ratings.csv").rows
        assert [(row.title, row.year, stated_by(row.stars)) for row in rows] == [
            (catalogue.movie(token).title, catalogue.movie(token).year, outcome)
            for token, outcome in state.events
        ]


def test_a_preview_is_plain_json(finder: FilmFinder, catalogue: Catalogue) -> None:
    preview = sorted_out(LETTERBOXD, finder, catalogue)
    assert json.loads(preview.to_json())["matched"] == [[103, 4.5], [108, 2.0]]
