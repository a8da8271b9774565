"""Who is named with a film: people of the catalogue, and the names among the tags that viewers gave it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from assistant.lexicon import as_written, table
from core.catalogue import Catalogue
from core.domain import Facet

MOST: Final = 3
"""Names on a card."""


@lru_cache(maxsize=4096)  # of a catalogue of thousands of films a server's conversations show a few hundred
def people_of(catalogue: Catalogue, token: int) -> tuple[str, ...]:
    """At most `MOST` people of a film, those of most films first; KeyError for a token that is no film.

    Viewers tag what stands out ("Tom Hanks"), so this is no cast list: many films have nobody here.
    """
    tokens = [facet for facet in catalogue.facets_of(token) if name_of(catalogue.facet(facet))]
    tokens.sort(key=lambda facet: -int(catalogue.facet_sizes[facet - catalogue.facet_token(0)]))
    names: dict[str, str] = {}
    for facet in tokens:
        name = name_of(catalogue.facet(facet))
        names.setdefault("".join(filter(str.isalpha, name)), name)  # "J. K. Simmons" is "J.K. Simmons"
    return tuple(names.values())[:MOST]


def name_of(facet: Facet) -> str:
    """The name of a person as it is written; empty where the facet is none."""
    if facet.kind == "person":
        return facet.name
    name = as_written(facet.name)
    known = facet.kind == "tag" and name != name.lower() and " " in name
    return name if known and name not in table("constraints")["no_people"]["names"] else ""
