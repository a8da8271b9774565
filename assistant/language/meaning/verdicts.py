"""Whether a verdict ("great", "a mess", "fell asleep") judges what stands before it, or only
describes or asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.language.meaning.tastes import COPULAS, Cue, ends_clause, ends_sentence, words_of
from assistant.language.words import Word, taken_by

_SAID_IN_PASSING: Final = frozenset(
    "ok okay alright nice cool sweet fine lit fire mid slow interesting".split()
)
"""Verdicts only behind "is" or "was"; alone they are an answer to something else."""


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


_WAS: Final = frozenset("was were wasnt werent".split())
_SUBJECTS: Final = frozenset("it that this which they those these".split())
_WANTED: Final = frozenset(
    "something anything film films movie movies one ones 1 stuff story stories".split()
)


def describes_a_film(
    text: str,
    words: Sequence[Word],
    titles: Sequence[tuple[int, int]],
    terms: Sequence[tuple[int, int]],
    term: tuple[int, int],
) -> bool:
    """Whether the words of a genre or mood, one of `terms`, tell how a film is.

    "Heat was violent …", "Seen Heat. Violent. …", "that was a funny and scary movie", but not "a
    film that was scary".
    """
    ends = {last for _, last in titles}
    first, last = term
    if last - first == 1 and first and ends_sentence(text, words, first - 1, first):
        alone = last == len(words) or ends_sentence(text, words, last - 1, last)
        alone = alone or (
            words[last].text in ("but", "yet") and first in ends
        )  # "The Lobster? Weird, but …"
        return alone and bool(ends) and min(ends) <= first
    others = taken_by((other for other in terms if other != term), len(words))
    while first and (others[first - 1] or words[first - 1].text in _OFTEN | _COLOURS):
        first -= 1
    if not first or words[first - 1].text not in COPULAS:
        return False
    past = False
    while first and words[first - 1].text in COPULAS | _MODALS:
        first -= 1
        past = past or words[first].text in _WAS
    if first > 1 and words[first - 1].text == "1" and words[first - 2].text in _SUBJECTS:
        first -= 1  # "that one was …"
    told = (
        past
        and first > 0
        and words[first - 1].text in _SUBJECTS
        and not ends_clause(text, words, first - 1, first)
    )
    return first in ends or (told and (first < 2 or words[first - 2].text not in _WANTED))


_DEGREES: Final = frozenset("any really that a actually all too very so as good well".split())
_MODALS: Final = frozenset("would could should might may must will not to supposed meant".split())
_HOW: Final = frozenset("not too very so overly really super all".split())
_TELLERS: Final = frozenset(
    "say says said saying think thinks tell tells told claim claims rave raves raved".split()
)
_HEARD: Final = frozenset("heard hear supposedly apparently allegedly reviews".split())
_SPEAKERS: Final = frozenset(("i", "ive", "id"))
_OTHER_SUBJECTS: Final = frozenset(
    "sequel sequels prequel prequels remake remakes reboot reboots book books novel novels others rest original "
    "originals spinoff spinoffs decade decades era eras year years age genre genres language length".split()
)
_BEFORE_DEEDS: Final = frozenset(
    "i we and but then just almost nearly actually have having had ive even completely so or literally totally "
    "honestly still also basically was were got it me immediately quickly soon eventually always never both its "
    "thats has dont didnt cant couldnt".split()
)


def judges(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a verdict is a predicate: after a name or a pronoun, with or without "was"; or all
    that is said.
    """
    ends = cue.last >= len(words)
    if asks_how_it_is(text, words, taken, cue.first) or _is_of_another(words, taken, cue.first):
        return False
    if cue.phrase in _SAID_IN_PASSING and not any(
        word.text in COPULAS for word in words[max(cue.first - 3, 0) : cue.first]
    ):
        return ends and cue.first > 0 and bool(taken[cue.first - 1])
    if cue.first == 0:
        return _closes(text, words, cue.last) and not (
            cue.phrase.startswith("a ") and cue.phrase.endswith(_KINDS)
        )
    if cue.phrase.split(" ")[0] in COPULAS or cue.phrase.endswith(" me"):
        return True
    first = _clause_begins(text, words, cue.first)
    begins = first == 0 or ends_clause(text, words, first - 1, first)
    if begins and _closes(text, words, cue.last):
        before = [word.text for word in words[first : cue.first]]
        wished = (
            any(word in ("a", "an") for word in before)
            and "such" not in before
            and "what" not in before
        )
        asked = wished if first == 0 else _is_wish(text, words, first)
        return not asked  # "a good thriller" is asked for
    return _behind_a_subject(text, words, taken, cue)


_KINDS: Final = (
    "feel good movie",
    "feel good film",
    "hidden gem",
    "cult classic",
    "modern classic",
)
"""Praise that alone is a wish: "a hidden gem"."""
_WISHES: Final = frozenset(("something", "anything"))


def _is_wish(text: str, words: Sequence[Word], first: int) -> bool:
    """Whether the sentence opens with what is wanted, so that the rest says how: "something light,
    not stupid".
    """
    while first and not ends_sentence(text, words, first - 1, first):
        first -= 1
    return words[first].text in _WISHES


def _clause_begins(text: str, words: Sequence[Word], first: int) -> int:
    """The first of the words before a verdict that only colour it: "pretty", "honestly", "such
    a".
    """
    while (
        first > 0
        and words[first - 1].text in _COLOURS
        and not ends_clause(text, words, first - 1, first)
    ):
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


def asks_how_it_is(text: str, words: Sequence[Word], taken: Sequence[int], first: int) -> bool:
    """Whether the verdict is asked for: "is it any good?", "is Alien too scary for kids?"."""
    place = first - 1
    while place > 0 and not taken[place] and words[place].text in _DEGREES:
        place -= 1
    name = place
    while name > 0 and (taken[name] or words[name].text in _COUNTED):
        name -= 1
    if name < place and words[name].text in ("is", "was", "are", "were"):
        return name == 0 or ends_clause(text, words, name - 1, name)
    return (
        place > 0
        and words[place].text in ("it", "they", "this", "these", "those", "that")
        and words[place - 1].text in ("is", "was", "are", "were")
    )


def _is_of_another(words: Sequence[Word], taken: Sequence[int], first: int) -> bool:
    """Whether the verdict has a subject that is no film of a name: "… but the sequels are
    trash".
    """
    place = first - 1
    while (
        place > 0
        and not taken[place]
        and (words[place].text in COPULAS or words[place].text in _OFTEN)
    ):
        place -= 1
    return place > 0 and not taken[place] and words[place].text in _OTHER_SUBJECTS


_COUNTED: Final = frozenset(
    "the 1 one first second third fourth last 1st 2nd 3rd film movie".split()
)
"""What points at a film on the table: "is the second one sad?"."""
_COLOURS: Final = frozenset(
    "such a an what so very really pretty just absolutely totally quite truly way far much bit little kinda kind sort "
    "of honestly actually tbh frankly personally overall still super rather fairly simply surprisingly sadly imo but "
    "and sorry thought found well not isnt wasnt never hardly".split()
)
_ROUNDS_OFF: Final = frozenset(
    "actually honestly tbh imo imho though overall lol haha ngl frankly anyway personally too also really truly i "
    "guess think suppose to be honest in my opinion if you ask me for tho man dude bro mate indeed sorry however as "
    "says say said claims expected made out make hoped everyone people they well at all im "
    "afraid must say gotta have".split()
)
_OFTEN: Final = frozenset(
    "all really just so always not never also mostly usually pretty very way much even".split()
)


def is_hearsay(text: str, words: Sequence[Word], taken: Sequence[int], first: int) -> str:
    """How others are said to judge so: "told" ("everyone says X is great"), "heard" ("I heard X was
    good"), or "".
    """
    for place in range(first - 1, max(first - 14, -1), -1):
        if not taken[place] and not taken[place + 1] and ends_clause(text, words, place, place + 1):
            return ""
        word = words[place].text
        if word in _HEARD:
            return "heard"
        if (
            word in _TELLERS
            and words[max(place - 1, 0)].text != "you"
            and words[place - 2].text != "you"
        ):
            if word in ("think", "say") and (
                place == 0 or ends_clause(text, words, place - 1, place)
            ):
                return ""  # "think Heat is great": who else?
            return (
                ""
                if any(before.text in _SPEAKERS for before in words[max(place - 3, 0) : place])
                else "told"
            )
        if word in ("but", "i"):
            return ""
    return ""


def is_own_deed(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether the speaker did it, and to no film that is named behind: "… and fell asleep"."""
    if cue.last < len(words) and taken[cue.last]:
        return False
    first = cue.first
    return (
        first == 0
        or bool(taken[first - 1])
        or words[first - 1].text in _BEFORE_DEEDS
        or words[first].text in ("i", "in", "not", "what")
        or ends_clause(text, words, first - 1, first)
    )


def heads_a_list(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a verdict stands over the names behind it: "brilliant: Casino Royale", "not bad, that
    Heat".
    """
    name = cue.last
    while name < min(cue.last + 3, len(words)) and words[name].text in _POINTS and not taken[name]:
        name += 1
    if name >= len(words) or not taken[name]:
        return False
    first = cue.first - (cue.first > 0 and words[cue.first - 1].text in ("the", "my"))
    first = _clause_begins(text, words, first)
    begins = first == 0 or ends_clause(text, words, first - 1, first)
    between = text[words[cue.last - 1].end : words[cue.last].start]
    if not begins or ":" in between:
        return begins
    last = name
    while last < len(words) and taken[last]:
        last += 1
    says_more = cue.strength < 0 or cue.last - first > 1  # "great, Heat" may answer us
    alone = last == len(words) or ends_sentence(text, words, last - 1, last)
    return says_more and alone and ("," in between or " - " in between)


_POINTS: Final = frozenset("that this the movie film one".split())


def _behind_a_subject(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    if words[cue.first - 1].text in ("but", "yet"):  # "… is a bit long but worth it"
        back = next(
            (n for n in range(cue.first - 1, 0, -1) if ends_sentence(text, words, n - 1, n)), 0
        )
        if any(word.text in COPULAS for word in words[max(back, cue.first - 9) : cue.first]):
            return True
    for place in range(cue.first - 1, max(cue.first - 5, -1), -1):
        if ends_sentence(text, words, place, place + 1):
            return place + 1 == cue.first
        if taken[place]:
            joined = (
                place == cue.first - 1
                or words[place + 1].text in COPULAS
                or words[place + 1].text in _DOES
            )
            joined = (
                joined or ":" in text[words[place].end : words[place + 1].start]
            )  # "Solaris: slow but worth it"
            return joined or cue.strength < 0
        if words[place].text in COPULAS or words[place].text in words_of("pronouns"):
            return True
    return False


_DOES: Final = frozenset(
    "did didnt does doesnt do dont never really just always still totally had kept can cant gets get got "
    "deserves".split()
)


def is_predicate(words: Sequence[Word], taken: Sequence[int], first: int) -> bool:
    """Whether a name stands right before: "Heat is my favourite …", but not "my favourite is
    Heat".
    """
    if any(word.text in ("is", "are", "was", "were") for word in words[first + 1 : first + 5]):
        return False
    for place in range(first - 1, max(first - 5, -1), -1):
        if taken[place]:
            return place == first - 1 or any(
                word.text in COPULAS for word in words[place + 1 : first]
            )
        if words[place].text not in COPULAS and words[place].text not in _OF_MANY:
            return False
    return False


_OF_MANY: Final = frozenset(
    "one 1 two 2 three 3 some of another also definitely probably still always among".split()
)
