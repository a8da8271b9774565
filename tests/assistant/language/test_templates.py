"""What a sentence says of the names in it, whatever these are: templates over many names.

Shares are of the shipped catalogue and of both files of templates; the closed one was written
beside the other, and no rule is made to fit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import shipped
from templates import CLOSED, OPEN, Fillers, tally

from assistant.language.understand import Understanding
from assistant.language.utterance import Act, Context, Utterance


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return shipped.understanding()


@pytest.mark.parametrize(
    ("path", "right", "inverted"),
    [(OPEN, 0.96, 0.025), (CLOSED, 0.92, 0.07)],
    ids=("open", "closed"),
)
def test_templates(understanding: Understanding, path: Path, right: float, inverted: float) -> None:
    counts, wrong = tally(Fillers(understanding, most=30), path, 2)
    total = sum(counts[name] for name in ("right", "inverted", "required", "missed"))
    assert counts["right"] >= right * total, wrong
    assert counts["inverted"] <= inverted * total, wrong
    assert counts["optional right"] >= 0.9 * (
        counts["optional right"] + counts["optional wrong"]
    ), wrong


def facets(understanding: Understanding, utterance: Utterance) -> dict[str, float]:
    catalogue = understanding.catalogue
    return {catalogue.facet(one.token).name: one.strength for one in utterance.facets}


@pytest.mark.parametrize(
    ("text", "act", "then"),
    [
        ("forget Alien and give me a western", Act.FORGET, "Western"),
        ("why the first one, and no horror please", Act.WHY, "Horror"),
        ("undo that, and a comedy instead", Act.UNDO, "Comedy"),
        ("loved the first one, now something funny", Act.REACT, "Comedy"),
    ],
)
def test_a_line_may_do_two_things(
    understanding: Understanding, text: str, act: Act, then: str
) -> None:
    first, rest = understanding.understand(text, Context(shown=(1, 2, 3))).statements
    assert first.act is act
    assert list(facets(understanding, rest)) == [then]
    assert all(text[slice(*one.span)].lower() in text for one in rest.facets)


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("these are too violent", "violent"),
        ("no those are depressing", "depressing"),
        ("why is everything so dark?", "dark"),
        ("too many superheroes", "superhero"),
    ],
)
def test_a_complaint_is_a_wish_away_from_what_there_is_too_much_of(
    understanding: Understanding, text: str, unwanted: str
) -> None:
    utterance = understanding.understand(text, Context(shown=(1, 2, 3)))
    assert utterance.act is Act.RECOMMEND
    assert facets(understanding, utterance)[unwanted] < 0
