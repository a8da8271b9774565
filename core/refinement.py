"""A second look at each film: what no weighted sum of the readings can say.

A film that the person has surely seen and likes a little, late in an evening of misses, is worth something else than
the same sum of the two at its start. A small network that all films share takes the readings of one film and a
summary of the state, and corrects the Q-value.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_SCALE = 5.0
"""Readings are differences of chances, a fifth or so in size: brought to the size of one."""
_CHUNK = 4
"""States at a time: what is between the layers then stays in the processor's cache, which is five times faster."""


class Refinement(nn.Module):
    """(B, state) summaries and (B, M, readings) → (B, M) corrections in units of reward, all zero at the start."""

    def __init__(self, state: int, readings: int, hidden: int = 32) -> None:
        super().__init__()
        self.of_state = nn.Linear(state, hidden)
        self.of_film = nn.Linear(readings, hidden, bias=False)
        self.worth = nn.Linear(hidden, 1, bias=False)
        nn.init.zeros_(self.worth.weight)

    def forward(self, state: Tensor, readings: Tensor) -> Tensor:
        """Corrections of M films in each of B states."""
        parts = zip(torch.split(state, _CHUNK), torch.split(readings, _CHUNK), strict=True)
        return torch.cat([self._correct(*part) for part in parts])

    def _correct(self, state: Tensor, readings: Tensor) -> Tensor:
        together = self.of_film(readings) * _SCALE + self.of_state(state)[:, None]
        correction: Tensor = self.worth(torch.relu(together))[..., 0]
        return correction
