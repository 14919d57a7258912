"""Demo members on any server, through its public API alone: a model of a client, with no way around the rules."""

import re
import secrets
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from scripts.seed_client import Client, ClientError, RefusedError
from scripts.seed_journal import Journal, JournalError, Plan
from scripts.seed_people import Person, plan_generated, plan_personas
from scripts.seed_progress import progress
from scripts.seed_requests import Step, Story, plan_stories

_PATHS = {"ask": "question", "answer": "answer", "accept": "acceptance", "refuse": "refusal", "reopen": "reopening"}
_STATED = {"ask": "text", "answer": "text", "refuse": "sentence"}


def seed_through_api(*, url: str, token: str | None, members: int, number: int, state: Path | None) -> None:
    """Let made-up members join a server, write, ask each other and answer; run again, it goes on where it stopped.

    Each joins as anybody does, so nobody can make more of them, or faster, than the server lets one address join. What
    a demo on one's own machine says to have happened weeks ago happens now, and what takes a day is left out.

    Args:
        url: Of the server.
        token: Of a member there: it must open something before anything is made, and at the end tells whom they could
            meet. It makes nobody.
        members: How many.
        number: The same one makes the same members.
        state: A file that keeps what is done; one named after the server where nothing is said.

    Raises:
        ClickException: The server cannot be used, or refuses, or the file is about something else.
    """
    if not token:
        raise click.UsageError("--through-api needs --token, or WHEREFORE_TOKEN: the token of a member of that server.")
    name = re.sub(r"[^a-z0-9]+", "-", url.lower()).strip("-")
    plan = Plan(url.rstrip("/"), members, number, run=uuid4(), password=secrets.token_urlsafe(24))
    try:
        with Client(url, note=click.echo) as client:
            _seed(client, plan, token=token, state=state or Path(f"wherefore-seed-{name}.jsonl"))
    except (ClientError, JournalError) as error:
        raise click.ClickException(str(error)) from error


def _seed(client: Client, plan: Plan, *, token: str, state: Path) -> None:
    who = client.call("GET", "/me", token=token)["display_name"]
    purposes = [one["purpose"] for one in client.call("GET", "/me/purposes", token=token)]
    with Journal(state, plan) as journal:
        if "everything" in journal:
            click.echo(f"Everything is done already, as {state} says. Name another file with --state to add more.")
            return
        click.echo(f"{who} has a token for {plan.url}. What is done is kept in {state}.")
        refused = _Seed(client, journal).run()
        journal.forget_secrets()
    click.echo(f"{plan.members} members have joined. They sign in with the password in {state}.")
    for code, times in refused.most_common():
        click.echo(f"Refused, as anybody could be: {code} ({times} times).")
    for purpose in purposes:
        found = client.call("GET", f"/matches?purpose={purpose}&limit=100", token=token)["items"]
        click.echo(f"{who} could meet {len(found)} people for {purpose}.")


class _Seed:
    """One run, from wherever the one before it stopped."""

    def __init__(self, client: Client, journal: Journal) -> None:
        self._client, self._journal = client, journal
        self._tokens: dict[str, str] = {}

    def run(self) -> Counter[str]:
        """Do what is left; what was refused, by its code."""
        plan = self._journal.plan
        personas = plan_personas()[: plan.members]
        people = personas + plan_generated(plan.members - len(personas), number=plan.number)
        with progress("Welcoming members", len(people)) as tell:
            for person in people:
                self._settle(person)
                tell()
        stories = plan_stories(people, number=plan.number)
        codes = []
        with progress("Letting them meet", len(stories)) as tell:
            for at, story in enumerate(stories):
                name = f"story {at}"
                if name not in self._journal:
                    self._journal.note(name, self._tell_story(name, story))
                codes.append(self._journal[name])
                tell()
        return Counter(code for code in codes if code)

    def _settle(self, person: Person) -> None:
        """Let somebody join and write what they have to say."""
        name = f"member {person.email}"
        if f"{name} token" not in self._journal:
            self._journal.note(f"{name} token", self._join(person))
        token = self._tokens[person.email] = self._journal[f"{name} token"]
        if f"{name} id" not in self._journal:
            self._journal.note(f"{name} id", self._client.call("GET", "/me", token=token)["id"])
        about = {"pronouns": person.pronouns, "place_id": person.place_id, "meets": person.meets}
        self._change(f"{name} about", "PATCH", "/me", token=token, body={**about, "languages": list(person.languages)})
        for card in person.cards:
            switch = {"consent": self._consents().get(card.purpose)}
            self._change(f"{name} {card.purpose}", "PUT", f"/me/purposes/{card.purpose}", token=token, body=switch)
            for said in card.statements:
                body = {"purpose": card.purpose, "role": said.role, "text": said.text, "audience": said.audience}
                self._post(f"{name} said {said.text}", "/me/statements", token=token, body=body)

    def _join(self, person: Person) -> str:
        """Join and get a token. What was begun before leaves a token that nobody has: it is revoked."""
        who = {"email": self._address(person.email), "password": self._journal.plan.password}
        body = {**who, "display_name": person.name, "over_18": True}
        if self._client.call("POST", "/accounts", body=body)["next"] != "sign_in":
            raise ClientError(
                "This server asks new members to confirm their address by mail, which made-up members cannot. Seed it "
                "from the machine that it runs on (wherefore seed), or one without WHEREFORE_SMTP_URL."
            )
        made = self._client.call("POST", "/tokens", body={**who, "name": "seed", "expires_in_days": 30})
        token = str(made["token"])
        for other in self._client.call("GET", "/tokens", token=token) if self._journal.goes_on else []:
            if other["id"] != made["id"]:
                self._client.call("DELETE", f"/tokens/{other['id']}", token=token)
        return token

    def _tell_story(self, name: str, story: Story) -> str | None:
        """Let two members do what their story says; the code of the refusal that ended it, if one did."""
        ids: dict[str, str] = {}
        try:
            for place, step in enumerate(story.steps):
                if step.act == "withdraw":  # not before a day has gone
                    continue
                ids |= self._take(f"{name} step {place}", story, step, ids)
        except RefusedError as error:
            return error.code
        return None

    def _take(self, name: str, story: Story, step: Step, ids: dict[str, str]) -> dict[str, str]:
        """Do one thing; the ids of what came of it."""
        by = story.sender if step.by_sender else story.recipient
        token, talk = self._tokens[by], f"/connections/{ids.get('connection_id')}/messages"
        match step.act:
            case "send":
                return self._ask(name, story)
            case "cross":
                return self._ask(name, story, crossed=step.text or "")
            case "write":
                self._post(name, talk, token=token, body={"text": step.text})
                return {}
            case "read":
                self._client.call("GET", talk, token=token)
                return {}
        said = {_STATED[step.act]: step.text} if step.act in _STATED and step.text else None
        return self._post(name, f"/connection-requests/{ids['id']}/{_PATHS[step.act]}", token=token, body=said)

    def _ask(self, name: str, story: Story, *, crossed: str | None = None) -> dict[str, str]:
        """Look at somebody, as one does before one writes to them, and ask to connect.

        Args:
            name: Of the step.
            story: In which it is.
            crossed: The reason of the recipient, where it is they who ask.
        """
        sender, recipient, anchor = story.sender, story.recipient, story.anchor
        if crossed is not None:
            sender, recipient, anchor = recipient, sender, story.crossed_anchor or ""
        token, recipient_id = self._tokens[sender], self._journal[f"member {recipient} id"]
        self._client.call("GET", f"/members/{recipient_id}", token=token)
        body = {
            "recipient_id": recipient_id,
            "purpose": story.purpose,
            "anchor": {"kind": "statement", "id": self._journal[f"member {recipient} said {anchor}"]["id"]},
            "reason": story.reason if crossed is None else crossed,
        }
        return self._post(name, "/connection-requests", token=token, body=body)

    def _post(self, step: str, path: str, *, token: str, body: Any) -> dict[str, str]:
        """Make something once; its ids."""
        if step not in self._journal:
            made = self._client.call("POST", path, token=token, body=body, key=self._journal.key(step))
            self._journal.note(step, {name: made[name] for name in ("id", "connection_id") if made.get(name)})
        ids: dict[str, str] = self._journal[step]
        return ids

    def _change(self, step: str, method: str, path: str, *, token: str, body: Any) -> None:
        """Change something; done twice it is as if it were done once."""
        if step not in self._journal:
            self._client.call(method, path, token=token, body=body)
            self._journal.note(step)

    def _consents(self) -> dict[str, str]:
        """The version of the consent text of each sensitive purpose, as the server has it today."""
        if "consents" not in self._journal:
            found = self._client.call("GET", "/purposes")
            self._journal.note(
                "consents", {one["purpose"]: one["consent_version"] for one in found if one["sensitive"]}
            )
        consents: dict[str, str] = self._journal["consents"]
        return consents

    def _address(self, email: str) -> str:
        """An address of this run alone, so that nobody meets those of another."""
        name, _, domain = email.partition("@")
        return f"{name}.{self._journal.plan.run.hex[:8]}@{domain}"
