"""Why this film: the exact parts of its score, put into words.

A score, Q-value and pull of the conversation together, is a sum of one part that owes nothing to
the conversation, one part for each thing said or done in it, and one of the knob between popular
films and hidden gems where that is turned (`Policy.explain`). Parts are only ever worded and
grouped here, never rescaled: the reasons of a film add up to the score that ranked it.

Who is named with a film: people of the catalogue, and the names among the tags that viewers gave
it.

What is known of a film, in a sentence or two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from assistant.conversation.phrasing import GENRES, beginning, capitalised, facet_words, listing
from assistant.language.lexicon import as_written, table
from assistant.language.words import in_number, normal
from assistant.wording import text as wording
from core.catalogue import Catalogue
from core.data.facts import AGES, CatalogueFacts, Fact, Film, Prize
from core.data.telling import homeland, share_with, telling
from core.domain import Facet, Movie, Outcome, Reason
from core.model.policy import KNOB, WHOLE, WORDS, Contribution
from core.session import SessionState

MOST_NAMES: Final = 3
"""Names on a card."""


# Of a catalogue of thousands of films a server's conversations show a few hundred.
@lru_cache(maxsize=4096)
def people_of(catalogue: Catalogue, token: int) -> tuple[str, ...]:
    """At most `MOST_NAMES` people of a film, best known first; KeyError for a token of no film.

    Viewers tag what stands out ("Tom Hanks"), so this is no cast list: many films have nobody here.
    """
    tokens = [facet for facet in catalogue.facets_of(token) if name_of(catalogue.facet(facet))]
    tokens.sort(key=lambda facet: -int(catalogue.facet_sizes[facet - catalogue.facet_token(0)]))
    names: dict[str, str] = {}
    for facet in tokens:
        name = name_of(catalogue.facet(facet))
        # "J. K. Simmons" is "J.K. Simmons".
        names.setdefault("".join(filter(str.isalpha, name)), name)
    return tuple(names.values())[:MOST_NAMES]


def name_of(facet: Facet) -> str:
    """The name of a person as it is written; empty where the facet is none."""
    if facet.kind == "person":
        return facet.name
    name = as_written(facet.name)
    written_by_viewers = facet.kind == "tag" and facet.name == facet.name.lower()
    known = written_by_viewers and name != name.lower() and " " in name
    return name if known and name not in table("constraints")["no_people"]["names"] else ""


SMALL = 0.005
"""Parts below this (in units of one thumb up; they would read "+0.00") are told together."""
_NOISE = 5e-5  # less is the rounding of float32 sums

REST = "everything else in our conversation"
MOST = 8
"""A film is given at most this many reasons of its own; the smaller ones are told together."""

_LIKED = ("liked by fans of {}", "less liked by fans of {}")
"""What a positive and a negative part of a liked film says.

"Liked by fans of Alien" and not "close to Alien": what carries the number is people, so it may well
be a comedy."""
_SEEN = ("liked by people who know {}", "less liked by people who know {}")
_PUT_OFF = ("away from {}, which you put off", "close to {}, which you put off")
_LITTLE_KNOWN = ("akin to {}", "unlike {}")
"""The same where too few have rated one of the two: what is known of them carries the number."""

ASKED = ", as you asked"
_VERBS = (
    "liked by fans of ",
    "akin to ",
    "liked by people who know ",
    "liked by people who like ",
    "away from ",
    "tagged ",
)
"""Beginnings that two reasons share once they are told together."""

_CLAUSES: Final[Mapping[str, str]] = {
    "liked by fans of ": "fans of {} {love} it",
    "liked by people who know ": "people who know {} {love} it",
    "liked by people who like ": "people who like {} {love} it",
    "akin to ": "it is close in kind to {}",
}
"""What begins a reason of a taste, and what a person would say instead."""

_FOR_ADULTS = ("no film for children", "for children, too")
_FOR_CHILDREN = "for children"
"""What a single film is, where several are "films for children"."""

_PASSED = ("away from what you passed over", "close to what you passed over")
"""Films that were shown and not reacted to, told together: each says little and they are many."""

_GENERAL = ("many people like it", "some people like it", "not one that everybody talks about")
_UNRATED = "few have rated it"
_OF_ANYBODY = (*_GENERAL, _UNRATED)
MANY = 0.15
"""From this on, what a film has without the conversation is "many people like it" (best: .41)."""


def reasons(
    state: SessionState, catalogue: Catalogue, film: int, contributions: Sequence[Contribution]
) -> tuple[Reason, ...]:
    """Reasons for one film, weightiest first; their contributions add up to those given.

    Args:
        state: the transcript that the film was chosen from.
        catalogue: to name films and facets.
        film: token of the film.
        contributions: of `Policy.explain(state, film)`.
    """
    silent = {token for token, outcome in state.events if outcome.is_silent}
    spoken = [part for part in contributions if part.token > 0 and part.token not in silent]
    worded, left_over = _worded(spoken, dict(state.events), film, catalogue)
    base, knob = _total(contributions, {0}), _total(contributions, {KNOB})
    passed, found = _total(contributions, silent), _total(contributions, {WORDS})
    general = _UNRATED if film > catalogue.n_rated else _GENERAL[(base < MANY) + (base < 0)]
    worded.append(Reason(general, base))
    rest = [_total(contributions, {WHOLE}), *left_over]
    for reason in (
        Reason(_goes_with(state.sought), found, WORDS),
        Reason(_knob_words(state.gems, knob), knob),
        Reason(_PASSED[passed < 0], passed),
    ):
        if abs(reason.contribution) >= SMALL:
            worded.append(reason)
        else:
            rest.append(reason.contribution)
    worded.sort(key=lambda reason: -abs(reason.contribution))
    if abs(sum(rest)) > _NOISE:
        worded.append(Reason(REST, sum(rest)))
    return tuple(worded)


def _goes_with(sought: str) -> str:
    """That a film answers what was asked for, in these words if there are some."""
    return f"goes with “{beginning(sought)}”{ASKED}" if sought else "goes with what you asked for"


def _total(contributions: Iterable[Contribution], tokens: Set[int]) -> float:
    return sum(part.value for part in contributions if part.token in tokens)


def _worded(
    parts: Sequence[Contribution], outcomes: Mapping[int, Outcome], film: int, catalogue: Catalogue
) -> tuple[list[Reason], list[float]]:
    """Reasons for the weightiest parts, and the values of the others, which are told together."""
    worded: list[Reason] = []
    left_over = [sum(part.value for part in parts if abs(part.value) < SMALL)]
    large = [part for part in parts if abs(part.value) >= SMALL]
    for part in sorted(large, key=lambda part: -abs(part.value)):
        text = _text(part, outcomes[part.token], film, catalogue)
        if text and len(worded) < MOST:
            worded.append(Reason(text, part.value, part.token))
        else:
            left_over.append(part.value)
    return worded, left_over


def _text(part: Contribution, outcome: Outcome, film: int, catalogue: Catalogue) -> str:
    """What the part of one event says; empty for an event that has no words."""
    words = _words_for(outcome, part.token, film, catalogue)
    if words is None:
        return ""
    text = words[part.value < 0].format(_name(catalogue, part.token))
    if text == f"{GENRES['Children']}{ASKED}":
        return f"{_FOR_CHILDREN}{ASKED}"
    return f"tagged {text}" if text.startswith("“") else text


def _words_for(
    outcome: Outcome, token: int, film: int, catalogue: Catalogue
) -> tuple[str, str] | None:
    """What a positive and a negative part say of an event; None for events that have no words."""
    if outcome is Outcome.AVOIDED and catalogue.facet(token).name == "Children":
        return _FOR_ADULTS  # often nobody asked: children were not spoken of
    if outcome.wish:
        return _wish_words(outcome.wish > 0, bool(catalogue.has(token)[film - 1]))
    if outcome.liking > 0:
        return _LITTLE_KNOWN if max(token, film) > catalogue.n_rated else _LIKED
    if outcome.liking < 0:
        verdict = "did not like" if outcome.is_statement else "turned down"
        return "away from {}", f"close to {{}}, which you {verdict}"
    if outcome is Outcome.SEEN:
        return _SEEN
    return _PUT_OFF if outcome is Outcome.NOT_TONIGHT else None


def _wish_words(wanted: bool, has_it: bool) -> tuple[str, str]:
    """The same for a facet that was asked for or to be spared, and a film that has it or not.

    The number holds both what people with that leaning like and whether the film has it: a comedy
    that fans of comedies think little of still gets a negative part, and is still a comedy.
    """
    if wanted:
        gain = f"{{}}{ASKED}" if has_it else "liked by people who like {}"
        return gain, "less liked by people who like {}"
    if has_it:
        return "liked by people who avoid {}", "{}, which you wanted less of"
    return f"away from {{}}{ASKED}", "less liked by people who avoid {}"


def _knob_words(gems: float, part: float) -> str:
    """What the knob's part says, by the side on which it stands and whether the film gains."""
    if part > 0:
        return f"{'less' if gems > 0 else 'well'} known, as you set it"
    return f"{'better' if gems > 0 else 'less'} known than you set it"


def _name(catalogue: Catalogue, token: int) -> str:
    """A film or facet inside a reason; a tag that may be any kind of word stands in quotes."""
    if catalogue.is_movie(token):
        return catalogue.movie(token).title
    words = facet_words(catalogue, token)
    return (
        f"“{words}”" if catalogue.facet(token).kind == "tag" and words == words.lower() else words
    )


def headline(reasons: Sequence[Reason]) -> str:
    """One line for under the title, from the reasons that speak for the film.

    At most two films or wishes, the weightiest; where nothing said in the conversation speaks for
    it, what is known without it.
    """
    spoken = _spoken(reasons)
    if spoken:
        return f"{capitalised(_join(spoken[:2]))}."
    return f"{capitalised(next(reason.text for reason in reasons if reason.text in _OF_ANYBODY))}."


class Because(NamedTuple):
    """Something that a sentence can go on with behind what a film is."""

    text: str
    """With the sign before it: "; fans of Alien love it"."""
    about: frozenset[str] = frozenset()
    """What it names: another card need not name the same again."""


def clauses_of(reasons: Sequence[Reason]) -> list[Because]:
    """What speaks for a film in the tastes that were told, each as a person would say it.

    The strongest first; a second film joins the first where it says the same. Wishes are no part
    of it: the films that are shown fulfil them all, or the film is told by them.
    """
    found = []
    spoken = _spoken(reasons)
    for place, reason in enumerate(spoken):
        verb = _verb(reason.text)
        if verb not in _CLAUSES:
            continue
        following = [one.text for one in spoken[place + 1 :] if _verb(one.text) == verb][:1]
        names = [text.removeprefix(verb) for text in (reason.text, *following)]
        love = "love" if reason.contribution >= MANY else "like"
        said = _CLAUSES[verb].format(listing(names), love=love)
        found.append(Because(f"; {said}", frozenset(f"{verb}{name}" for name in names)))
    return found


def general_of(reasons: Sequence[Reason]) -> Because | None:
    """How well liked a film is by everybody, where that speaks for it."""
    liked = (one.text for one in reasons if one.text in _OF_ANYBODY and one.contribution > 0)
    text = next(liked, "")
    return Because(f"; {text}", frozenset((text,))) if text else None


def _spoken(reasons: Sequence[Reason]) -> list[Reason]:
    """Those of what was said that speak for a film, the weightiest first."""
    spoken = [reason for reason in reasons if reason.token and reason.contribution >= SMALL]
    return sorted(spoken, key=lambda reason: -reason.contribution)


def _join(spoken: Sequence[Reason]) -> str:
    """Gives "away from Titanic and Cats" rather than "away from Titanic; away from Cats"."""
    if len(spoken) == 1:
        return spoken[0].text
    first, second = (reason.text for reason in spoken)
    wished = first.endswith(ASKED) and second.endswith(ASKED)
    end = ASKED if wished else ""
    joined = _joined(first.removesuffix(end), second.removesuffix(end), wished)
    return f"{joined}{end}" if joined else f"{first}; {second}"


def _joined(first: str, second: str, wished: bool) -> str:
    """Two reasons as one phrase; empty where they do not go together. `wished`: both are."""
    if wished and _FOR_CHILDREN in (first, second):
        kind = second if first == _FOR_CHILDREN else first
        return "" if kind.startswith(_VERBS) else f"{kind} {_FOR_CHILDREN}"
    verb = _verb(first)
    same_verb = verb == _verb(second) and (wished or verb != "")
    if same_verb and ", " not in first + second:
        return f"{first} and {second.removeprefix(verb)}"
    return ""


def _verb(text: str) -> str:
    return next((verb for verb in _VERBS if text.startswith(verb)), "")


# ---- what is known of a film

_GUIDED: Final = AGES["PG"]
BILLED: Final = 3
"""Names on a card."""
_TELLING: Final = 0.3
"""Weight from which on a mood is told (`core.data.telling`): below it is one of many, or a slip."""
_EXPECTED: Final = 0.4
"""Share of the films of a kind from which on a mood says nothing new of one: "exciting action"."""
PAGE: Final = "https://www.imdb.com/title/tt{:07d}/"
"""Where more is known of a film."""


@dataclass(frozen=True, slots=True)
class Known:
    """A film with what is known of it."""

    token: int
    movie: Movie
    film: Film
    """Empty where nothing is known."""
    people: tuple[str, ...] = ()
    """Who viewers name with it."""
    tags: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """Finer genres, the most telling first."""
    mood: str = ""
    """The most telling one that its kind does not say already."""
    origin: str = ""
    """The adjective of its country, where it is not in English."""

    def speaking_for(self, signs: Set[str]) -> list[str]:
        """Its moods, genres, keywords and tags that are among some words in normal form."""
        film = self.film
        words = (*film.moods, *film.audiences, *film.genres, *film.techniques, *film.kinds)
        genres = tuple(genre.lower() for genre in self.movie.genres)
        every = dict.fromkeys((*words, *genres, *film.all_keywords, *self.tags))
        return [word for word in every if normal(word).replace(" ", "_") in signs]

    @property
    def look(self) -> str:
        """Where to look for more; "" where there is no page."""
        return wording("answer.look", link=self.link) if self.link else ""

    @property
    def link(self) -> str:
        """The page where more is known."""
        number = self.movie.imdb_id or self.film.imdb_id
        return PAGE.format(number) if number else ""


@lru_cache(maxsize=4096)  # as `people_of`
def known_of(token: int, facts: CatalogueFacts) -> Known:
    """A film with what is known of it."""
    catalogue = facts.catalogue
    movie = catalogue.movie(token)
    film = facts.film(movie.row) or Film(movie_id=movie.movie_id)
    tags = tuple(
        catalogue.facet(facet).name
        for facet in catalogue.facets_of(token)
        if catalogue.facet(facet).kind == "tag"
    )
    kinds = tuple(word.name for word in telling(facts, Fact.GENRE, movie.row)) or film.genres
    return Known(
        token,
        movie,
        film,
        people_of(catalogue, token),
        tags,
        kinds,
        _mood(movie, kinds[:1], facts),
        _origin(film, facts),
    )


def _mood(movie: Movie, kind: Sequence[str], facts: CatalogueFacts) -> str:
    """The mood that tells most of a film beside its kind; "" for none that tells enough."""
    moods = telling(facts, Fact.MOOD, movie.row)
    found = (
        word.name
        for word in moods
        if word.weight >= _TELLING
        and not any(share_with(facts, one, word.name) > _EXPECTED for one in kind)
    )
    return next(found, "")


def _origin(film: Film, facts: CatalogueFacts) -> str:
    if film.language in ("", "English") or not film.countries:
        return ""
    names = facts.facts.names(Fact.COUNTRY)
    code = next(iter(names.find(homeland(film, facts.catalogue))))
    return names.adjective(code).removeprefix("the ")


def kinds_of(known: Known) -> tuple[str, ...]:
    """Genres: the finer ones where they are known."""
    return known.film.genres or tuple(genre.lower() for genre in known.movie.genres)


def portraits(known: Known, wished: Set[str] = frozenset()) -> list[str]:
    """A film in a phrase, the most telling first: "a creepy alien film by Ridley Scott".

    What is `wished`, finer genres and moods in normal form, is told of a film before all else.
    """
    film = known.film
    makers = wording("answer.by", names=listing(film.directors[:2])) if film.directors else ""
    kinds = sorted(_told_kinds(known) or ["film"], key=lambda kind: not names_of(kind) & wished)
    moods = [mood for mood in film.moods if normal(mood) in wished] or [known.mood]
    found = []
    for kind in dict.fromkeys(kinds):
        mood = "" if normal(moods[0]) in normal(kind).split() else moods[0]
        phrase = " ".join(filter(None, (mood, known.origin, kind)))
        found.append(f"{'an' if phrase[0].lower() in 'aeio' else 'a'} {phrase}{makers}")
    return found


def names_of(word: str) -> frozenset[str]:
    """What a finer genre is called: "superhero film" is "superhero", too."""
    return frozenset((normal(word), normal(word.removesuffix(" film"))))


def _told_kinds(known: Known) -> list[str]:
    return [
        *known.kinds,
        *(_NOUNS.get(genre, f"{genre.lower()} film") for genre in known.movie.genres),
    ]


_NOUNS: Final[Mapping[str, str]] = {
    "Comedy": "comedy",
    "Drama": "drama",
    "Thriller": "thriller",
    "Western": "western",
    "Musical": "musical",
    "Romance": "romance",
    "Documentary": "documentary",
    "Mystery": "mystery",
    "Film-Noir": "film noir",
    "Sci-Fi": "science-fiction film",
    "Children": "children’s film",
    "Animation": "animated film",
    "(no genres listed)": "film",
}
"""What a film of a genre is called, other than "war film"."""


def rating_of(known: Known, rated: int) -> list[str]:
    """From what age a film is fit by its rating; empty where it has none."""
    if not known.film.age:
        return []
    form = "answer.age" if rated else "answer.age_all"
    return [wording(form, film=known.movie.label, rating=known.film.age, years=rated)]


def audience_of(known: Known) -> list[str]:
    """For whom a film is made."""
    label, kinds = known.movie.label, known.film.audiences
    if kinds:
        form = "answer.audience_too" if known.film.age else "answer.audience"
        return [wording(form, film=label, kinds=listing(kinds))]
    for_children = "Children" in known.movie.genres and not known.film.age
    return [wording("answer.children", film=label)] if for_children else []


def fit_for(age: int, rated: int) -> str:
    """Whether somebody so old may see a film that is rated for an age."""
    fits = "answer.fit" if rated <= age else "answer.fit_beside"
    return wording("answer.unfit" if rated > max(age, _GUIDED) else fits, age=age)


def prizes_of(prizes: Iterable[Prize]) -> list[str]:
    """Categories, with who was nominated where the source says so."""
    named = (
        f"{prize.category} ({listing(prize.names)})" if prize.names else prize.category
        for prize in prizes
    )
    return list(dict.fromkeys(named))


def noted_as(theme: str) -> tuple[str, ...]:
    """What a theme may be noted as: "talking animals" as "animal"."""
    last = theme.rsplit(" ", maxsplit=1)[-1]
    return (theme, last, *in_number(last))
