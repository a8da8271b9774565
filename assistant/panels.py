"""What a person keeps, as HTML: the watch-list, an import before it is confirmed, and the data to take along.

Like `cards`: everything people or data supply is escaped, buttons say in `data-` attributes what they do, nothing is
decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assistant.dialogue import Card, SavedFilm
from assistant.icons import icon
from assistant.imports.preview import Doubt, Preview
from assistant.imports.reading import LARGEST
from assistant.imports.rows import Kind
from core.domain import Movie, Reaction

ASKED, LISTED = 25, 50
"""Doubtful rows that are asked about, and rows that are listed: nobody goes through more on a page."""

VERDICTS = (
    ("Loved it", Reaction.UP, Reaction.SEEN_LOVED),
    ("Fine", Reaction.SEEN, Reaction.SEEN),
    ("Hated it", Reaction.DOWN, Reaction.SEEN_HATED),
)
"""How a film was: in words, of the watch-list, and of a film on a card that was known already."""

DOWNLOADS = (
    ("ratings", "Ratings (CSV)", "The films you have seen, as Letterboxd imports them"),
    ("watchlist", "Watch-list (CSV)", "The films still to be watched, as Letterboxd imports them"),
    ("everything", "Everything (JSON)", "Export everything Marquee holds about you"),
)
"""What it gives, what the button says, what a screen reader says."""

_TOO_LARGE = f"That file has more than {LARGEST / 1e6:.0f} MB: import it in parts."
_HOW = "Letterboxd’s ratings.csv or watched.csv, IMDb’s ratings.csv, or any table with titles, years and ratings."


def key_of(movie: Movie) -> str:
    """Stable key of a film, as the library takes it."""
    return f"movie:{movie.movie_id}"


def match_of(chance: float | None) -> str:
    """The calibrated chance of being liked, where there is one."""
    return "" if chance is None else f'<span class="mq-match">{100 * chance:.0f} % match</span>'


def meaning_of(chance: float | None) -> str:
    """What a match is, for the fold under the film: a tooltip would be for those with a mouse alone."""
    if chance is None:
        return ""
    told = "Match: how likely you are to like it once you have seen it, measured on people the policy never met."
    return f"<p>{told}</p>"


def others(movie: Movie, *, saved: bool) -> str:
    """More like this, and the watch-list."""
    key, title = key_of(movie), escape(movie.title)
    return (
        f'<button type="button" class="mq-act" data-do="more" data-id="{key}" '
        f'data-value="More like {escape(movie.label)}" title="More like this" aria-label="More like this: {title}">'
        f"{icon('more')}<span>More like this</span></button>"
        f'<button type="button" class="mq-act" data-do="save" data-id="{key}" aria-pressed="{str(saved).lower()}" '
        f'title="Save for later" aria-label="Save for later: {title}">'
        f"{icon('save')}<span>{'Saved' if saved else 'Save'}</span></button>"
    )


def verdicts(card: Card, whose: str = "") -> str:
    """How it was, for a film that was seen; nothing for all others. `whose` is markup."""
    if card.reaction not in (Reaction.SEEN, Reaction.SEEN_LOVED, Reaction.SEEN_HATED):
        return ""
    film = card.recommendation
    title = escape(film.movie.title)
    buttons = "".join(
        f'<button type="button" class="mq-act" data-do="react" data-id="{escape(film.id)}" '
        f'data-reaction="{reaction.value}" aria-pressed="{str(card.reaction is reaction).lower()}" '
        f'aria-label="{whose}{words}: {title}">{words}</button>'
        for words, _, reaction in VERDICTS
    )
    return (
        f'<div class="mq-verdicts" role="group" aria-label="{whose}How was {title}?"><span>How was it?</span>'
        f"{buttons}</div>"
    )


def watchlist(saved: Sequence[SavedFilm]) -> str:
    """The watch-list in the order of saving: a film that jumped when it was watched would take the focus elsewhere."""
    items = "".join(_saved(film) for film in saved)
    waiting = sum(not film.watched for film in saved)
    body = f'<ul class="mq-saved">{items}</ul>' if items else "<p>Nothing yet. “Save” under a film puts it here.</p>"
    return (
        '<details class="mq-watchlist" data-keep="watchlist" data-wide="open">'
        f"<summary>Watch-list <small>{waiting or ''}</small></summary>{body}</details>"
    )


def _saved(film: SavedFilm) -> str:
    key, title = key_of(film.movie), escape(film.movie.title)
    year = f' <span class="mq-year">{film.movie.year}</span>' if film.movie.year else ""
    pressed = str(film.watched).lower()
    how = "".join(
        f'<button type="button" data-do="watched" data-id="{key}" data-value="{reaction.value}" '
        f'aria-pressed="{str(film.opinion is reaction).lower()}" aria-label="{words}: {title}">{words}</button>'
        for words, reaction, _ in VERDICTS
    )
    asked = f'<div class="mq-verdicts" role="group" aria-label="How was {title}?">{how}</div>' * film.watched
    return (
        f'<li data-film="{escape(film.movie.label)}"><span>{title}{year}</span>'
        f'<button type="button" data-do="watched" data-id="{key}" data-value="{"clear" if film.watched else "seen"}" '
        f'aria-pressed="{pressed}" title="Watched" aria-label="Watched: {title}">{icon("check")}</button>'
        f'<button type="button" data-do="unsave" data-id="{key}" title="Remove" '
        f'aria-label="Remove from the watch-list: {title}">{icon("remove")}</button>{asked}</li>'
    )


def your_data(anything: bool) -> str:
    """Import and exports; exports where there is `anything` to take along."""
    exports = "".join(
        f'<button type="button" data-fetch="{what}" aria-label="{spoken}">{icon("download")}{words}</button>'
        for what, words, spoken in DOWNLOADS
    )
    bring = (
        f'<button type="button" data-import data-largest="{LARGEST}" data-sorry="{_TOO_LARGE}">'
        f"{icon('upload')}Import ratings</button>"
    )
    return (
        f'<details class="mq-data" data-keep="data"><summary>Your data</summary><p>{_HOW}</p>'
        f'<div class="mq-tools">{bring}{exports if anything else ""}</div></details>'
    )


def import_preview(preview: Preview | None) -> str:
    """What an import would do, with the doubtful rows as questions; empty where none waits."""
    if preview is None:
        return ""
    films = len(preview.matched)
    noun = "film" if films == 1 else "films"
    asked = "".join(_doubt(place, doubt) for place, doubt in enumerate(preview.ambiguous[:ASKED]))
    left = len(preview.ambiguous) - ASKED
    more = f"<p>{left:,} other doubtful rows are left out.</p>" if left > 0 else ""
    doubts = _fold(
        "import-doubts", "Which film is it?", len(preview.ambiguous), f"<div>{asked}</div>{more}", opened=True
    )
    unknown = _fold("import-unknown", "Not known here", len(preview.unmatched), _listed(preview.unmatched))
    problems = _fold("import-problems", "Could not be read", len(preview.problems), _listed(preview.problems))
    return (
        f'<section class="mq-import" aria-labelledby="mq-import"><h2 id="mq-import">Import {escape(preview.name)}</h2>'
        f"<p>{escape(_summary(preview))}</p>{doubts}{unknown}{problems}"
        '<div class="mq-tools"><button type="button" class="mq-confirm" data-do="confirm">'
        f'{_purpose(preview)} {films:,} {noun}</button><button type="button" data-do="dismiss">Cancel</button></div>'
        "</section>"
    )


def _purpose(preview: Preview) -> str:
    return "Save" if preview.kind is Kind.WATCHLIST else "Import"


def _summary(preview: Preview) -> str:
    """What was found, in a sentence or two."""
    parts = [f"{len(preview.matched):,} films found"]
    for count, one, many in (
        (len(preview.ambiguous), "row is doubtful", "rows are doubtful"),
        (len(preview.unmatched), "film is not known here", "films are not known here"),
        (len(preview.problems), "note on lines that were left out", "notes on lines that were left out"),
    ):
        if count:
            parts.append(f"{count:,} {one if count == 1 else many}")
    stars = any(given is not None for given in preview.matched.values())
    read = f" Ratings are read as out of {preview.out_of}." if stars else ""
    aim = " They go on your watch-list." if preview.kind is Kind.WATCHLIST else ""
    return f"{', '.join(parts)}.{read}{aim}"


def _doubt(place: int, doubt: Doubt) -> str:
    """One doubtful row as a question; to leave it out is the first choice."""
    options = "".join(
        f'<label><input type="radio" name="mq-doubt-{place}" data-place="{place}" data-film="{film}">'
        f"<span>{escape(label)}</span></label>"
        for film, label in zip(doubt.films, doubt.films_as_told, strict=True)
    )
    none = f'<label><input type="radio" name="mq-doubt-{place}" checked><span>Leave it out</span></label>'
    return f"<fieldset><legend>{escape(doubt.label)}</legend>{options}{none}</fieldset>"


def _fold(keep: str, words: str, count: int, body: str, *, opened: bool = False) -> str:
    if not count:
        return ""
    wide = ' data-wide="open"' if opened else ""
    return f'<details data-keep="{keep}"{wide}><summary>{words} <small>{count:,}</small></summary>{body}</details>'


def _listed(lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in _clipped(lines))
    return f"<ul>{items}</ul>"


def _clipped(lines: Sequence[str]) -> Iterable[str]:
    left = len(lines) - LISTED
    return lines if left <= 0 else (*lines[:LISTED], f"and {left:,} more")
