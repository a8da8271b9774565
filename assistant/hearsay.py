"""Titles that are said of other things, too: set phrases, holidays, places, first names."""

from __future__ import annotations

from typing import Final

from assistant.lexicon import also_said, set_phrases
from assistant.sentence import Sentence
from assistant.title_evidence import Evidence, Weights, is_noun

_STRANGE: Final = 2.0
"""Words of other things around from which no further one counts."""
_JUDGED: Final = 2.0
"""Words of other things that are made up for by anything that is said of films, among other things."""
_CAPITAL: Final = 0.6
"""Share that counts of a title with a capital: "remove Titanic from my list"."""
_MEASURED: Final = frozenset("nor over than vs versus meets with".split())
"""Between two titles: "I'd choose Paddington over Minions"."""
_TELLS: Final = (["is", "about"], ["was", "about"], ["its", "about"])
_NAMEABLE: Final = 10
"""Ratings from which a set phrase that is all that is said, or judged, names its film."""
_WHEN: Final = frozenset("this tonight today tomorrow again all until till since right now because".split())
"""Behind a set phrase they tell when it holds: "home alone this weekend"."""


def said_of_others(weights: Weights, sentence: Sentence, span: tuple[int, int], cues: Evidence, form: str) -> float:
    """How strongly the talk is of other things than the film, 0 … 2: "his apology got lost in translation".

    `form` is how the title is written. Nothing where anything around is of films, a title beside too.
    """
    if form not in also_said() and f"the {form}" not in also_said():
        return 0.0
    first, last = span
    strange = sentence.around.strangeness(first, last)
    if not strange or weights.speaks_of_films(cues) or _of_films_beside(sentence, first, last):
        return 0.0
    judged = sentence.tells_of_films(first, last)  # "Coco made all of us weep, we adored it"
    share = 1.0 if sentence.text[sentence.words[last - 1].start].islower() else _CAPITAL
    return share * max(min(strange - judged * _JUDGED, _STRANGE), 0.0)


def _of_films_beside(sentence: Sentence, first: int, last: int) -> bool:
    """Whether anything but the words [first, last) is of films, or a title may stand beside, or joined to them."""
    around, words = sentence.around, sentence.words
    beside = {first - 1, last, sentence.joined_before(first) - 1, sentence.joined_behind(last)}
    beside |= {first - 2} if first > 1 and words[first - 1].text in _MEASURED else set()
    beside |= {last + 1} if last < len(words) and words[last].text in _MEASURED else set()
    if [word.text for word in words[last : last + 2]] in _TELLS:
        return True  # "City of God is about a gang"
    return around.of_films(first, last) or not beside.isdisjoint(around.told)


def said_idly(weights: Weights, sentence: Sentence, span: tuple[int, int], cues: Evidence, renown: int) -> int:
    """How strongly words in lower case may just be said, 0 … 4: "home alone this weekend"; 0 where they name a film.

    Words before that lead to a film speak against it; so does anything else of films, a title beside, and that the
    whole line is said so, or judged, if people know the film by its `renown` in ratings.
    """
    first, last = span
    words = sentence.words[first:last]
    if last - first == 1 or not sentence.text[words[0].start].islower() or weights.leads_to_films(cues):
        return 0
    said = " ".join(word.text for word in words)
    with_article = first > 0 and sentence.words[first - 1].text == "the" and f"the {said}" in set_phrases()
    if _of_films_beside(sentence, first, last) or not (with_article or said in set_phrases()):
        return 0
    alone = ("mark", "alone") in cues or (with_article and first == 1 and last == len(sentence.words))
    if alone or weights.speaks_of_films(cues):
        return 0 if renown >= _NAMEABLE else 4 if alone else 2
    when = last < len(sentence.words) and sentence.words[last].text in _WHEN
    return 2 if when or is_noun(weights, sentence, first) else 1  # "the american civil war"
