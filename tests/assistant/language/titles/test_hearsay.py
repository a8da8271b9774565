"""Titles that are said of other things, too."""

from __future__ import annotations

import films
import pytest

from assistant.language.titles.index import TitleIndex
from assistant.language.titles.linker import TitleLinker
from assistant.language.words import words

_FILMS = (
    ("Independence Day", 1996, 540),
    ("Fargo", 1996, 530),
    ("Casablanca", 1942, 300),
    ("Lost in Translation", 2003, 120),
    ("Brazil", 1985, 160),
    ("The Cabin in the Woods", 2012, 60),
    ("Paddington", 2014, 40),
    ("Key Largo", 1948, 30),
    ("Juno", 2007, 190),
    ("High Noon", 1952, 70),
    ("The Usual Suspects", 1995, 700),
    ("Scary Movie", 2000, 120),
    ("Home Alone", 1990, 180),
)


LINKER = TitleLinker(TitleIndex(films.small(_FILMS)))


def found(text: str) -> list[str]:
    return [_FILMS[link.rows[0]][0] for link in LINKER.link(text, words(text))]


@pytest.mark.parametrize(
    "text",
    [
        "He was stationed at the base near Key Largo for a year.",
        "We spent our honeymoon in Brazil and never left the beach.",
        "juno is teething again so nobody slept",
        "High noon is the worst time to mow the lawn",
        "it's always the usual suspects who leave dirty mugs",
        "Now that was a funny and scary movie!",
        "home alone this weekend and loving it",
    ],
)
def test_where_the_talk_is_of_other_things_no_film_is_named(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("lost in translation", ["Lost in Translation"]),
        ("lost in translation made me weep on the tram, we adored it", ["Lost in Translation"]),
        ("Brazil is a bureaucratic nightmare and I loved every minute", ["Brazil"]),
        ("brazil and fargo", ["Brazil", "Fargo"]),
        ("I'd choose Casablanca over Paddington", ["Casablanca", "Paddington"]),
        ("frances mcdormand in fargo was superb", ["Fargo"]),
        ("we watched independence day at my uncle's barbecue", ["Independence Day"]),
        ("key largo with bogart, a noir", ["Key Largo"]),
        ("juno is the best", ["Juno"]),
        ("Juno is boring", ["Juno"]),
        ("I saw High Noon in April", ["High Noon"]),
        ("the usual suspects who stars in it", ["The Usual Suspects"]),
        ("scary movie was a funny one", ["Scary Movie"]),
    ],
)
def test_where_films_are_talked_of_they_are(text: str, titles: list[str]) -> None:
    assert found(text) == titles
