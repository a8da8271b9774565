"""May a candidate take over? Only if conversations it did not learn from show that it earns more.

Conversations go to one side or the other by a salted hash of their number, so those that judge were
never learned from, whichever candidate is judged and however long the log grows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.data.ratings import fold_of
from core.learning.learner import ServedModel
from core.learning.log import ChatLog
from core.learning.offpolicy import doubly_robust, evidence, per_film, self_normalised
from core.model.policy import Policy
from core.statistics import Interval


@dataclass(frozen=True, slots=True)
class GateSettings:
    """What a candidate has to show."""

    judged: int = 2
    """One conversation in this many judges and is not learned from. Half of them: the judge needs
    them more than the learner, since a film that is rarely shown says much about a policy that
    would show it often."""
    least_sessions: int = 50
    """Conversations needed to judge by; a bootstrap of fewer has intervals that are too narrow."""
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

    def to_record(self) -> dict[str, Any]:
        """Ready for JSON; intervals as value, low, high."""
        return asdict(self) | {
            "rewards": {name: list(interval) for name, interval in self.rewards.items()}
        }


def divided(log: ChatLog, settings: GateSettings) -> tuple[ChatLog, ChatLog]:
    """(to learn from, to judge by)."""
    judges = frozenset(
        number for number in log.sessions if fold_of(number, settings.judged, "gate") == 0
    )
    return log.of(frozenset(log.sessions) - judges), log.of(judges)


def waits(judging: ChatLog, settings: GateSettings) -> str:
    """Why no candidate can be judged yet; "" where one can."""
    sessions = len(judging.sessions)
    if sessions >= settings.least_sessions:
        return ""
    return (
        f"{sessions} conversations to judge by, {settings.least_sessions} are needed: "
        "try again when more people have talked."
    )


def judge(
    candidate: Policy, serving: Policy, model: ServedModel, log: ChatLog, settings: GateSettings
) -> Verdict:
    """The candidate against the policy that serves, on conversations that neither learned from."""
    choosers: Mapping[str, Policy] = {serving.version: serving}
    old, new = (evidence(policy, log.slates, model, choosers) for policy in (serving, candidate))
    robust_old, robust_new = doubly_robust(old), doubly_robust(new)
    rewards = {
        "serving": per_film(old.session, robust_old),
        "candidate": per_film(new.session, robust_new),
        "difference": per_film(new.session, robust_new - robust_old),
        "snips": self_normalised(new),
    }
    better = rewards["difference"].low > settings.least_gain
    reason = (
        "Better on conversations it did not learn from."
        if better
        else "Not shown to be better: the interval of the difference holds zero or lies below."
    )
    return Verdict(
        promoted=better,
        reason=reason,
        sessions=len(log.sessions),
        films=len(new.reward),
        rewards=rewards,
        effective=new.effective,
        covered=float(new.covered.mean()),
        changed=float((abs(new.weight - old.weight) > 0.1 * old.weight).mean()),
    )
