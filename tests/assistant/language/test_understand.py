"""A line of text becomes a value that says who is liked, what is wanted and what is done."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import films
import pytest
import shipped
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.evaluation.lines import read_rows, score_rows
from assistant.language.understand import Understanding
from assistant.language.utterance import Act, AmbiguousMention, Context, Span, Topic, Utterance

CATALOGUE = films.catalogue()
UNDERSTANDING = Understanding(CATALOGUE)
TABLE = ("Alien (1979)", "Titanic (1997)", "The Matrix (1999)")
LABELLED = Path(__file__).parents[2] / "data" / "utterances.jsonl"


def token(label: str) -> int:
    return next(movie.row + 1 for movie in CATALOGUE.movies if movie.label == label)


def understood(text: str, *shown: str, asked: tuple[str, ...] = ()) -> Utterance:
    question = AmbiguousMention(Span(0, 0), tuple(map(token, asked)), 1.0, "") if asked else None
    return UNDERSTANDING.understand(text, Context(tuple(map(token, shown)), question))


def tastes(text: str) -> dict[str, float]:
    return {
        CATALOGUE.movie(mention.token).title: mention.strength
        for mention in understood(text).movies
    }


def wishes(text: str) -> dict[str, tuple[bool, bool]]:
    """Facet → (wanted, required)."""
    return {
        CATALOGUE.facet(mention.token).name: (mention.strength > 0, mention.required)
        for mention in understood(text).facets
    }


# ---- likes and dislikes


def test_signs_go_to_the_films_they_speak_of() -> None:
    assert tastes("I loved Alien and The Thing but hated Titanic") == {
        "Alien": 1.0,
        "The Thing": 1.0,
        "Titanic": -1.0,
    }
    assert tastes("I loved Alien and The Thing, couldn't stand Titanic") == {
        "Alien": 1.0,
        "The Thing": 1.0,
        "Titanic": -1.0,
    }
    assert tastes("Alien was great, Titanic was boring") == {"Alien": 0.9, "Titanic": -0.7}


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("I love Titanic", 1),
        ("Titanic is my favourite film", 1),
        ("Titanic? loved it", 1),
        ("Titanic was not bad", 1),
        ("I don't hate Titanic", 1),
        ("who doesn't love Titanic", 1),
        ("Titanic", 1),
        ("I don't like Titanic", -1),
        ("not a fan of Titanic", -1),
        ("Titanic is overrated", -1),
        ("Titanic sucked", -1),
        ("I saw Titanic. It was awful.", -1),
        ("sick of Titanic", -1),
        ("less like Titanic", -1),
        ("I've seen Titanic", 0),
        ("I haven't seen Titanic", 0),
        ("have you seen Titanic?", 0),
        ("what is Titanic about?", 0),
        ("never heard of Titanic", 0),
        ("Titanic I hated", -1),
        ("Titanic is a movie I never liked", -1),
        ("everyone loves Titanic but I don't", -1),
        ("everyone loves Titanic", 0),
        ("I don't get why people love Titanic", -1),
        ("I'm not a Titanic fan", -1),
        ("big Titanic fan here", 1),
        ("turned Titanic off after ten minutes", -1),
        ("I would never watch Titanic again", -1),
        ("Titanic was ok but not my favorite", -1),
        ("Titanic wasn't really my cup of tea", -1),
        ("the worst movie I ever saw was Titanic", -1),
        ("no thanks to Titanic", -1),
        ("everyone raves about Titanic but I fell asleep", -1),
        ("thanks, Titanic was great", 1),
        ("I don't like sad films like Titanic", -1),
        ("not in stuff like Titanic", -1),
        ("I don't like romances, except Titanic", 1),
        ("Neither my wife nor I liked Titanic", -1),
        ("my wife hated Titanic, I thought it was brilliant", 1),
        ("my mum's favourite is Titanic but I find it dull", -1),
        ("Titanic is great but the sequels are trash", 1),
        ("Titanic was not very funny", -1),
        ("brilliant: Titanic", 1),
        ("Titanic was a dissapointment", -1),
        ("I looooved Titanic", 1),
        ("never seen Titanic, is it good?", 0),
        ("I'd rather watch anything than Titanic", -1),
        ("watched Titanic and fell asleep", -1),
    ],
)
def test_signs(text: str, sign: int) -> None:
    (mention,) = understood(text).movies
    assert (mention.strength > 0) - (mention.strength < 0) == sign, mention.rule


def test_a_verdict_beside_a_name_is_about_that_name() -> None:
    assert tastes("Alien yes, Titanic no") == {"Alien": 0.6, "Titanic": -0.6}
    assert tastes("Alien was great but Titanic wasn't") == {"Alien": 0.9, "Titanic": -0.5}


def test_a_verdict_is_of_the_film_it_stands_behind_and_of_those_listed_with_it() -> None:
    assert tastes("seen Alien, seen Titanic, both awful") == {"Alien": -0.9, "Titanic": -0.9}
    assert tastes("Alien was great and so was Titanic") == {"Alien": 0.9, "Titanic": 0.9}
    assert tastes("Give me Alien over Titanic any day")["Titanic"] == 0.0


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("fell asleep", (-1,)),
        ("meh", (-1,)),
        ("really good!", (1,)),
        ("way too violent", (-1,)),
        ("not really my thing", (-1,)),
    ],
)
def test_a_reaction_is_meant_of_the_film_that_was_only_named(
    text: str, signs: tuple[int, ...]
) -> None:
    titanic = token("Titanic (1997)")
    shown = tuple(map(token, ("Alien (1979)", "The Matrix (1999)")))
    utterance = UNDERSTANDING.understand(text, Context(shown, None, titanic, (titanic,)))
    assert [mention.token for mention in utterance.movies] == [titanic]
    assert (
        tuple((mention.strength > 0) - (mention.strength < 0) for mention in utterance.movies)
        == signs
    )


def test_both_films_that_were_only_named_are_meant_by_both() -> None:
    named = (token("Titanic (1997)"), token("Alien (1979)"))
    utterance = UNDERSTANDING.understand(
        "hated both", Context((token("The Matrix (1999)"),), untold=named)
    )
    (mention,) = utterance.movies
    assert (mention.token, *mention.also) == named and mention.strength == -1.0


@pytest.mark.parametrize("text", ["or Titanic", "same with Titanic", "Titanic even more"])
def test_a_film_added_to_the_last_line_is_meant_as_the_others_were(text: str) -> None:
    (mention,) = UNDERSTANDING.understand(text, Context(mood=-0.7)).movies
    assert mention.strength == -0.7
    assert UNDERSTANDING.understand(text).movies[0].strength >= 0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("or westerns", False),
        ("and anything romantic", False),
        ("and a comedy", True),
        ("or maybe a comedy", True),
    ],
)
def test_wishes_added_to_what_is_kept_away_are_kept_away(text: str, wanted: bool) -> None:
    (mention,) = UNDERSTANDING.understand(text, Context(spurned=True)).facets
    assert (mention.strength > 0) == wanted
    (mention,) = UNDERSTANDING.understand(text).facets
    assert mention.strength > 0


def test_what_children_love_counts_where_films_are_for_them() -> None:
    assert UNDERSTANDING.understand("they loved Titanic, I love Alien").movies[0].idle
    (mention,) = UNDERSTANDING.understand("they loved Titanic", Context(for_another=True)).movies
    assert mention.strength > 0 and not mention.idle


def test_what_somebody_near_likes_is_told_aside() -> None:
    utterance = understood("she likes romance, I like comedy")
    assert [mention.strength > 0 for mention in utterance.facets] == [True]
    assert len(utterance.aside) == 1
    assert not understood("we want a film, she likes romance").aside


def test_what_was_not_seen_or_comes_second_is_not_disliked() -> None:
    assert tastes("I've seen Alien and liked it, but not Titanic") == {"Alien": 0.7, "Titanic": 0.0}
    assert tastes("I like Alien more than Titanic") == {"Alien": 0.7, "Titanic": 0.0}


def test_the_words_of_a_title_are_not_cues() -> None:
    assert tastes("Love Actually was terrible") == {"Love Actually": -0.9}
    assert list(tastes("The Good, the Bad and the Ugly")) == ["The Good, the Bad and the Ugly"]


def test_a_film_named_as_a_pattern_is_not_called_liked_or_seen() -> None:
    (mention,) = understood("something like Alien").movies
    assert mention.similar_only and mention.strength > 0 and not mention.seen
    (mention,) = understood("I've seen Alien and loved it").movies
    assert mention.seen and not mention.similar_only and mention.strength == 1.0


def test_every_decision_names_its_rule() -> None:
    utterance = understood("I loved Alien, no romance")
    assert "feel: loved" in utterance.movies[0].rule
    assert "avoid: no" in utterance.facets[0].rule


# ---- genres, tags, people, years, numbers


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a comedy", {"Comedy": (True, True)}),
        ("I like comedies", {"Comedy": (True, False)}),
        ("something funnier", {"Comedy": (True, False)}),
        ("no musicals, nothing scary", {"Horror": (False, True)}),
        ("I hate horror", {"Horror": (False, True)}),
        ("I'm not big on horror", {"Horror": (False, False)}),
        ("horror or western", {"Horror": (True, True), "Western": (True, True)}),
        ("a horror film. actually no, wait, a western", {"Western": (True, True)}),
        ("a rom-com", {"Romance": (True, True), "Comedy": (True, True)}),
        ("anything but horror", {"Horror": (False, True)}),
        ("something with Tom Hanks", {"tom hanks": (True, False)}),
        ("anything by nolan", {"christopher nolan": (True, False)}),
        ("starring Sigourney Weaver", {"Sigourney Weaver": (True, True)}),
        ("I love Weaver", {"Sigourney Weaver": (True, False)}),
        ("time travel please", {"time travel": (True, False)}),
        ("can you recommend a good western", {"Western": (True, True)}),
        ("could you show me a comedy", {"Comedy": (True, True)}),
        ("a comedy that isn't romance", {"Comedy": (True, True), "Romance": (False, True)}),
        ("Alien was hilarious", {}),
    ],
)
def test_wishes(text: str, wanted: dict[str, tuple[bool, bool]]) -> None:
    assert wishes(text) == wanted


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("from the 90s", (1990, 1999)),
        ("from the 80s or later", (1980, 2023)),
        ("the 90s onwards", (1990, 2023)),
        ("from the 50s or earlier", (1880, 1959)),
        ("1980s horror", (1980, 1989)),
        ("the nineties", (1990, 1999)),
        ("80s or 90s", (1980, 1999)),
        ("late 60s", (1966, 1969)),
        ("before 2000", (1880, 1999)),
        ("before the 70s", (1880, 1969)),
        ("since 2010", (2010, 2023)),
        ("after 2010", (2011, 2023)),
        ("between 1990 and 1980", (1980, 1990)),
        ("last five years", (2019, 2023)),
        ("from 1994", (1994, 1994)),
        ("nothing old", (1999, 2023)),
        ("old westerns", (1880, 1979)),
        ("I loved Solaris (1972)", None),
        ("hello", None),
    ],
)
def test_years(text: str, years: tuple[int, int] | None) -> None:
    assert understood(text).years == years


@pytest.mark.parametrize(
    ("text", "count"),
    [("give me five", 5), ("show me 3 comedies", 3), ("give me 99 movies", 10), ("a comedy", None)],
)
def test_numbers_of_films(text: str, count: int | None) -> None:
    assert understood(text).count == count


def test_any_year_and_lesser_known() -> None:
    assert understood("a comedy, any year").lifted == ("year",)
    assert understood("a comedy, not too popular").limit("rank")
    assert not understood("a comedy").lifted


@pytest.mark.parametrize(
    ("text", "lesser", "well"),
    [
        ("something not too popular", True, False),
        ("a hidden gem", True, False),
        ("no Hollywood blockbusters", True, False),
        ("I love blockbusters", False, False),
        ("less popular ones", True, False),
        ("obscure horror", True, False),
        ("Heat is underrated", False, False),
        ("I think Heat is a hidden gem", False, False),
        ("less obscure", False, True),
        ("nothing too obscure", False, True),
        ("better known ones", False, True),
        ("well-known ones too", False, True),
        ("popular ones are fine", False, True),
        ("a comedy", False, False),
    ],
)
def test_fame(text: str, lesser: bool, well: bool) -> None:
    utterance = understood(text)
    assert (bool(utterance.limit("rank")), "rank" in utterance.lifted) == (lesser, well)


def test_it_is_the_film_that_was_just_named() -> None:
    rock = token("The Rock (1996)")
    context = Context(tuple(map(token, TABLE)), None, rock)
    (mention,) = UNDERSTANDING.understand("I adored it!", context).movies
    assert (mention.token, mention.strength) == (rock, 1.0)
    assert UNDERSTANDING.understand("I adored them", context).act is Act.REACT


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("nothing from before 1980", (1980, 2023)),
        ("from this century", (2000, 2023)),
        ("silent films", (1880, 1929)),
    ],
)
def test_spans_that_are_easily_turned_round(text: str, years: tuple[int, int]) -> None:
    assert understood(text, *TABLE).years == (years[0], min(years[1], int(CATALOGUE.years.max())))


def test_the_last_years_are_no_film_on_the_table() -> None:
    utterance = understood("something from the last five years", *TABLE)
    assert (utterance.act, utterance.picks) == (Act.RECOMMEND, ()) and utterance.years is not None


@pytest.mark.parametrize("text", ["why not Titanic?", "has she seen it?", "I'll watch Heat"])
def test_what_is_no_verdict(text: str) -> None:
    utterance = understood(text, *TABLE)
    assert utterance.act is not Act.REACT
    assert all(mention.strength >= 0 for mention in utterance.movies)


@pytest.mark.parametrize(
    ("text", "beyond"),
    [
        ("something shorter", ("length",)),
        ("is it on netflix?", ("streaming",)),
        ("anything PG-13", ("age",)),
        ("only in french", ("language",)),
        ("something like Game of Thrones", ("series",)),
        ("oscar winners only", ("awards",)),
        ("the kids are 6 and 9", ("age",)),
        ("directed by a woman", ("makers",)),
        ("a comedy", ()),
        ("shorter than Heat", ()),
    ],
)
def test_what_is_not_known_of_films(text: str, beyond: tuple[str, ...]) -> None:
    utterance = understood(text)
    assert (utterance.beyond, utterance.movies if beyond else ()) == (beyond, ())


# ---- whose taste it is, and what is only asked


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("she loves Titanic", 1),
        ("my sister is obsessed with Titanic", 1),
        ("my dad's favourite film is Titanic", 1),
        ("my 6 year old loves Titanic", 1),
        ("my sister loves Titanic, I love Alien", 0),
        ("my boss says Titanic is great", 0),
        ("my daughter is crazy about Titanic", 1),
        ("watching with my mum, she loves Titanic", 1),
        ("my wife and I love Titanic", 1),
        ("me and my boyfriend really enjoyed Titanic", 1),
        ("everyone hates Titanic but I don't", 1),
        ("he hated Titanic, I adored it", 1),
    ],
)
def test_somebody_elses_taste_counts_where_the_film_is_for_them(text: str, sign: int) -> None:
    """Of whom alone is spoken, or who watches with the speaker."""
    mention = understood(text).movies[0]
    assert ((mention.strength > 0) - (mention.strength < 0), mention.idle) == (sign, not sign), (
        mention.rule
    )


def test_what_somebody_near_cannot_stand_is_kept_away_softly() -> None:
    assert wishes("my husband hates horror") == {"Horror": (False, False)}
    assert wishes("my girlfriend loves horror") == {"Horror": (True, False)}
    assert wishes("my girlfriend loves horror, I love comedies") == {"Comedy": (True, False)}


@pytest.mark.parametrize(
    "text",
    [
        "who directed Titanic?",
        "what is Titanic about?",
        "is Titanic any good?",
        "when did Titanic come out",
        "is Titanic on netflix?",
    ],
)
def test_a_question_about_a_film_tells_no_taste(text: str) -> None:
    utterance = understood(text)
    assert utterance.act in (Act.ASK, Act.BEYOND) and [
        mention.idle for mention in utterance.movies
    ] == [True]


@pytest.mark.parametrize("text", ["I haven't seen Titanic yet", "never heard of Titanic"])
def test_a_film_that_was_not_seen_tells_no_taste(text: str) -> None:
    assert [mention.idle for mention in understood(text).movies] == [True]


def test_a_film_one_heard_of_is_a_pattern_and_not_called_liked() -> None:
    assert [mention.similar_only for mention in understood("heard Titanic is great").movies] == [
        True
    ]


def test_a_film_one_wants_to_see_is_asked_for_itself() -> None:
    (question,) = understood("I want to see Titanic").questions
    assert question.topic is Topic.HAS and question.films == (token("Titanic (1997)"),)


# ---- comparisons and exceptions


@pytest.mark.parametrize(
    "text",
    [
        "Alien > Titanic",
        "Titanic < Alien",
        "Alien was so much better than Titanic",
        "I prefer Alien to Titanic",
        "give me Alien over Titanic any day",
        "I'd rather watch Alien than Titanic",
        "Alien beats Titanic hands down",
    ],
)
def test_the_better_of_two_is_liked_and_the_other_only_a_measure(text: str) -> None:
    found = {CATALOGUE.movie(mention.token).title: mention for mention in understood(text).movies}
    assert found["Alien"].strength > 0 and found["Titanic"].strength == 0 and found["Titanic"].idle


@pytest.mark.parametrize(
    "text",
    [
        "Titanic wasn't nearly as good as Alien",
        "Titanic can't hold a candle to Alien",
        "Titanic is no Alien",
    ],
)
def test_what_falls_short_of_another_is_not_liked(text: str) -> None:
    found = tastes(text)
    assert found["Alien"] > 0 > found["Titanic"]


# ---- constructions of like and dislike, whatever the words in them


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Titanic was too sugary for my taste", -1),
        ("Titanic isn't weird enough", -1),
        ("Titanic could've been better", -1),
        ("Titanic couldn't have been better", 1),
        ("can't recommend Titanic enough", 1),
        ("can't recommend Titanic", -1),
        ("I've seen Titanic five times", 1),
        ("I watch Titanic every christmas", 1),
        ("Titanic is the only romance I can stand", 1),
        ("not bad, that Titanic", 1),
        ("what a mess, Titanic", -1),
        ("saw Titanic on a plane, pretty great actually", 1),
        ("I can't say that Titanic did much for me", -1),
        ("Titanic: hmm no", -1),
        ("why did they ever make Titanic", -1),
        ("overrated stuff like Titanic", -1),
        ("not usually into romance, Titanic was an exception", 1),
        ("Titanic is slow but I loved it", 1),
        ("Titanic was violent but brilliant", 1),
        ("Titanic is a bit long but worth it", 1),
        ("Titanic had potential but wasted it", -1),
        ("it's no Titanic", -1),
        ("is Titanic too sad for kids?", 0),
    ],
)
def test_constructions(text: str, sign: int) -> None:
    (mention,) = understood(text).movies
    assert (mention.strength > 0) - (mention.strength < 0) == sign, mention.rule


@pytest.mark.parametrize(
    "text",
    [
        "The Matrix vibes",
        "give me Alien type stuff",
        "Alien-like films please",
        "in the mood for Alien-esque stuff",
    ],
)
def test_a_word_behind_a_title_makes_it_a_pattern(text: str) -> None:
    assert [mention.similar_only for mention in understood(text).movies] == [True]


def test_a_mood_that_tells_how_a_film_is_asks_for_nothing() -> None:
    assert wishes("Alien was scary and brilliant") == {}
    assert wishes("something scary") == {"Horror": (True, True)}


def test_a_genre_is_known_with_a_typing_error() -> None:
    assert wishes("a funy comdy") == wishes("a funny comedy") == {"Comedy": (True, True)}


@pytest.mark.parametrize(
    ("text", "sign"),
    [("it was terrible", -1), ("hated every second", -1), ("skip it", -1), ("such a good film", 1)],
)
def test_a_verdict_needs_no_films_on_the_table(text: str, sign: int) -> None:
    titanic = token("Titanic (1997)")
    (mention,) = UNDERSTANDING.understand(text, Context((), None, titanic, (titanic,))).movies
    assert mention.token == titanic and mention.strength * sign > 0


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("not older than 10 years", (2014, 2023)),
        ("at most 20 years old", (2004, 2023)),
        ("pre-2000", (1880, 1999)),
    ],
)
def test_the_age_of_films(text: str, years: tuple[int, int]) -> None:
    newest = int(CATALOGUE.years.max())
    assert understood(text).years == (
        years[0] + (newest - 2023 if years[1] == 2023 else 0),
        min(years[1], newest),
    )


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("skip", Act.MORE),
        ("same again", Act.MORE),
        ("no thanks", Act.MORE),
        ("good one, thanks!", Act.THANKS),
        ("who are you", Act.ABOUT_YOU),
        ("start from zero", Act.START_OVER),
        ("scratch that last bit", Act.UNDO),
    ],
)
def test_more_acts_with_films_on_the_table(text: str, act: Act) -> None:
    assert understood(text, *TABLE).act is act


@pytest.mark.parametrize(
    ("text", "beyond"),
    [
        ("foreign but not scary", ("language",)),
        ("no sequels", ("sequels",)),
        ("90 minutes max", ("length",)),
    ],
)
def test_more_of_what_is_not_known(text: str, beyond: tuple[str, ...]) -> None:
    assert understood(text).beyond == beyond


# ---- acts


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("hi", Act.GREET),
        ("help", Act.HELP),
        ("more please", Act.MORE),
        ("undo", Act.UNDO),
        ("forget Titanic", Act.FORGET),
        ("start over", Act.START_OVER),
        ("what do you know about me?", Act.ABOUT_ME),
        ("why?", Act.WHY),
        ("thanks!", Act.THANKS),
        ("bye", Act.BYE),
        ("recommend me a film", Act.RECOMMEND),
        ("thanks, now a comedy", Act.RECOMMEND),
        ("what's the capital of France", Act.OFF_TOPIC),
        ("👍", Act.OFF_TOPIC),
        ("", Act.EMPTY),
        (" \n ", Act.EMPTY),
    ],
)
def test_acts(text: str, act: Act) -> None:
    assert understood(text).act is act


@pytest.mark.parametrize(
    ("text", "picks", "signs"),
    [
        ("hated the first one, loved the third", (0, 2), (-1, 1)),
        ("loved the first, not the other two", (0, 1, 2), (1, -1, -1)),
        ("the second was great but the last one was boring", (1, 2), (1, -1)),
        ("the first and the third were awful", (0, 2), (-1, -1)),
    ],
)
def test_each_pick_has_its_own_sign(
    text: str, picks: tuple[int, ...], signs: tuple[int, ...]
) -> None:
    utterance = understood(text, *TABLE)
    strengths = utterance.strengths or (utterance.strength or 0.0,) * len(picks)
    assert (utterance.act, utterance.picks) == (Act.REACT, picks)
    assert tuple(1 if strength > 0 else -1 for strength in strengths) == signs


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("yes", Act.AGREE),
        ("ok cool", Act.AGREE),
        ("haha no", Act.MORE),
        ("I'll watch that one", Act.AGREE),
        ("haven't seen any of these", Act.AGREE),
        ("not tonight", Act.REACT),
        ("seen them all", Act.REACT),
        ("👍", Act.REACT),
        ("which one would you pick?", Act.WHY),
        ("you suck", Act.COMPLAIN),
        ("are you a robot?", Act.ABOUT_YOU),
        ("whatever", Act.RECOMMEND),
        ("I'm bored", Act.RECOMMEND),
    ],
)
def test_acts_with_films_on_the_table(text: str, act: Act) -> None:
    assert understood(text, *TABLE).act is act


def test_reactions_to_what_is_on_the_table() -> None:
    table = ("Alien (1979)", "Titanic (1997)", "The Matrix (1999)")
    utterance = understood("I like the second one", *table)
    assert (utterance.act, utterance.picks) == (Act.REACT, (1,)) and (utterance.strength or 0) > 0
    utterance = understood("seen the first two", *table)
    assert (utterance.act, utterance.picks, utterance.seen) == (Act.REACT, (0, 1), True)
    utterance = understood("hated all of them", *table)
    assert (utterance.act, utterance.picks) == (Act.REACT, ()) and (utterance.strength or 0) < 0
    assert understood("why the last one?", *table).picks == (2,)


@pytest.mark.parametrize(
    ("text", "picks"),
    [
        ("1972", (1,)),
        ("the second one", (1,)),
        ("the old one", (1,)),
        ("yes", (0,)),
        ("both", (0, 1)),
        ("no", ()),
        ("the Weaver one? no, the old one", (1,)),
    ],
)
def test_answers_to_our_question(text: str, picks: tuple[int, ...]) -> None:
    utterance = understood(text, asked=("Solaris (2002)", "Solaris (1972)"))
    assert (utterance.act, utterance.picks, utterance.years) == (Act.ANSWER, picks, None)


def test_why_is_no_answer_to_which_one() -> None:
    utterance = understood(
        "why the first one?", "Alien (1979)", asked=("Solaris (2002)", "Solaris (1972)")
    )
    assert (utterance.act, utterance.picks) == (Act.WHY, (0,))


def test_an_open_question_can_be_passed_over() -> None:
    utterance = understood("I loved Alien", asked=("Solaris (2002)", "Solaris (1972)"))
    assert utterance.act is Act.RECOMMEND and len(utterance.movies) == 1


# ---- what is unclear or unknown is said


def test_unclear_and_unknown_titles() -> None:
    utterance = understood("I loved Solaris and 'Zorblax Returns'")
    assert [len(question.tokens) for question in utterance.ambiguous] == [2]
    (unknown,) = utterance.unknown
    assert utterance.text[unknown.span.start : unknown.span.end] == "Zorblax Returns"


# ---- properties


@settings(max_examples=150)
@given(st.text(max_size=400))
@example("\x00" * 50)
@example("İ" * 40)
@example("'" * 30 + "Alien" + '"' * 30)
def test_any_text_is_understood_with_spans_inside_and_apart(text: str) -> None:
    utterance = UNDERSTANDING.understand(text)
    assert utterance == UNDERSTANDING.understand(text)
    for slot in (utterance.movies, utterance.ambiguous, utterance.unknown):
        end = 0
        for mention in slot:
            assert end <= mention.span.start < mention.span.end <= len(utterance.text)
            end = mention.span.end
    assert all(0 <= facet.span.start < facet.span.end <= len(text) for facet in utterance.facets)


@given(
    st.lists(
        st.sampled_from(
            "loved hated Alien Titanic the and but not no it was up great 1972 , . ' in".split()
        )
    )
)
def test_strengths_stay_in_range(pieces: list[str]) -> None:
    utterance = UNDERSTANDING.understand(" ".join(pieces))
    assert all(
        -1 <= mention.strength <= 1
        for mention in (*utterance.movies, *utterance.ambiguous, *utterance.facets)
    )


@pytest.mark.parametrize(
    "piece",
    [
        "star wars ",
        "no not never ",
        "from the last 1980 ",
        "gozdilla ",
        "'",
        "1 ",
        "e\u0301",
        "ok thanks ",
        "a.b.",
    ],
)
def test_twenty_thousand_characters_of_one_kind_are_read(piece: str) -> None:
    """What that takes, and that it grows as the length does, is `tests/bench/bench_understanding.py`."""
    long = (piece * 20_000)[:20_000]
    assert UNDERSTANDING.understand(long).text == long


@given(
    st.lists(st.text(max_size=12) | st.sampled_from(["Alien ", "no ", "loved ", "but I don't, "])),
    st.integers(1, 400),
)
@settings(max_examples=25, deadline=None)
def test_any_text_of_up_to_twenty_thousand_characters_is_read(
    pieces: list[str], times: int
) -> None:
    text = ("".join(pieces) * times)[:20_000]
    utterance = UNDERSTANDING.understand(text)
    spans = sorted(mention.span for mention in (*utterance.movies, *utterance.ambiguous))
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_what_stands_at_the_end_of_a_long_text_is_read() -> None:
    assert understood("bla " * 490 + "loved Alien").movies[0].strength == 1.0


# ---- labelled lines over the whole catalogue


@pytest.fixture(scope="module")
def whole() -> Understanding:
    return shipped.understanding()


def test_labelled_lines(whole: Understanding) -> None:
    report = score_rows(whole, read_rows(LABELLED))
    assert report.rows >= 400
    assert report.share >= 0.95, "\n".join(report.failures)


def test_the_conversation_of_the_readme(whole: Understanding) -> None:
    utterance = whole.understand("I loved Alien and The Thing but hated Titanic")
    assert [(whole.catalogue.movie(m.token).label, m.strength) for m in utterance.movies] == [
        ("Alien (1979)", 1.0),
        ("The Thing (1982)", 1.0),
        ("Titanic (1997)", -1.0),
    ]
    utterance = whole.understand("something funnier, from the 90s")
    assert utterance.act is Act.RECOMMEND and utterance.years == (1990, 1999)
    (comedy,) = utterance.facets
    assert whole.catalogue.facet(comedy.token).key == "genre:Comedy" and not comedy.required


@pytest.mark.parametrize(
    "text",
    [
        "The hunters traced the deer into the woods",
        "ugly black clouds",
        "I only check Twitter when I am bored at work",
        "Merry Christmas, what kind of movie are you looking for?",
    ],
)
def test_words_of_other_things_name_no_film(whole: Understanding, text: str) -> None:
    utterance = whole.understand(text)
    assert not utterance.movies and not utterance.ambiguous


@pytest.mark.parametrize(
    "text", ["loved home alone", "Into the Woods was great", "have you seen home alone"]
)
def test_a_cue_beside_makes_a_title_of_a_set_phrase(whole: Understanding, text: str) -> None:
    assert whole.understand(text).movies


def test_a_film_of_the_same_name_is_told_by_its_year(whole: Understanding) -> None:
    utterance = whole.understand("the mummy from 1999 is peak cinema, the 2017 one is garbage")
    assert [(whole.catalogue.movie(m.token).label, m.strength > 0) for m in utterance.movies] == [
        ("The Mummy (1999)", True),
        ("The Mummy (2017)", False),
    ]
    (original,) = whole.understand("Suspiria, the 1977 original").movies
    assert whole.catalogue.movie(original.token).label == "Suspiria (1977)"


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("nothing after 1990", (1880, 1990)),
        ("something funny, nothing made after 1990", (1880, 1990)),
        ("no films newer than 2000", (1880, 2000)),
        ("not later than 1995", (1880, 1995)),
        ("nothing before 1980", (1980, 2023)),
        ("don't want anything before 1980", (1980, 2023)),
        ("nothing older than 1990", (1990, 2023)),
        ("no movies before the 80s", (1980, 2023)),
        ("nothing after the 90s", (1880, 1999)),
        ("anything after 1990", (1991, 2023)),
    ],
)
def test_a_negation_turns_the_years_round(text: str, years: tuple[int, int]) -> None:
    assert understood(text).years == years


@pytest.mark.parametrize("text", ["that's too obscure for me", "these are too obscure"])
def test_too_obscure_asks_for_better_known_films(text: str) -> None:
    utterance = understood(text, *TABLE)
    assert (
        utterance.act is Act.RECOMMEND and "rank" in utterance.lifted and utterance.strength is None
    )


@pytest.mark.parametrize(
    ("text", "picks"),
    [("is it dark?", ()), ("is it a comedy?", ()), ("is the second one dark?", (1,))],
)
def test_how_a_film_on_the_table_is_asks_and_wishes_nothing(
    text: str, picks: tuple[int, ...]
) -> None:
    utterance = understood(text, *TABLE)
    assert utterance.act in (Act.ASK, Act.BEYOND)
    assert not utterance.facets and utterance.picks == picks


def test_whether_a_film_is_known_is_asked() -> None:
    utterance = understood("do you know Titanic?")
    assert utterance.act is Act.ASK and [mention.idle for mention in utterance.movies] == [True]
    assert tastes("do you know Titanic? loved it") == {"Titanic": 1.0}


def test_like_the_first_one_but_newer() -> None:
    utterance = understood("more like the first one but newer", *TABLE)
    (movie,) = utterance.movies
    assert CATALOGUE.movie(movie.token).label == TABLE[0] and movie.strength > 0
    assert utterance.years == (2009, 2023)


@pytest.mark.parametrize(
    "text",
    [
        "my favourite film of all time is Titanic",
        "favorite movie ever is Titanic",
        "best film ever made is Titanic",
    ],
)
def test_the_favourite_of_all_time_is_liked(text: str) -> None:
    assert tastes(text) == {"Titanic": 1.0}


@pytest.mark.parametrize(
    "text", ["ok we take the second one, thanks!", "going with the second one"]
)
def test_whoever_takes_a_film_agrees(text: str) -> None:
    utterance = understood(text, *TABLE)
    assert utterance.act is Act.AGREE and utterance.picks == (1,)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Flumbus Quorn is a masterpiece. A Bright Zarvox Day too", ["Flumbus Quorn"]),
        ("I love Flumbus Quorn, Zarvox and Titanic", ["Flumbus Quorn", "Zarvox"]),
        (
            "Flumbus Quorn, Zarvox and Tarkovsky's Pebble",
            ["Flumbus Quorn", "Zarvox", "Tarkovsky's Pebble"],
        ),
        ("loved Flumbus Quorn and I want something funny", ["Flumbus Quorn"]),
        ("the second one is a masterpiece", []),
        ("Monday, Tuesday and Thursday", []),
    ],
)
def test_each_unknown_title_of_a_list_is_said_back(text: str, names: list[str]) -> None:
    unknown = understood(text, *TABLE).unknown
    assert [text[mention.span.start : mention.span.end] for mention in unknown] == names


def test_titles_in_a_row_are_no_other_topic(whole: Understanding) -> None:
    labels = [
        whole.catalogue.movie(m.token).label
        for m in whole.understand("goodfellas, casino, heat").movies
    ]
    assert labels == ["Goodfellas (1990)", "Casino (1995)", "Heat (1995)"]
    assert [m.strength for m in whole.understand("Alien > Aliens").movies] == [0.6, 0.0]


@pytest.mark.parametrize(
    "text", ["i'm over the moon", "aunt carrie makes great cakes", "she is gorgeous"]
)
def test_what_is_said_of_people_names_no_film(whole: Understanding, text: str) -> None:
    assert not whole.understand(text).movies


def test_melancholic_is_a_mood(whole: Understanding) -> None:
    utterance = whole.understand("something a bit melancholic")
    assert not utterance.movies and [
        whole.catalogue.facet(m.token).name for m in utterance.facets
    ] == ["melancholy"]


@pytest.mark.parametrize(
    ("text", "liked"),
    [
        ("I want my two hours back from Titanic", False),
        ("never again will i sit through Titanic", False),
        ("big fan of Alien, less so of Titanic", False),
        ("Titanic absolutely floored me", True),
        ("Titanic stressed me out in the best way", True),
        ("Titanic > every other horror film", True),
    ],
)
def test_verdicts_in_many_words(text: str, liked: bool) -> None:
    assert (tastes(text)["Titanic"] > 0) is liked


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("wipe the slate clean", Act.START_OVER),
        ("right, I'm off, goodnight", Act.BYE),
        ("evening all", Act.GREET),
        ("what exactly do you do?", Act.HELP),
        ("your taste is terrible", Act.COMPLAIN),
    ],
)
def test_lines_that_are_said_to_us(text: str, act: Act) -> None:
    assert understood(text, *TABLE).act is act


class TestSeveralOnTheTable:
    """ "It" is one of them, and nobody has said which."""

    SHOWN = ("Alien (1979)", "Titanic (1997)", "Up (2009)")

    @pytest.mark.parametrize(
        ("text", "strength", "seen"),
        [("seen it", 0.0, True), ("hated it", -1.0, False), ("I love that one", 1.0, False)],
    )
    def test_one_that_is_not_named_is_asked_about(
        self, text: str, strength: float, seen: bool
    ) -> None:
        utterance = understood(text, *self.SHOWN)
        (asked,) = utterance.ambiguous
        assert (asked.tokens, asked.strength, asked.seen) == (
            tuple(map(token, self.SHOWN)),
            strength,
            seen,
        )
        assert (utterance.act, utterance.picks, utterance.strength) == (Act.REACT, (), None)

    @pytest.mark.parametrize(
        "text", ["seen them all", "hated all of them", "loved the second one", "love these"]
    )
    def test_all_and_numbers_are_clear(self, text: str) -> None:
        assert understood(text, *self.SHOWN).ambiguous == ()

    def test_a_film_alone_on_the_table_is_meant(self) -> None:
        assert understood("seen it", "Titanic (1997)").ambiguous == ()

    def test_never_mind_asks_for_others(self) -> None:
        assert understood("never mind, something else", *self.SHOWN).act is Act.MORE


def test_a_film_may_be_chosen_that_was_not_shown() -> None:
    utterance = understood("We'll go with Titanic, thanks")
    assert utterance.act is Act.AGREE
    assert [movie.taken for movie in utterance.movies] == [True]


def test_a_greeting_before_a_question_takes_nothing_from_it() -> None:
    assert understood("hello! who are you?").act is Act.ABOUT_YOU


def test_a_film_that_is_excepted_is_no_question() -> None:
    utterance = understood("what's a good horror film that isn't Alien?")
    assert not utterance.questions
    assert [facet.strength > 0 for facet in utterance.facets] == [True]
