"""What is deployed is what is here: the commands, settings, addresses and files that are named."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from assistant.page import guard
from core.__main__ import main as core
from core.config import Settings

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "assets/deployment"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
NGINX = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
OURS = [name for name, one in SERVICES.items() if one["image"] == "marquee"]
IMAGE = dict(
    pair.split("=")
    for line in re.findall(r"^ENV (.*)", DOCKERFILE, re.MULTILINE)
    for pair in line.split()
)


def environment(service: str) -> dict[str, str]:
    """Of a service: the image's and its own, with defaults where nothing is set."""
    own = {name: str(value) for name, value in SERVICES[service]["environment"].items()}
    own = {
        name: re.sub(
            r"\$\{\w+:([-?])([^}]*)\}", lambda one: one[2] if one[1] == "-" else "pw", value
        )
        for name, value in own.items()
    }
    return IMAGE | own


@pytest.mark.parametrize("service", OURS)
def test_its_settings_are_settings(service: str) -> None:
    given = environment(service)
    settings = Settings.from_environment(given)
    assert settings.host == "0.0.0.0" and str(settings.bundle) == "/policies"
    assert settings.database_url == "postgresql://marquee:pw@database/marquee"
    assert settings.hosts == ("localhost",) and settings.keep_days == 365
    known = (ROOT / "core/config.py").read_text(encoding="utf-8")
    assert [name for name in given if name.startswith("MARQUEE_") and name not in known] == []


def test_the_learner_learns_and_the_apps_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert "MARQUEE_LEARN_HOURS" not in environment("app1")
    python, *command = SERVICES["learner"]["command"]
    assert python == "python" and command[:2] == ["-m", "core"]
    with pytest.raises(SystemExit) as ended:
        core([*command[2:], "--help"])
    assert ended.value.code == 0 and "--every" in capsys.readouterr().out


def test_nginx_speaks_to_the_apps_and_is_no_wider_than_they_are() -> None:
    port = re.findall(r"^EXPOSE (\d+)", DOCKERFILE, re.MULTILINE)
    assert port == [str(Settings().port)]
    apps = re.findall(r"server (\w+):(\d+)", NGINX)
    assert apps == [(name, port[0]) for name in OURS if name != "learner"]
    assert f"client_header_timeout {guard.HEAD_SECONDS:.0f}s" in NGINX
    assert f"client_body_timeout {guard.BODY_SECONDS:.0f}s" in NGINX
    assert f"limit_conn address {guard.CONNECTIONS};" in NGINX
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m", NGINX)
    assert guard.LARGEST_BODY <= int(megabytes) * 2**20 < 1.2 * guard.LARGEST_BODY
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX


def test_the_image_holds_what_is_served() -> None:
    copied = " ".join(re.findall(r"^COPY (.*)", DOCKERFILE, re.MULTILINE)).split()
    assert [name for name in copied if name != "./" and not (ROOT / name).exists()] == []
    assert {"app.py", "core", "assistant", "models", "assets"} <= set(copied)
    assert SERVICES["app1"]["build"] == {
        "context": "../..",
        "dockerfile": FOLDER.relative_to(ROOT).as_posix() + "/Dockerfile",
    }


def test_the_lock_holds_what_is_required_with_hashes_and_licences() -> None:
    lock = (FOLDER / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.findall(
        r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)((?: \\\n    --hash=\S+)+)", lock, re.MULTILINE
    )
    held = {name: version for name, version, _ in blocks}
    assert len(held) == len(re.findall(r"^[a-z]", lock, re.MULTILINE))
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    missing = [one.name for one in wanted if canonicalize_name(one.name) not in held]
    assert missing == ["torch"]
    assert [
        one
        for one in wanted
        if not one.specifier.contains(held.get(canonicalize_name(one.name), "2.13.0"))
    ] == []
    licences = (ROOT / "assets/licences.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| (\S+) \| (\S+) \| .+ \|$", licences, re.MULTILINE))
    assert held.items() <= told.items() and told["torch"] == "2.13.0+cpu"


@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx here")
def test_nginx_takes_its_settings(tmp_path: Path) -> None:
    here = re.sub(r"server app\d:", "server 127.0.0.1:", NGINX)
    (tmp_path / "nginx.conf").write_text(here, encoding="utf-8")
    command = ["nginx", "-t", "-p", str(tmp_path), "-c", "nginx.conf", "-g", "pid nginx.pid;"]
    subprocess.run(command, check=True, capture_output=True)
