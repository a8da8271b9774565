"""What a person keeps, as HTML: the watch-list, an import to be confirmed, data to take along.

Like `cards`: everything people or data supply is escaped, buttons say in `data-` attributes what
they do, nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assistant.conversation.values import Card, SavedFilm
from assistant.imports.preview import Doubt, Preview
from assistant.imports.reading import LARGEST, FileKind
from assistant.page.drawings import icon
from assistant.wording import counted, text
from core.domain import Movie, Reaction

ASKED, LISTED = 25, 50
"""Doubtful rows that are asked about, and rows that are listed: nobody goes through more on a
page."""

VERDICTS = (
    (text("film.loved"), Reaction.UP, Reaction.SEEN_LOVED),
    (text("film.fine"), Reaction.SEEN, Reaction.SEEN),
    (text("film.hated"), Reaction.DOWN, Reaction.SEEN_HATED),
)
"""How a film was: in words, of the watch-list, and of a film on a card that was known already."""

DOWNLOADS = (
    ("ratings", text("data.ratings"), text("data.ratings_spoken")),
    ("watchlist", text("data.watchlist"), text("data.watchlist_spoken")),
    ("everything", text("data.everything"), text("data.everything_spoken")),
)
"""What it gives, what the button says, what a screen reader says."""


def key_of(movie: Movie) -> str:
    """Stable key of a film, as the library takes it."""
    return f"movie:{movie.movie_id}"


def year_of(movie: Movie) -> str:
    """The year behind a title, where it is known."""
    return f' <span class="mq-year">{movie.year}</span>' if movie.year else ""


def match_of(chance: float | None) -> str:
    """The calibrated chance of being liked, if any; below one half without the colour of a yes."""
    if chance is None:
        return ""
    low = ' data-low=""' if chance < 1 / 2 else ""
    return f'<span class="mq-match"{low}>{text("film.match", percent=f"{100 * chance:.0f}")}</span>'


def meaning_of(chance: float | None) -> str:
    """What a match is, for the fold under the film: a tooltip needs a mouse."""
    return "" if chance is None else f"<p>{text('film.match_meaning')}</p>"


def others(movie: Movie, *, saved: bool) -> str:
    """More like this, and the watch-list."""
    key, title = key_of(movie), escape(movie.title)
    return (
        f'<button type="button" class="mq-act" data-do="more" data-id="{key}" '
        f'data-value="{text("film.more_said", film=escape(movie.label))}" '
        f'title="{text("film.more")}" '
        f'aria-label="{text("film.more")}: {title}">'
        f"{icon('more')}<span>{text('film.more')}</span></button>"
        f'<button type="button" class="mq-act" data-do="save" data-id="{key}" '
        f'aria-pressed="{str(saved).lower()}" '
        f'title="{text("film.save_spoken")}" aria-label="{text("film.save_spoken")}: {title}">'
        f"{icon('save')}<span>{text('film.saved') if saved else text('film.save')}</span></button>"
    )


def verdicts(card: Card, whose: str = "") -> str:
    """How it was, for a film that was seen; nothing for all others. `whose` is markup."""
    if not card.reaction.is_seen:
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
        '<div class="mq-verdicts" role="group" '
        f'aria-label="{whose}{text("film.how_spoken", title=title)}">'
        f"<span>{text('film.how')}</span>{buttons}</div>"
    )


def watchlist(saved: Sequence[SavedFilm]) -> str:
    """The watch-list in the order of saving: a film that jumps would take the focus elsewhere."""
    items = "".join(_saved(film) for film in saved)
    waiting = sum(not film.watched for film in saved)
    body = f'<ul class="mq-saved">{items}</ul>' if items else f"<p>{text('watchlist.nothing')}</p>"
    return (
        '<details class="mq-watchlist" data-keep="watchlist" data-wide="open">'
        f"<summary>{text('watchlist.title')} <small>{waiting or ''}</small></summary>"
        f"{body}</details>"
    )


def _saved(film: SavedFilm) -> str:
    key, title = key_of(film.movie), escape(film.movie.title)
    pressed = str(film.watched).lower()
    how = "".join(
        f'<button type="button" data-do="watched" data-id="{key}" data-value="{reaction.value}" '
        f'aria-pressed="{str(film.opinion is reaction).lower()}" '
        f'aria-label="{words}: {title}">{words}</button>'
        for words, reaction, _ in VERDICTS
    )
    question = text("film.how_spoken", title=title)
    verdict = f'<div class="mq-verdicts" role="group" aria-label="{question}">{how}</div>'
    watched, remove = text("watchlist.watched"), text("watchlist.remove")
    return (
        f'<li data-film="{escape(film.movie.label)}"><span>{title}{year_of(film.movie)}</span>'
        f'<button type="button" data-do="watched" data-id="{key}" '
        f'data-value="{"clear" if film.watched else "seen"}" '
        f'aria-pressed="{pressed}" title="{watched}" '
        f'aria-label="{watched}: {title}">{icon("check")}</button>'
        f'<button type="button" data-do="unsave" data-id="{key}" title="{remove}" '
        f'aria-label="{text("watchlist.remove_spoken")}: {title}">{icon("remove")}</button>'
        f"{verdict if film.watched else ''}</li>"
    )


def your_data(anything: bool) -> str:
    """Import and exports; exports where there is `anything` to take along."""
    exports = "".join(
        f'<button type="button" data-fetch="{what}" '
        f'aria-label="{spoken}">{icon("download")}{words}</button>'
        for what, words, spoken in DOWNLOADS
    )
    bring = (
        f'<button type="button" data-import data-largest="{LARGEST}" data-sorry="{too_large()}">'
        f"{icon('upload')}{text('data.bring')}</button>"
    )
    return (
        f'<details class="mq-data" data-keep="data"><summary>{text("data.title")}</summary>'
        f"<p>{text('data.how')}</p>"
        f'<div class="mq-tools">{bring}{exports if anything else ""}</div></details>'
    )


def too_large() -> str:
    """What is said of a file that is too large, here or by the server."""
    return text("page.too_large", megabytes=f"{LARGEST / 1e6:.0f}")


def import_preview(preview: Preview | None) -> str:
    """What an import would do, with the doubtful rows as questions; empty where none waits."""
    if preview is None:
        return ""
    films, title = len(preview.matched), text("import.title", name=escape(preview.name))
    purpose = "import.confirm_saved" if preview.kind is FileKind.WATCHLIST else "import.confirm"
    fields = "".join(_doubt(place, doubt) for place, doubt in enumerate(preview.ambiguous[:ASKED]))
    left = len(preview.ambiguous) - ASKED
    more = f"<p>{counted('import.left_out', left)}</p>" if left > 0 else ""
    questions = f"<div>{fields}</div>{more}"
    doubts = _fold("doubts", "import.which", preview.ambiguous, questions, opened=True)
    unknown = _fold("unknown", "import.not_known", preview.unmatched, _listed(preview.unmatched))
    problems = _fold("problems", "import.not_read", preview.problems, _listed(preview.problems))
    return (
        f'<section class="mq-import" aria-labelledby="mq-import"><h2 id="mq-import">{title}</h2>'
        f"<p>{escape(_summary(preview))}</p>{doubts}{unknown}{problems}"
        '<div class="mq-tools"><button type="button" class="mq-confirm" data-do="confirm">'
        f"{counted(purpose, films)}</button>"
        f'<button type="button" data-do="dismiss">{text("import.cancel")}</button>'
        "</div></section>"
    )


def _summary(preview: Preview) -> str:
    """What was found, in a sentence or two."""
    parts = [counted("import.found", len(preview.matched))]
    others = (
        ("import.doubtful", preview.ambiguous),
        ("import.unknown", preview.unmatched),
        ("import.problems", preview.problems),
    )
    parts += [counted(name, len(rows)) for name, rows in others if rows]
    sentences = [text("import.summary", parts=", ".join(parts))]
    if any(given is not None for given in preview.matched.values()):
        sentences.append(text("import.out_of", best=preview.out_of))
    if preview.kind is FileKind.WATCHLIST:
        sentences.append(text("import.to_watch"))
    return " ".join(sentences)


def _doubt(place: int, doubt: Doubt) -> str:
    """One doubtful row as a question; to leave it out is the first choice."""
    options = "".join(
        f'<label><input type="radio" name="mq-doubt-{place}" data-place="{place}" '
        f'data-film="{film}">'
        f"<span>{escape(label)}</span></label>"
        for film, label in zip(doubt.films, doubt.films_as_told, strict=True)
    )
    none = (
        f'<label><input type="radio" name="mq-doubt-{place}" checked>'
        f"<span>{text('import.none')}</span></label>"
    )
    return f"<fieldset><legend>{escape(doubt.label)}</legend>{options}{none}</fieldset>"


def _fold(keep: str, title: str, rows: Sequence[object], body: str, *, opened: bool = False) -> str:
    """Rows of an import under the text named `title`, with their number; nothing without rows."""
    if not rows:
        return ""
    wide = ' data-wide="open"' if opened else ""
    return (
        f'<details data-keep="import-{keep}"{wide}>'
        f"<summary>{text(title)} <small>{len(rows):,}</small></summary>{body}</details>"
    )


def _listed(lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in _clipped(lines))
    return f"<ul>{items}</ul>"


def _clipped(lines: Sequence[str]) -> Iterable[str]:
    left = len(lines) - LISTED
    return lines if left <= 0 else (*lines[:LISTED], text("import.more", count=f"{left:,}"))
