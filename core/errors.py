"""What can go wrong, as one tree.

MarqueeError        everything Marquee raises on purpose; the text is one sentence for a person
├── DataError       a ratings or titles file is not what it should be (names file, line, value)
├── DownloadError   an archive could not be fetched or is not the one that was published
├── BundleError     a saved model is missing a file, altered, or from a newer version
├── StoreError      the database cannot be reached or holds something unexpected
├── UnreadableError what is kept of one conversation cannot be understood (any more)
├── SettingsError   a setting or environment variable has a value that makes no sense
├── UnknownIdError  an id that this server did not issue (or issued to another session)
└── PartyError      an evening together that cannot be opened, joined or changed like that
"""

from __future__ import annotations

from typing import ClassVar


class MarqueeError(Exception):
    """Base of every error that is meant to be read by a person."""

    for_guests: ClassVar[bool] = True
    """Whether that is whoever talks to it; else whoever runs it, and nobody else should read it."""


class DataError(MarqueeError):
    """A file of ratings, titles, links or tags breaks its format.

    The message names the file, the line (1 is the header) and the offending value, and says what
    was expected.
    """


class DownloadError(MarqueeError):
    """A download failed, was cut short, or does not have the published checksum."""

    for_guests = False


class BundleError(MarqueeError):
    """A model folder is incomplete, altered or written by a newer version."""

    for_guests = False


class StoreError(MarqueeError):
    """The store cannot be opened, or the database fails."""

    for_guests = False


class UnreadableError(MarqueeError):
    """What is kept of one conversation cannot be understood (any more); to start afresh helps."""


class SettingsError(MarqueeError):
    """A setting is out of its range; the message gives the name, the value and the range."""


class UnknownIdError(MarqueeError):
    """A session or recommendation id that was not issued here, or not to this session."""


class BusyError(MarqueeError):
    """More is asked for at once than one client gets; the message says to wait."""


class PartyError(MarqueeError):
    """A code that opens nothing, too many wrong ones, or no room; the message says which."""
