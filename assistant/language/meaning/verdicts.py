"""Whether a verdict ("great", "a mess", "fell asleep") judges what stands before it, or only
describes or asks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from assistant.language.lexicon import word_class
from assistant.language.meaning.tastes import (
    COPULAS,
    IS,
    NEGATORS,
    PRONOUNS,
    Cue,
    Force,
    Teller,
    begins_clause,
    closes_sentence,
    ends_clause,
    ends_sentence,
)
from assistant.language.words import Word, any_of, back_over, text_at, texts_of

_SAID_IN_PASSING: Final = word_class("said_in_passing")
_WAS: Final = frozenset("was were wasnt werent".split())
_SUBJECTS: Final = word_class("film_pronouns")
_ASKED_ABOUT: Final = _SUBJECTS - {"which"}
_WANTED: Final = word_class("wanted_nouns")
_WISHES: Final = frozenset(("something", "anything"))
_OTHER_SUBJECTS: Final = word_class("other_subjects")
_SOMEBODY: Final = word_class("near") | word_class("kids")
"""Before "are too young" or "was great": no film is judged."""
_COUNTED: Final = word_class("counted")
_POINTS: Final = word_class("points")
_ALL: Final = frozenset(("all", "everything", "always"))
_HOW: Final = word_class("how")
_DEGREES: Final = word_class("degrees")
_COLOURS: Final = word_class("colours")
_ROUNDS_OFF: Final = word_class("rounds_off")
_BEFORE_DEEDS: Final = word_class("before_deeds")
_TELLERS: Final = word_class("tellers")
_HEARD: Final = word_class("heard")
_NEAR: Final = word_class("near") | word_class("near_pronouns")
_FURTHEST_PREDICATE: Final = 12  # words before a term in which "was" stands
_SPEAKERS: Final = frozenset(("i", "ive", "id"))
_COLOURS_OR_OFTEN: Final = _COLOURS | word_class("often")
_COPULAS_OR_OFTEN: Final = COPULAS | word_class("often")
_COPULAS_OR_MODALS: Final = COPULAS | word_class("modals")
_COPULAS_OR_DOES: Final = COPULAS | word_class("does")
_COPULAS_OR_OF_MANY: Final = COPULAS | word_class("of_many")
_COPULAS_OR_PRONOUNS: Final = COPULAS | PRONOUNS
_KINDS: Final = tuple(word_class("praised_kinds"))
_REQUESTS: Final = word_class("requests")
_INDEFINITES: Final = word_class("indefinites")
_DEFINITES: Final = word_class("definites")
_ASKERS: Final = word_class("askers")
_LEADS_ON: Final = _WANTED | {"where", "when", "which", "that", "whatever"}
"""Before a pronoun that is no film on the table: "a movie where they are …"."""
_WH: Final = frozenset("what which who where when".split())
_FINDS: Final = frozenset(("i", "we", "they", "the", "that"))
"""Before "find" or "show": no request."""
_POINTING: Final = PRONOUNS - {"that", "this", "all", "both"}
_ANSWERS: Final = word_class("hums") | frozenset("no nope nah sorry ugh".split())
_JUDGED: Final = _SUBJECTS | _WANTED | word_class("counted")
_AMOUNTS: Final = frozenset("many much few little".split())
_SENTENCE: Final = 60
"""Words of a sentence that are looked at before or behind a place."""
_FURTHEST: Final = 3
"""Words between "a" and the noun: "a really good old movie"."""


def describes(before: Sequence[str]) -> bool:
    """Whether words lead to what films are wanted to be: "… that aren't too …", "romantic but not
    …".
    """
    place = len(before) - 1
    while place >= 0 and before[place] in _HOW:
        place -= 1
    if place < 1:
        return False
    negated = "not" in before[place:]
    if before[place] == "but":
        return negated and not COPULAS & set(before[:place])
    plain = before[place] in ("are", "arent", "isnt") or (before[place] == "is" and negated)
    return plain and before[place - 1] in ("that", "which")


def describes_a_film(
    text: str,
    words: Sequence[Word],
    ends: Collection[int],
    terms: Sequence[int],
    term: tuple[int, int],
) -> bool:
    """Whether the words of a genre or mood tell how a film is.

    `ends` are where titles end, `terms` is 1 for each word of a genre or mood.

    "Heat was violent …", "Seen Heat. Violent. …", "that was a funny and scary movie", but not "a
    film that was scary".
    """
    first, last = term
    if last - first == 1 and ends_sentence(text, words, first - 1, first):
        return _is_all_that_is_said(text, words, term, ends)
    predicate = _predicate_begins(words, terms, term)
    if text_at(words, predicate - 1) not in COPULAS:
        return False
    subject = back_over(_COPULAS_OR_MODALS, words, predicate)
    past = any_of(_WAS, words, subject, predicate)
    if text_at(words, subject - 1) == "1" and text_at(words, subject - 2) in _SUBJECTS:
        subject -= 1  # "that one was …"
    return subject in ends or (past and _follows_a_pronoun(text, words, subject))


def _is_all_that_is_said(
    text: str, words: Sequence[Word], term: tuple[int, int], ends: Collection[int]
) -> bool:
    """Whether a word behind a title is a sentence, or goes on so: "The Lobster? Weird, but …"."""
    first, last = term
    goes_on = first in ends and text_at(words, last) in ("but", "yet")
    return (goes_on or closes_sentence(text, words, last)) and min(ends, default=last) <= first


def _predicate_begins(words: Sequence[Word], terms: Sequence[int], term: tuple[int, int]) -> int:
    """The first of the words that colour a term, and of other terms, right before it."""
    first, least = term[0], max(term[0] - _FURTHEST_PREDICATE, 0)
    while first > least and (terms[first - 1] or words[first - 1].text in _COLOURS_OR_OFTEN):
        first -= 1
    return first


def _follows_a_pronoun(text: str, words: Sequence[Word], first: int) -> bool:
    """Whether "it", "that" or the like stands before `first` for a film, and not in "a film
    that".
    """
    return (
        text_at(words, first - 1) in _SUBJECTS
        and not ends_clause(text, words, first - 1, first)
        and text_at(words, first - 2) not in _WANTED
    )


def judges(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a verdict is a predicate: after a name or a pronoun, with or without "was"; or all
    that is said.
    """
    if asks_how_it_is(text, words, taken, cue.first) or _is_of_another(words, taken, cue.first):
        return False
    if _is_in_passing(words, cue):
        return cue.last >= len(words) and bool(taken[cue.first - 1])
    if cue.first == 0:
        return _closes(text, words, cue.last) and not _is_a_kind(cue.phrase)
    if _has_its_verb(cue.phrase):
        return True
    first = _clause_begins(text, words, cue.first)
    if begins_clause(text, words, first) and _closes(text, words, cue.last):
        return not _is_asked_for(text, words, first, cue.first)
    return _behind_a_subject(text, words, taken, cue)


def _is_in_passing(words: Sequence[Word], cue: Cue) -> bool:
    """Whether "ok", "nice" or the like stands without an "is" or "was"."""
    return cue.phrase in _SAID_IN_PASSING and not any_of(COPULAS, words, cue.first - 3, cue.first)


def _has_its_verb(phrase: str) -> bool:
    """Whether a verdict is a predicate by itself: "is great", "bored me"."""
    return phrase.partition(" ")[0] in COPULAS or phrase.endswith(" me")


def _is_a_kind(phrase: str) -> bool:
    """Whether praise names a kind of film, as wishes do: "a hidden gem"."""
    return phrase.startswith("a ") and phrase.endswith(_KINDS)


def _is_asked_for(text: str, words: Sequence[Word], first: int, verdict: int) -> bool:
    """Whether a clause that begins at `first` wishes for such a film: "a good thriller"."""
    if first:
        return _is_wish(text, words, first)
    before = texts_of(words, first, verdict)
    exclaims = "such" in before or "what" in before
    return not exclaims and ("a" in before or "an" in before)


def sentence_begins(text: str, words: Sequence[Word], place: int) -> int:
    """The first word of the sentence of a place, or of so much of it as is looked at."""
    least = max(place - _SENTENCE, 0)
    while place > least and not ends_sentence(text, words, place - 1, place):
        place -= 1
    return place


def _is_wish(text: str, words: Sequence[Word], first: int) -> bool:
    """Whether the sentence opens with what is wanted, so that the rest says how: "something light,
    not stupid".
    """
    first = sentence_begins(text, words, first)
    return words[first].text in _WISHES


def _clause_begins(text: str, words: Sequence[Word], first: int) -> int:
    """The first of the words before a verdict that only colour it: "pretty", "honestly", "such
    a".
    """
    while text_at(words, first - 1) in _COLOURS and not begins_clause(text, words, first):
        first -= 1
    return first


def _closes(text: str, words: Sequence[Word], last: int) -> bool:
    """Whether a clause ends at `last`, but for words that only round it off: "… actually", "… if
    you ask me".
    """
    if last < len(words) and words[last].text in ("and", "but"):
        return True
    for place in range(last, min(last + 6, len(words))):
        if ends_clause(text, words, place - 1, place):
            return True
        if words[place].text not in _ROUNDS_OFF:
            return False
    return last >= len(words) or len(words) - last < 6


def complains(text: str, words: Sequence[Word], ends: Collection[int], first: int) -> bool:
    """Whether the word at `first` is what there is too much of in the films shown, or in all.

    "These are too scary", "why is everything so dark", "they all look violent"; not "Heat was too
    violent".
    """
    before = text_at(words, first - 1)
    place = first - (before in ("too", "so"))
    place = back_over(_COPULAS_OR_OFTEN | _COLOURS, words, place)
    if text_at(words, first + 1) == "for" and not _is_plural(words, place):
        return False  # "too scary for me" judges a film
    if place in ends or ends_sentence(text, words, place - 1, place):
        return before == "too" and place not in ends
    of_all = any_of(_ALL, words, place - 1, first)
    of_these = text_at(words, place - 1) in _SUBJECTS or of_all
    return before == "too" or (of_all and of_these and (before == "so" or _is_plural(words, place)))


def turns_down(text: str, words: Sequence[Word], first: int) -> bool:
    """Whether the word at `first` is what is wrong with the films shown: "no that's a western",
    "ugh, those are musicals".
    """
    subject = back_over(_COPULAS_OR_OFTEN | _COLOURS, words, first)
    told = any_of(COPULAS, words, subject, first)
    answer = subject - 1 - (text_at(words, subject - 1) in _SUBJECTS)
    answers = text_at(words, answer) in _ANSWERS and begins_clause(text, words, answer)
    return told and answers and text_at(words, first - 1) not in ("too", "not")


def is_too_much(text: str, words: Sequence[Word], taken: Sequence[int], first: int) -> bool:
    """Whether the "too" at `first` is said of films: of those shown, named or pointed at, or with
    no subject; not in "I was too tired", "too many" or "too much".
    """
    if text_at(words, first + 1) in _AMOUNTS:
        return False
    place = back_over(_COPULAS_OR_OFTEN | _COLOURS, words, first)
    before = text_at(words, place - 1)
    bare = begins_clause(text, words, place) or before in _ANSWERS
    told = any_of(COPULAS, words, place, first) and (taken[place - 1] or before in _JUDGED)
    return bool(before in ("theyre", "its") or bare or told)


def _is_plural(words: Sequence[Word], place: int) -> bool:
    """Whether "these", "they" or the like stands right before a place."""
    return text_at(words, place - 1) in ("these", "those", "they", "theyre")


def asks_how_it_is(text: str, words: Sequence[Word], taken: Sequence[int], first: int) -> bool:
    """Whether the verdict is asked for: "is it any good?", "is Alien too scary for kids?"."""
    place = first - 1
    while place > 0 and not taken[place] and words[place].text in _DEGREES:
        place -= 1
    name = place
    while name > 0 and (taken[name] or words[name].text in _COUNTED):
        name -= 1
    if name < place and words[name].text in IS:
        return begins_clause(text, words, name)
    return text_at(words, place) in _ASKED_ABOUT and text_at(words, place - 1) in IS


def _is_of_another(words: Sequence[Word], taken: Sequence[int], first: int) -> bool:
    """Whether the verdict has a subject that is no film of a name: "… but the sequels are
    trash".
    """
    place = first - 1
    while place > 0 and not taken[place] and words[place].text in _COPULAS_OR_OFTEN:
        place -= 1
    others = _OTHER_SUBJECTS if place == first - 1 else _OTHER_SUBJECTS | _SOMEBODY
    return place > 0 and not taken[place] and words[place].text in others


def whose_verdict(text: str, words: Sequence[Word], taken: Sequence[int], first: int) -> Teller:
    """Who judges so: everyone ("everyone says X is great"), hearsay ("I heard X was good"), or the
    speaker.
    """
    for place in range(first - 1, max(first - 14, -1), -1):
        in_a_name = taken[place] or taken[place + 1]
        if not in_a_name and ends_clause(text, words, place, place + 1):
            break
        word = words[place].text
        if word in _HEARD:
            return Teller.HEARSAY
        if word in _TELLERS and "you" not in (text_at(words, place - 1), words[place - 2].text):
            return _who_says(text, words, place)
        if word in ("but", "i"):
            break
    return Teller.SPEAKER


def _who_says(text: str, words: Sequence[Word], place: int) -> Teller:
    """Who stands before the "says" or "think" at `place`; none at "think Heat is great"."""
    bare = words[place].text in ("think", "say") and begins_clause(text, words, place)
    if bare or any_of(_SPEAKERS, words, place - 3, place):
        return Teller.SPEAKER
    near = any_of(_NEAR, words, place - 2, place)
    return Teller.NEAR if near else Teller.EVERYONE


def is_own_deed(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether the speaker did it, and to no film that is named behind: "… and fell asleep"."""
    if taken[cue.last]:
        return False
    first = cue.first
    return (
        bool(taken[first - 1])
        or text_at(words, first - 1) in _BEFORE_DEEDS
        or words[first].text in ("i", "in", "not", "what")
        or begins_clause(text, words, first)
    )


def heads_a_list(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a verdict stands over the names behind it: "brilliant: Casino Royale", "not bad, that
    Heat".
    """
    name = _behind_pointers(words, taken, cue.last)
    if not taken[name]:
        return False
    first = cue.first - (text_at(words, cue.first - 1) in ("the", "my"))
    first = _clause_begins(text, words, first)
    begins = begins_clause(text, words, first)
    between = text[words[cue.last - 1].end : words[cue.last].start]
    if not begins or ":" in between:
        return begins
    last = name
    while taken[last]:
        last += 1
    says_more = cue.strength < 0 or cue.last - first > 1  # "great, Heat" may answer us
    parted = "," in between or " - " in between
    return says_more and parted and closes_sentence(text, words, last)


def _behind_pointers(words: Sequence[Word], taken: Sequence[int], place: int) -> int:
    """The place behind up to three words that point at what follows: "that film"."""
    last = place + 3
    while place < last and text_at(words, place) in _POINTS and not taken[place]:
        place += 1
    return place


def _behind_a_subject(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a name, a pronoun or a copula stands shortly before a verdict."""
    if words[cue.first - 1].text in ("but", "yet") and _goes_on(text, words, cue.first - 1):
        return True
    for place in range(cue.first - 1, max(cue.first - 5, -1), -1):
        if ends_sentence(text, words, place, place + 1):
            return place + 1 == cue.first
        if taken[place]:
            return cue.strength < 0 or _joins(text, words, place, cue.first)
        if words[place].text in _COPULAS_OR_PRONOUNS:
            return not _heads_a_wish(text, words, place)  # "find us a funny film"
    return False


def _goes_on(text: str, words: Sequence[Word], turn: int) -> bool:
    """Whether a copula stands before the "but" at `turn`, in its sentence: "is long but worth
    it".
    """
    first = max(sentence_begins(text, words, turn), turn - 8)
    return any_of(COPULAS, words, first, turn + 1)


def _joins(text: str, words: Sequence[Word], name: int, first: int) -> bool:
    """Whether what stands behind the last word of a name joins the verdict at `first` to it."""
    return (
        name == first - 1
        or words[name + 1].text in _COPULAS_OR_DOES
        or ":" in text[words[name].end : words[name + 1].start]  # "Solaris: slow but worth it"
    )


def is_predicate(words: Sequence[Word], taken: Sequence[int], first: int) -> bool:
    """Whether a name stands right before: "Heat is my favourite …", but not "my favourite is
    Heat".
    """
    if any_of(IS, words, first + 1, first + 5):
        return False
    for place in range(first - 1, max(first - 5, -1), -1):
        if taken[place]:
            return place == first - 1 or any_of(COPULAS, words, place + 1, first)
        if words[place].text not in _COPULAS_OR_OF_MANY:
            return False
    return False


def is_wished(text: str, words: Sequence[Word], cue: Cue) -> bool:
    """Whether a cue tells how a film that is wanted shall be, and nothing of any film.

    "Something that makes me laugh", "a movie I can't stop watching", "give me a masterpiece"; not
    "I wanted something else, these are boring" or "give me more, I loved those".
    """
    if _has_object(words, cue) or (_feels(cue) and begins_clause(text, words, cue.first)):
        return False
    if _only_opens(text, words, cue):
        return True
    for place in range(cue.first - 1, max(cue.first - _SENTENCE, -1), -1):
        if ends_sentence(text, words, place, place + 1) or _is_subject(text, words, place, cue):
            return False
        if _heads_a_wish(text, words, place):
            return True
    return False


def _only_opens(text: str, words: Sequence[Word], cue: Cue) -> bool:
    """Whether praise is but the word before a wish: "perfect, I want …"."""
    alone = cue.first == 0 and cue.strength > 0 and cue.last < len(words)
    if not alone or not ends_clause(text, words, cue.last - 1, cue.last):
        return False
    near = range(cue.last, min(cue.last + 4, len(words)))
    wishes = any(_heads_a_wish(text, words, place) for place in near)
    return wishes and not any_of(_POINTING, words, cue.last, len(words))


def _feels(cue: Cue) -> bool:
    return cue.force is Force.FEEL


def _has_object(words: Sequence[Word], cue: Cue) -> bool:
    """Whether films on the table are what is liked: "loved them"."""
    pointed = text_at(words, cue.last) in _POINTING | {"this"}
    return pointed and _feels(cue) and text_at(words, cue.last + 1) not in ("days", "times")


def _is_subject(text: str, words: Sequence[Word], place: int, cue: Cue) -> bool:
    """Whether films on the table are judged: "those are …", "that was …"."""
    word, behind = words[place].text, text_at(words, place + 1)
    if word in ("that", "this"):
        judged = behind in _WAS
    elif word in _SUBJECTS or word in ("theyre", "its"):
        judged = word in COPULAS or behind in COPULAS or place + 1 == cue.first
    else:
        return False
    led = text_at(words, place - 1) in _LEADS_ON and not begins_clause(text, words, place)
    return judged and word != "which" and not led


def _heads_a_wish(text: str, words: Sequence[Word], place: int) -> bool:
    """Whether the word at `place` says that films are wanted: "something", "a movie", "give"."""
    word, before = words[place].text, text_at(words, place - 1)
    if word in _REQUESTS:
        said_of = word in ("find", "show") and before in _FINDS
        return not said_of and before not in NEGATORS
    if word not in _WANTED:
        return False
    first = place if word in _WISHES else _phrase_begins(text, words, place)
    told = text_at(words, first - 1) in COPULAS and not begins_clause(text, words, first)
    asked = text_at(words, first - 1) in ("there", "theres")
    return first >= 0 and (asked or not told)


def _phrase_begins(text: str, words: Sequence[Word], noun: int) -> int:
    """The first word of "a really good movie" or "movies"; -1 where the films are known ones."""
    for place in range(noun - 1, max(noun - 2 - _FURTHEST, -1), -1):
        word = words[place].text
        if word in _DEFINITES or word in _OTHER_SUBJECTS:
            return -1
        if word in _INDEFINITES:
            return place
        if ends_clause(text, words, place, place + 1):
            break
    return noun


def is_in_a_question(text: str, words: Sequence[Word], cue: Cue) -> bool:
    """Whether a cue stands in a question: "is there one that is good?", "what would I love"."""
    first, last = sentence_begins(text, words, cue.first), cue.last
    most = min(last + _SENTENCE, len(words))
    while last < most and not ends_sentence(text, words, last - 1, last):
        last += 1
    if words[first].text not in _ASKERS or first == cue.first:
        return False
    end = words[last].start if last < len(words) else len(text)
    marked = "?" in text[words[last - 1].end : end]
    behind = text_at(words, first + 1)
    return marked or (words[first].text in _WH and (behind in _ASKERS or behind in _WANTED))
