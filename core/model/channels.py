"""What fame does to a film's value: for whom films are known, at rest, and by the knob.

*Familiarity*: does this person know whatever they are shown, and what then becomes of fame? Most
people have not seen most films, and one that they have not seen wins no thumb: the value of a film
rises with the chance that it has been seen. Somebody who has had a word for everything so far is
another case. Whatever comes next, they will know it, so that all that is left to ask is whether
they like it; and among equally liked films the one that everybody has seen is the worse choice.

The chance of that case is Bayes' rule over the answers: each film they know makes it a little
likelier, since even others know it rather often, and a film they do not know all but rules it out.

*The knob* between popular films and hidden gems is one number, and what each film gains by it. With
fame f = ratings of the film / ratings of the best known film, and k films liked so far (named or
thumb up; a wish for a genre or the like counts as much as `A_WISH` of them),

    gain(film) = −w · KNOWN · gems · ln((f + FLOOR) / (NEUTRAL + FLOOR))
                 − (1 − w) · COLD · gems³ · (f − NEUTRAL),
    w = k² / (k² + HALF²)

gems runs from −1 (popular films) over 0 (as the policy was trained) to 1 (hidden gems); a film of
fame NEUTRAL stays where it is. The gain is a function of the transcript alone, so reasons are exact
and gambles keep their exact propensities. *At rest* the same two shapes are part of every value,
with weights that learn.

Why this shape, on validation people of movielens-mix: the logarithm alone shows 1.5 times as many
different films for less than .1 hits in 20 once three films are liked, but from cold, where nothing
tells one obscure film from another, it costs far more; so it waits until a taste is known, and
before that a loss linear in fame, silent among obscure films, stands in for it near the ends of the
knob. Noise that spreads the choice among near-equal Q-values costs more hits for the same number of
films wherever a taste is known (assets/research.md has the figures).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from core.catalogue import Catalogue
from core.domain import Outcome
from core.rewards import by_outcome

_ODDS: Final = -2.2
"""Log odds before the first answer: one person in ten."""
_KNOWN, _UNKNOWN = 0.36, -2.7
"""What a film they know and one they do not know add to the log odds: of the films that are shown,
others know seven in ten, and these all but one in fifty."""
_SHOWN: Final = [Outcome.UP, Outcome.DOWN, Outcome.SHOWN, Outcome.PASSED]
_FEW_SEEN: Final = 3
SOUGHT: Final = 0.5
"""What a film gains by each nat by which it answers what is wished for (`core.data.search`). Of 120
wishes of one writer whose films were not learned from, .80 of the first three films and 1.87 of
nine are among those named for them with .5, .79 and 1.98 with .8, .86 and 1.98 with 1.2; with less
the best known films come first, with more nobody's taste counts."""
HOPED: Final = 1.0
"""What a film gains by a person or a place that is wanted and no must, and loses by being all that
words say that films are to be spared of, in units of reward: as much as a thumb up."""
FAMILIAR: Final = -0.5
"""What the chance of having seen a film counts with them before any learning, on top of the gates;
in research.md with its neighbours."""
KNOWN: Final = 0.5
"""In units of reward, once a taste is known: the end of the knob shows what few have seen."""
COLD: Final = 0.35
"""Before anything is known, at the ends of the knob: from cold, Q-values rise by about that much
from unknown to best known films, so that there fame is out of their order and what is left is how
well those who know a film like it."""
FLOOR: Final = 0.05
"""Fame below this counts little: among films that few have seen, the Q-value decides."""
NEUTRAL: Final = 0.25
"""Fame of a film that neither gains nor loses, about the 150th of movielens-mix."""
HALF: Final = 2.0
"""Films liked at which half of the way to the logarithm is done. From cold 1.5 times the films of
no gain cost .11 hits with 2, .12 with 3 (956 people in three splits)."""
REST: Final = 0.13
"""Place of the knob whose gain is that at rest before any learning: silence, which training counts
against a film, leans to films that many have seen."""
REST_HALF: Final = 8.0
"""`HALF` of that gain: where nobody has asked for hidden gems, more films have to be liked before
it speaks.

On 950 people in three splits, against .04 with a half of 3: −.01, +.01 and .00 hits in replay,
+.02, +.01 and +.03 among rated films, with 0, 1 and 3 stated (standard errors .02 and .015)."""
A_WISH: Final = 2
"""Films liked that a wish stands for: it says which of the obscure films are worth a look."""


class Familiarity(nn.Module):
    """(B, outcomes) counts of events → (B,) what having seen a film counts on top of the gates."""

    answers: Tensor

    def __init__(self) -> None:
        super().__init__()
        answers = torch.zeros(len(Outcome))
        answers[[Outcome.UP, Outcome.DOWN, Outcome.SEEN]] = _KNOWN
        answers[Outcome.SHOWN] = _UNKNOWN
        self.register_buffer("answers", answers, persistent=False)
        self.weight = nn.Parameter(torch.tensor(FAMILIAR))

    def chance(self, counts: Tensor) -> Tensor:
        """Chance that the person knows whatever they are shown, (B,)."""
        # A diary says "seen" of hundreds that were never shown: no more of them count than a few
        # beside the films that were.
        shown = counts[:, _SHOWN].sum(dim=1)
        seen = torch.minimum(counts[:, Outcome.SEEN], shown + _FEW_SEEN)
        odds = counts @ self.answers + (seen - counts[:, Outcome.SEEN]) * _KNOWN
        return torch.sigmoid(_ODDS + odds)

    def forward(self, counts: Tensor) -> Tensor:
        """`chance` times the weight, in units of reward for a film that has surely been seen."""
        return self.weight * self.chance(counts)


class Fame(nn.Module):
    """What each film gains or loses for how well it is known."""

    evidence: Tensor
    logarithm: Tensor
    beyond: Tensor

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        counts = np.maximum(catalogue.n_ratings[: catalogue.n_items], 1).astype(np.float64)
        fame = torch.from_numpy(counts / counts.max(initial=1.0))
        steep = torch.log((fame + FLOOR) / (NEUTRAL + FLOOR))
        self.register_buffer("logarithm", steep.float(), persistent=False)
        self.register_buffer("beyond", (fame - NEUTRAL).float(), persistent=False)
        liked = by_outcome(lambda outcome: max(outcome.liking, A_WISH * outcome.wish, 0))
        self.register_buffer("evidence", torch.from_numpy(liked), persistent=False)
        self.at_rest = nn.Parameter(torch.tensor([-KNOWN * REST, -COLD * REST**3]))
        """Weights of the logarithm once a taste is known, and of fame itself before."""

    def forward(self, transcripts: Tensor) -> Tensor:
        """What each film gains where nobody has turned the knob, (B, L, 2) → (B, n_items)."""
        known = self._known(transcripts, REST_HALF)
        weights = torch.stack([known, 1 - known], dim=1) * self.at_rest
        return weights @ torch.stack([self.logarithm, self.beyond])

    def knob(self, transcripts: Tensor, gems: float) -> Tensor:
        """What each film gains by this place of the knob, (B, L, 2) → (B, n_items)."""
        known = self._known(transcripts, HALF)
        weights = torch.stack([-known * KNOWN * gems, -(1 - known) * COLD * gems**3], dim=1)
        return weights @ torch.stack([self.logarithm, self.beyond])

    def _known(self, transcripts: Tensor, half: float) -> Tensor:
        """How far a taste is known by what was liked, (B,), 0 … 1."""
        liked = self.evidence[transcripts[..., 1]].sum(dim=1)
        return liked**2 / (liked**2 + half**2)
