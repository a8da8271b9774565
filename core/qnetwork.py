"""Q(s, a) over movie vectors: a gated sum of a few readings of the taste posterior.

    Q(s, a) = value(s) + Σ_c gate_c(s) · channel_c(s, a)

The channels are the posterior's chance of liking and of having seen the film, their population means, and how well
the film fits the genres, tags and people asked for. A small network of the state (what happened how often, how far the
taste is known, where its leading dimensions point) sets the gates and the value, and shifts the taste where people
are not as linear as the posterior takes them to be. At the start the gates pick the posterior's chance of liking,
which is the strongest greedy baseline; learning moves them from there.

Every channel is a sum over the events of the transcript, so a Q-value can be told exactly as "this much from Alien,
this much against Titanic", and this much from the whole picture.
"""

from __future__ import annotations

import copy

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.catalogue import Catalogue
from core.domain import Outcome
from core.encoder import N_OUTCOMES, TasteEncoder
from core.factors import MovieVectors

MASKED = -1e6
"""Q-value of a film that may not be shown: finite, since −inf turns to NaN in a target at the end of an episode."""

_START = (1.0, 0.0, 1.0, 0.0, 1.0, 0.0)
"""Gates at the start: like, seen, like_prior, seen_prior, facets; then the value of the state."""
_LEADING = 16
"""Dimensions of the taste that the gates look at: of all 128 the network learns the training people by heart."""
_SHIFTED = 64
"""Dimensions of the taste that may be shifted, for liking and for having seen."""
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
            nn.Linear(self._leading + N_OUTCOMES + 3, hidden),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
            nn.Linear(hidden, hidden),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
            last,
        )
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
        encoder = self.encoder
        gates, for_like, for_seen = self._readings(transcripts)
        sets, wishes = encoder.vector_set(transcripts), self._wishes(transcripts)
        # Of a thousand facets a batch speaks of a handful: the product over all would cost more than all the rest.
        spoken = wishes.any(dim=0).nonzero()[:, 0]
        q_values = torch.empty(len(transcripts), encoder.n_items)
        for number in set(sets.tolist()):
            which = sets == number
            gate = gates[which]
            block = torch.addmm(gate[:, 5:], for_like[which], encoder.like[number].T)
            block = torch.addmm(block, for_seen[which], encoder.seen[number].T)
            block = torch.addmm(block, gate[:, 4:5] * wishes[which][:, spoken], encoder.membership[spoken])
            priors = torch.stack([encoder.like_prior[number], encoder.seen_prior[number]])
            q_values[which] = torch.addmm(block, gate[:, 2:4], priors)
        return q_values

    def of(self, transcripts: Tensor, actions: Tensor) -> Tensor:
        """Q-values of some films, without scoring the others: float32 (B,) of (B,) actions, (B, K) of (B, K)."""
        transcripts = transcripts.long()
        films = actions if actions.dim() == 2 else actions[:, None]
        encoder = self.encoder
        gates, for_like, for_seen = self._readings(transcripts)
        sets = encoder.vector_set(transcripts)[:, None]
        wishes = self._wishes(transcripts)
        spoken = wishes.any(dim=0).nonzero()[:, 0]
        fit = torch.einsum("bf,fbk->bk", wishes[:, spoken], encoder.membership[spoken][:, films])
        values = (
            (encoder.like[sets, films] @ for_like[..., None])[..., 0]
            + (encoder.seen[sets, films] @ for_seen[..., None])[..., 0]
            + gates[:, 2:3] * encoder.like_prior[sets, films]
            + gates[:, 3:4] * encoder.seen_prior[sets, films]
            + gates[:, 4:5] * fit
            + gates[:, 5:6]
        )
        return values if actions.dim() == 2 else values[:, 0]

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

        First what owes nothing to the events, then what they add together (the shift of the taste), then one an event.
        """
        transcript = torch.from_numpy(observation).long()[None]
        encoder = self.encoder
        taste = encoder(transcript)
        gates, shift_like, shift_seen = self._gates(transcript, taste)
        gate = gates[0]
        number = int(encoder.vector_set(transcript))
        like, seen = encoder.like[number, row], encoder.seen[number, row]
        parts = encoder.pulls(transcript, taste)[0] @ (gate[0] * like + gate[1] * seen)
        facet, strength = self._facets(transcript)
        parts = parts + gate[4] * strength[0] * encoder.membership[facet[0], row]
        base = gate[2] * encoder.like_prior[number, row] + gate[3] * encoder.seen_prior[number, row] + gate[5]
        together = shift_like[0] @ like + shift_seen[0] @ seen
        values: npt.NDArray[np.float32] = torch.cat([base[None], together[None], parts]).numpy()
        return values

    def _readings(self, transcripts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Gates (B, 6) and the taste as it is read for liking and for having seen, (B, dimensions) each."""
        taste = self.encoder(transcripts)
        gates, shift_like, shift_seen = self._gates(transcripts, taste)
        return gates, gates[:, :1] * taste + shift_like, gates[:, 1:2] * taste + shift_seen

    def _gates(self, transcripts: Tensor, taste: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Weight of each channel and value of the state (B, 6), shifts of the taste (B, dimensions), twice."""
        # Padding and the row of the vector set are no part of the conversation.
        speaks = self.encoder.speaks_liked
        counts = nn.functional.one_hot(transcripts[..., 1], N_OUTCOMES).sum(1).float() * speaks
        events = counts.sum(1, keepdim=True)
        liked = (counts[:, Outcome.UP] + counts[:, Outcome.STATED_LIKE])[:, None]
        known = taste.norm(dim=1, keepdim=True)
        summary = torch.cat([counts.log1p(), events.log1p(), liked / (1 + events), known], dim=1)
        out: Tensor = self.gates(torch.cat([taste[:, : self._leading], summary], dim=1))
        rest = self.encoder.dimensions - self._shifted
        shift_like, shift_seen = out[:, len(_START) :].chunk(2, dim=1)
        pad = nn.functional.pad
        return out[:, : len(_START)], pad(shift_like, (0, rest)), pad(shift_seen, (0, rest))

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
