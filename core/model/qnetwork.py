"""Q(s, a) over movie vectors: a gated sum of a few readings of the taste posterior.

    Q(s, a) = value(s) + Σ_c gate_c(s) · channel_c(s, a) + lift(a)

The channels are the posterior's chance of liking and of having seen the film, their population
means, how well the film fits the genres, tags and people asked for, and what people of the kinds
that the person may be of made of it (`core.model.kind_posterior`). The kinds also say where the
taste is expected before its own events move it. A small network of the state (what happened how
often, how far the taste is known, where its leading dimensions point) sets the gates and the value,
and shifts the taste where people are not as linear as the posterior takes them to be. With somebody
who knows whatever they are shown, having seen a film counts less (`Familiarity`). The lift
is what a film gained from thumbs in conversations; nil until a learner sets it
(`core.learning.learner`). At the start the gates pick the posterior's chance of liking and a little
of what the kinds foretell, which is better than the strongest greedy baseline; learning moves them
from there.

Every channel is a sum over the events of the transcript, so a Q-value is exactly "this much from
Alien, this much against Titanic", and this much from the whole picture.

*Familiarity*: does this person know whatever they are shown, and what then becomes of fame? Most
people have not seen most films, and one that they have not seen wins no thumb: the Q-value of
a film rises with the chance that it has been seen. Somebody who has had a word for everything so
far is another case. Whatever comes next, they will know it, so that all that is left to ask is
whether they like it; and among equally liked films the one that everybody has seen is the worse
choice.

The chance of that case is Bayes' rule over the answers: each film they know makes it a little
likelier, since even others know it rather often, and a film they do not know all but rules it out.

The double-Q target (van Hasselt et al. 2016), shared by learning in sessions and learning from the
log.
"""

from __future__ import annotations

import copy

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.catalogue import Catalogue
from core.domain import Outcome
from core.model.encoder import N_OUTCOMES, TasteEncoder
from core.model.factors import MovieVectors
from core.model.kind_posterior import ClassPosterior, KindChances
from core.rewards import by_outcome

_ODDS = -2.2
"""Log odds before the first answer: one person in ten."""
_KNOWN, _UNKNOWN = 0.36, -2.7
"""What a film they know and one they do not know add to the log odds: of the films that are shown,
others know seven in ten, and these all but one in fifty."""
WEIGHT = -0.5
"""What the chance of having seen a film counts with them, on top of the gates; in research.md with
its neighbours. In training it is 0: from sessions among known films a network learned it too, and
lost first films from cold."""


class Familiarity(nn.Module):
    """(B, outcomes) counts of events → (B,) what having seen a film counts on top of the gates.

    The weight is fixed, not learned.
    """

    answers: Tensor

    def __init__(self, weight: float) -> None:
        super().__init__()
        answers = torch.zeros(len(Outcome))
        answers[[Outcome.UP, Outcome.DOWN, Outcome.SEEN]] = _KNOWN
        answers[Outcome.SHOWN] = _UNKNOWN
        self.register_buffer("answers", answers, persistent=False)
        self.weight = weight

    def chance(self, counts: Tensor) -> Tensor:
        """Chance that the person knows whatever they are shown, (B,)."""
        return torch.sigmoid(_ODDS + counts @ self.answers)

    def forward(self, counts: Tensor) -> Tensor:
        """`chance` times the weight, in units of reward for a film that has surely been seen."""
        return self.weight * self.chance(counts)


MASKED = -1e6
"""Q-value of a film that may not be shown: finite, since −inf turns to NaN in a target at the end
of an episode."""

_START = (1.0, 0.0, 1.0, 0.0, 1.0, 0.0)
"""Gates at the start: like, seen, like_prior, seen_prior, facets; then the value of the state."""
_OF_SEEN = (0.0, 1.0, 0.0, 1.0, 0.0, 0.0)
"""Those of having seen the film, which `Familiarity` moves."""
_CLASSES, _SPREAD = 0.15, 0.8
"""At the start, where there are kinds of people: gate of what they foretell, and variance of tastes
about theirs."""
_MANY = 10.0
"""Events of an outcome beyond this many say nothing more to the gates: an imported diary holds
hundreds, and sessions that a network learns from a few."""
_LEADING = 16
"""Dimensions of the taste that the gates look at: of all 128 the network learns the training people
by heart."""
_SHIFTED = 64
"""Dimensions of the taste that may be shifted, for liking and for having seen."""
_DROPOUT = 0.1


class QNetwork(nn.Module):
    """(B, L, 2) transcripts → (B, n_items) Q-values in units of reward (one thumb up = 1).

    `sets` as for `core.model.encoder.TasteEncoder`; `hidden` is the width of the network that sets
    the gates, `familiarity` the weight of `Familiarity`.
    """

    lift: Tensor

    def __init__(
        self,
        catalogue: Catalogue,
        sets: list[MovieVectors],
        *,
        hidden: int = 64,
        familiarity: float = WEIGHT,
    ) -> None:
        super().__init__()
        has_kinds = sets[0].classes is not None
        self.encoder = TasteEncoder(catalogue, sets, spread=_SPREAD if has_kinds else 1.0)
        self._leading = min(_LEADING, self.encoder.dimensions)
        self._shifted = min(_SHIFTED, self.encoder.dimensions)
        self.served_classes = sets[0].classes
        """Those of set 0, as they were fitted: what a bundle keeps."""
        self.classes = ClassPosterior(sets) if has_kinds else None
        start = (*_START, *(0.0,) * 2 * self._shifted, *((_CLASSES,) if has_kinds else ()))
        last = nn.Linear(hidden, len(start))
        nn.init.zeros_(last.weight)
        with torch.no_grad():
            last.bias.copy_(torch.tensor(start))
        self.gates = nn.Sequential(
            nn.Linear(self._leading + N_OUTCOMES + 3, hidden),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
            nn.Linear(hidden, hidden),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
            last,
        )
        self.fits = nn.Parameter(torch.from_numpy(by_outcome(lambda outcome: 0.1 * outcome.wish)))
        """What a film of a facet gains from the facet having been wanted or avoided, per
        outcome."""
        self.familiarity = Familiarity(familiarity)
        self.register_buffer("lift", torch.zeros(self.encoder.n_items))
        """What each film gains from the thumbs it got in conversations (`core.learning.learner`);
        nothing in training."""

    def forward(self, transcripts: Tensor) -> Tensor:
        """Q-values with `MASKED` for the films in the transcript, float32 (B, n_items)."""
        transcripts = transcripts.long()
        return self.unmasked(transcripts).masked_fill(self.taken(transcripts), MASKED)

    def taken(self, transcripts: Tensor) -> Tensor:
        """Which films are in the transcript, bool (B, n_items)."""
        token, outcome = transcripts.long().unbind(-1)
        n_items = self.encoder.n_items
        taken = torch.where((outcome != int(Outcome.VECTORS)) & (token <= n_items), token, 0)
        return torch.zeros(len(transcripts), n_items + 1, dtype=torch.bool).scatter_(
            1, taken, True
        )[:, 1:]

    def unmasked(self, transcripts: Tensor) -> Tensor:
        """Q-values of all films whatever the transcript holds, float32 (B, n_items)."""
        encoder = self.encoder
        gates, for_like, for_seen, kinds = self._readings(transcripts)
        sets, wishes = encoder.vector_set(transcripts), self._wishes(transcripts)
        # Of a thousand facets a batch speaks of a handful: the product over all would cost more
        # than all the rest.
        spoken = wishes.any(dim=0).nonzero()[:, 0]
        q_values = torch.empty(len(transcripts), encoder.n_items)
        for number in set(sets.tolist()):
            which = sets == number
            gate = gates[which]
            block = torch.addmm(gate[:, 5:6], for_like[which], encoder.like[number].T)
            block = torch.addmm(block, for_seen[which], encoder.seen[number].T)
            block = torch.addmm(
                block, gate[:, 4:5] * wishes[which][:, spoken], encoder.membership[spoken]
            )
            priors = torch.stack([encoder.like_prior[number], encoder.seen_prior[number]])
            q_values[which] = torch.addmm(block, gate[:, 2:4], priors)
            if self.classes is not None and kinds is not None:
                q_values[which] += self.classes.foretold(kinds[which], number)
        return q_values + self.lift

    def of(self, transcripts: Tensor, actions: Tensor) -> Tensor:
        """Q-values of some films alone: float32 (B,) of (B,) actions, (B, K) of (B, K)."""
        transcripts = transcripts.long()
        films = actions if actions.dim() == 2 else actions[:, None]
        encoder = self.encoder
        gates, for_like, for_seen, kinds = self._readings(transcripts)
        numbers = encoder.vector_set(transcripts)
        sets = numbers[:, None]
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
            + self.lift[films]
        )
        if self.classes is not None and kinds is not None:
            values = values + self.classes.of(kinds, numbers, films)
        return values if actions.dim() == 2 else values[:, 0]

    def twin(self, *, familiarity: float | None = None) -> QNetwork:
        """A copy with weights of its own and the same movie vectors in memory.

        `familiarity` in place of the weight that this network gives it.
        """
        shared = {id(value): value for value in (*self.buffers(), self.served_classes)}
        twin = copy.deepcopy(self, shared)
        if familiarity is not None:
            twin.familiarity = Familiarity(familiarity)
        return twin

    @torch.inference_mode()
    def q_values(self, observations: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """`unmasked` for arrays: what a policy asks for."""
        transcripts = torch.from_numpy(observations).long()
        values: npt.NDArray[np.float32] = self.unmasked(transcripts).numpy()
        return values

    @torch.inference_mode()
    def contributions(
        self, observation: npt.NDArray[np.int32], rows: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Exact parts of Q(observation, row) for the films of n rows, float32 (n, 2 + L).

        First what owes nothing to the events, then what they add together (the shift of the taste),
        then one an event.
        """
        transcript = torch.from_numpy(observation).long()[None]
        encoder, number = self.encoder, int(self.encoder.vector_set(transcript))
        taste, _ = self._tastes(transcript)
        gates, shift_like, shift_seen = self._gates(transcript, taste)
        gate = gates[0]
        films = torch.from_numpy(rows)
        like, seen = encoder.like[number, films], encoder.seen[number, films]
        toward = gate[0] * like + gate[1] * seen
        parts = toward @ encoder.pulls(transcript, taste)[0].T
        facet, strength = self._facets(transcript)
        parts = parts + gate[4] * strength[0] * encoder.membership[facet[0][None], films[:, None]]
        base = (
            gate[2] * encoder.like_prior[number, films]
            + gate[3] * encoder.seen_prior[number, films]
            + gate[5]
        )
        base = base + self.lift[films]
        if self.classes is not None:
            steps = self.classes.steps(transcript[0], number)
            foretold = gate[6] * self.classes.foretold(steps.bold, number, films)
            foretold = foretold + self.classes.centre_along(steps, number, toward)
            base, parts = base + foretold[0], parts + foretold.diff(dim=0).T
        together = like @ shift_like[0] + seen @ shift_seen[0]
        values: npt.NDArray[np.float32] = torch.cat(
            [base[:, None], together[:, None], parts], dim=1
        ).numpy()
        return values

    def counts(self, transcripts: Tensor) -> Tensor:
        """How often each outcome happened in (B, L, 2) transcripts, float32 (B, outcomes)."""
        # Padding and the row of the vector set are no part of the conversation.
        counts: Tensor = nn.functional.one_hot(transcripts[..., 1], N_OUTCOMES).sum(1).float()
        return counts * self.encoder.speaks

    def taste(self, transcripts: Tensor) -> Tensor:
        """Posterior mean of the taste of (B, L, 2) transcripts, (B, dimensions)."""
        return self._tastes(transcripts)[0]

    def _tastes(self, transcripts: Tensor) -> tuple[Tensor, KindChances | None]:
        """Tastes (B, dimensions), and chances of the kinds of people where there are any."""
        if self.classes is None:
            return self.encoder(transcripts), None
        numbers = self.encoder.vector_set(transcripts)
        chances = self.classes(transcripts, numbers)
        return self.encoder(transcripts, self.classes.centre(chances, numbers)), chances

    def _readings(self, transcripts: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Gates (B, 6 or 7), and the taste as read for liking and for having seen, (B, dimensions).

        And the weights of the kinds of people, (B, C), where there are any.
        """
        taste, chances = self._tastes(transcripts)
        gates, shift_like, shift_seen = self._gates(transcripts, taste)
        kinds = None if chances is None else gates[:, 6:] * chances.bold
        return gates, gates[:, :1] * taste + shift_like, gates[:, 1:2] * taste + shift_seen, kinds

    def _gates(self, transcripts: Tensor, taste: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Weights of the channels and the value of the state, (B, 6), or (B, 7) with classes.

        Then the shifts of the taste (B, dimensions), for liking and for having seen.
        """
        counts = self.counts(transcripts)
        seen = self.familiarity(counts)[:, None] * taste.new_tensor(_OF_SEEN)
        counts = (counts * self.encoder.speaks_liked).clamp(max=_MANY)
        events = counts.sum(1, keepdim=True)
        liked = (counts[:, Outcome.UP] + counts[:, Outcome.STATED_LIKE])[:, None]
        known = taste.norm(dim=1, keepdim=True)
        summary = torch.cat([counts.log1p(), events.log1p(), liked / (1 + events), known], dim=1)
        out: Tensor = self.gates(torch.cat([taste[:, : self._leading], summary], dim=1))
        gates, shift_like, shift_seen, kinds = out.tensor_split(
            [len(_START), len(_START) + self._shifted, len(_START) + 2 * self._shifted], dim=1
        )
        rest = self.encoder.dimensions - self._shifted
        pad = nn.functional.pad
        return (
            torch.cat([gates + seen, kinds], dim=1),
            pad(shift_like, (0, rest)),
            pad(shift_seen, (0, rest)),
        )

    def _facets(self, transcripts: Tensor) -> tuple[Tensor, Tensor]:
        """Facet number and what it adds to its films, (B, L) each; 0 where there is none."""
        token, outcome = transcripts.unbind(-1)
        index = (
            self.encoder.lookup[torch.where(outcome == int(Outcome.VECTORS), 0, token)]
            - self.encoder.n_items
            - 1
        )
        is_facet = index >= 0
        fits = self.fits[outcome] * self.encoder.speaks[outcome]
        return torch.where(is_facet, index, 0), torch.where(is_facet, fits, 0.0)

    def _wishes(self, transcripts: Tensor) -> Tensor:
        """What the films of each facet gain, (B, n_facets)."""
        facet, strength = self._facets(transcripts)
        wishes = torch.zeros(len(transcripts), len(self.encoder.membership))
        return wishes.scatter_add(1, facet, strength)


@torch.no_grad()
def double_q_targets(
    online: QNetwork,
    target: QNetwork,
    rewards: Tensor,
    following: Tensor,
    ended: Tensor,
    *,
    discounts: Tensor | float,
) -> Tensor:
    """What the films shown were worth, (B,): r + γ · Q_target(s', argmax over a of Q_online).

    The online network picks the next film and the target network values it, since a maximum over
    thousands of noisy values is far too high.

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
