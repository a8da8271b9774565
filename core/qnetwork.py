"""Q(s, a) over movie vectors: a gated sum of readings of the state, and a second look at each film.

    Q(s, a) = value(s) + Σ_c gate_c(s) · reading_c(s, a) + refinement(s, readings(s, a))

The readings are the posterior's chance of liking and of having seen the film, their population means, how well the
film goes with those liked and seen (low-rank EASE), and how well it fits the genres, tags and people asked for. A small
network of the state (what happened how often, how far the taste is known, where its leading dimensions point) sets the
gates and the value, and shifts the taste where people are not as linear as the posterior takes them to be. At the
start the gates pick the posterior's chance of liking, which is the strongest greedy baseline; learning moves them on.

Every reading is a sum over the events of the transcript, so a Q-value can be told exactly as "this much from Alien,
this much against Titanic", and this much from the whole picture: the shift and the refinement.
"""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.catalogue import Catalogue
from core.domain import Outcome
from core.encoder import N_OUTCOMES, TasteEncoder
from core.factors import MovieVectors
from core.refinement import Refinement

MASKED = -1e6
"""Q-value of a film that may not be shown: finite, since −inf turns to NaN in a target at the end of an episode."""

_START = (1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
"""Gates at the start: of the readings in the order of `_READINGS`, of the facets, and the value of the state."""
_READINGS = 6
"""like, seen, their population means like_prior and seen_prior, goes with what was liked, goes with what was seen."""
_FACETS, _VALUE = 6, 7
_LEADING = 16
"""Dimensions of the taste that the gates look at: of all 128 the network learns the training people by heart."""
_SHIFTED = 64
"""Dimensions of the taste that may be shifted, for liking and for having seen."""
_SUMMARY = N_OUTCOMES + 3
"""Numbers that tell how the conversation went."""
_DROPOUT = 0.1


class QNetwork(nn.Module):
    """(B, L, 2) transcripts → (B, n_items) Q-values in units of reward (one thumb up = 1)."""

    def __init__(self, catalogue: Catalogue, sets: list[MovieVectors], *, hidden: int = 64) -> None:
        super().__init__()
        self.encoder = TasteEncoder(catalogue, sets)
        self._leading = min(_LEADING, self.encoder.dimensions)
        self._shifted = min(_SHIFTED, self.encoder.dimensions)
        last = nn.Linear(hidden, len(_START) + 2 * self._shifted)
        nn.init.zeros_(last.weight)
        with torch.no_grad():
            last.bias.copy_(torch.tensor((*_START, *(0.0,) * 2 * self._shifted)))
        self.gates = nn.Sequential(
            nn.Linear(self._leading + _SUMMARY, hidden),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
            nn.Linear(hidden, hidden),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
            last,
        )
        self.refinement = Refinement(_SUMMARY, _READINGS)
        fits = torch.zeros(N_OUTCOMES)
        fits[Outcome.WANTED], fits[Outcome.AVOIDED] = 0.1, -0.1
        self.fits = nn.Parameter(fits)
        """What a film of a facet gains from the facet having been wanted or avoided, per outcome."""

    def forward(self, transcripts: Tensor) -> Tensor:
        """Q-values with `MASKED` for the films in the transcript, float32 (B, n_items)."""
        transcripts = transcripts.long()
        return self.unmasked(transcripts).masked_fill(self.taken(transcripts), MASKED)

    def taken(self, transcripts: Tensor) -> Tensor:
        """Which films are in the transcript, bool (B, n_items)."""
        token, outcome = transcripts.long().unbind(-1)
        n_items = self.encoder.n_items
        taken = torch.where((outcome != int(Outcome.VECTORS)) & (token <= n_items), token, 0)
        return torch.zeros(len(transcripts), n_items + 1, dtype=torch.bool).scatter_(1, taken, True)[:, 1:]

    def unmasked(self, transcripts: Tensor) -> Tensor:
        """Q-values of all films whatever the transcript holds, float32 (B, n_items)."""
        transcripts = transcripts.long()
        encoder, state = self.encoder, self._state(transcripts)
        wishes = self._wishes(transcripts)
        # Of a thousand facets a batch speaks of a handful: the product over all would cost more than all the rest.
        spoken = wishes.any(dim=0).nonzero()[:, 0]
        q_values = torch.empty(len(transcripts), encoder.n_items)
        for number in set(state.sets.tolist()):
            which = state.sets == number
            mine = state.of(which)
            like, seen, follows = encoder.like[number], encoder.seen[number], encoder.follows[number]
            many = (int(which.sum()), -1)
            readings = torch.stack(
                [
                    mine.taste @ like.T,
                    mine.taste @ seen.T,
                    encoder.like_prior[number].expand(many),
                    encoder.seen_prior[number].expand(many),
                    mine.trail[:, 0] @ follows.T,
                    mine.trail[:, 1] @ follows.T,
                ],
                dim=-1,
            )
            shifted = mine.shift_like @ like[:, : self._shifted].T + mine.shift_seen @ seen[:, : self._shifted].T
            fit = wishes[which][:, spoken] @ encoder.membership[spoken]
            q_values[which] = self._sum(mine, readings, fit, shifted)
        return q_values

    def of(self, transcripts: Tensor, actions: Tensor) -> Tensor:
        """Q-values of some films, without scoring the others: float32 (B,) of (B,) actions, (B, K) of (B, K)."""
        transcripts = transcripts.long()
        films = actions if actions.dim() == 2 else actions[:, None]
        encoder, state = self.encoder, self._state(transcripts)
        sets = state.sets[:, None]
        like, seen, follows = encoder.like[sets, films], encoder.seen[sets, films], encoder.follows[sets, films]
        readings = torch.stack(
            [
                _dot(like, state.taste),
                _dot(seen, state.taste),
                encoder.like_prior[sets, films],
                encoder.seen_prior[sets, films],
                _dot(follows, state.trail[:, 0]),
                _dot(follows, state.trail[:, 1]),
            ],
            dim=-1,
        )
        shifted = _dot(like[..., : self._shifted], state.shift_like) + _dot(
            seen[..., : self._shifted], state.shift_seen
        )
        wishes = self._wishes(transcripts)
        spoken = wishes.any(dim=0).nonzero()[:, 0]
        fit = torch.einsum("bf,fbk->bk", wishes[:, spoken], encoder.membership[spoken][:, films])
        q_values = self._sum(state, readings, fit, shifted)
        return q_values if actions.dim() == 2 else q_values[:, 0]

    def twin(self) -> QNetwork:
        """A copy with weights of its own and the same movie vectors in memory: for a target network."""
        return copy.deepcopy(self, {id(buffer): buffer for buffer in self.buffers()})

    @torch.inference_mode()
    def q_values(self, observations: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """`unmasked` for arrays: what a policy asks for."""
        values: npt.NDArray[np.float32] = self.unmasked(torch.from_numpy(observations).long()).numpy()
        return values

    @torch.inference_mode()
    def contributions(self, observation: npt.NDArray[np.int32], row: int) -> npt.NDArray[np.float32]:
        """Exact parts of Q(observation, row), float32 (2 + L,).

        First what owes nothing to the events, then what they add together (the shift of the taste and the second look
        at the film), then one an event.
        """
        transcript = torch.from_numpy(observation).long()[None]
        encoder, state = self.encoder, self._state(transcript)
        gate, number = state.gates[0], int(state.sets)
        like, seen, follows = encoder.like[number, row], encoder.seen[number, row], encoder.follows[number, row]
        parts = encoder.pulls(transcript, state.taste)[0] @ (gate[0] * like + gate[1] * seen)
        parts = parts + encoder.trails(transcript)[0] @ follows @ gate[4:6]
        facet, strength = self._facets(transcript)
        parts = parts + gate[_FACETS] * strength[0] * encoder.membership[facet[0], row]
        base = gate[2] * encoder.like_prior[number, row] + gate[3] * encoder.seen_prior[number, row] + gate[_VALUE]
        together = self.of(transcript, torch.tensor([row]))[0] - base - parts.sum()
        values: npt.NDArray[np.float32] = torch.cat([base[None], together[None], parts]).numpy()
        return values

    def _state(self, transcripts: Tensor) -> _State:
        """What is read off the transcripts once for all films."""
        encoder = self.encoder
        taste = encoder(transcripts)
        # Padding and the row of the vector set are no part of the conversation.
        counts = nn.functional.one_hot(transcripts[..., 1], N_OUTCOMES).sum(1).float() * encoder.speaks_liked
        events = counts.sum(1, keepdim=True)
        liked = (counts[:, Outcome.UP] + counts[:, Outcome.STATED_LIKE])[:, None]
        known = taste.norm(dim=1, keepdim=True)
        summary = torch.cat([counts.log1p(), events.log1p(), liked / (1 + events), known], dim=1)
        out: Tensor = self.gates(torch.cat([taste[:, : self._leading], summary], dim=1))
        shift_like, shift_seen = out[:, len(_START) :].chunk(2, dim=1)
        trail = encoder.trails(transcripts).sum(1)
        return _State(
            encoder.vector_set(transcripts), taste, trail, summary, out[:, : len(_START)], shift_like, shift_seen
        )

    def _sum(self, state: _State, readings: Tensor, fit: Tensor, shifted: Tensor) -> Tensor:
        """Q-values (B, M) from (B, M, readings), (B, M) fit to the wishes and (B, M) worth of the shifts."""
        gates = state.gates
        gated = (readings @ gates[:, :_READINGS, None])[..., 0]
        rest = shifted + gates[:, _FACETS, None] * fit + gates[:, _VALUE, None]
        total: Tensor = gated + rest + self.refinement(state.summary, readings)
        return total

    def _facets(self, transcripts: Tensor) -> tuple[Tensor, Tensor]:
        """Facet number (B, L), 0 where the event is none, and what it adds to its films (B, L), 0 likewise."""
        token, outcome = transcripts.unbind(-1)
        index = self.encoder.lookup[torch.where(outcome == int(Outcome.VECTORS), 0, token)] - self.encoder.n_items - 1
        is_facet = index >= 0
        fits = self.fits[outcome] * self.encoder.speaks_liked[outcome]
        return torch.where(is_facet, index, 0), torch.where(is_facet, fits, 0.0)

    def _wishes(self, transcripts: Tensor) -> Tensor:
        """What the films of each facet gain, (B, n_facets)."""
        facet, strength = self._facets(transcripts)
        wishes = torch.zeros(len(transcripts), len(self.encoder.membership))
        return wishes.scatter_add(1, facet, strength)


class _State(NamedTuple):
    """What the network reads off B transcripts once for all films."""

    sets: Tensor
    """Number of the movie vectors, (B,)."""
    taste: Tensor
    """(B, dimensions)"""
    trail: Tensor
    """What is liked and what is seen, as seen by neighbours, (B, 2, dimensions)."""
    summary: Tensor
    """(B, _SUMMARY)"""
    gates: Tensor
    """(B, len(_START))"""
    shift_like: Tensor
    """(B, shifted)"""
    shift_seen: Tensor
    """(B, shifted)"""

    def of(self, which: Tensor) -> _State:
        """Those of some transcripts."""
        return _State(*(part[which] for part in self))


def _dot(films: Tensor, state: Tensor) -> Tensor:
    """(B, K, d) · (B, d) → (B, K)."""
    return (films @ state[..., None])[..., 0]
