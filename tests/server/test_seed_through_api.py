"""Demo members through the public API: as many as asked for, each thing once, however often the seed is stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.seed_people import Person as Planned
from scripts.seed_people import plan_generated, plan_personas
from scripts.seed_requests import plan_stories
from tests.running_site import RunningSite
from tests.server.person import Person

pytestmark = pytest.mark.server

FEWEST = 14
"""Of fewer than these nobody asks another."""
SECONDS = 400


class Seeding:
    """The command, and the file in which it keeps what is done."""

    def __init__(self, site: RunningSite, state: Path, *, members: int = FEWEST) -> None:
        """Let somebody be a member there first, with a token."""
        self.state = state
        self.ada = Person(site.url, "Ada")
        self.ada.states("I want to learn to carve wooden spoons", role="seeking")
        self.command = [
            *(sys.executable, "-m", "scripts.command", "seed", "--through-api", site.url),
            *("--members", str(members), "--seed", "3", "--state", str(state)),
        ]
        token = self.ada.http.headers["Authorization"].removeprefix("Bearer ")
        self.environment = os.environ | {"WHEREFORE_TOKEN": token}

    def kill_after(self, lines: int) -> None:
        """Begin, and kill it when so much is done."""
        running = subprocess.Popen(self.command, env=self.environment, stdout=subprocess.DEVNULL)
        until = time.monotonic() + SECONDS
        while len(self.lines()) < lines:
            assert running.poll() is None, "It ended by itself."
            assert time.monotonic() < until
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
        running.wait()

    def finish(self, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run it to its end."""
        return subprocess.run(
            self.command, env=self.environment | more, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    def lines(self) -> list[bytes]:
        """What it says to have done, and before it what is made."""
        return self.state.read_bytes().splitlines() if self.state.exists() else []

    def forget_the_last_line(self) -> None:
        """As if it was killed after the answer came, while it wrote that down."""
        *kept, last = self.lines()
        self.state.write_bytes(b"\n".join([*kept, last[: len(last) // 2]]))


def sign_in(site: RunningSite, planned: Planned, state: dict[str, Any]) -> httpx.Client:
    name, _, domain = planned.email.partition("@")
    email = f"{name}.{state['run'].replace('-', '')[:8]}@{domain}"
    http = httpx.Client(base_url=f"{site.url}/api/v1", timeout=60)
    made = http.post("/tokens", json={"email": email, "password": state["password"], "name": "look"})
    assert made.status_code == 201, made.text
    http.headers["Authorization"] = f"Bearer {made.json()['token']}"
    return http


def test_a_seed_that_is_killed_goes_on_and_makes_nothing_twice(
    site: RunningSite,
    tmp_path: Path,
    soaking: bool,  # noqa: FBT001
) -> None:
    members = 60 if soaking else FEWEST
    seeding = Seeding(site, tmp_path / "state.jsonl", members=members)
    for more in [40] * 12 if soaking else [150]:
        seeding.kill_after(len(seeding.lines()) + more)
        seeding.forget_the_last_line()
    done = seeding.finish()
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{members} members have joined" in done.stdout
    assert "Ada could meet" in done.stdout

    [plan, _] = seeding.lines()
    state = json.loads(plan)
    people = [*plan_personas(), *plan_generated(members - 12, number=3)]
    stories = plan_stories(people, number=3)
    assert stories
    for planned in people:
        with closing(sign_in(site, planned, state)) as http:
            said = [one["text"] for one in http.get("/me/statements?limit=100").json()["items"]]
            assert Counter(said) == Counter(one.text for card in planned.cards for one in card.statements)
            sent = http.get("/connection-requests?box=sent&limit=100").json()["items"]
            assert len({one["recipient"]["id"] for one in sent}) == len(sent)
            tokens = [one["name"] for one in http.get("/tokens").json()]
            assert sorted(tokens) == ["look", "seed"]
            for connection in http.get("/connections").json()["items"]:
                told = http.get(f"/connections/{connection['id']}/messages?limit=100").json()["items"]
                assert len({one["text"] for one in told}) == len(told)

    again = seeding.finish()
    assert (again.returncode, "done already" in again.stdout) == (0, True)
    assert b"whf_" not in seeding.state.read_bytes()


@pytest.mark.parametrize(
    ("more", "options", "said"),
    [
        ({"WHEREFORE_TOKEN": "whf_nobody"}, [], "(not-signed-in)"),
        ({"WHEREFORE_TOKEN": ""}, [], "--through-api needs --token"),
        ({}, ["--through-api", "wherefore.example"], "is no address of a server"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    site: RunningSite, tmp_path: Path, more: dict[str, str], options: list[str], said: str
) -> None:
    seeding = Seeding(site, tmp_path / "state.jsonl")
    seeding.command += options

    refused = seeding.finish(**more)

    assert refused.returncode != 0
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert seeding.lines() == []
