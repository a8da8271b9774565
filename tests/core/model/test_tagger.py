"""The word tagger: pieces of words, roles of tokens, and a file that gives the same tags back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.errors import DataError
from core.model.tagger import LONGEST, NAME, SPECIAL, Labels, WordPieces, WordTagger

PIECES = (*SPECIAL, "film", "##s", "no", "not", "scar", "##y", "x", "##x", ",")
LABELS = Labels(("O", "W+", "W-"), ("wish", "chat"))


def tagger(seed: int = 0) -> WordTagger:
    torch.manual_seed(seed)
    pieces = WordPieces(PIECES)
    return WordTagger(pieces, LABELS, torch.randn(len(pieces), 4), width=6).eval()


def names(pieces: WordPieces, text: str) -> list[list[str]]:
    return [[pieces.pieces[number] for number in token.pieces] for token in pieces.tokens(text)]


def test_a_word_is_cut_into_the_longest_pieces_there_are() -> None:
    pieces = WordPieces(PIECES)
    assert names(pieces, "No scary films, not") == [
        ["no"],
        ["scar", "##y"],
        ["film", "##s"],
        [","],
        ["not"],
    ]
    assert names(pieces, "NÓ") == [["no"]]
    assert names(pieces, "zzz") == [["[UNK]"]]
    assert names(pieces, f"no {NAME}") == [["no"], ["[unused5]"]]


def test_tokens_know_where_they_stand() -> None:
    text = "no  scary"
    assert [text[token.start : token.end] for token in WordPieces(PIECES).tokens(text)] == [
        "no",
        "scary",
    ]


def test_a_line_is_framed_and_a_very_long_one_cut_between_words() -> None:
    pieces = WordPieces(PIECES)
    numbers, firsts = pieces.framed(pieces.tokens("no scary"))
    assert [pieces.pieces[number] for number in numbers] == ["[CLS]", "no", "scar", "##y", "[SEP]"]
    assert firsts == [1, 2]
    numbers, firsts = pieces.framed(pieces.tokens("xx " * 100))
    assert len(numbers) <= LONGEST + 1
    assert len(firsts) == (LONGEST - 1) // 2


def test_every_token_has_a_role_for_sure_and_every_act_a_chance() -> None:
    tags = tagger().tags("no scary films")
    assert tags.roles.shape == (3, 3)
    assert tags.roles.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert set(tags.acts) == {"wish", "chat"}
    assert all(0 < chance < 1 for chance in tags.acts.values())


@pytest.mark.parametrize("text", ["", " ", "…", "no"])
def test_any_text_has_tags(text: str) -> None:
    tags = tagger().tags(text)
    assert len(tags.roles) == len(tags.tokens)


def test_a_line_is_read_the_same_beside_a_longer_one() -> None:
    one = tagger()
    rows = [one.pieces.framed(one.pieces.tokens(text))[0] for text in ("no", "no scary films, not")]
    alone, _ = one(torch.tensor([rows[0]]), torch.tensor([len(rows[0])]))
    longest = len(rows[1])
    padded = torch.tensor([rows[0] + [0] * (longest - len(rows[0])), rows[1]])
    beside, _ = one(padded, torch.tensor([len(rows[0]), longest]))
    assert torch.allclose(alone[0], beside[0, : len(rows[0])], atol=1e-5)


def test_a_file_gives_the_same_tags_back(tmp_path: Path) -> None:
    path = tmp_path / "tagger.safetensors"
    one = tagger()
    one.save(path)
    other = WordTagger.load(path)
    assert (other.labels, other.pieces.pieces) == (one.labels, one.pieces.pieces)
    before, after = one.tags("no scary films"), other.tags("no scary films")
    assert after.roles == pytest.approx(before.roles, abs=0.02)
    other.save(tmp_path / "again.safetensors")
    again = WordTagger.load(tmp_path / "again.safetensors").tags("no scary films")
    assert again.roles == pytest.approx(after.roles, abs=1e-4)


def test_what_is_no_tagger_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "tagger.safetensors"
    with pytest.raises(DataError, match="train-roles"):
        WordTagger.load(path)
    path.write_bytes(b"nothing")
    with pytest.raises(DataError, match="train-roles"):
        WordTagger.load(path)
    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(DataError, match="train-roles"):
        WordTagger.load(path)


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "tagger.safetensors"
    one = tagger()
    with torch.no_grad():
        one.roles.bias[0] = torch.nan
    one.save(path)
    with pytest.raises(DataError, match="none"):
        WordTagger.load(path)
