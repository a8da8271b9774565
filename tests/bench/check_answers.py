"""Two hundred questions of fact, asked of the assistant about films named and films shown.

    PYTHONPATH=. python tests/bench/check_answers.py [BUNDLE [SEED [COUNT]]]

Films are drawn among the 3,000 best known that the pack knows of; what is right is read from the
pack. An answer is right if it holds the whole fact and brings no films.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from assistant.chat import Assistant
from assistant.language.understand import Understanding
from core.data.facts import Film, FilmFacts
from core.data.names import squashed
from core.model.bundle import Bundle
from core.store import Store

WORDINGS: Mapping[str, tuple[str, ...]] = {
    "length": (
        *("how long is {it}?", "What's the runtime of {it}?", "how many minutes is {it}"),
        *("how long does {it} run?", "what is the running time of {it}?", "length of {it}?"),
        *("how long will {it} take me?", "is {it} long?", "Is {it} a long movie?"),
        *("can you tell me how long {it} is?", "how long is {it}, roughly?", "{it} runtime?"),
        *("do you know the length of {it}?", "how many hours is {it}?", "is {it} very long"),
    ),
    "maker": (
        *("who directed {it}?", "who made {it}?", "Who's the director of {it}?", "{it} director?"),
        *("who is {it} by?", "whose film is {it}?", "who was {it} directed by?"),
        *("tell me who directed {it}", "do you know who made {it}?", "who's behind {it}?"),
        *("name of the director of {it}?", "Which director made {it}?", "who shot {it}?"),
        *("director of {it} please", "by whom is {it}?"),
    ),
    "cast": (
        *("who is in {it}?", "who stars in {it}?", "Who plays in {it}?", "what's the cast of {it}"),
        *("who acts in {it}?", "which actors are in {it}?", "cast of {it}?", "{it} cast?"),
        *("who's starring in {it}?", "anyone famous in {it}?", "who has the lead in {it}?"),
        *("tell me the actors in {it}", "who are the stars of {it}?", "who played in {it}?"),
        *("who appears in {it}?",),
    ),
    "plays": (
        *("is {who} in {it}?", "does {who} play in {it}?", "was {who} in {it}?"),
        *("isn't {who} in {it}?", "did {who} star in {it}?", "{it} has {who} in it, right?"),
    ),
    "language": (
        *("what language is {it} in?", "Which language is {it} in?", "is {it} in English?"),
        *("what's the language of {it}?", "do they speak English in {it}?", "language of {it}?"),
        *("do I need subtitles for {it}?", "what do they speak in {it}?", "is {it} subtitled?"),
        *("in what language was {it} made?", "what language do they speak in {it}?"),
        *("which languages are spoken in {it}?",),
    ),
    "country": (
        *("where is {it} from?", "what country is {it} from?", "which country made {it}?"),
        *("where was {it} made?", "is {it} American?", "what's the country of origin of {it}?"),
        *("where does {it} come from?", "from which country is {it}?", "country of {it}?"),
        *("what nationality is {it}?", "which country does {it} come from?"),
    ),
    "year": (
        *("when was {it} made?", "what year is {it} from?", "When did {it} come out?"),
        *("how old is {it}?", "what year was {it} released?", "which year is {it}?"),
        *("when is {it} from?", "is {it} old?", "release date of {it}?", "in what year came {it}?"),
    ),
    "prize": (
        *("did {it} win an Oscar?", "what did {it} win?", "how many Oscars did {it} win?"),
        *("Did {it} win any awards?", "which Academy Awards did {it} get?", "oscars of {it}?"),
        *("has {it} won anything?", "what awards does {it} have?", "was {it} nominated?"),
        *("what prizes did {it} win?", "any Oscars for {it}?", "was {it} up for an Oscar?"),
    ),
}
"""How each fact is asked for; written before the lexicon that reads them."""

SHOWN: tuple[tuple[int, tuple[str, ...]], ...] = (
    (0, ("the first one", "the first", "number one", "the first film", "#1", "that first movie")),
    (1, ("the second one", "the second", "number two", "number 2", "the middle one")),
    (2, ("the third one", "the last one", "the third", "number three", "the last")),
)
"""How a film of the slate is meant."""
OPENINGS = ("something scary from the 80s", "I love Heat and Alien", "a good comedy", "surprise me")


def main(bundle: Path, seed: int, count: int) -> None:
    """Prints the share that is right, by fact, and each answer that is not."""
    draw = random.Random(seed)
    facts, loaded = FilmFacts.open(bundle.parent / "films"), Bundle.load(bundle)
    catalogue = loaded.catalogue
    understanding = Understanding(catalogue, facts)
    right, asked = Counter[str](), Counter[str]()
    folder = tempfile.mkdtemp()
    store = Store.open(f"sqlite:///{folder}/answers.db")
    with Assistant(loaded.policy(None), understanding, store, facts=facts) as assistant:
        known = [
            (movie, film)
            for movie in catalogue.movies[:3000]
            if (film := facts.film(movie.movie_id)) is not None
        ]
        topics = list(WORDINGS)
        for number in range(count):
            topic = topics[number % len(topics)]
            wording = draw.choice(WORDINGS[topic])
            session = assistant.start()
            if number % 3 == 0:
                movie, film = draw.choice([pair for pair in known if has(topic, pair[1])])
                name = movie.title if draw.random() < 0.5 else movie.title.lower()
                if draw.random() < 0.3 or sum(m.title == movie.title for m, _ in known) > 1:
                    name = f"{name} ({movie.year})"
            else:
                shown = assistant.respond(session, draw.choice(OPENINGS)).recommendations
                place, names = draw.choice(SHOWN)
                movie, name = shown[place].movie, draw.choice(names)
                if number % 3 == 2:
                    name = movie.title
                film = facts.film(movie.movie_id) or Film(movie_id=movie.movie_id)
            who = draw.choice(film.cast or ("Bill Murray",))
            if draw.random() < 0.3:
                who = "Bill Murray"
            text = wording.format(it=name, who=who)
            reply = assistant.respond(session, text)
            ok = not reply.recommendations and is_right(topic, reply.text, film, movie.year, who)
            asked[topic] += 1
            right[topic] += ok
            if not ok:
                listed = f" +{len(reply.recommendations)} films" if reply.recommendations else ""
                print(f"{topic}: {text!r} ({movie.title})\n    {reply.text!r}{listed}")
    for topic in topics:
        print(f"{topic}: {right[topic]} of {asked[topic]}")
    print(f"{right.total()} of {asked.total()} right: {right.total() / asked.total():.1%}")


def has(topic: str, film: Film) -> bool:
    """Whether a film named has what is asked; prizes are asked of films with and without."""
    facts: Mapping[str, object] = {
        "length": film.runtime, "maker": film.directors, "cast": film.cast, "plays": film.cast,
        "language": film.language, "country": film.countries,
    }  # fmt: skip
    return bool(facts.get(topic, True))


def is_right(topic: str, text: str, film: Film, year: int, who: str) -> bool:
    """Whether the text holds the fact, or says that it is not known where it is not."""
    if not has(topic, film):
        return "don’t know" in text or "I can’t say" in text
    won = [prize.category for prize in film.prizes if prize.won]
    nominated = "nominat" in text if film.prizes else "no Oscar" in text or "None" in text
    judges: Mapping[str, Callable[[], bool]] = {
        "length": lambda: f"{film.runtime} min" in text or f"({film.runtime}" in text,
        "maker": lambda: names_all(text, film.directors),
        "cast": lambda: names_all(text, film.cast[:3]),
        "plays": lambda: text.startswith("Yes" if who in film.cast else ("No", "Not")),
        "language": lambda: film.language in text,
        "country": lambda: names_all(text, (name.removeprefix("the ") for name in film.countries)),
        "year": lambda: str(year) in text,
        "prize": lambda: names_all(text, won) if won else nominated,
    }
    return judges[topic]()


def names_all(text: str, names: Iterable[str]) -> bool:
    """Whether every name stands in the text."""
    return all(squashed(name) in squashed(text) for name in names)


if __name__ == "__main__":
    arguments = [*sys.argv[1:], *("models/marquee", "1", "200")[len(sys.argv) - 1 :]]
    main(Path(arguments[0]), int(arguments[1]), int(arguments[2]))
