"""Wording: what was understood is said back with its sign, and every sentence is English."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import screening
from scipy import sparse

from assistant.conversation import replies
from assistant.conversation.phrasing import (
    films_words,
    genres_words,
    listing,
    years_label,
    years_words,
)
from assistant.conversation.replies import Situation
from assistant.conversation.values import Chip, ChipKind, Question
from assistant.language.utterance import Act
from core.catalogue import Catalogue
from core.domain import Constraints, Facet, Limit, Movie, Reason, Recommendation

LIKES = (
    Chip(ChipKind.LIKE, "Alien (1979)", "movie:1"),
    Chip(ChipKind.LIKE, "The Thing (1982)", "movie:2"),
)
DISLIKE = Chip(ChipKind.DISLIKE, "Titanic (1997)", "movie:3")


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return screening.catalogue(tmp_path_factory.mktemp("films"))


def test_why_is_a_sentence_then_the_weightiest_reasons_and_the_sum_of_the_rest() -> None:
    reasons = tuple(
        Reason(f"reason {place}", value)
        for place, value in enumerate((0.5, 0.4, 0.3, -0.2, 0.1, 0.06, -0.02))
    )

    def film(title: str, score: float, parts: tuple[Reason, ...]) -> Recommendation:
        return Recommendation("", Movie(0, 1, title, 1979, ()), score, 1.0, "v", parts)

    said = ["An alien film.", "A heist film."]
    assert replies.why([film("Alien", 1.14, reasons), film("Heat", 0.5, reasons[:1])], said) == (
        "Alien (1979): An alien film. In figures, where a thumb up is worth +1, it comes to +1.14: "
        "reason 0 (+0.50); reason 1 (+0.40); reason 2 (+0.30); reason 3 (−0.20); reason 4 (+0.10); "
        "smaller things (+0.04).\n"
        "Heat (1979): A heist film. In figures, it comes to +0.50: reason 0 (+0.50)."
    )
    nothing = Reason("everything else in our conversation", -0.001)
    assert "smaller" not in replies.why([film("Alien", 1.1, (*reasons[:5], nothing))], said[:1])


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert [replies.signed(value) for value in (0.005, -0.005, 0.004, -0.004, 0.0)] == [
        *("+0.01", "−0.01", "0.00", "0.00", "0.00")
    ]


def test_tastes_are_said_back_with_their_sign() -> None:
    assert replies.heard((*LIKES, DISLIKE), 0) == "You like Alien and The Thing, and not Titanic."
    assert replies.heard((*LIKES, DISLIKE), 1) == "Alien and The Thing: yes. Titanic: no. Got it."
    assert replies.heard((*LIKES, DISLIKE, replace(DISLIKE, label="Cats (2019)")), 0) == (
        "You like Alien and The Thing, and not Titanic or Cats."
    )
    assert replies.heard(
        [Chip(ChipKind.WANT, "Sigourney Weaver", "person:Sigourney Weaver")], 0
    ) == ("More Sigourney Weaver.")
    assert replies.heard(LIKES, 0) == "You like Alien and The Thing."
    assert replies.heard((DISLIKE,), 0) == "Not Titanic, then."


@pytest.mark.parametrize("variant", range(6))
def test_no_variant_leaves_a_name_out(variant: int) -> None:
    text = replies.heard((*LIKES, DISLIKE), variant)
    assert all(name in text for name in ("Alien", "The Thing", "Titanic"))
    assert text[0].isupper() and text[-1] == "."


def test_a_title_in_brackets_keeps_them() -> None:
    chip = Chip(ChipKind.LIKE, "(500) Days of Summer (2009)", "movie:1")
    assert replies.titles([chip], ChipKind.LIKE) == ["(500) Days of Summer"]


def test_a_long_list_is_cut_short() -> None:
    chips = [Chip(ChipKind.LIKE, f"Film {number} (2000)", f"movie:{number}") for number in range(9)]
    assert replies.heard(chips, 0) == "You like Film 0, Film 1, Film 2, Film 3 and 5 more."


def test_unknown_titles_are_said_back() -> None:
    chip = Chip(ChipKind.UNKNOWN, "Blorptron 9000")
    assert replies.unknown([chip]) == "I don’t know “Blorptron 9000”: is it spelled another way?"
    assert len(replies.unknown([replace(chip, label="x" * 5000)])) < 200


def test_the_question_names_years_where_titles_agree() -> None:
    solaris = Question(("movie:13", "movie:14"), ("Solaris (1972)", "Solaris (2002)"), 1.0)
    assert replies.asking(solaris) == "Which Solaris do you mean: 1972 or 2002?"
    dune = Question(("movie:1", "movie:2"), ("Dune (1984)", "Dune Drifter (2020)"), 1.0)
    assert replies.asking(dune) == "Which one do you mean: Dune (1984) or Dune Drifter (2020)?"
    assert replies.asking(None) == ""


@pytest.mark.parametrize(
    ("situation", "text"),
    [
        (Situation(shown=3, asked_for=3), "Three for tonight:"),
        (Situation(shown=1, asked_for=1, variant=1), "How about this one?"),
        (
            Situation(shown=3, asked_for=3, lead="comedies from the 90s", wished=True),
            "Three comedies from the 90s:",
        ),
        (
            Situation(shown=1, asked_for=3, films="musical westerns", wished=True),
            "Only one fits your wish for musical westerns:",
        ),
        (
            Situation(asked_for=3, films="musical westerns", lift=("any year", "forget musical")),
            "I have nothing left to show among musical westerns. Say “any year” or “forget musical” and there is more.",
        ),
        (Situation(shown=0, asked_for=0), ""),
    ],
)
def test_the_line_before_the_films(situation: Situation, text: str) -> None:
    assert replies.slate(situation) == text


@pytest.mark.parametrize("act", [*Act])
def test_small_talk_never_runs_out_of_words(act: Act) -> None:
    said = [replies.small_talk(act, variant) for variant in range(12)]
    assert set(said[:6]) == set(said[6:])
    assert all(len(words) > 20 for words in said)


def test_wishes_in_words(films: Catalogue) -> None:
    def facet(name: str) -> int:
        return films.token_of_facet("genre", name) or 0

    assert films_words(Constraints(), films) == "films"
    nineties = Constraints(
        limits=(Limit("year", 1990, 1999),),
        required=(facet("Comedy"),),
        excluded=(facet("Horror"), facet("Musical")),
    )
    assert films_words(nineties, films) == "comedies from the 90s without horror or musicals"
    assert films_words(nineties, films, 1) == "comedy from the 90s without horror or musicals"


def test_what_was_not_understood_is_no_wish_that_was_heard() -> None:
    taste = Situation(shown=3, asked_for=3, unheard=True, line="more zing!")
    assert replies.slate(taste) == (
        "I found no film, genre or mood in “more zing”, so I stay with what I know. "
        "Three for tonight:"
    )
    assert "no film" not in replies.slate(replace(taste, cold=True))


def test_what_was_not_understood_is_said_where_nothing_is_left() -> None:
    none = Situation(asked_for=3, films="musical westerns", unheard=True, line="zing")
    assert replies.slate(none) == (
        "I found no film, genre or mood in “zing”, so I stay with what I know. "
        "I have nothing left to show among musical westerns. “Start over” lets go of all wishes."
    )


def test_what_somebody_else_likes_is_left_aside_aloud() -> None:
    romance = Chip(ChipKind.ASIDE, "romance", "genre:Romance")
    aside = "I don’t count romance as a like of yours."
    assert (
        replies.heard([romance], 0)
        == f"{aside} “Tonight for two” finds films for several tastes at once."
    )
    assert (
        replies.heard([replace(LIKES[0], kind=ChipKind.ASIDE)], 0)
        == "I don’t count Alien as a like of yours."
    )


def test_somebody_who_says_nothing_is_asked_less_each_time() -> None:
    def cold(variant: int, count: int, **turn: bool) -> str:
        return replies.slate(Situation(variant, count, count, cold=True, **turn))

    assert cold(0, 3, first=True) == (
        "Name a film you loved or couldn’t stand, and I’ll go by that. "
        "Three that many people love, until I know you better:"
    )
    assert [cold(variant, 3) for variant in range(3)] == [
        "Three more that many people love. A thumb up or down is all I need:",
        "Let’s find out, then: thumb up for what you would watch, thumb down for what you never would.",
        "Three more that rarely miss. If you have seen one, tell me how it was:",
    ]
    assert cold(2, 1) == "One more that rarely misses. If you have seen it, tell me how it was:"


def test_what_is_held_reads_as_sentences() -> None:
    taste = [
        *LIKES,
        Chip(ChipKind.WANT, "comedy", "genre:Comedy"),
        Chip(ChipKind.AVOID, "dark", "tag:dark"),
    ]
    assert replies.about_me(taste, "films without horror", wished=True) == (
        "You like Alien and The Thing. You want more comedy and less “dark”. You asked for films without horror. "
        "That is all I hold; “forget …” takes any of it back, “start over” all of it."
    )


def test_films_for_children_in_words() -> None:
    catalogue = Catalogue(
        movies=(Movie(0, 1, "Spy Kids", 2001, ("Action", "Children")),),
        facets=(Facet("genre", "Action"), Facet("genre", "Children")),
        membership=sparse.csr_matrix((2, 1), dtype=np.bool_),
        n_ratings=np.array([1]),
        n_items=1,
    )
    action, children = 2, 3
    assert films_words(Constraints(required=(children,)), catalogue) == "films for children"
    assert (
        films_words(Constraints(required=(action, children)), catalogue, 1)
        == "action film for children"
    )
    assert (
        films_words(Constraints(excluded=(children,)), catalogue)
        == "films without anything for children"
    )


def test_lesser_known_films_and_names_in_words() -> None:
    names = ("adam sandler", "time travel", "pixar")
    catalogue = Catalogue(
        movies=(Movie(0, 1, "Click", 2006, ("Comedy",)),),
        facets=(Facet("genre", "Comedy"), *(Facet("tag", name) for name in names)),
        membership=sparse.csr_matrix((4, 1), dtype=np.bool_),
        n_ratings=np.array([1]),
        n_items=1,
    )
    comedy, sandler, time_travel, pixar = range(2, 6)
    assert films_words(
        Constraints(limits=(Limit("rank", 9), Limit("year", 1990, 1999))), catalogue
    ) == ("lesser known films from the 90s")
    assert films_words(
        Constraints(limits=(Limit("rank", 9),), required=(comedy, sandler)), catalogue, 1
    ) == ("lesser known Adam Sandler comedy")
    assert films_words(Constraints(required=(time_travel, pixar)), catalogue) == (
        "films tagged “time travel” and “Pixar”"
    )
    assert films_words(Constraints(excluded=(sandler, time_travel)), catalogue) == (
        "films without Adam Sandler or anything tagged “time travel”"
    )


def test_what_is_not_known_is_said() -> None:
    assert replies.not_known((), True) == ""
    assert (
        replies.not_known(("length",), True)
        == "I don’t know how long films run; the links on each film may help."
    )
    assert (
        replies.not_known(("length", "age"), False)
        == "I don’t know how long films run or age ratings."
    )
    assert replies.not_known(("series",), True) == "I don’t know series, only films."


def test_more_of_the_same_is_not_introduced_again() -> None:
    wished = Situation(shown=3, asked_for=3, films="comedies from the 90s", wished=True, more=True)
    leads = [replies.slate(replace(wished, variant=variant)) for variant in range(4)]
    assert leads == ["Three more:", "And three more:", "Here are three others:", "Next three:"]
    assert replies.slate(replace(wished, shown=1, asked_for=1, variant=2)) == "Here is one other:"


@pytest.mark.parametrize(
    ("genres", "words"),
    [
        (["Comedy"], "comedies"),
        (["Comedy", "Romance"], "romantic comedies"),
        (["Horror", "Comedy"], "horror comedies"),
        (["Sci-Fi", "Horror"], "sci-fi horror films"),
        (["Musical", "Western"], "musical westerns"),
        (["Film-Noir"], "films noirs"),
        ([], "films"),
    ],
)
def test_genres_in_words(genres: list[str], words: str) -> None:
    assert genres_words(genres) == words


@pytest.mark.parametrize(
    ("years", "words", "label"),
    [
        ((1990, 1999), "from the 90s", "1990–1999"),
        ((1920, 1929), "from the 1920s", "1920–1929"),
        ((2000, 2009), "from the 2000s", "2000–2009"),
        ((1982, 1982), "from 1982", "1982"),
        ((1985, 1992), "from 1985 to 1992", "1985–1992"),
        ((1880, 1959), "up to 1959", "up to 1959"),
        ((2001, 2023), "since 2001", "since 2001"),
        ((2023, 2023), "from 2023", "2023"),
    ],
)
def test_years_in_words(years: tuple[int, int], words: str, label: str) -> None:
    assert years_words(years, newest=2023) == words
    assert years_label(years, newest=2023) == label


def test_lists_in_words() -> None:
    assert [listing(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert listing(["a", "b"], "or") == "a or b"


def test_films_of_one_name_are_told_apart_by_their_year() -> None:
    remake = Chip(ChipKind.LIKE, "Dune (2021)", "movie:1")
    assert replies.heard((remake,), 0) == "You like Dune."
    assert replies.heard((remake, Chip(ChipKind.FORGOTTEN, "Dune (1984)", "movie:2")), 0) == (
        "You like Dune (2021). Forgotten: Dune (1984)."
    )
