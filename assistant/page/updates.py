"""Parts of the page: what the browser holds as it is goes as its name alone.

A turn changes little of a page: the drawing of the rest need not be sent, read or laid out again.
Films and folds are parts; what is small has a name at most (`data-part`) and always goes along.
Nothing is kept here of what was sent to whom: the browser says with each event what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Parts:
    """Marks parts, and leaves out what the browser holds."""

    held: Mapping[str, str] = field(default_factory=dict)
    """Mark by name of what stands in the browser; nothing of it is trusted to be there."""

    def part(self, name: str, markup: str) -> str:
        """One element with its mark, or named alone where the browser holds it with that mark.

        Args:
            name: says which part it is among its neighbours, in every drawing of the page.
            markup: one element whose tag has attributes; "" stays "".

        >>> Parts().part("film-7", '<li class="mq-film">…</li>')
        '<li data-part="film-7" data-mark="4585b7af" class="mq-film">…</li>'
        >>> Parts({"film-7": "4585b7af"}).part("film-7", '<li class="mq-film">…</li>')
        '<li data-part="film-7" data-same></li>'
        """
        if not markup:
            return ""
        (opening, rest), name = markup.split(" ", 1), escape(name)
        mark = f"{crc32(markup.encode()):08x}"
        if self.held.get(name) == mark:
            return f'{opening} data-part="{name}" data-same></{opening[1:]}>'
        return f'{opening} data-part="{name}" data-mark="{mark}" {rest}'
