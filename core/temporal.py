"""The double-Q target (van Hasselt et al. 2016), shared by learning in sessions and learning from the log."""

from __future__ import annotations

import torch
from torch import Tensor

from core.qnetwork import QNetwork


@torch.no_grad()
def double_q_targets(
    online: QNetwork, target: QNetwork, rewards: Tensor, following: Tensor, ended: Tensor, *, discounts: Tensor | float
) -> Tensor:
    """What the films shown turned out to be worth, (B,): r + γ · Q_target(s', argmax over a of Q_online(s', a)).

    The online network picks the next film and the target network values it, since a maximum over thousands of noisy
    values is far too high.

    Args:
        online: The network that learns.
        target: Its older twin.
        rewards: (B,) float32.
        following: (B, L, 2) transcripts after the film; not looked at where the session ended.
        ended: (B,) bool, true where nothing follows.
        discounts: γ, one for all or (B,).
    """
    worth = torch.zeros_like(rewards)
    going = ~ended
    if bool(going.any()) and bool((torch.as_tensor(discounts) > 0).any()):
        states = following[going]
        worth[going] = target.of(states, online(states).argmax(dim=1))
    targets: Tensor = rewards + discounts * worth
    return targets
