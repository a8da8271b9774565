"""Does this person know whatever they are shown? Told by their answers, and what then becomes of fame.

Most people have not seen most films, and one that they have not seen wins no thumb: the Q-value of a film rises with
the chance that it has been seen. Somebody who has had a word for everything so far is another case. Whatever comes
next, they will know it, so that all that is left to ask is whether they like it; and among equally liked films the one
that everybody has seen is the worse choice.

The chance of that case is Bayes' rule over the answers: each film they know makes it a little likelier, since even
others know it rather often, and a film they do not know all but rules it out.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.domain import Outcome

_ODDS = -2.2
"""Log odds before the first answer: one person in ten."""
_KNOWN, _UNKNOWN = 0.36, -2.7
"""What a film they know and one they do not know add to the log odds: of the films that are shown, others know seven in
ten, and these all but one in fifty."""
WEIGHT = -0.5
"""What the chance of having seen a film counts with them, on top of the gates; in research.md with its neighbours."""


class Familiarity(nn.Module):
    """(B, outcomes) counts of the events of a transcript → (B,) what having seen a film counts on top of the gates.

    Fixed, not learned: from sessions among known films a network learned it too, and lost first films from cold.
    A training is without it, what serves has it.
    """

    answers: Tensor

    def __init__(self) -> None:
        super().__init__()
        answers = torch.zeros(len(Outcome))
        answers[[Outcome.UP, Outcome.DOWN, Outcome.SEEN]] = _KNOWN
        answers[Outcome.SHOWN] = _UNKNOWN
        self.register_buffer("answers", answers, persistent=False)
        self.weight = WEIGHT

    def chance(self, counts: Tensor) -> Tensor:
        """Chance that the person knows whatever they are shown, (B,)."""
        return torch.sigmoid(_ODDS + counts @ self.answers)

    def forward(self, counts: Tensor) -> Tensor:
        """`chance` times the weight, in units of reward for a film that has surely been seen."""
        return self.weight * self.chance(counts)
