import hashlib
import re
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest

from core.__main__ import main
from core.commands.fetch import fetch
from core.errors import DownloadError, SettingsError

NAME = "ml-latest-small"


class Site:
    """What the server serves and what it was asked."""

    def __init__(self, archive: bytes) -> None:
        self.archive = archive
        self.md5: str | None = hashlib.md5(archive).hexdigest()
        self.etag: str | None = '"one"'
        self.ranges = True
        self.stop_after: int | None = None
        self.asked: list[str] = []
        self.url = ""


class Handler(BaseHTTPRequestHandler):
    def __init__(self, site: Site, *args: object) -> None:
        self.site = site
        super().__init__(*args)  # type: ignore[arg-type]

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        site = self.site
        if self.path == f"/{NAME}.zip.md5" and site.md5 is not None:
            self.answer(200, f"MD5 ({NAME}.zip) = {site.md5}\n".encode(), {})
        elif self.path == f"/{NAME}.zip":
            asked = self.headers["Range"] or ""
            site.asked.append(asked)
            fresh = site.ranges and site.etag is not None and self.headers["If-Range"] == site.etag
            first = int(re.sub(r"\D", "", asked)) if asked and fresh else 0
            headers = {"ETag": site.etag} if site.etag else {}
            total = len(site.archive)
            if first >= total:
                self.answer(416, b"", {"Content-Range": f"bytes */{total}"})
                return
            if first:
                headers["Content-Range"] = f"bytes {first}-{total - 1}/{total}"
            self.answer(206 if first else 200, site.archive[first:], headers)
        else:
            self.answer(404, b"", {})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(
            body[: self.site.stop_after] if status in {200, 206} and len(body) > 100 else body
        )


@pytest.fixture
def site(tiny_movielens: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for file in tiny_movielens.iterdir():
            archive.write(file, f"{NAME}/{file.name}")
    site = Site(held.getvalue())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, site))
    server.daemon_threads = True
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


def interrupted(site: Site, folder: Path, after: int = 300) -> None:
    site.stop_after = after
    with pytest.raises(
        DownloadError, match=rf"broke off after {after} of [\d,]+ bytes; run the command again"
    ):
        fetch(NAME, folder, base_url=site.url)
    site.stop_after = None
    assert (folder / f"{NAME}.zip.part").stat().st_size == after
    assert not (folder / f"{NAME}.zip").exists()


def test_a_download_is_whole_and_leaves_nothing_else_behind(site: Site, tmp_path: Path) -> None:
    archive = fetch(NAME, tmp_path / "data", base_url=site.url)
    assert archive.read_bytes() == site.archive
    assert [file.name for file in archive.parent.iterdir()] == [f"{NAME}.zip"]


def test_what_is_there_already_is_not_downloaded_again_unless_it_is_damaged(
    site: Site, tmp_path: Path
) -> None:
    archive = fetch(NAME, tmp_path, base_url=site.url)
    fetch(NAME, tmp_path, base_url=site.url)
    assert site.asked == [""]
    archive.write_bytes(b"damaged")
    fetch(NAME, tmp_path, base_url=site.url)
    assert archive.read_bytes() == site.archive


def test_an_interrupted_download_goes_on_where_it_stopped(site: Site, tmp_path: Path) -> None:
    interrupted(site, tmp_path)
    assert fetch(NAME, tmp_path, base_url=site.url).read_bytes() == site.archive
    assert site.asked == ["", "bytes=300-"]


def test_a_download_that_lacked_only_the_rename_is_finished(site: Site, tmp_path: Path) -> None:
    interrupted(site, tmp_path)
    (tmp_path / f"{NAME}.zip.part").write_bytes(site.archive)
    assert fetch(NAME, tmp_path, base_url=site.url).read_bytes() == site.archive


def test_a_file_that_changed_meanwhile_is_downloaded_from_the_start(
    site: Site, tmp_path: Path
) -> None:
    interrupted(site, tmp_path)
    site.etag = '"two"'
    assert fetch(NAME, tmp_path, base_url=site.url).read_bytes() == site.archive


@pytest.mark.parametrize("etag", ['"one"', None, 'W/"weak"'])
def test_a_server_without_ranges_or_a_proof_of_sameness_is_asked_for_all_of_it(
    site: Site, tmp_path: Path, etag: str | None
) -> None:
    site.ranges, site.etag = False, etag
    interrupted(site, tmp_path)
    assert fetch(NAME, tmp_path, base_url=site.url).read_bytes() == site.archive


def test_a_wrong_checksum_is_refused_and_the_next_try_starts_anew(
    site: Site, tmp_path: Path
) -> None:
    right, site.md5 = site.md5, "0" * 32
    with pytest.raises(DownloadError, match="does not have the published checksum"):
        fetch(NAME, tmp_path, base_url=site.url)
    assert list(tmp_path.glob("*.zip*")) == []
    site.md5 = right
    assert fetch(NAME, tmp_path, base_url=site.url).exists()


def test_without_a_published_checksum_the_archive_checks_itself(site: Site, tmp_path: Path) -> None:
    site.md5 = None
    assert fetch(NAME, tmp_path / "good", base_url=site.url).exists()
    site.archive = site.archive[:-200] + b"\0" * 200
    with pytest.raises(DownloadError, match="does not have the published checksum"):
        fetch(NAME, tmp_path / "bad", base_url=site.url)


def test_a_server_that_is_wrong_or_gone_is_named(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"ml-32m\.zip answered 404 Not Found"):
        fetch("ml-32m", tmp_path, base_url=site.url)
    with pytest.raises(DownloadError, match="cannot be reached"):
        fetch(NAME, tmp_path, base_url="http://127.0.0.1:9")
    with pytest.raises(SettingsError, match="should begin with https"):
        fetch(NAME, tmp_path, base_url="file:///etc")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DownloadError, match="cannot be written"):
        fetch(NAME, tmp_path / "file", base_url=site.url)


def test_the_command_says_what_to_do_next(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fetch", NAME, "--out", str(tmp_path), "--base-url", site.url]) == 0
    assert f"python -m core train --data {tmp_path / NAME}.zip" in capsys.readouterr().out
