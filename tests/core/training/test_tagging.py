"""A tiny world: behind "no" a word is turned away, before "please" it is wanted."""

from __future__ import annotations

import itertools

import pytest
import torch

from core.model.tagger import SPECIAL, Labels, WordPieces, WordTagger
from core.training.meanings import SentenceModel
from core.training.tagging import TaggedLine, TaggingSettings, learn_tagger

LABELS = Labels(("O", "W+", "W-"), ("wish", "chat"))
KINDS = ("war", "love", "dogs", "gore", "snow", "jazz")
WIDTH, HEADS = 24, 2


class Sentences(SentenceModel):
    """A model of sentences that has read nothing: one layer of random numbers."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.pieces = WordPieces((*SPECIAL, *KINDS, "no", "please", "hello"))
        self._heads, self._layers = HEADS, 1
        self.weights = {
            "embeddings.word_embeddings.weight": torch.randn(len(self.pieces), WIDTH) * 0.5,
            "embeddings.position_embeddings.weight": torch.randn(130, WIDTH) * 0.1,
            "embeddings.token_type_embeddings.weight": torch.zeros(2, WIDTH),
        }
        layer = "encoder.layer.0"
        for part in ("attention.self.query", "attention.self.key", "attention.self.value"):
            self._add(f"{layer}.{part}", WIDTH, WIDTH)
        self._add(f"{layer}.attention.output.dense", WIDTH, WIDTH)
        self._add(f"{layer}.intermediate.dense", 2 * WIDTH, WIDTH)
        self._add(f"{layer}.output.dense", WIDTH, 2 * WIDTH)
        for norm in (
            "embeddings.LayerNorm",
            f"{layer}.attention.output.LayerNorm",
            f"{layer}.output.LayerNorm",
        ):
            self.weights[f"{norm}.weight"] = torch.ones(WIDTH)
            self.weights[f"{norm}.bias"] = torch.zeros(WIDTH)

    def _add(self, name: str, rows: int, columns: int) -> None:
        self.weights[f"{name}.weight"] = torch.randn(rows, columns) * 0.2
        self.weights[f"{name}.bias"] = torch.zeros(rows)


def line(kind: str, *, away: bool) -> TaggedLine:
    text = f"no {kind}" if away else f"{kind} please"
    start = text.index(kind)
    span = (start, start + len(kind), "W-" if away else "W+")
    return TaggedLine(text, (span,), frozenset(("O",)), frozenset(("wish",)))


@pytest.fixture(scope="module")
def tagger() -> WordTagger:
    labelled = [line(kind, away=away) for kind, away in itertools.product(KINDS[:4], (True, False))]
    labelled.append(TaggedLine("hello", (), frozenset(("O",)), frozenset(("chat",))))
    others = [f"no {one}" for one in KINDS] + [f"{one} please" for one in KINDS]
    settings = TaggingSettings(
        teacher_epochs=40,
        teacher_rate=5e-3,
        teacher_batch=6,
        epochs=40,
        rate=1e-2,
        batch=6,
        width=8,
        dimensions=8,
    )
    return learn_tagger(labelled * 4, others * 4, Sentences(), LABELS, settings)


def role(tagger: WordTagger, text: str, place: int) -> str:
    return LABELS.roles[int(tagger.tags(text).roles[place].argmax())]


@pytest.mark.parametrize("kind", KINDS[:4])
def test_the_same_word_has_the_role_that_the_words_beside_it_give(
    tagger: WordTagger, kind: str
) -> None:
    assert role(tagger, f"no {kind}", 1) == "W-"
    assert role(tagger, f"{kind} please", 0) == "W+"
    assert role(tagger, f"{kind} please", 1) == "O"


def test_acts_are_learned_beside(tagger: WordTagger) -> None:
    assert tagger.tags("hello").acts["chat"] > 0.5 > tagger.tags("no war").acts["chat"]
    assert tagger.tags("no war").acts["wish"] > 0.5


def test_special_pieces_stay_and_others_of_brackets_go(tagger: WordTagger) -> None:
    assert set(SPECIAL) <= set(tagger.pieces.pieces)
