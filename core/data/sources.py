"""Where the tables of a data set are: a folder, or a .zip archive as GroupLens ships it."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from core.data.formats import SCHEMAS, Table, read_csv, read_parquet
from core.errors import DataError

LARGEST_TABLE: Final = 8 * 2**30
"""Bytes a table may unpack to (ml-32m's ratings have 0.9 GB): a small archive must not fill the
memory."""


@dataclass(frozen=True)
class Source:
    """A folder or .zip archive with the tables, at its top or in one folder inside."""

    path: Path
    members: dict[str, str]
    """Table name → path inside the folder or archive."""

    @classmethod
    def find(cls, path: Path) -> Source:
        """Looks for the tables. DataError where there are none, or in several folders."""
        if path.is_dir():
            inside = [
                file.relative_to(path) for pattern in ("*", "*/*") for file in path.glob(pattern)
            ]
            names = [name.as_posix() for name in inside if (path / name).is_file()]
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if name.count("/") <= 1]
        elif path.exists():
            raise DataError(
                f"{path} is neither a folder nor a .zip archive: "
                "give the MovieLens folder or its .zip."
            )
        else:
            raise DataError(
                f"{path} does not exist: "
                "`python -m core fetch ml-latest-small` downloads a data set."
            )
        return cls(path, _members(path, names))

    def table(self, name: str, *, skip: bool) -> Table | None:
        """Reads one table; None without it, DataError for a file or row that breaks the format."""
        member = self.members.get(name)
        if member is None:
            return None
        try:
            if self.path.is_dir():
                with (self.path / member).open("rb") as stream:
                    return _read(stream, name, PurePosixPath(member), skip)
            with zipfile.ZipFile(self.path) as archive:
                if archive.getinfo(member).file_size > LARGEST_TABLE:
                    raise DataError(
                        f"{member} in {self.path} unpacks to more than "
                        f"{LARGEST_TABLE // 2**30} GiB."
                    )
                with archive.open(member) as unpacked:
                    return _read(unpacked, name, PurePosixPath(member), skip)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise DataError(
                f"{member} in {self.path} cannot be unpacked ({error}): fetch the archive again."
            ) from error
        except OSError as error:
            raise DataError(
                f"{member} in {self.path} cannot be read: {error.strerror or error}."
            ) from error

    def need(self, name: str, *, skip: bool) -> Table:
        """Like `table`, but DataError where the table is missing or has no rows."""
        table = self.table(name, skip=skip)
        if table is None:
            raise DataError(
                f"{self.path} holds no {name}.csv or {name}.parquet: it is not a MovieLens folder."
            )
        if not len(table.frame):
            raise DataError(
                f"{table.file} has no usable rows: it should hold {', '.join(SCHEMAS[name])}."
            )
        return table


def _read(stream: IO[bytes], name: str, member: PurePosixPath, skip: bool) -> Table:
    if member.suffix == ".csv":
        return read_csv(stream, member.name, SCHEMAS[name], skip)
    # Parquet is read from its end: an archive's stream would be unpacked again at each step back
    return read_parquet(io.BytesIO(stream.read()), member.name, SCHEMAS[name], skip)


def _members(path: Path, names: list[str]) -> dict[str, str]:
    found: dict[str, dict[str, str]] = {}
    for name in sorted(names):  # .csv comes before .parquet and wins
        entry = PurePosixPath(name)
        if entry.stem in SCHEMAS and entry.suffix in {".csv", ".parquet"}:
            found.setdefault(entry.parent.as_posix(), {}).setdefault(entry.stem, name)
    folders = {folder: members for folder, members in found.items() if "ratings" in members}
    if "." in folders:
        return folders["."]
    if len(folders) > 1:
        raise DataError(
            f"{path} holds several data sets ({', '.join(folders)}): give one of these folders."
        )
    if not folders:
        raise DataError(
            f"{path} holds no ratings.csv or ratings.parquet: it is not a MovieLens folder."
        )
    return next(iter(folders.values()))
