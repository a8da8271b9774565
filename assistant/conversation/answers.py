"""Answers to questions of fact, in a sentence or two, never with new films.

What is not known is said, with the page where it stands. What a film is about is told by keywords.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from assistant.conversation.phrasing import listing
from assistant.conversation.reasons import (
    BILLED,
    Known,
    kinds_of,
    known_of,
    portraits,
    remakes_of,
    series_of,
)
from assistant.conversation.records import length
from assistant.conversation.suits import (
    FILMS,
    OF_TASTE,
    SOME,
    Grounds,
    Shade,
    better,
    distinct,
    mood,
    moods,
    most,
    portrayed,
    quoted,
    rather,
    shade,
    starring,
)
from assistant.language.lexicon import as_written
from assistant.language.utterance import FactQuestion, Topic
from assistant.language.words import normal
from assistant.wording import text
from core.data.facts import AGES, Fact, Prize
from core.data.telling import telling

_CAST: Final = 6
"""Names in an answer."""
_WORKS: Final = 6
"""Films of somebody that are named, the best known first."""
_PARTS: Final = 15
"""Films of a series that are named: of longer ones (James Bond) the first."""
_KEYWORDS: Final = 5
"""Of a sketch: more read as a list."""
_GUIDED: Final = AGES["PG"]
_ROLES: Final = (
    (Fact.DIRECTOR, "answer.made", "answer.made_too"),
    (Fact.ACTOR, "answer.acted", "answer.acted_too"),
)
_VIDEO: Final = "https://www.youtube.com/watch?v={}"
_SEARCH: Final = "https://www.imdb.com/find/?q={}"


def answers(questions: Sequence[FactQuestion], asked: Grounds) -> str:
    """What is said to the questions of a line, one paragraph each."""
    lines: dict[str, None] = {}
    for question in questions:
        for line in _answered(question, asked):
            lines.setdefault(line)
    return "\n".join(lines)


def people_asked(questions: Sequence[FactQuestion], asked: Grounds) -> tuple[str, ...]:
    """Names of whom the questions are about, or whom their answers name, the first ones first."""
    names: list[str] = []
    for question in questions:
        names += [asked.facts.facts.people.names[code] for code in question.people]
        for token in question.films[:1]:
            film = known_of(token, asked.facts).film
            told = {Topic.MAKER: film.directors, Topic.CAST: film.cast, Topic.WRITER: film.writers}
            names += told.get(question.topic, ())
    return tuple(dict.fromkeys(names))[:_CAST]


def _answered(question: FactQuestion, asked: Grounds) -> Iterator[str]:
    if question.topic is Topic.FILMS:
        yield from (_works(code, asked) for code in question.people)
    elif told := _of_several(question, asked):
        yield told
    elif question.topic in OF_TASTE:
        yield from (OF_TASTE[question.topic](token, asked) for token in question.films[:FILMS])
    else:
        for token in question.films[:FILMS]:
            yield _fact(question, known_of(token, asked.facts), asked)


def _of_several(question: FactQuestion, asked: Grounds) -> str:
    """One answer about several films; "" where each has its own."""
    match question.topic:
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


def _length(known: Known, *_: object) -> str:
    minutes = known.film.runtime
    if not minutes:
        return ""
    return text("answer.length", film=known.movie.label, length=length(minutes), minutes=minutes)


def _maker(known: Known, *_: object) -> str:
    makers = known.film.directors
    if not makers:
        return ""
    return text("answer.maker", film=known.movie.label, names=listing(makers))


def _writer(known: Known, *_: object) -> str:
    film = known.film
    if not film.writers and not film.authors:
        return ""
    parts = []
    if film.writers:
        parts.append(text("answer.writer", film=known.movie.label, names=listing(film.writers)))
    if film.authors:
        parts.append(text("answer.author", names=listing(film.authors)))
    return " ".join(parts)


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


def _language(known: Known, detail: str, *rest: object) -> str:
    film = known.film
    if not film.language:
        return ""
    others = [one for one in film.spoken if one != film.language]
    form = "answer.language_too" if others else "answer.language"
    said = text(form, film=known.movie.label, language=film.language, others=listing(others))
    if not detail:
        return said
    names = _named(Fact.LANGUAGE, detail, rest)
    if film.language in names:
        return text("answer.yes", said=said)
    return text("answer.no" if names.isdisjoint(others) else "answer.partly", said=said)


def _country(known: Known, detail: str, *rest: object) -> str:
    countries = known.film.countries
    if not countries:
        return ""
    said = text("answer.country", film=known.movie.label, countries=listing(countries))
    if not detail:
        return said
    yes = not _named(Fact.COUNTRY, detail, rest).isdisjoint(countries)
    return text("answer.yes" if yes else "answer.no", said=said)


def _named(fact: Fact, detail: str, rest: Sequence[object]) -> set[str]:
    """Values of a fact that words name."""
    names = _grounds(rest).facts.facts.names(fact)
    return {names.names[code] for code in names.find(detail)}


def _year(known: Known, *_: object) -> str:
    if not known.movie.year:
        return ""
    return text("answer.year", film=known.movie.title, year=known.movie.year)


def _genre(known: Known, detail: str, *rest: object) -> str:
    genres = kinds_of(known)
    if not genres:
        return ""
    said = text("answer.genre", film=known.movie.label, genres=listing(genres))
    if not detail:
        return said
    wanted = _named(Fact.GENRE, detail, rest)
    yes = not wanted.isdisjoint(known.film.genres) or any(
        normal(genre) in map(normal, (detail, *wanted)) for genre in known.movie.genres
    )
    return text("answer.yes" if yes else "answer.not_called", said=said)


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
    parts = [*_rating(known, rated), *_audience(known)]
    if not parts:
        return f"{text('answer.age_unknown', film=known.movie.label)} {known.look}".strip()
    if not film.age:
        parts.append(text("answer.no_rating"))
        parts += [text("answer.taken_for", years=rated)] if rated > 0 else []
    if detail and rated >= 0:
        parts.append(_fit_for(int(detail), rated))
    return " ".join([*parts, _frightens(known, asked)])


def _rating(known: Known, rated: int) -> list[str]:
    if not known.film.age:
        return []
    form = "answer.age" if rated else "answer.age_all"
    return [text(form, film=known.movie.label, rating=known.film.age, years=rated)]


def _audience(known: Known) -> list[str]:
    """For whom a film is made."""
    label, kinds = known.movie.label, known.film.audiences
    if kinds:
        form = "answer.audience_too" if known.film.age else "answer.audience"
        return [text(form, film=label, kinds=listing(kinds))]
    for_children = "Children" in known.movie.genres and not known.film.age
    return [text("answer.children", film=label)] if for_children else []


def _taken_for(known: Known, asked: Grounds) -> int:
    """The age that a film without a rating is taken to be fit from; −1 where nothing tells."""
    catalogue, row = asked.catalogue, known.movie.row
    told = catalogue.measures("age") and row < catalogue.n_items
    return int(catalogue.numbers("age")[row]) if told else -1


def _fit_for(age: int, rated: int) -> str:
    """Whether somebody so old may see a film that is rated for an age."""
    fits = "answer.fit" if rated <= age else "answer.fit_beside"
    return text("answer.unfit" if rated > max(age, _GUIDED) else fits, age=age)


def _frightens(known: Known, asked: Grounds) -> str:
    scary = shade("scary", known, asked.facts)
    form = "answer.frightens" if scary.degree >= SOME else "answer.frightens_not"
    return text(form, signs=quoted(scary.signs))


def _grounds(rest: Sequence[object]) -> Grounds:
    asked = rest[-1]
    assert isinstance(asked, Grounds)
    return asked


def _keyword(known: Known, detail: str, *rest: object) -> str:
    wanted = {*_named(Fact.KEYWORD, detail, rest), detail}
    names = (*known.film.all_keywords, *known.tags)
    found = [name for name in names if name in wanted or f" {detail} " in f" {normal(name)} "]
    label = known.movie.label
    if found:
        return text("answer.keyword", film=label, keyword=found[0])
    if known.film.all_keywords:
        return text("answer.keyword_none", film=label, keyword=detail)
    return ""


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
        said = text(form, film=label, count=len(won), prizes=listing(_prizes(won)))
        return f"{said} {text('answer.nominated_too', count=len(lost))}" if lost else said
    if lost:
        return text("answer.nominated", film=label, prizes=listing(_prizes(lost)))
    return text("answer.no_prize", film=label)


def _prizes(prizes: Iterable[Prize]) -> list[str]:
    """Categories, with who was nominated where the source says so."""
    named = (
        f"{prize.category} ({listing(prize.names)})" if prize.names else prize.category
        for prize in prizes
    )
    return list(dict.fromkeys(named))


def _order(known: Known, *rest: object) -> str:
    """A series in order: the same answer for each film of it."""
    asked = _grounds(rest)
    series = series_of(known, asked.facts)
    if len(series) < 2:
        return text("answer.no_series", film=known.movie.label)
    films = [f"{place}. {movie.label}" for place, movie in enumerate(series, 1)][:_PARTS]
    more = len(series) - len(films)
    end = text("answer.more_films", count=more) if more else ""
    return text("answer.order", series=known.film.series, films=", ".join(films), more=end)


def _sequel(known: Known, *rest: object) -> str:
    asked = _grounds(rest)
    series, label = series_of(known, asked.facts), known.movie.label
    remakes = remakes_of(known, asked.facts)
    parts = []
    if len(series) > 1:
        at = series.index(known.movie)
        for form, films in (
            ("answer.before", series[:at][-BILLED:]),
            ("answer.after", series[at + 1 :][:BILLED]),
        ):
            if films:
                parts.append(text(form, films=listing([movie.label for movie in films])))
        told = text("answer.series", film=label, series=known.film.series)
        parts = [told, *parts] if parts else []
    if remakes:
        parts.append(text("answer.remake", films=listing(remakes)))
    return " ".join(parts) or text("answer.no_sequel", film=label)


def _trailer(known: Known, *_: object) -> str:
    if known.film.trailer:
        link = _VIDEO.format(known.film.trailer)
        return text("answer.trailer", film=known.movie.label, link=link)
    return f"{text('answer.no_trailer', film=known.movie.label)} {known.look}".strip()


def _about(known: Known, _: str, *rest: object) -> str:
    words = _telling(known, _grounds(rest)) or tuple(map(as_written, known.tags[:_KEYWORDS]))
    parts = [f"{portraits(known)[0]}{starring(known)}."]
    if words:
        parts.append(text("answer.sketch", keywords=listing(words)))
    elif known.link:
        parts.append(known.look)
    return text("answer.about", film=known.movie.label, sketch=" ".join(parts))


def _telling(known: Known, asked: Grounds) -> tuple[str, ...]:
    """Keywords of a film, those first that few films have and that are most typical of it; none
    that repeats a word of one before.
    """
    row, facts = known.movie.row, asked.facts
    weights = {word.name: word.weight for word in telling(facts, Fact.KEYWORD, row)}
    shades = {word: shade(normal(word).replace(" ", "_"), known, facts) for word in weights}
    fit = [word for word in known.film.keywords if word in weights] or [*known.film.keywords]
    fit.sort(key=lambda word: -weights.get(word, 0.0) * shades.get(word, Shade(0.0)).degree)
    return distinct(fit)[:_KEYWORDS]


Tell = Callable[..., str]
_TELL: Final[Mapping[Topic, Tell]] = {
    Topic.ABOUT: _about,
    Topic.LENGTH: _length,
    Topic.MAKER: _maker,
    Topic.WRITER: _writer,
    Topic.CAST: _cast,
    Topic.PLAYS: _plays,
    Topic.LANGUAGE: _language,
    Topic.COUNTRY: _country,
    Topic.YEAR: _year,
    Topic.GENRE: _genre,
    Topic.SOURCE: _source,
    Topic.AGE: _age,
    Topic.MOOD: lambda known, detail, _, asked: mood(known, detail, asked),
    Topic.KEYWORD: _keyword,
    Topic.PRIZE: _prize,
    Topic.ORDER: _order,
    Topic.SEQUEL: _sequel,
    Topic.TRAILER: _trailer,
    Topic.OTHER: _other,
    Topic.HAS: lambda known, *_: text("answer.has", film=known.movie.label),
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
