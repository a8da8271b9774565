"""What each word of a line does, and what the line does: a small recurrent network over pieces of
words.

A line is cut into pieces as BERT's uncased tokenizer cuts it (Wu et al., 2016: the longest that the
vocabulary has), two layers of gated recurrent units read them from both ends (Cho et al., 2014),
and beside each piece stands what is strongest in the whole line. Two linear layers tell the role
of each word, by its first piece, and the acts of the line. Which roles and acts there are is in the
file; `core.training.tagging` fits the weights.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from core.errors import DataError

FloatArray = npt.NDArray[np.float32]

NAME: Final = "\x01"
"""Stands in a line for a title, whatever it is."""
_NAME_PIECE: Final = "[unused5]"
_OPENS, _CLOSES, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
SPECIAL: Final = (_NAME_PIECE, _OPENS, _CLOSES, _UNKNOWN)
"""Pieces that are no part of a word."""
_TOKENS: Final = re.compile(rf"{NAME}|\w+|[^\w\s]")
LONGEST: Final = 120
"""Pieces of a line that are read."""


class Token(NamedTuple):
    """A word or a mark of a line, and its pieces."""

    start: int
    end: int
    pieces: tuple[int, ...]


class WordPieces:
    """A vocabulary of pieces; those that go on with a word begin with "##"."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self.pieces = tuple(pieces)
        self._numbers = {piece: number for number, piece in enumerate(pieces)}

    def __len__(self) -> int:
        return len(self.pieces)

    def tokens(self, text: str) -> list[Token]:
        """The words and marks of a text, in order."""
        return [
            Token(match.start(), match.end(), self._cut(match[0]))
            for match in _TOKENS.finditer(text)
        ]

    def framed(self, tokens: Sequence[Token]) -> tuple[list[int], list[int]]:
        """Numbers of the pieces of a line between what opens and closes it, at most `LONGEST`, and
        where the first piece of each token stands, as far as they were read.
        """
        numbers, firsts = [self._numbers[_OPENS]], list[int]()
        for token in tokens:
            if len(numbers) + len(token.pieces) > LONGEST:
                break
            firsts.append(len(numbers))
            numbers += token.pieces
        return [*numbers, self._numbers[_CLOSES]], firsts

    def _cut(self, word: str) -> tuple[int, ...]:
        if word == NAME:
            return (self._numbers[_NAME_PIECE],)
        return tuple(self._numbers[piece] for piece in self._longest(plain(word)))

    def _longest(self, word: str) -> Iterator[str]:
        """The longest pieces that the vocabulary has, from the front."""
        found, start = [], 0
        while start < len(word):
            mark = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if mark + word[start:end] in self._numbers), 0)
            if not end:
                return iter((_UNKNOWN,))
            found.append(mark + word[start:end])
            start = end
        return iter(found)


def plain(word: str) -> str:
    """A word in lower case and without accents."""
    letters = unicodedata.normalize("NFD", word.lower().replace("’", "'"))
    return "".join(sign for sign in letters if unicodedata.category(sign) != "Mn")


@dataclass(frozen=True, slots=True)
class Labels:
    """What a tagger tells apart."""

    roles: tuple[str, ...]
    """Of words; the first is that of a word that does nothing."""
    acts: tuple[str, ...]
    """Of lines; several may hold."""


class Tags(NamedTuple):
    """What a tagger says of one line."""

    tokens: Sequence[Token]
    """Those that were read."""
    roles: FloatArray
    """Probability of each role of each token, (tokens, roles)."""
    acts: Mapping[str, float]
    """Probability of each act."""


class WordTagger(nn.Module):
    """The network. Not trained unless its weights are loaded or fitted."""

    def __init__(self, pieces: WordPieces, labels: Labels, embedding: Tensor, width: int) -> None:
        super().__init__()
        self.pieces, self.labels, self.width = pieces, labels, width
        self.embedding = nn.Embedding(len(pieces), embedding.shape[1], _weight=embedding.clone())
        self.entrance = nn.Linear(embedding.shape[1], width)
        self.units = nn.GRU(
            width, width, num_layers=2, bidirectional=True, batch_first=True, dropout=_DROPPED
        )
        self.roles = nn.Linear(4 * width, len(labels.roles))
        self.acts = nn.Linear(2 * width, len(labels.acts))
        self.dropped = nn.Dropout(_DROPPED)

    def forward(self, numbers: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of the roles of each piece and of the acts of each line.

        Args:
            numbers: of the pieces, (lines, longest), 0 behind the end of a line.
            lengths: how many pieces each line has, (lines,).

        Returns:
            (lines, longest, roles) logits of a softmax and (lines, acts) logits of probabilities.
        """
        entered = torch.relu(self.entrance(self.dropped(self.embedding(numbers))))
        packed = nn.utils.rnn.pack_padded_sequence(
            self.dropped(entered), lengths, batch_first=True, enforce_sorted=False
        )
        read, _ = nn.utils.rnn.pad_packed_sequence(
            self.units(packed)[0], batch_first=True, total_length=numbers.shape[1]
        )
        there = torch.arange(numbers.shape[1])[None, :] < lengths[:, None]
        strongest = read.masked_fill(~there[..., None], -torch.inf).max(dim=1).values
        beside = strongest[:, None].expand(-1, read.shape[1], -1)
        roles = self.roles(torch.cat([self.dropped(read), beside], dim=-1))
        return roles, self.acts(self.dropped(strongest))

    @torch.inference_mode()
    def tags(self, text: str) -> Tags:
        """What the words of a line do, and what the line does; NAME stands for each title."""
        tokens = self.pieces.tokens(text)
        numbers, firsts = self.pieces.framed(tokens)
        roles, acts = self(torch.tensor([numbers]), torch.tensor([len(numbers)]))
        chances = torch.sigmoid(acts[0]).tolist()
        return Tags(
            tokens[: len(firsts)],
            torch.softmax(roles[0, firsts], dim=-1).numpy(),
            dict(zip(self.labels.acts, chances, strict=True)),
        )

    def save(self, path: Path) -> None:
        """Writes weights, vocabulary and labels; numbers as float16, those of pieces as int8."""
        tensors = {name: value.detach().half() for name, value in self.state_dict().items()}
        pieces = self.embedding.weight.detach()
        scale = float(pieces.abs().max()) / _MOST_OF_A_BYTE
        tensors[_PIECES] = torch.round(pieces / scale).to(torch.int8)
        told = {
            "pieces": "\n".join(self.pieces.pieces),
            "roles": json.dumps(self.labels.roles),
            "acts": json.dumps(self.labels.acts),
            "scale": repr(scale),
        }
        save_file({name: one.contiguous() for name, one in tensors.items()}, path, metadata=told)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what `save` wrote. DataError for a file that is not there or no such file."""
        try:
            with safe_open(path, framework="pt") as file:
                told = file.metadata() or {}
                tensors = {name: file.get_tensor(name).float() for name in file.keys()}
            labels = Labels(tuple(json.loads(told["roles"])), tuple(json.loads(told["acts"])))
            tensors[_PIECES] *= float(told["scale"])
            width = tensors["entrance.bias"].shape[0]
            tagger = cls(WordPieces(told["pieces"].split("\n")), labels, tensors[_PIECES], width)
            tagger.load_state_dict(tensors)
        except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
            raise DataError(
                f"{path} holds no word tagger: {error!r}. Run python -m assistant train-roles."
            ) from error
        if not all(bool(torch.isfinite(one).all()) for one in tensors.values()):
            raise DataError(f"{path} holds numbers that are none.")
        return tagger.eval()


_PIECES: Final = "embedding.weight"
_MOST_OF_A_BYTE: Final = 127
_DROPPED: Final = 0.2
"""Share of numbers that are left out while learning (Srivastava et al., 2014)."""
