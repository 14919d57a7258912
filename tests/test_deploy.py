"""What stands in `deploy/`, the Dockerfile and compose.yaml is true: settings, commands, routes, limits."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from api.app import LARGEST_BODY
from api.doctor.database_findings import NEVER_LOG
from api.errors import Problem
from api.live.sending import SECONDS_BETWEEN_BEATS
from api.live.streams import MOST_IN_A_PROCESS
from api.problems import PLAIN_PROBLEMS
from api.settings import settings
from scripts.careful_protocol import BODY_SECONDS, HEAD_SECONDS
from scripts.command import main
from tests.application import application
from web.headers import OVER_HTTPS

ROOT = Path(__file__).parent.parent
FILES = [path for path in [ROOT / "Dockerfile", ROOT / "compose.yaml", *(ROOT / "deploy").rglob("*")] if path.is_file()]
_ASKS = """
import sys
sys.addaudithook(lambda event, told: event in ("open", "os.listdir", "os.scandir") and print(told[0]))
from embeddings.encoder import loaded_network
from embeddings.models import find_model
from tests.application import application
application()
loaded_network(find_model())
"""
"""Prints whatever is opened to serve, until the model is there."""
_OF_COMPOSE = {"WHEREFORE_DB_PASSWORD", "WHEREFORE_DB_ADMIN_PASSWORD"}
"""Read by compose.yaml and by what prepares the database."""


def _text(path: str) -> str:
    return (ROOT / path).read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_setting_that_is_named_exists(path: Path) -> None:
    there = set(re.findall(r"`(WHEREFORE_\w+)`", _text("docs/settings.md")))

    assert set(re.findall(r"WHEREFORE_[A-Z_]+", path.read_text())) - _OF_COMPOSE <= there


def test_the_example_of_settings_can_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    example = _text("deploy/systemd/wherefore.env").replace("#WHEREFORE", "WHEREFORE")
    for line in example.splitlines():
        if line.startswith("WHEREFORE_"):
            monkeypatch.setenv(*line.split("=", 1))
    monkeypatch.setenv("WHEREFORE_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    try:
        read = settings()
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    assert read.smtp is not None
    assert not read.jobs
    assert read.metrics == ("127.0.0.1", 9108)


def test_every_command_that_is_started_exists() -> None:
    started = re.findall(r"bin/wherefore (\w+)", _text("deploy/systemd/wherefore.service"))
    started += re.findall(r"bin/wherefore (\w+)", _text("deploy/systemd/wherefore-worker.service"))
    services = yaml.safe_load(_text("compose.yaml"))["services"]
    started += [services[name]["command"][0] for name in ("web", "worker")]

    assert started == ["serve", "worker", "serve", "worker"]
    assert set(started) <= set(main.commands)


def test_the_image_has_everything_that_is_copied_and_runs_as_nobody_in_particular() -> None:
    dockerfile = _text("Dockerfile")
    copied = [
        name for line in re.findall(r"^COPY ((?!--from).+)$", dockerfile, re.MULTILINE) for name in line.split()[:-1]
    ]
    let_in = set(re.findall(r"^!(\S+)$", _text(".dockerignore"), re.MULTILINE))

    assert set(copied) == let_in
    assert all((ROOT / name).exists() for name in copied)
    assert re.findall(r"^USER (.+)$", dockerfile, re.MULTILINE)[-1] == "10001:10001"
    assert "/readyz" in dockerfile


def test_the_image_installs_where_the_code_comes_to_be() -> None:
    # Before the code is there: a folder without __init__.py would be installed as one that several packages share.
    project = tomllib.loads(_text("pyproject.toml"))["tool"]["setuptools"]["packages"]["find"]["include"]
    packages = {name.removesuffix("*") for name in project}
    dockerfile = _text("Dockerfile")

    assert set(re.findall(r"RUN mkdir ([\w ]+)", dockerfile)[0].split()) == packages
    assert set(re.findall(r"(\w+)/__init__\.py", dockerfile)) == packages
    assert all((ROOT / package / "__init__.py").is_file() for package in packages)


def test_the_image_leaves_nothing_out_that_is_asked_for() -> None:
    [removed] = re.findall(r"rm -rf (.+?) \\$", _text("Dockerfile"), re.MULTILINE)
    [kept] = re.findall(r"find torch/bin -type f ! -name (\w+) -delete", _text("Dockerfile"))

    asked = subprocess.run([sys.executable, "-c", _ASKS], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    below = [path.partition("site-packages/")[2] for path in asked.splitlines()]
    gone = tuple(name.removesuffix("*") if name.endswith("*") else f"{name}/" for name in removed.split())
    assert len(below) > 1000
    assert [path for path in below if path.startswith(gone)] == []
    assert {path for path in below if path.startswith("torch/bin/")} <= {f"torch/bin/{kept}"}


def test_compose_opens_nothing_but_the_site_and_that_to_this_machine_alone() -> None:
    services = yaml.safe_load(_text("compose.yaml"))["services"]

    assert {name: service["ports"] for name, service in services.items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"]
    }
    assert all(services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"] for name in ("web", "worker"))


def test_proxies_pass_streams_on_at_once_and_let_through_what_the_site_takes() -> None:
    nginx, caddy = _text("deploy/proxy/nginx.conf"), _text("deploy/proxy/Caddyfile")
    streams = {route.path for route in application().routes if route.path.endswith("/events")}
    [address] = re.findall(r"location ~ (\S+) \{\s+proxy_pass http://wherefore;\s+proxy_buffering off;", nginx)

    assert streams == {"/events", "/api/v1/events"}
    assert all(re.search(address, path) for path in streams)
    assert set(re.findall(r"@events path (.+)", caddy)[0].split()) == streams
    assert "flush_interval -1" in caddy
    assert int(re.findall(r"proxy_read_timeout (\d+)s", nginx)[-1]) > 2 * SECONDS_BETWEEN_BEATS
    assert "client_max_body_size 1m" in nginx
    assert "max_size" not in caddy  # what it finds too large it answers with 502
    assert LARGEST_BODY == 1_000_000
    assert f"client_body_timeout {BODY_SECONDS}s" in nginx
    assert f"read_header {HEAD_SECONDS}s" in caddy


def test_what_proxies_answer_by_themselves_is_a_problem_of_the_site_and_says_when_to_ask_again() -> None:
    nginx, caddy = _text("deploy/proxy/nginx.conf"), _text("deploy/proxy/Caddyfile")
    said = [json.loads(text) for text in re.findall(r"""['`](\{"type".+\})['`]""", nginx + caddy)]

    assert [(one["status"], one["type"].removeprefix("/problems/"), one["title"]) for one in said] == [
        (status, *PLAIN_PROBLEMS[status]) for status in (503, 413, 503)
    ]
    assert all(set(one) == set(Problem.__struct_fields__) for one in said)
    places = re.findall(r"location (@\w+) \{(.+?)\n    \}", nginx, re.DOTALL)
    assert {name for name, _ in places} == {name.rstrip(";") for name in re.findall(r"error_page .+ (@\w+;)", nginx)}
    assert all(("return 503" in place) == ("Retry-After" in place) for _, place in places)
    assert "header Retry-After" in caddy.split("handle_errors")[1]


def test_proxies_say_nothing_that_the_site_says_itself() -> None:
    assert not re.search("Strict-Transport-Security|add_header X-", _text("deploy/proxy/nginx.conf"))
    assert "Strict-Transport-Security" not in _text("deploy/proxy/Caddyfile")
    assert "Strict-Transport-Security" in OVER_HTTPS


def test_a_hospital_behind_one_address_may_have_as_many_streams_as_the_site_serves() -> None:
    nginx = _text("deploy/proxy/nginx.conf")
    [events] = re.findall(r"location ~ .+?\n    \}", nginx, re.DOTALL)
    zones = dict(re.findall(r"limit_conn (\w+) (\d+);", nginx))

    assert f"limit_conn wherefore_streams {MOST_IN_A_PROCESS};" in events
    assert set(zones) == set(re.findall(r"zone=(wherefore_\w+):", nginx))


def test_units_end_the_first_process_which_ends_the_others() -> None:
    # Told to all at once, PostgreSQL would end under the processes that still answer, and be brought back.
    assert all(
        "\nKillMode=mixed\n" in _text(f"deploy/systemd/{name}.service") for name in ("wherefore", "wherefore-worker")
    )


def test_proxies_believe_no_caller_about_where_it_comes_from() -> None:
    nginx = _text("deploy/proxy/nginx.conf")

    assert re.findall(r"X-Forwarded-For (.+);", nginx) == ["$remote_addr"]
    assert "trusted_proxies" not in _text("deploy/proxy/Caddyfile")


def test_operations_name_settings_and_commands_that_exist() -> None:
    page, there = _text("docs/operations.md"), set(re.findall(r"`(WHEREFORE_\w+)`", _text("docs/settings.md")))
    commands = set(re.findall(r"(?:`|bin/|web )wherefore ([a-z][a-z-]+)", page))

    assert set(re.findall(r"WHEREFORE_[A-Z_]+", page)) <= there
    assert {"serve", "worker", "outbox", "promote-moderator", "rotate-keys"} <= commands <= set(main.commands)


def test_operations_copy_files_that_exist_and_all_of_them() -> None:
    page = _text("docs/operations.md")

    copied = {path for name in re.findall(r"/opt/wherefore/(deploy/[\w./*-]+)", page) for path in ROOT.glob(name)}

    assert {path for folder in ("systemd", "proxy") for path in (ROOT / "deploy" / folder).iterdir()} <= copied
    assert all([*ROOT.glob(name)] for name in re.findall(r"/opt/wherefore/((?:deploy|scripts)/[\w./*-]+)", page))


def test_a_database_by_the_book_or_of_the_container_logs_what_the_doctor_wants() -> None:
    by_the_book, of_the_container = (
        re.findall(r"^ALTER DATABASE wherefore SET (\w+) = '?(\w+)'?;$", _text(path), re.MULTILINE)
        for path in ("docs/operations.md", "deploy/docker/prepare-database.sh")
    )

    assert {name: wanted for name, wanted in by_the_book if name in NEVER_LOG} == NEVER_LOG
    assert of_the_container == by_the_book


def test_operations_tell_what_to_do_at_each_alert() -> None:
    rules = yaml.safe_load(_text("deploy/grafana/alerts.yml"))["groups"][0]["rules"]

    told = re.findall(r"^\| `(Wherefore\w+)` \|", _text("docs/operations.md"), re.MULTILINE)

    assert told == [rule["alert"] for rule in rules]


def test_operations_tell_the_words_that_are_logged() -> None:
    page = _text("docs/operations.md")
    code = "".join(path.read_text() for path in (ROOT / "api").rglob("*.py"))

    events = set(re.findall(r"`((?:unexpected|load|database|job|jobs|model)_[a-z_]+)`", page))

    assert len(events) > 5
    assert {event for event in events if f'"{event}"' not in code} == set()
