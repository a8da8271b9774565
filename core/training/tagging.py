"""Fitting the word tagger: a model of sentences is taught the roles of words, and teaches them.

Labelled lines are few. The model of sentences (`core.training.meanings`) has read much else, and
learns the roles from few lines, but is too large to serve. It then says of many lines that nobody
has labelled what it makes of them, and the small network of `core.model.tagger` learns from that:
distillation (Hinton et al., 2015).
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from core.model.tagger import SPECIAL, Labels, Token, WordPieces, WordTagger
from core.training.meanings import PIECE_POINTS, SentenceModel, padded

FloatArray = npt.NDArray[np.float32]
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TaggedLine:
    """A line, and what is known of it."""

    text: str
    spans: tuple[tuple[int, int, str], ...] = ()
    """First character, one past the last, and role, or how those begin that it may have."""
    rest: frozenset[str] = frozenset()
    """The roles that all other words may have; empty for any."""
    acts: frozenset[str] | None = None
    """All that it does; None where nobody said."""
    importance: float = 1.0


@dataclass(frozen=True, slots=True)
class TaggingSettings:
    """How the tagger is fitted. The figures were chosen on the lines of two writers out of eight:
    with a width of 96 it tells roles nearly as well as its teacher.
    """

    teacher_epochs: int = 2
    teacher_rate: float = 8e-5
    teacher_batch: int = 32
    epochs: int = 4
    rate: float = 3e-3
    batch: int = 48
    width: int = 96
    dimensions: int = 64
    """Numbers by which a piece is known."""
    told: int = 2
    """Times that a labelled line counts beside one that the teacher labelled."""
    seed: int = 0


class _Example(NamedTuple):
    """A line as the networks take it."""

    numbers: Sequence[int]
    firsts: Sequence[int]
    may_be: npt.NDArray[np.bool_]
    """Whether each token may have each role, (tokens, roles)."""
    acts: FloatArray | None
    importance: float


class _Target(NamedTuple):
    """Probabilities that the tagger is to give."""

    roles: FloatArray
    acts: FloatArray


def learn_tagger(
    lines: Sequence[TaggedLine],
    unlabelled: Sequence[str],
    sentences: SentenceModel,
    labels: Labels,
    settings: TaggingSettings,
) -> WordTagger:
    """Teaches the model of sentences, and the tagger by it.

    Args:
        lines: what is known of lines.
        unlabelled: many more.
        sentences: the model; its weights are changed.
        labels: the roles and acts there are.
        settings: how they learn.
    """
    torch.manual_seed(settings.seed)
    pieces = sentences.pieces
    examples = [_example(line, pieces, labels) for line in lines]
    teacher = Teacher(sentences, labels)
    _descend(
        teacher,
        len(examples),
        lambda places: _told_loss(teacher, [examples[place] for place in places]),
        rows=[example.numbers for example in examples],
        plan=_Plan(
            settings.teacher_epochs, settings.teacher_rate, settings.teacher_batch, settings.seed
        ),
    )
    every = [line for line in (*lines, *map(TaggedLine, unlabelled)) if line.text.strip()]
    targets = _targets(teacher, [_example(line, pieces, labels) for line in every])
    kept, points = _narrowed(pieces, sentences.weights[PIECE_POINTS].detach(), settings.dimensions)
    tagger = WordTagger(kept, labels, points, settings.width)
    read = [_example(line, kept, labels) for line in every]
    often = [*range(len(lines))] * (settings.told - 1)
    order = [*often, *range(len(every))]
    torch.set_num_threads(1)  # so small a network only waits for other threads

    def loss(places: Sequence[int]) -> Tensor:
        chosen = [order[place] for place in places]
        return _taught_loss(tagger, [read[at] for at in chosen], [targets[at] for at in chosen])

    plan = _Plan(settings.epochs, settings.rate, settings.batch, settings.seed)
    _descend(tagger, len(order), loss, rows=[read[at].numbers for at in order], plan=plan)
    return tagger.eval()


class Teacher(nn.Module):
    """A model of sentences with two linear layers: the roles of pieces and the acts of lines."""

    def __init__(self, sentences: SentenceModel, labels: Labels) -> None:
        super().__init__()
        self._sentences = sentences
        for number, value in enumerate(sentences.weights.values()):
            self.register_parameter(f"weight{number}", nn.Parameter(value))
        sentences.weights = dict(zip(sentences.weights, self.parameters(), strict=True))
        width = sentences.weights[PIECE_POINTS].shape[1]
        self._roles = nn.Linear(width, len(labels.roles))
        self._acts = nn.Linear(width, len(labels.acts))
        self._dropped = nn.Dropout(0.1)

    def parts(self) -> list[list[nn.Parameter]]:
        """The weights of the model of sentences, and those of the layers that are new."""
        new = [*self._roles.parameters(), *self._acts.parameters()]
        known = {id(one) for one in new}
        return [[one for one in self.parameters() if id(one) not in known], new]

    @staticmethod
    def rates(rate: float) -> list[float]:
        """How fast each of them learns: what is new starts from nothing."""
        return [rate, _NEW * rate]

    def forward(self, numbers: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """As `WordTagger` does."""
        states, there = self._sentences.states(numbers, lengths)
        means = (states * there[..., None]).sum(dim=1) / there.sum(dim=1, keepdim=True)
        return self._roles(self._dropped(states)), self._acts(self._dropped(means))


_NEW: Final = 20.0
"""Times that the new layers learn faster; without it acts that one line in a hundred does are never
told."""


def _example(line: TaggedLine, pieces: WordPieces, labels: Labels) -> _Example:
    tokens = pieces.tokens(line.text)
    numbers, firsts = pieces.framed(tokens)
    may_be = np.array(
        [_may_be(token, line, labels) for token in tokens[: len(firsts)]], dtype=bool
    ).reshape(len(firsts), len(labels.roles))
    acts = None if line.acts is None else _held(labels.acts, line.acts)
    return _Example(numbers, firsts, may_be, acts, line.importance)


def _held(acts: Sequence[str], those: Container[str]) -> FloatArray:
    return np.array([act in those for act in acts], dtype=np.float32)


def _may_be(token: Token, line: TaggedLine, labels: Labels) -> list[bool]:
    """Whether a token may have each role."""
    inside = (role for start, end, role in line.spans if start < token.end and token.start < end)
    role = next(inside, None)
    if role is not None:
        return [one.startswith(role) for one in labels.roles]
    return [not line.rest or one in line.rest for one in labels.roles]


# ---- what is to be small


class _Batch(NamedTuple):
    numbers: Tensor
    lengths: Tensor
    firsts: Tensor
    there: Tensor
    """1 for each token of a line, else 0."""


def _batch(examples: Sequence[_Example]) -> _Batch:
    firsts, counts = padded([example.firsts or [0] for example in examples])
    there = torch.arange(firsts.shape[1])[None, :] < counts[:, None]
    return _Batch(*padded([example.numbers for example in examples]), firsts, there.float())


def _log_roles(scores: Tensor, batch: _Batch) -> Tensor:
    """Log-probabilities of the roles of tokens, by their first pieces."""
    wide = batch.firsts[..., None].expand(-1, -1, scores.shape[-1])
    return torch.gather(scores, 1, wide).log_softmax(dim=-1)


_WORDS_A_LINE: Final = 8.0
"""About as many words of a line do something: one act counts as much as a few words."""
_ACTS: Final = 1.0
_NEVER: Final = -1e4


def _told_loss(teacher: Teacher, examples: Sequence[_Example]) -> Tensor:
    """−log of the probability of the roles that tokens may have, and of the acts that are known."""
    batch = _batch(examples)
    scores, acts = teacher(batch.numbers, batch.lengths)
    logs = _log_roles(scores, batch)
    may_be = torch.ones(logs.shape, dtype=torch.bool)
    for row, example in enumerate(examples):
        may_be[row, : len(example.firsts)] = torch.from_numpy(example.may_be)
    each = -logs.masked_fill(~may_be, _NEVER).logsumexp(dim=-1) * batch.there
    importance = torch.tensor([example.importance for example in examples])
    of_roles = (each.sum(dim=1) * importance).sum() / _WORDS_A_LINE
    known = [row for row, example in enumerate(examples) if example.acts is not None]
    meant = [example.acts for example in examples if example.acts is not None]
    of_acts = torch.tensor(0.0)
    if known:
        of_acts = binary_cross_entropy_with_logits(
            acts[known], torch.from_numpy(np.stack(meant)), reduction="sum"
        )
    return (of_roles + _ACTS * of_acts) / len(examples)


def _taught_loss(
    tagger: WordTagger, examples: Sequence[_Example], targets: Sequence[_Target]
) -> Tensor:
    """Cross-entropy to the probabilities that the teacher gave."""
    batch = _batch(examples)
    scores, acts = tagger(batch.numbers, batch.lengths)
    logs = _log_roles(scores, batch)
    meant = torch.zeros(logs.shape)
    for row, target in enumerate(targets):
        told = target.roles[: len(examples[row].firsts)]  # a longer line may be cut elsewhere
        meant[row, : len(told)] = torch.from_numpy(told)
    of_roles = -(meant * logs).sum() / _WORDS_A_LINE
    of_acts = binary_cross_entropy_with_logits(
        acts, torch.from_numpy(np.stack([target.acts for target in targets])), reduction="sum"
    )
    return (of_roles + _ACTS * of_acts) / len(examples)


_OWN: Final = 0.5
"""What the label of a line counts beside what its teacher makes of it."""


def _targets(teacher: Teacher, examples: Sequence[_Example], batch: int = 128) -> list[_Target]:
    """What the teacher makes of lines, half of it as far as their labels allow."""
    teacher.eval()
    found: dict[int, _Target] = {}
    order = sorted(range(len(examples)), key=lambda place: len(examples[place].numbers))
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        gathered = _batch([examples[place] for place in places])
        with torch.inference_mode():
            scores, acts = teacher(gathered.numbers, gathered.lengths)
            roles = _log_roles(scores, gathered).exp().numpy()
            done = torch.sigmoid(acts).numpy()
        for row, place in enumerate(places):
            example = examples[place]
            found[place] = _target(roles[row, : len(example.firsts)], done[row], example)
    return [found[place] for place in range(len(examples))]


def _target(roles: FloatArray, acts: FloatArray, example: _Example) -> _Target:
    allowed = roles * example.may_be + 1e-9 * example.may_be
    allowed /= allowed.sum(axis=1, keepdims=True)
    meant = acts if example.acts is None else _OWN * example.acts + (1 - _OWN) * acts
    return _Target(_OWN * allowed + (1 - _OWN) * roles, meant.astype(np.float32))


def _narrowed(pieces: WordPieces, points: Tensor, dimensions: int) -> tuple[WordPieces, Tensor]:
    """The pieces that English lines are made of, and their points in the directions in which they
    differ most, of about unit size.
    """
    kept = [number for number, piece in enumerate(pieces.pieces) if _is_kept(piece)]
    centred = points[kept] - points[kept].mean(dim=0)
    _, _, directions = torch.linalg.svd(centred, full_matrices=False)
    narrow = centred @ directions[:dimensions].T
    return WordPieces([pieces.pieces[number] for number in kept]), narrow / narrow.std()


def _is_kept(piece: str) -> bool:
    is_special = piece.startswith("[") and len(piece) > 1
    return piece in SPECIAL or (piece.isascii() and not is_special)


class _Plan(NamedTuple):
    epochs: int
    rate: float
    batch: int
    seed: int


_STEEPEST: Final = 1.0
"""Norm of the slope that a step takes at most."""


def _descend(
    network: nn.Module,
    count: int,
    loss: Callable[[Sequence[int]], Tensor],
    *,
    rows: Sequence[Sequence[int]],
    plan: _Plan,
) -> None:
    """AdamW with one cycle of the rate over batches of lines that are about as long."""
    rng = random.Random(plan.seed)
    rates = network.rates(plan.rate) if isinstance(network, Teacher) else [plan.rate]
    groups = network.parts() if isinstance(network, Teacher) else [[*network.parameters()]]
    descent = torch.optim.AdamW([{"params": group} for group in groups], lr=plan.rate)
    steps = plan.epochs * -(-count // plan.batch)
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        descent, rates, total_steps=steps + 1, pct_start=0.1
    )
    network.train()
    for epoch in range(plan.epochs):
        order = sorted(range(count), key=lambda place: len(rows[place]) + 6 * rng.random())
        batches = [order[at : at + plan.batch] for at in range(0, count, plan.batch)]
        rng.shuffle(batches)
        total = 0.0
        for places in batches:
            cost = loss(places)
            descent.zero_grad()
            cost.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            nn.utils.clip_grad_norm_(network.parameters(), _STEEPEST)
            descent.step()
            cycle.step()
            total += cost.item()
        _LOG.info("%s, epoch %d: %.3f", type(network).__name__, epoch + 1, total / len(batches))
