"""Downloads a MovieLens archive from GroupLens: resumed where it stopped, checked, all or nothing.

The archive grows as NAME.zip.part and is renamed only once it has the published checksum. The
server's validator (ETag or Last-Modified) is kept beside the part, so that a part is only ever
continued with the same file (RFC 9110, If-Range).
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import re
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tqdm import tqdm

from core.errors import DownloadError, SettingsError

GROUPLENS: Final = "https://files.grouplens.org/datasets/movielens"

DATASETS: Final = MappingProxyType(
    {
        "ml-latest-small": "100,000 ratings, 1 MB (2018)",
        "ml-latest": "33 million ratings, 335 MB (2023)",
        "ml-32m": "32 million ratings, 239 MB (2023)",
        "ml-25m": "25 million ratings, 250 MB (2019)",
        "ml-20m": "20 million ratings, 190 MB (2015)",
    }
)
"""Data sets in the layout that `core.data` reads, with about how much there is to download."""

TIMEOUT: Final = 30.0
"""Seconds without an answer after which the server counts as gone."""

_CHUNK: Final = 256 * 1024
_TOTAL: Final = re.compile(r"bytes (?P<first>\d+)-\d+/(?P<total>\d+)")


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `python -m core fetch`."""
    table = "\n".join(f"  {name:16} {what}" for name, what in DATASETS.items())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = (
        f"data sets:\n{table}\n\nTheir terms of use stand in the README.txt inside each archive."
    )
    parser.add_argument(
        "name", choices=list(DATASETS), metavar="NAME", help="which data set (see below)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("data"),
        metavar="DIR",
        help="folder to put it in (%(default)s)",
    )
    parser.add_argument(
        "--base-url", default=GROUPLENS, metavar="URL", help="where NAME.zip lies (%(default)s)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Downloads and says what to do next."""
    archive = fetch(arguments.name, arguments.out, base_url=arguments.base_url)
    print(
        f"{archive} is complete. "
        f"Next: python -m core train --data {archive} --out runs/{arguments.name}"
    )
    return 0


def fetch(name: str, folder: Path, *, base_url: str = GROUPLENS, timeout: float = TIMEOUT) -> Path:
    """Downloads NAME.zip into `folder` and returns its path; an intact archive stays as it is.

    The checksum is the MD5 that GroupLens publishes as NAME.zip.md5; where none is published, the
    archive's own CRCs are checked. A download that breaks off is continued by the next call. Raises
    DownloadError.
    """
    if not re.match(r"https?://", base_url):
        raise SettingsError(f"--base-url {base_url!r} should begin with https:// or http://.")
    url = f"{base_url.rstrip('/')}/{name}.zip"
    archive, part = folder / f"{name}.zip", folder / f"{name}.zip.part"
    with _explained(url, folder):
        folder.mkdir(parents=True, exist_ok=True)
        checksum = _published_checksum(f"{url}.md5", timeout)
        if archive.exists() and _is_intact(archive, checksum):
            return archive
        _download(url, part, timeout)
        if not _is_intact(part, checksum):
            _forget(part)
            raise DownloadError(
                f"{url} does not have the published checksum; it was deleted. "
                "Run the command again."
            )
        part.replace(archive)
        _forget(part)
    return archive


@contextmanager
def _explained(url: str, folder: Path) -> Iterator[None]:
    """What goes wrong on the net or on disk as a DownloadError that says what to do."""
    try:
        yield
    except urllib.error.HTTPError as error:
        raise DownloadError(
            f"{error.url} answered {error.code} {error.reason}: check --base-url or try later."
        ) from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as e:
        reason = getattr(e, "reason", None) or e
        raise DownloadError(
            f"{url} cannot be reached or broke off ({reason}); run the command again to go on."
        ) from e
    except OSError as error:
        raise DownloadError(
            f"{error.filename or folder} cannot be written: {error.strerror or error}."
        ) from error


def _published_checksum(url: str, timeout: float) -> str | None:
    """MD5 in hex, of "MD5 (x.zip) = …" or "…  x.zip"; None where none is published."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            text = answer.read(4096).decode("ascii", "replace")
    except urllib.error.HTTPError as error:
        if error.code == HTTPStatus.NOT_FOUND:
            return None
        raise
    match = re.search(r"\b[0-9a-fA-F]{32}\b", text)
    if match is None:
        raise DownloadError(f"{url} holds no MD5 checksum: {text[:60]!r}.")
    return match[0].lower()


def _download(url: str, part: Path, timeout: float) -> None:
    """Fills `part`, going on where an earlier download of the same file stopped."""
    have = part.stat().st_size if part.exists() and _validator_of(part).exists() else 0
    answer = _answer(url, part, have, timeout)
    if answer is None:
        return
    with answer:
        first, total = _span(answer)
        if first is None:  # the whole file: the server ignores ranges, or the file has changed
            have = 0
            _remember_validator(answer, _validator_of(part))
        elif first != have:
            raise DownloadError(
                f"{url} sent bytes from {first} where {have} were asked for: delete {part}."
            )
        have = _append(answer, part, have, total)
    if total is not None and have < total:
        raise DownloadError(
            f"{url} broke off after {have:,} of {total:,} bytes; run the command again to go on."
        )


def _answer(url: str, part: Path, have: int, timeout: float) -> http.client.HTTPResponse | None:
    """The file from byte `have` on, or all of it; None where nothing is missing of `part`."""
    request = urllib.request.Request(url)
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", _validator_of(part).read_text(encoding="utf-8"))
    answer: http.client.HTTPResponse
    try:
        answer = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        if (error.headers["Content-Range"] or "").endswith(f"/{have}"):
            return None
        _forget(part)
        answer = urllib.request.urlopen(url, timeout=timeout)
    return answer


def _span(answer: http.client.HTTPResponse) -> tuple[int | None, int | None]:
    """First byte of a partial answer, None for a whole file; bytes of that file, None if unsaid."""
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        span = _TOTAL.fullmatch(answer.headers["Content-Range"] or "")
        if span is not None:
            return int(span["first"]), int(span["total"])
    length = answer.headers["Content-Length"]
    return None, int(length) if length else None


def _append(answer: http.client.HTTPResponse, part: Path, have: int, total: int | None) -> int:
    """Writes the answer behind the first `have` bytes of `part`; returns its new size."""
    with (
        part.open("r+b" if have else "wb") as file,
        tqdm(
            total=total, initial=have, unit="B", unit_scale=True, desc=part.stem, disable=None
        ) as bar,
    ):
        file.seek(have)
        while chunk := answer.read(_CHUNK):
            file.write(chunk)
            have += len(chunk)
            bar.update(len(chunk))
    return have


def _remember_validator(answer: http.client.HTTPResponse, file: Path) -> None:
    """Keeps what proves that a later answer is of the same file; a weak ETag proves nothing."""
    validator = answer.headers["ETag"] or ""
    if not validator or validator.startswith("W/"):
        validator = answer.headers["Last-Modified"] or ""
    if validator:
        file.write_text(validator, encoding="utf-8")
    else:
        file.unlink(missing_ok=True)


def _is_intact(file: Path, checksum: str | None) -> bool:
    if checksum is None:
        try:
            with zipfile.ZipFile(file) as archive:
                return archive.testzip() is None
        except (zipfile.BadZipFile, EOFError):
            return False
    with file.open("rb") as stream:
        return (
            hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
            == checksum
        )


def _validator_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.validator")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _validator_of(part).unlink(missing_ok=True)
