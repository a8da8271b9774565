"""May a candidate take over? Only if conversations it did not learn from show that it earns more.

Clients go to one side or the other by a salted hash, so those that judge were never learned from,
whichever candidate is judged and however long the log grows.

Anybody can talk, so anybody can judge. Two things stand against whoever would bend that: the
estimate is a median over blocks of clients, of which one client sits in one; and a panel, people
of ratings that nobody can add to, has a veto.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np

from core.catalogue import Catalogue
from core.data.ratings import IntArray, Ratings, fold_of
from core.errors import DataError
from core.learning.learner import ServedModel
from core.learning.log import ChatLog
from core.learning.offpolicy import (
    doubly_robust,
    evidence,
    median_of_means,
    per_film,
    self_normalised,
)
from core.model.bundle import Bundle
from core.model.factors import LatentClasses
from core.model.policy import Policy
from core.model.qnetwork import QNetwork
from core.statistics import Interval
from core.training.validation import Examiner, ExamSettings


@dataclass(frozen=True, slots=True)
class GateSettings:
    """What a candidate has to show."""

    judged: int = 2
    """One conversation in this many judges and is not learned from. Half of them: the judge needs
    them more than the learner, since a film that is rarely shown says much about a policy that
    would show it often."""
    least_clients: int = 50
    """Clients needed to judge by: two a block."""
    blocks: int = 24
    """Of clients. 18 of them must find the candidate better: by chance 1 log in 88 has that."""
    most_loss: float = 0.01
    """Share of the reward that a candidate may lose on the panel, against what was adopted."""
    panel: int = 250
    """At most so many of its people, as in training."""
    least_gain: float = 1e-4
    """The interval of the difference must lie above this, in thumbs up a film: less is rounding,
    not a reason to change what people get."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate found. Rewards are a film, in units of one thumb up."""

    promoted: bool
    reason: str
    """In words."""
    sessions: int
    """Conversations that it was judged by."""
    films: int
    """Shown in them."""
    clients: int
    """Whose they were."""
    rewards: Mapping[str, Interval]
    """Doubly robust: "serving", "candidate" and, film by film, their "difference"; "snips" is the
    candidate's without the model."""
    effective: float
    """Films that the log is worth for the candidate."""
    covered: float
    """Share of what the candidate shows that the log could have shown."""
    changed: float
    """Share of the films shown for which the candidate's chance differs by more than a tenth of
    itself."""
    panel: Mapping[str, Any] = field(default_factory=dict)
    """What the panel found: "people", "adopted" and "candidate" (reward an evening), "drawn"
    where it was drawn from kinds of people; empty where there was none."""

    def to_record(self) -> dict[str, Any]:
        """Ready for JSON; intervals as value, low, high."""
        return asdict(self) | {
            "rewards": {name: list(interval) for name, interval in self.rewards.items()}
        }


@dataclass(frozen=True, eq=False)
class Panel:
    """People whom nobody can forge, and what they make of a candidate."""

    adopted: Bundle
    """What was brought in from elsewhere last. All that learns on from it is compared with it and
    not with what serves: steps of nearly 1 % would add up."""
    candidate: QNetwork

    def people(self, settings: GateSettings) -> tuple[Ratings | None, bool]:
        """The bundle's own panel, or people drawn from its kinds, and whether they are drawn.

        None where it has neither.
        """
        if self.adopted.panel is not None:
            return self.adopted.panel, False
        classes = self.adopted.network.served_classes
        if classes is None:
            return None, True
        return drawn_people(classes, self.adopted.catalogue, settings.panel), True

    def found(self, settings: GateSettings) -> dict[str, Any]:
        """Rewards an evening, over the three kinds of evenings; {} where nobody can be asked."""
        people, drawn = self.people(settings)
        if people is None:
            return {}
        number_of = dict.fromkeys(people.user_ids.tolist(), 0)
        exam = ExamSettings(stated=(1,), histories=(), people=settings.panel)
        try:
            examiner = Examiner(people, self.adopted.catalogue, number_of, exam)
        except DataError:  # too few of them like more than they name
            return {}
        networks = {"adopted": self.adopted.network, "candidate": self.candidate}
        rewards = {name: examiner.examine(one)[1] for name, one in networks.items()}
        return rewards | {"people": people.n_users, "drawn": drawn}


def drawn_people(
    classes: LatentClasses, catalogue: Catalogue, count: int, seed: int = 0
) -> Ratings:
    """Ratings of people drawn from kinds of people: liked films 5 stars, fair 3, disliked 1."""
    classes = classes.as_type(np.float32)
    rng = np.random.default_rng(seed)
    prior = classes.prior.astype(np.float64)
    kinds = rng.choice(len(prior), size=count, p=prior / prior.sum())
    chance = rng.random((count, classes.n_items), dtype=np.float32)
    liked, fair = classes.liked[kinds], classes.fair[kinds]
    known = liked + fair + classes.disliked[kinds]
    stars = np.select([chance < liked, chance < liked + fair, chance < known], [5, 3, 1], 0)
    person, row = np.nonzero(stars)
    return Ratings(
        person.astype(np.int64),
        row.astype(np.int64),
        stars[person, row].astype(np.float32),
        np.zeros(len(row), dtype=np.int64),
        np.arange(count),
        n_movies=len(catalogue.movies),
    )


def blocks_of(clients: Mapping[int, str], count: int, session: IntArray) -> IntArray:
    """Block of the client of each session (n,): equally large ones, in an order by a hash."""
    order = sorted(set(clients.values()), key=lambda one: sha256(f"block:{one}".encode()).digest())
    block_of = {client: place % count for place, client in enumerate(order)}
    return np.array([block_of[clients[number]] for number in session.tolist()], dtype=np.int64)


def divided(log: ChatLog, settings: GateSettings) -> tuple[ChatLog, ChatLog]:
    """(to learn from, to judge by)."""
    judges = frozenset(
        number
        for number, client in log.clients.items()
        if fold_of(client or number, settings.judged, "gate") == 0
    )
    return log.of(frozenset(log.sessions) - judges), log.of(judges)


def waits(judging: ChatLog, settings: GateSettings) -> str:
    """Why no candidate can be judged yet; "" where one can."""
    clients = len(set(judging.clients.values()))
    if clients >= settings.least_clients:
        return ""
    return (
        f"{clients} people to judge by, {settings.least_clients} are needed: "
        "try again when more people have talked."
    )


def judge(
    candidate: Policy,
    serving: Policy,
    model: ServedModel,
    log: ChatLog,
    settings: GateSettings,
    *,
    panel: Panel | None = None,
) -> Verdict:
    """The candidate against the policy that serves, on conversations that neither learned from."""
    clients = log.clients
    choosers: Mapping[str, Policy] = {serving.version: serving}
    old, new = (evidence(policy, log.slates, model, choosers) for policy in (serving, candidate))
    robust_old, robust_new = doubly_robust(old), doubly_robust(new)
    rewards = {
        "serving": per_film(old.session, robust_old),
        "candidate": per_film(new.session, robust_new),
        "difference": median_of_means(
            blocks_of(clients, settings.blocks, new.session), robust_new - robust_old
        ),
        "snips": self_normalised(new),
    }
    better = rewards["difference"].low > settings.least_gain
    reason = (
        "Better on conversations it did not learn from."
        if better
        else "Not shown to be better: the interval of the difference holds zero or lies below."
    )
    seats = {} if panel is None else panel.found(settings)
    if seats and seats["candidate"] < seats["adopted"] - settings.most_loss * abs(seats["adopted"]):
        better = False
        reason = "The panel has a veto: it loses more than 1 % on people whom nobody can forge."
    return Verdict(
        promoted=better,
        reason=reason,
        sessions=len(log.sessions),
        films=len(new.reward),
        clients=len(set(clients.values())),
        rewards=rewards,
        effective=new.effective,
        covered=float(new.covered.mean()),
        changed=float((abs(new.weight - old.weight) > 0.1 * old.weight).mean()),
        panel=seats,
    )
