"""Answers to questions of fact, in a sentence or two, never with new films.

What is not known is said, with the page where it stands. What a film is about is told by keywords.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from assistant.conversation.phrasing import capitalised, distinct, facet_words, listing
from assistant.conversation.reasons import (
    BILLED,
    Known,
    audience_of,
    fit_for,
    kinds_of,
    known_of,
    portraits,
    prizes_of,
    rating_of,
)
from assistant.conversation.records import length, order_of, sequels_of
from assistant.conversation.suits import (
    FILMS,
    OF_TASTE,
    SOME,
    Grounds,
    about,
    better,
    mood,
    moods,
    most,
    portrayed,
    quoted,
    rather,
    shade,
    starring,
)
from assistant.conversation.values import Ruling
from assistant.language.lexicon import as_written
from assistant.language.utterance import FactQuestion, Topic
from assistant.language.words import normal
from assistant.wording import text
from core.data.facts import AGES, Fact
from core.data.telling import telling
from core.domain import Limit

_CAST: Final = 6
"""Names in an answer."""
_WORKS: Final = 6
"""Films of somebody that are named, the best known first."""
_KEYWORDS: Final = 4
"""Of a sketch: more read as a list."""
_THIN: Final = 2
"""Themes from which on a sketch stands by itself."""
_MAKERS: Final = 2
"""Directors that are named to begin with."""
_FORE: Final = 40
"""Films, the best ones for the person, among which directors count."""
_ROLES: Final = (
    (Fact.DIRECTOR, "answer.made", "answer.made_too"),
    (Fact.ACTOR, "answer.acted", "answer.acted_too"),
)
_VIDEO: Final = "https://www.youtube.com/watch?v={}"
_SEARCH: Final = "https://www.imdb.com/find/?q={}"


Tell = Callable[..., str]


def answers(questions: Sequence[FactQuestion], asked: Grounds) -> str:
    """What is said to the questions of a line, one paragraph each."""
    lines: dict[str, None] = {}
    for question in questions:
        for line in _answered(question, asked):
            lines.setdefault(line)
    return "\n".join(lines)


def _answered(question: FactQuestion, asked: Grounds) -> Iterator[str]:
    if question.topic is Topic.FILMS:
        yield from (_works(code, asked) for code in question.people)
    elif told := _of_several(question, asked):
        yield told
    else:
        yield from (_of_one(question, token, asked) for token in question.films[:FILMS])


def _of_one(question: FactQuestion, token: int, asked: Grounds) -> str:
    """What is said of one film; of several of which the same is asked each has its own answer."""
    if question.topic in OF_TASTE:
        return OF_TASTE[question.topic](token, asked)
    return _fact(question, known_of(token, asked.facts), asked)


def _of_several(question: FactQuestion, asked: Grounds) -> str:
    """One answer about several films, or none; "" where each has its own."""
    if question.detail and question.films and question.topic in _JUDGES:
        return _judged(question, asked)
    match question.topic:
        case Topic.START:
            return _start(asked)
        case Topic.BETTER:
            return better(question.films, asked)
        case Topic.MOST:
            return most(question, asked)
        case Topic.MOOD if len(question.films) > 1 and not question.instead:
            return moods(question, asked)
    return ""


def _fact(question: FactQuestion, known: Known, asked: Grounds) -> str:
    """One film's answer; where nothing is known, that and the page that may know."""
    if question.instead:
        return rather(question, known, asked)
    names = tuple(asked.facts.facts.people.names[code] for code in question.people)
    told = _TELL[question.topic](known, question.detail, names, asked)
    return told or unknown(known)


def unknown(known: Known) -> str:
    """That something is not known here, with the page of the film."""
    if known.link:
        return text("answer.unknown_linked", film=known.movie.label, link=known.link)
    return text("answer.unknown", film=known.movie.label)


# ---- one topic each: known, detail, names, asked → a sentence, or "" where nothing is known


def _plain(topic: Topic) -> Tell:
    """What is told of a topic that one value tells all of."""

    def tell(known: Known, *_: object) -> str:
        form, values_of = _VALUES[topic]
        values = values_of(known)
        film = known.movie.title if topic is Topic.YEAR else known.movie.label
        return text(f"answer.{form}", film=film, **values) if all(values.values()) else ""

    return tell


_VALUES: Final[Mapping[Topic, tuple[str, Callable[[Known], dict[str, object]]]]] = {
    Topic.LENGTH: ("length", lambda known: _minutes(known.film.runtime)),
    Topic.MAKER: ("maker", lambda known: {"names": listing(known.film.directors)}),
    Topic.COUNTRY: ("country", lambda known: {"countries": listing(known.film.countries)}),
    Topic.GENRE: ("genre", lambda known: {"genres": listing(kinds_of(known))}),
    Topic.YEAR: ("year", lambda known: {"year": known.movie.year}),
}


def _minutes(number: int) -> dict[str, object]:
    return {"minutes": number, "length": length(max(number, 1))}


def _writer(known: Known, *_: object) -> str:
    film = known.film
    if not film.writers and not film.authors:
        return ""
    names, authors = listing(film.writers), listing(film.authors)
    parts = [text("answer.writer", film=known.movie.label, names=names)] if names else []
    return " ".join([*parts, text("answer.author", names=authors)] if authors else parts)


def _cast(known: Known, detail: str, *_: object) -> str:
    cast = known.film.cast or known.people
    if not cast:
        return ""
    said = text("answer.cast", film=known.movie.label, names=listing(cast[:_CAST]))
    return f"{said} {text('answer.no_roles')}" if detail else said


def _plays(known: Known, _: str, names: Sequence[str], __: object) -> str:
    return " ".join(_credit(known, name) for name in names)


def _credit(known: Known, name: str) -> str:
    """Whether somebody is in a film, or made it."""
    film, label = known.film, known.movie.label
    if name in film.cast or (name in known.people and name not in film.directors):
        return text("answer.plays", name=name, film=label)
    for did, people in (
        ("directed", film.directors),
        ("wrote", film.writers),
        ("author_of", film.authors),
    ):
        if name in people:
            return text(f"answer.{did}", name=name, film=label)
    if film.cast:
        return text("answer.plays_not", film=label, names=listing(film.cast[:BILLED]))
    return text("answer.plays_unknown", film=label)


def _language(known: Known, *_: object) -> str:
    film = known.film
    if not film.language:
        return ""
    others = [one for one in film.spoken if one != film.language]
    form = "answer.language_too" if others else "answer.language"
    return text(form, film=known.movie.label, language=film.language, others=listing(others))


def _source(known: Known, *_: object) -> str:
    film = known.film
    if not film.sources and not film.authors:
        return ""
    by = text("answer.source_by", names=listing(film.authors)) if film.authors else ""
    what = listing([f"a {source}" for source in film.sources]) or "a book"
    return text("answer.source", film=known.movie.label, sources=what, by=by)


def _age(known: Known, detail: str, *rest: object) -> str:
    """From what age a film is fit, for how old they are who want to see it, and how scary it is."""
    asked, film = _grounds(rest), known.film
    rated = AGES.get(film.age, 0) if film.age else _taken_for(known, asked)
    parts = [*rating_of(known, rated), *audience_of(known)]
    if not parts:
        return f"{text('answer.age_unknown', film=known.movie.label)} {known.look}".strip()
    if not film.age:
        parts.append(text("answer.no_rating"))
        parts += [text("answer.taken_for", years=rated)] if rated > 0 else []
    if detail and film.age:
        parts.append(fit_for(int(detail), rated))
    return " ".join([*parts, _frightens(known, asked)])


def _taken_for(known: Known, asked: Grounds) -> int:
    """The age that a film without a rating is taken to be fit from; −1 where nothing tells."""
    catalogue, row = asked.catalogue, known.movie.row
    told = catalogue.measures("age") and row < catalogue.n_items
    return int(catalogue.numbers("age")[row]) if told else -1


def _frightens(known: Known, asked: Grounds) -> str:
    scary = shade("scary", known, asked.facts)
    form = "answer.frightens" if scary.degree >= SOME else "answer.frightens_not"
    return text(form, signs=quoted(scary.signs))


def _grounds(rest: Sequence[object]) -> Grounds:
    asked = rest[-1]
    assert isinstance(asked, Grounds)
    return asked


def _other(known: Known, detail: str, *rest: object) -> str:
    """That nothing is known of what is asked, and what is."""
    values = {"film": known.movie.label, "asked": detail, "portrait": portrayed(known)}
    words = listing(_telling(known, _grounds(rest)))
    form = "answer.whether" if detail else "answer.how_it_goes"
    said = text(form, **values)
    return f"{said} {text('answer.instead', keywords=words)}" if words else said


def _prize(known: Known, *_: object) -> str:
    prizes, label = known.film.prizes, known.movie.label
    won = [prize for prize in prizes if prize.won]
    lost = [prize for prize in prizes if not prize.won]
    if won:
        form = "answer.won_one" if len(won) == 1 else "answer.won"
        said = text(form, film=label, count=len(won), prizes=listing(prizes_of(won)))
        return f"{said} {text('answer.nominated_too', count=len(lost))}" if lost else said
    if lost:
        return text("answer.nominated", film=label, prizes=listing(prizes_of(lost)))
    return text("answer.no_prize", film=label)


def _trailer(known: Known, *_: object) -> str:
    if known.film.trailer:
        link = _VIDEO.format(known.film.trailer)
        return text("answer.trailer", film=known.movie.label, link=link)
    return f"{text('answer.no_trailer', film=known.movie.label)} {known.look}".strip()


def _about(known: Known, _: str, *rest: object) -> str:
    """One sentence: what it is, who is in it, and what it tells of."""
    words = _telling(known, _grounds(rest))
    what = text("answer.tells_of", themes=listing(words)) if words else ""
    parts = [f"{portraits(known)[0]}{starring(known)}{what}."]
    if len(words) < _THIN:
        parts.append(f"{text('answer.no_plot')} {known.look}".strip())
    return text("answer.about", film=known.movie.label, sketch=" ".join(parts))


def _telling(known: Known, asked: Grounds) -> tuple[str, ...]:
    """What a film is about: themes that the films akin to it share, and that somebody has noted as
    such, rather than how it is told; where there are none the rarest keywords.

    None repeats a word of one before, or of what the film is called.
    """
    said = (*kinds_of(known), *portraits(known)[:1])
    rarest = [one.name for one in telling(asked.facts, Fact.KEYWORD, known.movie.row)]
    fit = [name for name in rarest if name in known.film.keywords]
    words = about(known, asked) or fit or known.tags
    written = [as_written(word.lower() if word.istitle() else word) for word in words]
    return distinct(written, said)[:_KEYWORDS]


_TELL: Final[Mapping[Topic, Tell]] = {
    **{topic: _plain(topic) for topic in _VALUES},
    Topic.ABOUT: _about,
    Topic.WRITER: _writer,
    Topic.CAST: _cast,
    Topic.PLAYS: _plays,
    Topic.LANGUAGE: _language,
    Topic.SOURCE: _source,
    Topic.AGE: _age,
    Topic.MOOD: lambda known, detail, _, asked: mood(known, detail, asked),
    Topic.PRIZE: _prize,
    Topic.ORDER: lambda known, *rest: order_of(known, _grounds(rest).facts),
    Topic.SEQUEL: lambda known, *rest: sequels_of(known, _grounds(rest).facts),
    Topic.TRAILER: _trailer,
    Topic.OTHER: _other,
    Topic.HAS: lambda known, *_: text("answer.has", film=known.movie.label),
}


def _named(fact: Fact, detail: str, asked: Grounds) -> set[str]:
    """Values of a fact that words name."""
    names = asked.facts.facts.names(fact)
    return {names.names[code] for code in names.find(detail)}


# ---- whether a film is of a kind, from somewhere, of a time: what holds of one, and of several


def _holds(how: str, *, besides: bool) -> str:
    """The verdict on what is asked, or on anything but that."""
    return {"yes": "no", "no": "yes"}.get(how, how) if besides else how


def _of_names(question: FactQuestion, known: Known, asked: Grounds) -> Ruling:
    """Whether a film is from somewhere, in a language or of a genre, by the facts."""
    names = _named(_FACTS[question.topic], question.detail, asked)
    held = _held(question.topic, known)
    if not held:
        return Ruling("not_known", unknown(known))
    both = [name for name in held if name in names or normal(name) == question.detail]
    # a film is of all its genres, and mainly in one language
    whole = {Topic.COUNTRY: held, Topic.LANGUAGE: held[:1], Topic.GENRE: both[:1]}
    is_whole = bool(both) and set(whole[question.topic]) <= set(both)
    how = "yes" if is_whole else "partly" if both else "no"
    said = _TELL[question.topic](known, "", (), asked) or unknown(known)
    return Ruling(_holds(how, besides=question.besides), said, listing(held))


def _held(topic: Topic, known: Known) -> tuple[str, ...]:
    film = known.film
    if topic is Topic.COUNTRY:
        return film.countries
    if topic is Topic.LANGUAGE:
        return tuple(dict.fromkeys(filter(None, (film.language, *film.spoken))))
    return tuple(dict.fromkeys((*film.genres, *(name.lower() for name in known.movie.genres))))


_FACTS: Final = {
    Topic.COUNTRY: Fact.COUNTRY,
    Topic.LANGUAGE: Fact.LANGUAGE,
    Topic.GENRE: Fact.GENRE,
}


def _of_keyword(question: FactQuestion, known: Known, asked: Grounds) -> Ruling:
    """Whether something is in a film, by its keywords and tags."""
    detail, label = question.detail, known.movie.label
    wanted = {*_named(Fact.KEYWORD, detail, asked), detail}
    names = (*known.film.all_keywords, *known.tags)
    found = [name for name in names if name in wanted or f" {detail} " in f" {normal(name)} "]
    if found:
        return Ruling("yes", text("answer.keyword", film=label, keyword=found[0]))
    return Ruling("not_known", text("answer.keyword_none", film=label, keyword=detail))


def _of_setting(question: FactQuestion, known: Known, asked: Grounds) -> Ruling:
    """Whether a film is set somewhere, by its keywords; else where it was made is a guess."""
    told = _of_keyword(question, known, asked)
    if told.how == "yes":
        return told._replace(how=_holds("yes", besides=question.besides))
    made = _of_names(replace(question, topic=Topic.COUNTRY), known, asked)
    said = text("answer.setting", film=known.movie.label, countries=made.note)
    return Ruling("not_known", said, made.note) if made.note else told


def _of_kind(question: FactQuestion, known: Known, asked: Grounds) -> Ruling:
    """Whether a film is what a wish for such films would bring: by degree, or by a number."""
    told = [
        *(_of_facet(token, known, asked) for token in question.facets),
        *(_of_limit(limit, known, asked) for limit in question.limits),
    ]
    worst = max(told, key=lambda one: _WORST.index(one.how))
    return worst._replace(how=_holds(worst.how, besides=question.besides))


_WORST: Final = ("yes", "partly", "not_known", "no")
_ALL: Final = dict(zip(_WORST, ("all_yes", "all_partly", "all_not_known", "all_no"), strict=True))


def _of_facet(token: int, known: Known, asked: Grounds) -> Ruling:
    """Whether a film is of a facet: what nobody was asked about is by degree, and not for sure."""
    catalogue, row = asked.catalogue, known.movie.row
    facet, has = catalogue.facet(token), token in catalogue.facets_of(known.token)
    degree = float(catalogue.degree(token)[row]) if row < catalogue.n_items else float(has)
    degree = degree if facet.is_theme else max(degree, float(has))
    how = "yes" if degree >= SOME else "partly" if has else "no"
    if how == "no" and facet.is_theme:
        how = "not_known"
    values = {"film": known.movie.label, "kind": facet_words(catalogue, token)}
    forms = {"no": "kind_no", "not_known": "kind_not"}
    said = text(f"answer.{forms.get(how, 'kind_so')}", portrait=portrayed(known), **values)
    return Ruling(how, said)


def _of_limit(limit: Limit, known: Known, asked: Grounds) -> Ruling:
    """Whether a number of a film lies within bounds, with the number."""
    topic = _NUMBERS.get(limit.column, Topic.YEAR)
    row, catalogue = known.movie.row, asked.catalogue
    number = int(catalogue.numbers(limit.column)[row]) if row < catalogue.n_items else -1
    said = _TELL[topic](known, "", (), asked)
    if number < 0 or not said:
        return Ruling("not_known", unknown(known))
    notes = {"minutes": length(max(number, 1)), "year": str(known.movie.year)}
    how = "yes" if limit.low <= number <= limit.high else "no"
    return Ruling(how, said, notes.get(limit.column, known.film.age))


_NUMBERS: Final = {"minutes": Topic.LENGTH, "age": Topic.AGE}
"""What tells the number that a limit bounds, where it is not the year."""


def _judged(question: FactQuestion, asked: Grounds) -> str:
    """Whether something holds of one film, in a sentence, or of several, in one for all."""
    judge = _JUDGES[question.topic]
    films = [known_of(token, asked.facts) for token in question.films[:FILMS]]
    told = [(known, judge(question, known, asked)) for known in films]
    if len(told) == 1:
        ((_, one),) = told
        return text(f"answer.{one.how}", said=one.said)
    groups: dict[str, list[str]] = {}
    for known, one in sorted(told, key=lambda pair: _WORST.index(pair[1].how)):
        note = f" ({one.note})" if one.note else ""
        groups.setdefault(one.how, []).append(f"{known.movie.title}{note}")
    parts = (text(f"answer.{_ALL[how]}", films=listing(names)) for how, names in groups.items())
    return f"{capitalised('; '.join(parts))}."


_JUDGES: Final[Mapping[Topic, Callable[[FactQuestion, Known, Grounds], Ruling]]] = {
    Topic.COUNTRY: _of_names,
    Topic.LANGUAGE: _of_names,
    Topic.GENRE: _of_names,
    Topic.KEYWORD: _of_keyword,
    Topic.SETTING: _of_setting,
    Topic.KIND: _of_kind,
}


# ---- people


def _works(code: int, asked: Grounds) -> str:
    """Films of somebody, the best known first, without those of which was spoken."""
    facts, name = asked.facts, asked.facts.facts.people.names[code]
    spoken = {token - 1 for token in asked.state.tokens()}  # a row is a film's token less one
    parts: list[str] = []
    found = ((facts.rows(fact, (code,)).tolist(), *forms) for fact, *forms in _ROLES)
    for every, first, further in sorted(found, key=lambda one: -len(one[0])):
        labels = [asked.catalogue.movies[row].label for row in every if row not in spoken]
        more = len(labels[_WORKS:])
        end = text("answer.more_films", count=more) if more else ""
        form, films = further if parts else first, listing(labels[:_WORKS])
        parts += [text(form, name=name, films=films, more=end)] if labels else []
    if parts:
        return " ".join(parts)
    return text("answer.no_films", name=name, link=_SEARCH.format(name.replace(" ", "+")))


def _start(asked: Grounds) -> str:
    """Whose films to begin with: those who made most of the best films that fit."""
    values = asked.policy.q_values(asked.state)
    fit = asked.catalogue.allowed(asked.state.constraints)
    best = np.argsort(np.where(fit, -values, np.inf), kind="stable")[: min(_FORE, int(fit.sum()))]
    works: dict[str, list[str]] = {}
    worth: Counter[str] = Counter()
    for place, row in enumerate(best.tolist()):
        known = known_of(row + 1, asked.facts)
        for name in known.film.directors[:1]:
            works.setdefault(name, []).append(known.movie.label)
            worth[name] += _FORE - place
    named = [
        text("answer.start_with", name=name, films=listing(works[name][:_MAKERS]))
        for name, _ in worth.most_common(_MAKERS)
    ]
    return text("answer.start", makers="; ".join(named)) if named else text("answer.no_ranking")
