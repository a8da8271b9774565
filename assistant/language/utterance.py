"""What was understood of one line of text, as a value with spans.

Everything the page shows, the session takes over and the evaluation scores is in here; nothing is
decided later from the raw text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, NamedTuple

from core.domain import Limit

_OPENING: Final = 2
"""Words that may lead to a question: "Great!", "oh nice"."""
EVERY_WISH = "every wish"
"""In `Utterance.lifted`: all earlier wishes are, and what was said of films stays."""

COUNTRY = "country"
"""In `Utterance.lifted`: films may be from anywhere, and in any language."""

SEEN_ALL = "seen all of them"
"""Rule of a wish against what is liked: nobody sees all films of somebody they don\'t like."""

LONGEST_TEXT = 2_000
"""Characters of one line that are read; nobody tells a taste in more."""


class Act(Enum):
    """What the person does with this line."""

    GREET = "greet"
    HELP = "help"
    RECOMMEND = "recommend"
    """Wants films, or tells tastes (which is answered with films)."""
    MORE = "more"
    """"more", "next", "something else": other films under the same wishes."""
    WHY = "why"
    """"why this?", "why the second one?": `picks` says which."""
    UNDO = "undo"
    """Takes the last turn back."""
    FORGET = "forget"
    """"forget Titanic": the mentions of this line are retracted."""
    START_OVER = "start over"
    REACT = "react"
    """"I like the second one", "seen it": `picks` and `strength` say what."""
    ANSWER = "answer"
    """Answers our question ("1982", "yes"): `picks`, `years` or mentions say what."""
    ABOUT_ME = "about me"
    """"what do you know about me?"""
    ABOUT_YOU = "about you"
    """"are you a robot?", "is it free?"""
    AGREE = "agree"
    """"ok", "I'll watch that one": nothing more is wanted; `picks` may say which film."""
    DECLINE = "decline"
    """"no", with no film on the table and no question open."""
    COMPLAIN = "complain"
    """"these suck", "you don't understand": about us, not about a film."""
    KEEP = "keep"
    """"put that one on my list": `kept` says which."""
    ASK = "ask"
    """Asks what is known of films or people; `questions` say what."""
    BEYOND = "beyond"
    """Asks of films what is not known here ("where can I stream it?"); `beyond` says what."""
    THANKS = "thanks"
    BYE = "bye"
    OFF_TOPIC = "off-topic"
    """Nothing of films in it."""
    EMPTY = "empty"

    @property
    def is_talk(self) -> bool:
        """Whether it is answered in words, unless the line tells tastes or wishes as well."""
        return self not in (Act.RECOMMEND, Act.MORE, Act.FORGET, Act.ANSWER)


class Span(NamedTuple):
    """Half-open range of characters of the text as typed."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MovieMention:
    """A film that was recognised."""

    span: Span
    token: int
    """Catalogue token of the film."""
    strength: float
    """−1 (hates) … 1 (loves); 0 = seen, no opinion, or only named."""
    rule: str
    """Which rule linked it and which cue gave the sign: "exact; like: loved"."""
    similar_only: bool = False
    """Named as a pattern ("more like Alien"), not as something liked or seen."""
    seen: bool = False
    """The person says they have seen it."""
    idle: bool = False
    """Says nothing of the person's taste: somebody else's, not seen, asked about, or what another
    is measured by."""
    also: tuple[int, ...] = ()
    """Tokens of other films meant by the same words ("the Bourne films"); `token` is the best known
    of them."""
    taken: bool = False
    """They choose it for tonight."""
    later: bool = False
    """It is turned down for tonight, and not disliked."""
    offered: bool = False
    """It is one that we put forward."""


@dataclass(frozen=True, slots=True)
class FacetMention:
    """A genre, tag or person that was recognised."""

    span: Span
    token: int
    strength: float
    """> 0 wanted, < 0 to be avoided."""
    required: bool
    """True: only such films ("a comedy", "something with Tom Hanks"); or, when to be avoided, none
    at all."""
    rule: str
    either: int = 0
    """Number of the choice that it is one of in its line, "Korean or Indonesian"; 0 for none."""
    region: str = ""
    """The part of the world that was named, of which it is one country: "Eastern European"."""
    missing: str = ""
    """The country that was named, where no films of it are known: this is what is nearest."""


@dataclass(frozen=True, slots=True)
class AmbiguousMention:
    """A name that fits several films well; the person is asked which."""

    span: Span
    tokens: tuple[int, ...]
    """Candidates, best first, at most 5."""
    strength: float
    rule: str
    similar_only: bool = False
    seen: bool = False
    taken: bool = False

    def meant(self, token: int, span: Span, rule: str) -> MovieMention:
        """What was said of it, of the film that is meant."""
        how = (self.similar_only, self.seen)
        return MovieMention(span, token, self.strength, rule, *how, taken=self.taken)


@dataclass(frozen=True, slots=True)
class UnknownMention:
    """Looks like a title, but no film of that name is known."""

    span: Span
    strength: float


class Topic(Enum):
    """What is asked of a film or a person; the value is its name in questions.toml."""

    ABOUT = "about"
    LENGTH = "length"
    MAKER = "maker"
    WRITER = "writer"
    CAST = "cast"
    PLAYS = "plays"
    """Whether somebody is in it, or made it."""
    LANGUAGE = "language"
    COUNTRY = "country"
    YEAR = "year"
    GENRE = "genre"
    SOURCE = "source"
    """What it was made from."""
    AGE = "age"
    MOOD = "mood"
    """Whether it is scary, violent, sad …: `FactQuestion.detail` says which."""
    KEYWORD = "keyword"
    """Whether something is in it: `FactQuestion.detail` says what."""
    PRIZE = "prize"
    ORDER = "order"
    """Its place in a series, and the series in order."""
    SEQUEL = "sequel"
    TRAILER = "trailer"
    FILMS = "films"
    """What somebody has made or is in."""
    BETTER = "better"
    """Which of several films suits the person better."""
    WORTH = "worth"
    """Whether it suits the person."""
    WHY_NOT = "why_not"
    """Why it was not shown."""
    MOST = "most"
    """Which of several films is the most so: `FactQuestion.detail` says how, in normal form."""
    KIND = "kind"
    """Whether it is of a kind, place, time or length: `facets` and `limits` say which."""
    SETTING = "setting"
    """Whether it is set in a place: `FactQuestion.detail` says where."""
    START = "start"
    """Whose films to begin with, among those that are wished for."""
    HAS = "has"
    """Whether the catalogue has it: it is to be shown."""
    OTHER = "other"
    """Whether it is as the words behind "is it" say (`FactQuestion.detail`), or anything else."""


@dataclass(frozen=True, slots=True)
class FactQuestion:
    """A topic of one or several referents."""

    topic: Topic
    films: tuple[int, ...] = ()
    """Film tokens, in the order named or shown."""
    people: tuple[int, ...] = ()
    """Codes of `FilmFacts.people`."""
    detail: str = ""
    """What a yes-or-no question asks for: "english", "scary", "wedding"; how old somebody is who
    wants to see it."""
    instead: str = ""
    """What else it may be: "is it violent or rather slow?"."""
    least: bool = False
    """The least so is asked for."""
    facets: tuple[int, ...] = ()
    """Facet tokens, all of which are asked for."""
    limits: tuple[Limit, ...] = ()
    """What numbers of the film are asked for."""
    besides: bool = False
    """Anything but that is asked for: "outside America"."""
    than: int = 0
    """Token of the film that others are measured by: "most like Heat"; 0 for none."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line of text, understood. Spans lie inside `text` and do not overlap within a slot."""

    text: str
    act: Act
    movies: tuple[MovieMention, ...] = ()
    facets: tuple[FacetMention, ...] = ()
    aside: tuple[FacetMention, ...] = ()
    """Genres, tags and people that somebody near to the person likes: no wish of their own."""
    ambiguous: tuple[AmbiguousMention, ...] = ()
    unknown: tuple[UnknownMention, ...] = ()
    limits: tuple[Limit, ...] = ()
    """Hard wishes about numbers of films: "year" ("from the 90s"), "rank" ("not too popular", "a
    hidden gem"; how far is for the conversation to say)."""
    lifted: tuple[str, ...] = ()
    """Columns whose earlier limit is lifted: "year" ("any year"), "rank" ("less obscure")."""
    questions: tuple[FactQuestion, ...] = ()
    """What is asked of films and people."""
    asking: tuple[Span, ...] = ()
    """Where the questions stand."""
    beyond: tuple[str, ...] = ()
    """What was asked of films that nothing is known of here: "streaming" and the like."""
    saved: Span | None = None
    """Where they ask for films of their watch-list alone."""
    kept: tuple[int, ...] = ()
    """Tokens of films that are to be put on it."""
    described: str = ""
    """How films are to be, in the words of the line, where no facets stand for all of it."""
    sought: str = ""
    """What they describe a film by: all that counts of "what's that movie where …"."""
    count: int | None = None
    """How many films they want now, 1 … 10."""
    picks: tuple[int, ...] = ()
    """Which of the films on the table are meant, 0-based places."""
    strength: float | None = None
    """How the picks (or all films on the table) are liked, −1 … 1, for `Act.REACT`."""
    strengths: tuple[float, ...] = ()
    """How each of the picks is liked, where it is not the same for all; empty otherwise."""
    seen: bool = False
    """The picks were seen already, for `Act.REACT`."""
    taken: tuple[int, ...] = ()
    """Those of the picks that they choose for tonight."""
    instead: tuple[int, ...] = ()
    """Tokens of films understood before that were not meant: `movies` take their place."""
    for_another: bool = False
    """It is said that the films are for somebody else, or with them."""
    later: bool = False
    """The picks are put off ("not tonight"), for `Act.REACT`."""
    does: frozenset[str] = frozenset()
    """What the line does by what was learned of lines (`meaning.roles.LABELS`)."""
    then: Utterance | None = None
    """What else the line does, after this: "undo that" … "and a comedy instead". Its spans are
    those of the whole line."""

    @property
    def spans(self) -> list[Span]:
        """Where everything stands that was found, by what the line does then, too."""
        spans = [] if self.then is None else self.then.spans
        spans += [facet.span for facet in self.facets]
        spans += [movie.span for movie in self.movies]
        spans += [aside.span for aside in self.aside]
        spans += [film.span for film in self.ambiguous]
        spans += [*self.asking] if self.saved is None else [self.saved, *self.asking]
        return spans + [name.span for name in self.unknown]

    @property
    def only_chats(self) -> bool:
        """Whether the line asks for no films, and answers none: it talks, chooses or commands."""
        return not self.does.isdisjoint(_TALKS) and self.does.isdisjoint(_SEEKS)

    @property
    def unasked(self) -> str:
        """The text without its questions, as long as before."""
        return blanked(self.text, self.asking)

    @property
    def statements(self) -> tuple[Utterance, ...]:
        """All that the line does, in order."""
        return (self, *(self.then.statements if self.then else ()))

    def limit(self, column: str) -> Limit | None:
        """The limit on a column; None where there is none."""
        return next((limit for limit in self.limits if limit.column == column), None)

    def without_limit(self, column: str) -> Utterance:
        """The line without its limit on a column."""
        return replace(self, limits=tuple(one for one in self.limits if one.column != column))

    @property
    def years(self) -> tuple[int, int] | None:
        """First and last year wanted, both included."""
        limit = self.limit("year")
        return None if limit is None else (limit.low, limit.high)

    @property
    def names_films(self) -> bool:
        """Whether films are named, surely or not."""
        return bool(self.movies or self.ambiguous)

    @property
    def names_anything(self) -> bool:
        """Whether films, facets or what looks like a title are named."""
        return bool(self.names_films or self.facets or self.unknown)

    @property
    def wishes(self) -> bool:
        """Whether films of some kind are asked for, or others of the same."""
        wanted = bool(self.facets or self.wishes_for_kinds)
        return (wanted and self.act is Act.RECOMMEND) or self.act is Act.MORE

    @property
    def only_talks(self) -> bool:
        """Whether the line asks something of films, or chooses one, and wishes for none."""
        taken = self.taken or any(movie.taken for movie in self.movies)
        wishes = any(statement.wishes for statement in self.statements)
        return bool(self.questions or taken) and not wishes

    @property
    def acts_alone(self) -> bool:
        """Whether it is a command, or a remark that says of which films."""
        pointless = self.act is Act.REACT and not (self.picks or self.seen)
        return self.act in _ALONE and not pointless and not self.facets

    def asks_beside(self, does: Utterance) -> bool:
        """Whether it asks for films of some kind, after what the beginning of its line does."""
        told = does.act in (Act.WHY, Act.REACT, Act.AGREE)
        if self.facets or (self.act is Act.MORE and told):
            return self.act not in _ALONE
        # "the first one but newer" is newer than that
        return bool(self.limits) and self.act not in _ALONE and (does.seen or not told)

    @property
    def wishes_for_kinds(self) -> bool:
        """Whether films are asked for by their number, or by how old or how well known they are."""
        return bool(self.limits or self.lifted or self.count)


_TALKS: Final = frozenset("chat hello bye take keep again undo reset drop count react".split())
_SEEKS: Final = frozenset(("wish", "more", "complain"))
_ALONE: Final = (Act.UNDO, Act.WHY, Act.FORGET, Act.REACT, Act.AGREE)
"""What a line may do before it wishes for something."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an answer may refer to."""

    shown: tuple[int, ...] = ()
    """Tokens of the films of the last turn, in order."""
    asked: AmbiguousMention | None = None
    """The question that is open, if any."""
    named: int | None = None
    """Token of the film of the last line, if it named exactly one."""
    untold: tuple[int, ...] = ()
    """Tokens of films that the last line named without a word on how they are; none that was
    shown."""
    mood: float = 0.0
    """What the last line said of all of its films, −1 … 1; 0 where it said different things, or
    nothing."""
    spurned: bool = False
    """The last line named genres, tags or people only to keep them away."""
    for_another: bool = False
    """Films are looked for somebody else, or with them: what they love counts, whoever tells it."""
    offered: frozenset[int] = frozenset()
    """Tokens of the films that we put forward last."""
    wanted: frozenset[int] = frozenset()
    """Facet tokens that films are asked to have."""
    spared: frozenset[int] = frozenset()
    """Facet tokens that they are to be without."""
    people: tuple[str, ...] = ()
    """Names of whom was asked last, the first of whom "he" or "she" is."""
    lately: tuple[int, ...] = ()
    """Tokens of the films that were spoken of in the last turns, latest first."""

    def held_of(self, tokens: Collection[int]) -> float:
        """1 where all of some facets are wanted, −1 where all are to be spared, else 0."""
        return float(self.wanted.issuperset(tokens)) - float(self.spared.issuperset(tokens))


class Asked(NamedTuple):
    """The questions of a line."""

    questions: tuple[FactQuestion, ...]
    named: tuple[tuple[int, int, int], ...]
    """First character, one past the last, and token of each film that they name."""
    picks: tuple[int, ...]
    """Places of the films on the table that they point at."""
    rest: str
    """The text without them, as long as before."""

    spans: tuple[Span, ...]
    """Where they stand."""

    @property
    def begins(self) -> int:
        """The first character of the first of them."""
        return min(start for start, _ in self.spans)

    def only_ask(self, topic: Topic) -> bool:
        """Whether they ask nothing else of films."""
        return all(question.topic is topic for question in self.questions)

    @property
    def films(self) -> tuple[int, ...]:
        """Tokens of the films that they are about."""
        return tuple(dict.fromkeys(token for one in self.questions for token in one.films))

    def context(self, context: Context) -> Context:
        """What the rest of the line may point back at: "do you know Heat? loved it"."""
        meant = self.films if len(self.films) == 1 else ()
        named = meant[0] if meant else context.named
        return replace(context, asked=None, named=named, untold=meant or context.untold)

    def with_rest(self, text: str, rest: Utterance) -> Utterance:
        """The line; what else it says counts if it tells tastes or wishes."""
        if self._only_opens(rest):
            rest = replace(rest, act=Act.AGREE, movies=())
        if rest.wishes or rest.act is Act.REACT or _judges(rest):
            # Who still asks has not chosen: "sounds interesting, what is it about?".
            open_still = tuple(replace(movie, taken=False) for movie in rest.movies)
            rest = replace(rest, text=text, movies=open_still, taken=())
            return replace(rest, questions=self.questions, asking=self.spans)
        movies = {
            token: MovieMention(Span(start, end), token, 0.0, "asked about", idle=True)
            for start, end, token in self.named
        }
        if not movies and not self.picks and len(self.films) == 1:
            (token,) = self.films
            movies[token] = MovieMention(Span(0, len(text)), token, 0.0, "just named", idle=True)
        named = tuple(movies.values())
        asked = Utterance(text, Act.ASK, named, picks=self.picks, questions=self.questions)
        return replace(asked, asking=self.spans)

    def _only_opens(self, rest: Utterance) -> bool:
        """Whether what else is said only leads to the question: "Perfect. What's it about?"."""
        before = self.rest[: self.begins].split()
        praises = (rest.strength or 0) > 0 or all(one.strength > 0 for one in rest.movies)
        return (
            praises
            and 0 < len(before) <= _OPENING
            and not (rest.picks or rest.wishes or self.rest[self.begins :].strip(" .,!?"))
            and all(movie.rule == "just named" for movie in rest.movies)
        )


def _judges(utterance: Utterance) -> bool:
    return any(movie.strength for movie in _told(utterance))


def _told(utterance: Utterance) -> tuple[MovieMention, ...]:
    """Films with a verdict of the person's; a title alone is none."""
    return tuple(
        movie for movie in utterance.movies if not movie.idle and "alone" not in movie.rule
    )


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these characters blank."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
