"""Q(s, a): one score, a sum of readings of the transcript whose weights learn together.

    Q(s, a) = mood(s, a) · [value(s) + Σ_c gate_c(s) · channel_c(s, a) + lift(a)]
              + fame(s, a) + opening(s) · Σ_c strength_c · pull_c(s, a) + wishes(s, a)
              + knob(a) + sought(a)

In the brackets is what a thumb up is worth, by the taste: the posterior's chance of liking and of
having seen the film (`core.model.encoder`), their population means, how well the film fits the
genres, tags and people asked for, and what people of the kinds that the person may be of made of
it. A small network of the state (what happened how often,
how far the taste is known, where its leading dimensions point) sets the gates and the value, and
shifts the taste where people are not as linear as the posterior takes them to be.

A thumb is won by films of tonight's mood only, so the posterior over moods (`core.model.mood`)
multiplies what is positive of it; of a mood asked for in words films are as far as they are typical
(`core.data.typicality`). What the talk itself pulls towards (`core.model.affinity`) opens with what
is said and closes with the answers; wishes for tonight count on their own. The lift is what a film
gained from thumbs in conversations; nil until a learner sets it (`core.learning.learner`).

Before any learning the weights are those of hand-set constants, each with its source; pretraining
and the DQN move them from there. Every channel is a sum over the events of the transcript, so a
Q-value is exactly "this much from Alien, this much against Titanic", and this much from the whole
picture.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.catalogue import Catalogue
from core.domain import Outcome
from core.model.affinity import START as STRENGTHS
from core.model.affinity import Affinity, Strength
from core.model.channels import Fame, Familiarity
from core.model.encoder import N_OUTCOMES, ClassPosterior, KindChances, TasteEncoder
from core.model.factors import MovieVectors
from core.model.mood import MoodPosterior
from core.rewards import by_outcome

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

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
_MANY = by_outcome(lambda outcome: 2.0 if outcome is Outcome.STATED_DISLIKE else 10.0)
"""Events of an outcome beyond this many say nothing more to the gates: an imported diary holds
hundreds, and sessions that a network learns from a few."""
_FAR = 7.0
"""Length of a taste beyond which the gates look at its direction alone: longer ones come from
diaries, and no session that a network learns from has one."""
_EVENING = 10.0
"""Films named up to which they tell of tonight's mood; no session that is learned from has more."""
_SHARPEST = 1.3
"""Largest log power of the mood, either way."""
_LEADING = 16
"""Dimensions of the taste that the gates look at: of all 128 the network learns the training people
by heart."""
_SHIFTED = 64
"""Dimensions of the taste that may be shifted, for liking and for having seen."""
_DROPOUT = 0.1
_OPENING = (0.25, 0.2, 3.0)
"""The gate of the pull at the start: units of reward per unit of log-odds before any film is
answered; what each film answered leaves of it; how many times that where something was asked for,
as people do in conversations and never in ratings. On 956 people of movielens-mix not trained on,
.1 instead of .2 changes hits@20 by +.01 and +.02 with 1 and 3 stated films (paired standard errors
.01), .4 by about −.02 (research.md)."""
_WISH = 0.2
"""What a film gains at the start by each wanted facet it has and loses by each it was to be spared:
about the step from the best film to the twentieth after two or three likes, enough that "something
funnier" brings comedies."""


class _Gates(NamedTuple):
    """What the small network of the state sets, a row a transcript."""

    weights: Tensor
    """Of the channels, and the value of the state: (B, 6), or (B, 7) with kinds of people."""
    shift_like: Tensor
    """(B, dimensions)"""
    shift_seen: Tensor
    """(B, dimensions)"""
    opening: Tensor
    """Log factor of the gate of the pull, (B,)."""
    sharpness: Tensor
    """Log power of the mood, (B,)."""


class Readings(NamedTuple):
    """What a network makes of B transcripts."""

    worth: Tensor
    """What a thumb up is worth, whatever the mood, (B, n_items)."""
    log_mood: Tensor
    """Log probabilities of tonight's moods and of an open evening, (B, moods + 1)."""
    q_values: Tensor
    """(B, n_items), whatever the transcript holds."""


class QNetwork(nn.Module):
    """(B, L, 2) transcripts → (B, n_items) Q-values in units of reward (one thumb up = 1).

    `sets` as for `core.model.encoder.TasteEncoder`; `hidden` is the width of the network that sets
    the gates; `affinities` are those of each set, or of all sets, or none.
    """

    lift: Tensor

    def __init__(
        self,
        catalogue: Catalogue,
        sets: list[MovieVectors],
        *,
        hidden: int = 64,
        affinities: tuple[Affinity, ...] = (),
    ) -> None:
        super().__init__()
        has_kinds = sets[0].classes is not None
        self.encoder = TasteEncoder(catalogue, sets, spread=_SPREAD if has_kinds else 1.0)
        self._leading = min(_LEADING, self.encoder.dimensions)
        self._shifted = min(_SHIFTED, self.encoder.dimensions)
        self.served_classes = sets[0].classes and sets[0].classes.as_type(np.float16)
        """Those of set 0, as they were fitted: what a bundle keeps."""
        self.classes = ClassPosterior(sets) if has_kinds else None
        self.affinities = affinities
        self.mood = MoodPosterior(catalogue)
        self.fame = Fame(catalogue)
        kinds = (_CLASSES,) if has_kinds else ()
        start = (*_START, *(0.0,) * 2 * self._shifted, *kinds, 0.0, 0.0)
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
        """What a film of a facet gains from the facet having been wanted or avoided, per outcome,
        as far as the gates and the mood let it."""
        self.wishes = nn.Parameter(
            torch.from_numpy(by_outcome(lambda outcome: _WISH * outcome.wish))
        )
        """The same whatever they say."""
        self.strengths = nn.Parameter(torch.tensor(STRENGTHS))
        """Of the channels of the pull, by `core.model.affinity.Strength`."""
        self.opening = nn.Parameter(torch.tensor(_OPENING).log())
        self.familiarity = Familiarity()
        self.register_buffer("lift", torch.zeros(self.encoder.n_items))
        """What each film gains from the thumbs it got in conversations (`core.learning.learner`);
        nothing in training."""

    def forward(self, transcripts: Tensor) -> Tensor:
        """Q-values with `MASKED` for the films in the transcript, float32 (B, n_items)."""
        transcripts = transcripts.long()
        return self.unmasked(transcripts).masked_fill(self.taken(transcripts), MASKED)

    def taken(self, transcripts: Tensor) -> Tensor:
        """Which films are in the transcript, bool (B, n_items)."""
        n_items = self.encoder.n_items
        taken = self._films(transcripts.long())
        return torch.zeros(len(transcripts), n_items + 1, dtype=torch.bool).scatter_(
            1, taken, True
        )[:, 1:]

    def unmasked(
        self, transcripts: Tensor, gems: float = 0.0, sought: Tensor | None = None
    ) -> Tensor:
        """Q-values of all films whatever the transcript holds, float32 (B, n_items).

        `gems` is the place of the knob between popular films and hidden gems, `sought` (n_items,)
        what each film gains by the words that were asked for.
        """
        q_values = self.readings(transcripts).q_values
        if gems:
            q_values = q_values + self._knob(transcripts.long(), gems)
        return q_values if sought is None else q_values + sought

    def readings(self, transcripts: Tensor) -> Readings:
        """Q-values, and the two factors of their first part: what simulation can tell apart."""
        transcripts = transcripts.long()
        taste, kinds = self._tastes(transcripts)
        gates = self._gates(transcripts, taste)
        worth = self._worth(transcripts, taste, kinds, gates)
        log_mood = self.log_mood(transcripts, worth)
        mood = self._mood(transcripts, log_mood, gates)
        q_values = torch.where(worth > 0, mood * worth, worth)
        q_values = q_values + self.fame(transcripts) + self._talk(transcripts, gates)
        # Of a thousand facets a batch speaks of a handful; the product over all costs too much.
        for outcomes, of_facets in self.encoder.wish_films():
            wished = self._strengths_of(transcripts, self.wishes * outcomes)
            if len(spoken := wished.any(dim=0).nonzero()[:, 0]):
                q_values = torch.addmm(q_values, wished[:, spoken], of_facets(spoken))
        return Readings(worth, log_mood, q_values)

    def of(self, transcripts: Tensor, actions: Tensor) -> Tensor:
        """Q-values of some films alone: float32 (B,) of (B,) actions, (B, K) of (B, K)."""
        values = self.unmasked(transcripts)
        columns = actions if actions.dim() == 2 else actions[:, None]
        return values.gather(1, columns).view_as(actions)

    def twin(self) -> QNetwork:
        """A copy with weights of its own and the same movie vectors in memory."""
        fixed = (*self.buffers(), self.served_classes, self.affinities)
        tables = (*self.encoder.tables, *self.mood.tables)
        return copy.deepcopy(self, {id(value): value for value in (*fixed, *tables)})

    @torch.inference_mode()
    def q_values(
        self,
        observations: npt.NDArray[np.int32],
        gems: float = 0.0,
        sought: FloatArray | None = None,
    ) -> npt.NDArray[np.float32]:
        """`unmasked` for arrays: what a policy asks for."""
        words = None if sought is None else torch.from_numpy(sought)
        return self.unmasked(torch.from_numpy(observations), gems, words).numpy()

    @torch.inference_mode()
    def knob(self, observations: npt.NDArray[np.int32], gems: float) -> npt.NDArray[np.float32]:
        """What each film gains by this place of the knob, (B, L, 2) → (B, n_items)."""
        return self._knob(torch.from_numpy(observations).long(), gems).numpy()

    @torch.inference_mode()
    def contributions(
        self, observation: npt.NDArray[np.int32], rows: IntArray, gems: float = 0.0
    ) -> npt.NDArray[np.float32]:
        """Exact parts of Q(observation, row) for the films of n rows, float32 (n, 3 + L).

        First what owes nothing to the events, then what they add together, then one an event, at
        the end the knob.
        """
        transcript = torch.from_numpy(observation).long()[None]
        number = int(self.encoder.vector_set(transcript))
        taste, kinds = self._tastes(transcript)
        gates = self._gates(transcript, taste)
        films = torch.from_numpy(rows)
        parts = self._worth_parts(transcript, taste, gates, films)
        # The mood asks for the worth of the films spoken of: with these alone it takes a third.
        spoken = (self._films(transcript)[0] - 1).clamp_min(0)
        worth = self._worth(transcript, taste, kinds, gates, spoken)
        mood = self._mood(transcript, self.mood(transcript, worth), gates, films)[0, :, None]
        # Tonight's mood lifts every part of a film's worth alike.
        parts = torch.where(parts.sum(dim=1, keepdim=True) > 0, mood * parts, parts)
        parts[:, 1] += self.fame(transcript)[0, films]
        if self.affinities:
            affinity = self.affinities[number % len(self.affinities)]
            pulled = affinity.parts(observation, rows, self.strengths.numpy())
            pulls = torch.from_numpy(pulled) * self._open(transcript, gates)
            parts[:, 0] += pulls[:, 0]
            parts[:, 2:] += pulls[:, 1:]
        for outcomes, of_facets in self.encoder.wish_films():
            parts[:, 2:] += self._wished(transcript, self.wishes * outcomes, of_facets, films)
        knob = self._knob(transcript, gems)[0, films, None] if gems else torch.zeros(len(rows), 1)
        values: FloatArray = torch.cat([parts, knob], dim=1).numpy()
        return values

    def counts(self, transcripts: Tensor) -> Tensor:
        """How often each outcome happened in (B, L, 2) transcripts, float32 (B, outcomes)."""
        # Padding and the row of the vector set are no part of the conversation.
        counts: Tensor = nn.functional.one_hot(transcripts[..., 1], N_OUTCOMES).sum(1).float()
        return counts * self.encoder.speaks

    def taste(self, transcripts: Tensor) -> Tensor:
        """Posterior mean of the taste of (B, L, 2) transcripts, (B, dimensions)."""
        return self._tastes(transcripts)[0]

    def log_mood(self, transcripts: Tensor, worth: Tensor | None = None) -> Tensor:
        """Log probabilities of tonight's moods and of an open evening, (B, moods + 1).

        `worth` (B, n_items) of the films by the taste, where it is known already.
        """
        if worth is None:
            taste, kinds = self._tastes(transcripts)
            worth = self._worth(transcripts, taste, kinds, self._gates(transcripts, taste))
        chances = worth.detach().gather(1, (self._films(transcripts) - 1).clamp_min(0))
        log_mood: Tensor = self.mood(transcripts, chances)
        return log_mood

    # ---- the worth of a film by the taste

    def _worth(
        self,
        transcripts: Tensor,
        taste: Tensor,
        kinds: KindChances | None,
        gates: _Gates,
        films: Tensor | None = None,
    ) -> Tensor:
        """What a thumb up is worth, whatever the mood, (B, n_items); of films (n,), (B, n)."""
        encoder, weights, rows = (
            self.encoder,
            gates.weights,
            slice(None) if films is None else films,
        )
        for_like = weights[:, :1] * taste + gates.shift_like
        for_seen = weights[:, 1:2] * taste + gates.shift_seen
        sets, fits = encoder.vector_set(transcripts), self._strengths_of(transcripts, self.fits)
        spoken = fits.any(dim=0).nonzero()[:, 0]
        worth = torch.empty(len(transcripts), encoder.n_items if films is None else len(films))
        for number in set(sets.tolist()):
            which = sets == number
            weight = weights[which]
            readings = torch.cat([for_like[which], for_seen[which], weight[:, 2:4]], dim=1)
            block = torch.addmm(weight[:, 5:6], readings, encoder.across[number][:, rows])
            if len(spoken):
                wished = weight[:, 4:5] * fits[which][:, spoken]
                block = torch.addmm(block, wished, encoder.members(spoken)[:, rows])
            if self.classes is not None and kinds is not None:
                chances = weight[:, 6:] * kinds.bold[which]
                block = block + self.classes.foretold(chances, number, films)
            worth[which] = block
        return worth + self.lift[rows]

    def _worth_parts(
        self, transcript: Tensor, taste: Tensor, gates: _Gates, films: Tensor
    ) -> Tensor:
        """Exact parts of `_worth` of one transcript for n films, (n, 2 + L)."""
        encoder, number = self.encoder, int(self.encoder.vector_set(transcript))
        weight = gates.weights[0]
        like, seen = encoder.like[number, films], encoder.seen[number, films]
        toward = weight[0] * like + weight[1] * seen
        parts = toward @ encoder.pulls(transcript, taste)[0].T
        parts = parts + weight[4] * self._wished(transcript, self.fits, encoder.members, films)
        base = (
            weight[2] * encoder.like_prior[number, films]
            + weight[3] * encoder.seen_prior[number, films]
            + weight[5]
            + self.lift[films]
        )
        if self.classes is not None:
            steps = self.classes.steps(transcript[0], number)
            foretold = weight[6] * self.classes.foretold(steps.bold, number, films)
            foretold = foretold + self.classes.centre_along(steps, number, toward)
            base, parts = base + foretold[0], parts + foretold.diff(dim=0).T
        together = like @ gates.shift_like[0] + seen @ gates.shift_seen[0]
        return torch.cat([base[:, None], together[:, None], parts], dim=1)

    def _tastes(self, transcripts: Tensor) -> tuple[Tensor, KindChances | None]:
        """Tastes (B, dimensions), and chances of the kinds of people where there are any."""
        if self.classes is None:
            return self.encoder(transcripts), None
        numbers = self.encoder.vector_set(transcripts)
        chances = self.classes(transcripts, numbers)
        return self.encoder(transcripts, self.classes.centre(chances, numbers)), chances

    def _gates(self, transcripts: Tensor, taste: Tensor) -> _Gates:
        counts = self.counts(transcripts)
        seen = self.familiarity(counts)[:, None] * taste.new_tensor(_OF_SEEN)
        counts = torch.minimum(counts * self.encoder.speaks_liked, torch.from_numpy(_MANY))
        events = counts.sum(1, keepdim=True)
        liked = (counts[:, Outcome.UP] + counts[:, Outcome.STATED_LIKE])[:, None]
        length = taste.norm(dim=1, keepdim=True)
        known = length.clamp(max=_FAR)
        leading = taste[:, : self._leading] * (known / length.clamp_min(1e-6))
        summary = torch.cat([counts.log1p(), events.log1p(), liked / (1 + events), known], dim=1)
        out: Tensor = self.gates(torch.cat([leading, summary], dim=1))
        channels, shifts = len(_START), self._shifted
        weights, shift_like, shift_seen, kinds, opening, sharpness = out.tensor_split(
            [channels, channels + shifts, channels + 2 * shifts, -2, -1], dim=1
        )
        rest = self.encoder.dimensions - self._shifted
        pad = nn.functional.pad
        return _Gates(
            torch.cat([weights + seen, kinds], dim=1),
            pad(shift_like, (0, rest)),
            pad(shift_seen, (0, rest)),
            opening[:, 0],
            sharpness[:, 0].clamp(-_SHARPEST, _SHARPEST),
        )

    # ---- tonight

    def _mood(
        self, transcripts: Tensor, log_mood: Tensor, gates: _Gates, films: Tensor | None = None
    ) -> Tensor:
        """How many times likelier than before a word each film is tonight's, (B, n_items); of films
        (n,) only, (B, n).

        Who names fifty films tells of a life and no evening: there the mood counts for little.
        """
        named = (transcripts[..., 1] == int(Outcome.STATED_LIKE)).sum(dim=1)
        whole = (_EVENING / named.clamp_min(1)).clamp(max=1.0) ** 2
        lift = self.mood.lift(log_mood, self.mood.asked_for(transcripts), films)
        power: Tensor = lift ** (whole * gates.sharpness.exp())[:, None]
        return power

    def _talk(self, transcripts: Tensor, gates: _Gates) -> Tensor:
        """What the conversation pulls each film by, (B, n_items)."""
        if not self.affinities:
            return torch.zeros(len(transcripts), self.encoder.n_items)
        sets = self.encoder.vector_set(transcripts) % len(self.affinities)
        talk = torch.zeros(len(transcripts), self.encoder.n_items)
        for number in set(sets.tolist()):
            which = sets == number
            found = self.affinities[number].readings(_observations(transcripts[which]))
            channels = torch.stack([torch.from_numpy(channel) for channel in found.values()])
            talk[which] = torch.tensordot(self.strengths[list(found)], channels, 1)
        return talk * self._open(transcripts, gates)[:, None]

    def _open(self, transcripts: Tensor, gates: _Gates) -> Tensor:
        """How much of the pull counts, (B,): reward per unit of log-odds.

        0 where nothing pulls yet: of somebody who has said nothing, what people talk of says less
        than the taste.
        """
        state = self.affinities[0].opening(_observations(transcripts))
        pulls, wished = torch.from_numpy(state.pulls), torch.from_numpy(state.wished)
        fading = torch.from_numpy(state.answered) * (self.opening[1] + wished * self.opening[2])
        return pulls * (self.opening[0] + fading + gates.opening).exp()

    def _knob(self, transcripts: Tensor, gems: float) -> Tensor:
        """What each film gains by the knob, (B, n_items).

        Towards hidden gems it also takes away what films have for being talked of: all of it at
        the end.
        """
        gained = self.fame.knob(transcripts, gems)
        if not self.affinities or gems < 0:
            return gained
        gates = self._gates(transcripts, self.taste(transcripts))
        talked = torch.from_numpy(self.affinities[0].talk_prior(_observations(transcripts)))
        opened = self._open(transcripts, gates)[:, None]
        return gained - gems * self.strengths[Strength.TALK_PRIOR] * opened * talked

    # ---- reading transcripts

    def _films(self, transcripts: Tensor) -> Tensor:
        """Token of each event about a film that can be recommended, else 0, (B, L)."""
        token, outcome = transcripts.unbind(-1)
        is_film = (outcome != int(Outcome.VECTORS)) & (token <= self.encoder.n_items)
        return torch.where(is_film, token, 0)

    def _facets(self, transcripts: Tensor, of: Tensor) -> tuple[Tensor, Tensor]:
        """Facet number and what it adds to its films, (B, L) each; 0 where there is none.

        `of` (outcomes,) is what each outcome adds.
        """
        token, outcome = transcripts.unbind(-1)
        index = (
            self.encoder.lookup[torch.where(outcome == int(Outcome.VECTORS), 0, token)]
            - self.encoder.n_items
            - 1
        )
        is_facet = index >= 0
        strength = of[outcome] * self.encoder.speaks[outcome]
        return torch.where(is_facet, index, 0), torch.where(is_facet, strength, 0.0)

    def _wished(
        self, transcript: Tensor, of: Tensor, of_facets: Callable[[Tensor], Tensor], films: Tensor
    ) -> Tensor:
        """What each event of one transcript adds to films (n,) by its facet, (n, L)."""
        facet, strength = self._facets(transcript, of)
        parts = torch.zeros(len(films), transcript.shape[1])
        spoken = strength[0].nonzero()[:, 0]
        parts[:, spoken] = strength[0, spoken] * of_facets(facet[0, spoken])[:, films].T
        return parts

    def _strengths_of(self, transcripts: Tensor, of: Tensor) -> Tensor:
        """What the films of each facet gain, (B, n_facets)."""
        facet, strength = self._facets(transcripts, of)
        wishes = torch.zeros(len(transcripts), self.encoder.n_facets)
        return wishes.scatter_add(1, facet, strength)


def _observations(transcripts: Tensor) -> npt.NDArray[np.int32]:
    observations: npt.NDArray[np.int32] = transcripts.numpy().astype(np.int32)
    return observations
