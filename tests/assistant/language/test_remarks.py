"""What a line says after films were shown: wishes and questions judge none of them, complaints
never praise, and an age is no year.
"""

from __future__ import annotations

import films
import pytest
import shipped
from hypothesis import given
from hypothesis import strategies as st
from templates import OPEN, Fillers, templates

from assistant.language.meaning.measures import minutes_wanted
from assistant.language.understand import Understanding
from assistant.language.utterance import EVERY_WISH, Act, Context, Utterance

TINY = Understanding(films.catalogue())
TABLE = Context(shown=(1, 2, 3))

OPENINGS = ("", "ok ", "hmm ", "no, ", "perfect, ", "thanks! ")
HEADS = (
    "something", "anything", "a film", "a movie", "a really good movie", "any movies", "movies",
    "films", "I want something", "give me a film", "can you find something",
    "show me some movies", "I need something",
)  # fmt: skip
PRAISE = (
    "that makes me laugh", "that made people cry", "I can't stop watching", "everyone loved",
    "that I will love", "which is amazing", "that isn't boring", "I would enjoy",
    "that blew people away", "that people hate", "with a brilliant ending",
    "that is not terrible", "that you love",
)  # fmt: skip
QUESTIONS = (
    "is there one that is great?", "do you have anything amazing?", "what would I love?",
    "which movies are great?", "got anything that isn't terrible?",
    "where are the films that people love?",
)  # fmt: skip
ADJECTIVES = (
    "long", "slow", "loud", "american", "clever", "scary", "violent", "artsy", "old", "mainstream",
    "childish", "wordy", "predictable", "good", "funny",
)  # fmt: skip


def said(text: str) -> Utterance:
    return TINY.understand(text, TABLE)


def strength(utterance: Utterance) -> float:
    """How the films on the table are liked for a line: 0 where it is no reaction to them."""
    reacts = utterance.act is Act.REACT and not utterance.ambiguous
    return (utterance.strength or 0.0) if reacts else 0.0


@pytest.mark.parametrize(
    ("line", "each", "taken"),
    [
        ("seen the first two. the third I've never heard of", {0: 0, 1: 0}, ()),
        ("not the first, I've watched it", {0: 0}, ()),
        ("the last one I know already, the other two are new to me", {2: 0}, ()),
        ("I've seen 1 and 3", {0: 0, 2: 0}, ()),
        ("seen the first two, not the last", {0: 0, 1: 0}, ()),
        ("not the first", {0: -1}, ()),
        ("hated the first. the second sounds good", {0: -1, 1: 1}, (1,)),
        ("we both could live with the first", {0: 1}, (0,)),
        ("fine. whatever. the second one looks decent", {1: 1}, (1,)),
        ("I like the second one", {1: 1}, ()),
    ],
)
def test_each_film_that_is_pointed_at_has_its_own_verdict(
    line: str, each: dict[int, int], taken: tuple[int, ...]
) -> None:
    understood = said(line)
    strengths = understood.strengths or (understood.strength or 0.0,) * len(understood.picks)
    signs = {
        place: (one > 0) - (one < 0) for place, one in zip(understood.picks, strengths, strict=True)
    }
    assert (signs, understood.taken) == (each, taken)


@pytest.mark.parametrize("line", ["sold!", "that'll do nicely", "yesss that one!!", "I'll take it"])
def test_what_chooses_without_pointing_means_the_film_spoken_of_or_asks_which(line: str) -> None:
    alone = TINY.understand(line, Context(shown=(2,)))
    assert (alone.act, alone.taken) == (Act.AGREE, (0,))
    (which,) = said(line).ambiguous
    assert which.taken and which.tokens == TABLE.shown


@given(st.sampled_from(OPENINGS), st.sampled_from(HEADS), st.sampled_from(PRAISE))
def test_a_wish_is_no_verdict_whatever_praise_is_in_it(
    opening: str, head: str, praise: str
) -> None:
    utterance = said(f"{opening}{head} {praise}")
    assert utterance.act is not Act.REACT, utterance.text
    assert not utterance.movies, utterance.text


@pytest.mark.parametrize("text", [*QUESTIONS, "one that my kids will love"])
def test_a_question_is_no_verdict_but_asks_for_films(text: str) -> None:
    assert said(text).act in (Act.RECOMMEND, Act.ASK)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("these are great", 1),
        ("loved them", 1),
        ("no those are great", 1),
        ("give me others, these are terrible", -1),
        ("I wanted something fun, those are boring", -1),
    ],
)
def test_what_is_said_of_the_films_shown_stays_a_verdict(text: str, sign: int) -> None:
    assert strength(said(text)) * sign > 0


@given(
    st.sampled_from(("", "no ", "no, ", "nah ")),
    st.sampled_from(("those are ", "these are ", "they're ", "they are all ", "")),
    st.sampled_from(("too ", "way too ", "a bit too ", "far too ")),
    st.sampled_from(ADJECTIVES),
    st.sampled_from(("", " for me", " for us")),
)
def test_too_much_of_anything_is_never_praise(
    no: str, subject: str, too: str, adjective: str, whom: str
) -> None:
    utterance = said(f"{no}{subject}{too}{adjective}{whom}")
    assert strength(utterance) <= 0, utterance.text
    assert all(facet.strength < 0 for facet in utterance.facets), utterance.text
    complains = utterance.act is Act.REACT or not utterance.does.isdisjoint(("wish", "complain"))
    tells = (complains, utterance.facets, utterance.limits, utterance.lifted)
    assert any(tells), utterance.text


@pytest.mark.parametrize(
    "text",
    ["not too long", "can't be too long", "it shouldn't be too slow", "I was too tired",
     "my kids are too young"],
)  # fmt: skip
def test_what_may_not_be_too_much_is_no_complaint(text: str) -> None:
    assert said(text).act is not Act.REACT


AGES = (
    "my 7 year old", "my seven-year-old", "a 6yo", "my 70 year old dad", "my son, aged 9",
    "my old man", "my old friends", "somebody in her sixties", "my kids, 7 and 9 years old",
    "my dad, who is turning 80",
)  # fmt: skip


@given(st.sampled_from(AGES), st.sampled_from(("with", "for", "nothing for", "I watch it with")))
def test_the_age_of_people_is_no_year(who: str, how: str) -> None:
    for text in (f"{how} {who}, please", f"{how} {who}"):
        assert said(text).limit("year") is None, text


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("something old, I'm with my 7 year old", 1880, 1979),
        ("we are in our 60s, something from the 70s", 1970, 1979),
        ("something from 1999 for my 6 year old", 1999, 1999),
    ],
)
def test_years_beside_an_age_stay_years(text: str, first: int, last: int) -> None:
    limit = said(text).limit("year")
    assert limit is not None
    assert (limit.low, limit.high) == (first, last)


def test_templates_of_wishes_touch_no_film_on_the_table() -> None:
    understanding = shipped.understanding()
    fillers = Fillers(understanding, most=5)
    for template in templates(OPEN):
        for sentence in fillers.sentences(template, 1):
            utterance = understanding.understand(sentence.text, TABLE)
            assert utterance.act is not Act.REACT or utterance.picks, sentence.text


LISTS = (
    "Dislikes: {a}, anything with Adam Sandler, {b}", "Avoid: {a}, something with {b}",
    "Hated: {a}, everything by Ridley Scott, {b}",
)  # fmt: skip


@pytest.mark.parametrize("line", LISTS)
def test_a_list_keeps_the_sign_of_its_heading(line: str) -> None:
    said = TINY.understand(line.format(a="comedies", b="horror"))
    assert len(said.facets) >= 2
    assert all(facet.strength < 0 for facet in said.facets)


@pytest.mark.parametrize("away", ["no horror", "not too scary", "without any horror"])
def test_a_pattern_behind_a_comma_is_wanted(away: str) -> None:
    (movie,) = TINY.understand(f"a comedy, {away}, like Titanic").movies
    assert movie.strength > 0
    assert movie.similar_only


@pytest.mark.parametrize("who", ["we can't sit through", "nobody lasts", "she never watches"])
@pytest.mark.parametrize("more", ["more than", "over", "longer than"])
def test_more_than_is_at_most_where_it_is_denied(who: str, more: str) -> None:
    limit = minutes_wanted(f"{who} {more} 90 minutes", (), lambda _: None)
    assert limit is not None
    assert (limit.low, limit.high) == (1, 90)


def test_all_earlier_wishes_go_at_once() -> None:
    said = TINY.understand("okay forget all that, just a comedy")
    assert said.act is Act.RECOMMEND
    assert EVERY_WISH in said.lifted
    assert [facet.strength > 0 for facet in said.facets] == [True]


# ---- what is said of a film on the table, by its name


def answer(text: str, *, wanted: str = "", spared: str = "") -> Utterance:
    """A line on films of which the first three stand on the table."""
    tokens = [
        frozenset(filter(None, [TINY.catalogue.token_of_facet("genre", name)]))
        for name in (wanted, spared)
    ]
    table = Context(
        shown=(1, 2, 3), offered=frozenset((1, 2, 3)), wanted=tokens[0], spared=tokens[1]
    )
    return TINY.understand(text, table)


def wish(utterance: Utterance, genre: str) -> float:
    """How much films of a genre are wanted, by a line; 0 where it says nothing of them."""
    token = TINY.catalogue.token_of_facet("genre", genre)
    return sum(facet.strength for facet in utterance.facets if facet.token == token)


TITLE = TINY.catalogue.movie(1).title


@pytest.mark.parametrize(
    "text",
    [
        f"{TITLE}?! That's horror",
        f"{TITLE} isn't a comedy",
        f"oh come on, {TITLE}? a comedy please",
        f"no {TITLE}, it's horror",
    ],
)
def test_a_film_that_is_complained_of_is_put_off_and_no_wish_for_its_like(text: str) -> None:
    (film,) = answer(text).movies
    assert film.later and not film.similar_only
    assert film.strength == 0


def test_what_is_said_of_it_is_unwanted_and_what_it_lacks_is_wanted() -> None:
    assert wish(answer(f"{TITLE}?! That's horror"), "Horror") < 0
    assert wish(answer(f"{TITLE} isn't a comedy"), "Comedy") > 0


def test_a_film_on_the_table_that_is_only_spoken_of_says_nothing() -> None:
    (film,) = answer(f"what else was on in the year of {TITLE}").movies
    assert film.idle or film.later


def test_one_that_is_known_by_heart_is_seen_without_a_verdict() -> None:
    (film,) = answer(f"{TITLE} I know by heart").movies
    assert film.seen and not film.similar_only
    assert film.strength == 0


def test_who_asked_for_none_of_it_still_wants_none() -> None:
    assert wish(answer(f"{TITLE} isn't horror??", spared="Horror"), "Horror") <= 0
