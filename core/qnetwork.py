"""Q(s, a) over movie vectors: a gated sum of a few readings of the taste posterior.

    Q(s, a) = value(s) + Σ_c gate_c(s) · channel_c(s, a)

The channels are the posterior's chance of liking and of having seen the film, their population means, and how well
the film fits the genres, tags and people asked for. A small network of the state (what happened how often, how far the
taste is known) sets the gates and the value. At the start the gates pick the posterior's chance of liking, which is
the strongest greedy baseline; learning moves them from there.

Every channel is a sum over the events of the transcript, so a Q-value can be told exactly as "this much from Alien,
this much against Titanic".
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

_CHANNELS = ("like", "seen", "like_prior", "seen_prior", "facets")
_START = (1.0, 0.0, 1.0, 0.0, 1.0)


class QNetwork(nn.Module):
    """(B, L, 2) transcripts → (B, n_items) Q-values in units of reward (one thumb up = 1)."""

    def __init__(self, catalogue: Catalogue, sets: list[MovieVectors], *, hidden: int = 32) -> None:
        super().__init__()
        self.encoder = TasteEncoder(catalogue, sets)
        self.gates = nn.Sequential(nn.Linear(N_OUTCOMES + 2, hidden), nn.Tanh(), nn.Linear(hidden, len(_CHANNELS) + 1))
        last = self.gates[2]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        with torch.no_grad():
            last.bias.copy_(torch.tensor((*_START, 0.0)))
        fits = torch.zeros(N_OUTCOMES)
        fits[Outcome.WANTED], fits[Outcome.AVOIDED] = 0.1, -0.1
        self.fits = nn.Parameter(fits)
        """What a film of a facet gains from the facet having been wanted or avoided, per outcome."""

    def forward(self, transcripts: Tensor) -> Tensor:
        """Q-values with `MASKED` for the films in the transcript, float32 (B, n_items)."""
        transcripts = transcripts.long()
        token, outcome = transcripts.unbind(-1)
        n_items = self.encoder.n_items
        taken = torch.where((outcome != int(Outcome.VECTORS)) & (token <= n_items), token, 0)
        mask = torch.zeros(len(transcripts), n_items + 1, dtype=torch.bool).scatter_(1, taken, True)
        return self.unmasked(transcripts).masked_fill(mask[:, 1:], MASKED)

    def unmasked(self, transcripts: Tensor) -> Tensor:
        """Q-values of all films whatever the transcript holds, float32 (B, n_items)."""
        encoder = self.encoder
        taste, gates, sets = encoder(transcripts), self._gates(transcripts), encoder.vector_set(transcripts)
        wishes = self._wishes(transcripts)
        q_values = torch.empty(len(transcripts), encoder.n_items)
        for number in set(sets.tolist()):
            which = sets == number
            gate = gates[which]
            block = torch.addmm(gate[:, 5:], gate[:, :1] * taste[which], encoder.like[number].T)
            block = torch.addmm(block, gate[:, 1:2] * taste[which], encoder.seen[number].T)
            block = torch.addmm(block, gate[:, 4:5] * wishes[which], encoder.membership)
            priors = torch.stack([encoder.like_prior[number], encoder.seen_prior[number]])
            q_values[which] = torch.addmm(block, gate[:, 2:4], priors)
        return q_values

    def of(self, transcripts: Tensor, actions: Tensor) -> Tensor:
        """Q-values of one film each, float32 (B,): `forward` at (B,) `actions` without scoring the others."""
        transcripts = transcripts.long()
        encoder = self.encoder
        taste, gates, sets = encoder(transcripts), self._gates(transcripts), encoder.vector_set(transcripts)
        channels = torch.stack(
            [
                (taste * encoder.like[sets, actions]).sum(1),
                (taste * encoder.seen[sets, actions]).sum(1),
                encoder.like_prior[sets, actions],
                encoder.seen_prior[sets, actions],
                (self._wishes(transcripts) * encoder.membership[:, actions].T).sum(1),
                torch.ones(len(actions)),
            ],
            dim=1,
        )
        return (channels * gates).sum(1)

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
        """Exact parts of Q(observation, row), float32 (1 + L,): what owes nothing to the events, then one an event."""
        transcript = torch.from_numpy(observation).long()[None]
        encoder = self.encoder
        taste, gate = encoder(transcript), self._gates(transcript)[0]
        number = int(encoder.vector_set(transcript))
        direction = gate[0] * encoder.like[number, row] + gate[1] * encoder.seen[number, row]
        parts = encoder.pulls(transcript, taste)[0] @ direction
        facet, strength = self._facets(transcript)
        parts = parts + gate[4] * strength[0] * encoder.membership[facet[0], row]
        base = gate[2] * encoder.like_prior[number, row] + gate[3] * encoder.seen_prior[number, row] + gate[5]
        values: npt.NDArray[np.float32] = torch.cat([base[None], parts]).numpy()
        return values

    def _gates(self, transcripts: Tensor) -> Tensor:
        """(B, channels + 1): the weight of each channel and the value of the state."""
        counts = nn.functional.one_hot(transcripts[..., 1], N_OUTCOMES).sum(1).float()
        # Padding and the row of the vector set are no part of the conversation.
        counts = counts * self.encoder.speaks_liked
        events = counts.sum(1, keepdim=True)
        liked = (counts[:, Outcome.UP] + counts[:, Outcome.STATED_LIKE])[:, None]
        features = torch.cat([counts.log1p(), events.log1p(), liked / (1 + events)], dim=1)
        gates: Tensor = self.gates(features)
        return gates

    def _facets(self, transcripts: Tensor) -> tuple[Tensor, Tensor]:
        """Facet number (B, L), 0 where the event is none, and what it adds to its films (B, L), 0 likewise."""
        token, outcome = transcripts.unbind(-1)
        index = self.encoder.lookup[torch.where(outcome == int(Outcome.VECTORS), 0, token)] - self.encoder.n_items - 1
        is_facet = index >= 0
        return torch.where(is_facet, index, 0), torch.where(is_facet, self.fits[outcome], 0.0)

    def _wishes(self, transcripts: Tensor) -> Tensor:
        """What the films of each facet gain, (B, n_facets)."""
        facet, strength = self._facets(transcripts)
        wishes = torch.zeros(len(transcripts), len(self.encoder.membership))
        return wishes.scatter_add(1, facet, strength)
