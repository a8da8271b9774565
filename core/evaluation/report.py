"""An evaluation's report as people read it (a table) and as programs do (JSON).

The knob between popular films and hidden gems, measured: what each place of it costs and brings.

Every place is a policy of its own in an ordinary evaluation (`Steered`), so that it plays the same
people with the same stated films and is compared with the same best baseline.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from core.catalogue import Catalogue, IntArray
from core.domain import Outcome
from core.evaluation.evaluate import Report, Result
from core.evaluation.evenings import EveningResult, GenreShare, Group, SpiritResult
from core.simulation.evening import FanAnswer
from core.simulation.replay import View
from core.simulation.scorer import FloatArray, Observations, Scorer
from core.statistics import Interval

FORMAT_VERSION = 1
"""Of the JSON; append keys freely, raise it when one changes its meaning."""


def table(report: Report) -> str:
    """A block for each start and view, policies by hits, best first; intervals of 95 %."""
    goal = f"hits@{report.settings.turns}"
    blocks = []
    for stated, view in report.starts:
        rows = sorted(report.at(stated, view), key=lambda result: -result.metrics[goal].value)
        people = len(rows[0].user_ids) if rows else 0
        best = report.best_baseline(stated, view)
        against = f"difference to {best}" if best else "no baseline"
        lines = [_header(goal, report.settings.cuts)]
        lines += [_row(result, goal, report.settings.cuts) for result in rows]
        title = f"{stated} stated, {view.value} view, {people} people, {against}"
        blocks.append("\n".join([title, "-" * len(lines[0]), *lines]))
    return "\n\n".join(blocks)


def match_table(report: Report) -> str:
    """How far the match figure is off, a line for each policy, start and view; "" without any."""
    lines = []
    for result in report.results:
        if result.reliability is not None:
            films = int(result.reliability.count.sum())
            error = result.metrics["match_error"]
            where = f"{result.stated} stated, {result.view.value:<6} view"
            lines.append(f"{result.policy:<18}{where}: {error} over {films} films that people knew")
    return "\n".join(["match figure, expected calibration error", *lines]) if lines else ""


def to_json(report: Report) -> dict[str, Any]:
    """Everything measured, in a form `json.dump` takes.

    Keys: `format`, `settings`, `people` (user ids by start, as in the file), and `results`, each
    with `stated`, `view`, `policy`, `is_baseline`, `best_baseline`, `metrics` and `differences`
    (name → value, low, high), `hits`, the number of hits of each person in the order of `people`,
    `hits_by_turn`, the share of people with a hit, and `reliability`, the bins of the match figure
    (mean chance, share liked, films) or null.
    """
    settings = report.settings
    people = {str(result.stated): result.user_ids.tolist() for result in report.results}
    results = [
        {
            "stated": result.stated,
            "view": result.view.value,
            "policy": result.policy,
            "is_baseline": result.is_baseline,
            "best_baseline": report.best_baseline(result.stated, result.view),
            "metrics": {name: interval._asdict() for name, interval in result.metrics.items()},
            "differences": {
                name: interval._asdict() for name, interval in result.differences.items()
            },
            "reliability": None if result.reliability is None else result.reliability.bins,
            "hits": result.hits.sum(axis=1).tolist(),
            "hits_by_turn": result.hits.mean(axis=0).round(6).tolist(),
        }
        for result in report.results
    ]
    return {
        "format": FORMAT_VERSION,
        "settings": {
            "stated": list(settings.stated),
            "turns": settings.turns,
            "views": [view.value for view in settings.views],
            "seed": settings.seed,
            "people": settings.people,
            "least_ratings": settings.least_ratings,
            "resamples": settings.resamples,
        },
        "people": people,
        "results": results,
    }


def to_text(report: Report) -> str:
    """`to_json` as text: one line a result."""
    record = to_json(report)
    results = ",\n".join(json.dumps(result) for result in record.pop("results"))
    return f'{json.dumps(record)[:-1]}, "results": [\n{results}\n]}}\n'


_COLUMNS = (("first", "first_hit", 3), ("down", "thumbs_down", 2), ("reward", "reward", 2))
_TAIL = (
    ("coverage", "coverage", 3),
    ("Gini", "gini", 3),
    ("rank", "popularity_rank", 0),
    ("novelty", "novelty", 2),
    ("|Q-G|", "q_error", 3),
)


def _header(goal: str, cuts: tuple[int, ...]) -> str:
    early = "".join(f"{f'hits@{cut}':>9}" for cut in cuts[:-1])
    middle = "".join(f"{title:>8}" for title, _, _ in _COLUMNS)
    tail = "".join(f"{title:>9}" for title, _, _ in _TAIL)
    return f"{'policy':<18}{goal:>21}{'difference':>26}{early}{middle}{tail}"


def _row(result: Result, goal: str, cuts: tuple[int, ...]) -> str:
    metrics = result.metrics
    early = "".join(f"{metrics[f'hits@{cut}'].value:>9.2f}" for cut in cuts[:-1])
    middle = "".join(f"{metrics[name].value:>8.{digits}f}" for _, name, digits in _COLUMNS)
    tail = "".join(
        f"{metrics[name].value:>9.{digits}f}" if name in metrics else f"{'':>9}"
        for _, name, digits in _TAIL
    )
    difference = signed(result.differences[goal]) if goal in result.differences else ""
    hits = _whole(metrics[goal])
    return f"{result.policy:<18}{hits:>21}{difference:>26}{early}{middle}{tail}".rstrip()


def _whole(hits: Interval) -> str:
    return f"{hits.value:.2f} [{hits.low:.2f}, {hits.high:.2f}]"


def signed(interval: Interval) -> str:
    """A difference with its sign, and its interval."""
    return f"{interval.value:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"


@dataclass(frozen=True, eq=False)
class Steered:
    """A policy with its knob at one place; its scores are no Q-values any more."""

    scorer: Scorer
    knob: Callable[[Observations, float], FloatArray]
    """`core.model.qnetwork.QNetwork.knob`."""
    gems: float
    gives_q_values: bool = False
    gamma: float = 0.0

    @property
    def name(self) -> str:
        """Of the policy, with the place."""
        return name_of(self.scorer.name, self.gems)

    def scores(self, observations: Observations) -> FloatArray:
        """The policy's, and what each film gains by the knob."""
        scores: FloatArray = self.scorer.scores(observations) + self.knob(observations, self.gems)
        return scores


def name_of(policy: str, gems: float) -> str:
    """Name of a policy at a place of the knob: "marquee+0.25"; at 0 its own name."""
    return f"{policy}{gems:+g}" if gems else policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of the knob at one start in one view."""

    gems: float
    hits: Interval
    difference: Interval | None
    """Hits minus those of the best baseline, person by person; None without baselines."""
    coverage: float
    """Share of the catalogue shown to somebody."""
    widened: float | None
    """Coverage as a multiple of the best baseline's."""
    gini: float
    popularity_rank: float
    novelty: float
    """In bits."""
    thumbs_down: float


def places(
    report: Report, policy: str, gems: Sequence[float], stated: int, view: View
) -> tuple[Place, ...]:
    """The curve at one start in one view, from an evaluation that measured all places."""
    goal = f"hits@{report.settings.turns}"
    best = report.best_baseline(stated, view)
    bar = None if best is None else report.result(stated, view, best).metrics["coverage"].value
    curve = []
    for place in sorted({0.0, *gems}):
        result = report.result(stated, view, name_of(policy, place))
        value = {name: metric.value for name, metric in result.metrics.items()}
        curve.append(
            Place(
                gems=place,
                hits=result.metrics[goal],
                difference=result.differences.get(goal),
                coverage=value["coverage"],
                widened=value["coverage"] / bar if bar else None,
                gini=value["gini"],
                popularity_rank=value["popularity_rank"],
                novelty=value["novelty"],
                thumbs_down=value["thumbs_down"],
            )
        )
    return tuple(curve)


def curve_table(report: Report, policy: str, gems: Sequence[float]) -> str:
    """A block for each start and view, a line a place of the knob; intervals of 95 %."""
    header = (
        f"{'gems':>6}{'hits':>21}{'difference':>26}{'down':>7}{'coverage':>10}{'times':>7}"
        f"{'Gini':>8}{'rank':>7}{'novelty':>9}"
    )
    blocks = []
    for stated, view in report.starts:
        best = report.best_baseline(stated, view) or "no baseline"
        start = f"{stated} stated, {view.value} view"
        lines = [f"popular films (-1) to hidden gems (1), {start}, against {best}", header]
        lines += [_line(place) for place in places(report, policy, gems, stated, view)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _line(place: Place) -> str:
    gap = "" if place.difference is None else signed(place.difference)
    times = "" if place.widened is None else f"{place.widened:.2f}"
    return (
        f"{place.gems:>+6.2f}{_whole(place.hits):>21}{gap:>26}"
        f"{place.thumbs_down:>7.2f}{place.coverage:>10.3f}{times:>7}"
        f"{place.gini:>8.3f}{place.popularity_rank:>7.0f}{place.novelty:>9.2f}"
    )


# ---- evenings as they are served

_EVENING: Final = (
    ("first", "first_slate", 2, 7),
    ("mood", "in_mood", 2, 6),
    ("down", "thumbs_down", 2, 6),
    ("cover", "coverage", 3, 7),
    ("Gini", "gini", 3, 7),
    ("rank", "popularity_rank", 0, 6),
    ("match", "match_error", 3, 7),
    ("rest", "match_rest", 3, 7),
)
"""Title, figure, digits and width of a column; of figures that nobody has there is no column."""


def evening_table(results: Sequence[EveningResult]) -> str:
    """A block for each kind of evening, a line a policy, intervals of 95 %.

    *Difference* is to the first policy, *first* the share of people whose first slate holds a hit,
    *mood* the share of films of the mood, *match* the calibration error of the match figure.
    """
    blocks = []
    for evening, group in groupby(results, key=attrgetter("evening")):
        rows = list(group)
        lengths = sorted(rows[0].figures)
        head = f"{'policy':<18}{f'hits of {lengths[0]}':>21}{'difference':>26}"
        head += "".join(f"{f'of {length}':>8}" for length in lengths[1:])
        lines = [f"{evening}, {rows[0].people} people", head + _titles(rows)]
        for one in rows:
            more = "".join(f"{one.figures[length]['hits'].value:>8.2f}" for length in lengths[1:])
            gap = signed(one.first["difference"])
            lines.append(
                f"{one.policy:<18}{_whole(one.first['hits']):>21}{gap:>26}{more}{_cells(one, rows)}"
            )
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def history_table(results: Sequence[EveningResult]) -> str:
    """A block for each policy, a line for how many ratings are known; *step* is to the line above.

    *match* is the calibration error on the films shown, *rest* on all that the person knows.
    """
    blocks = []
    for policy, group in groupby(results, key=attrgetter("policy")):
        rows = list(group)
        films = min(rows[0].figures)
        head = f"{policy + ', ' + str(rows[0].people) + ' people':<36}{f'hits of {films}':>21}"
        lines = [head + f"{'step':>26}" + _titles(rows)]
        for one in rows:
            step = signed(one.first["step"]) if "step" in one.first else ""
            hits = _whole(one.first["hits"])
            lines.append(f"{one.evening:<36}{hits:>21}{step:>26}{_cells(one, rows)}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def spirit_table(results: Sequence[SpiritResult]) -> str:
    """Share of the next films that keep to a fan's kind, a line for each policy and kind of mood.

    A column for each way to answer; the last line of a policy is of all fans.
    """
    if not results:
        return ""
    lines = [
        f"{'spirit':<18}{'fans of':<10}{'fans':>5}" + "".join(f"{a.value:>15}" for a in FanAnswer)
    ]
    for policy, group in groupby(results, key=attrgetter("policy")):
        rows = list(group)
        kinds = [mood.kind for mood in rows[0].fans.kinds]
        for kind in (*dict.fromkeys(kinds), None):
            fans = len(kinds) if kind is None else kinds.count(kind)
            shares = "".join(f"{one.share(kind):>15.0%}" for one in rows)
            lines.append(f"{policy:<18}{kind or 'all':<10}{fans:>5}{shares}")
    return "\n".join(lines)


def evening_records(
    results: Iterable[EveningResult], catalogue: Catalogue, prints: Mapping[int, str]
) -> Iterator[dict[str, Any]]:
    """The figures of each evening and policy with all breakdowns, then each person's evening.

    Films are MovieLens ids; people are the fingerprints in `prints`, by user id. An evening has
    `person`, `evening`, `policy`, `mood` (kind and name, or null), `stated` (film and what is said
    of it), and `turns`, a list of (film, outcome) for each slate.
    """
    ids = catalogue.movie_ids
    for one in results:
        yield {
            "record": "figures",
            "evening": one.evening,
            "policy": one.policy,
            "people": one.people,
            "figures": {
                str(length): {name: value._asdict() for name, value in figures.items()}
                for length, figures in one.figures.items()
            },
            "hits_by_slate": one.slates,
            "groups": {
                by: {name: _plain(group) for name, group in groups.items()}
                for by, groups in one.groups.items()
            },
            "genres": {name: _plain(share) for name, share in one.genres.items()},
        }
        opening = one.evenings.opening
        for place, person in enumerate(one.evenings.people.user_ids.tolist()):
            mood = one.evenings.mood[place]
            shown = zip(one.served.shown[place], one.served.outcomes[place], strict=True)
            films = [_event(ids, row, outcome) for row, outcome in shown if row >= 0]
            yield {
                "record": "evening",
                "person": prints[person],
                "evening": one.evening,
                "policy": one.policy,
                "mood": None if mood is None else {"kind": mood.kind, "name": mood.name},
                "stated": [_event(ids, token - 1, outcome) for token, outcome in opening[place]],
                "turns": _slates(films),
            }


def spirit_records(
    results: Iterable[SpiritResult], catalogue: Catalogue
) -> Iterator[dict[str, Any]]:
    """Each fan's talk: `kind` and `name` of the mood, `answer`, and by turn (film, of the kind)."""
    ids = catalogue.movie_ids
    for one in results:
        for mood, shown, fits in zip(one.fans.kinds, one.shown, one.in_kind, strict=True):
            yield {
                "record": "spirit",
                "policy": one.policy,
                "answer": one.answer.value,
                "mood": {"kind": mood.kind, "name": mood.name},
                "turns": [
                    [
                        [int(ids[row]), bool(fit)]
                        for row, fit in zip(*slate, strict=True)
                        if row >= 0
                    ]
                    for slate in zip(shown, fits, strict=True)
                ],
                "share": float(fits[1:].mean()),
            }


def _titles(rows: Sequence[EveningResult]) -> str:
    return "".join(f"{title:>{width}}" for title, _, _, width in _columns(rows))


def _cells(one: EveningResult, rows: Sequence[EveningResult]) -> str:
    cells = ""
    for _, name, digits, width in _columns(rows):
        value = f"{one.first[name].value:.{digits}f}" if name in one.first else ""
        cells += f"{value:>{width}}"
    return cells


def _columns(rows: Sequence[EveningResult]) -> list[tuple[str, str, int, int]]:
    return [column for column in _EVENING if any(column[1] in one.first for one in rows)]


def _event(ids: IntArray, row: int, outcome: int) -> list[int | str]:
    return [int(ids[row]), Outcome(outcome).name.lower()]


def _slates(films: list[list[int | str]], cards: int = 3) -> list[list[list[int | str]]]:
    return [films[first : first + cards] for first in range(0, len(films), cards)]


def _plain(figures: Group | GenreShare) -> dict[str, Any]:
    return {
        name: value._asdict() if isinstance(value, Interval) else value
        for name, value in asdict(figures).items()
    }
