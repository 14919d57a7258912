"""The doctor finds each thing that is broken, says what to do, and changes nothing."""

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner

from api import clock, journal
from api.database import fetch
from api.doctor import database_findings, examining, machine
from api.doctor.findings import Finding, State
from api.migration_steps import Step, run_steps, take_back
from api.settings import settings
from scripts.doctor import doctor_command
from tests.factories import make_member
from tests.running_site import free_port


@pytest.fixture(autouse=True)
def files(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory as it should be, beside a database as it should be."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "secret_key").touch(0o600)
    monkeypatch.setattr(machine, "check_weights", lambda _: None)  # takes half a second each time; see the last test
    yield folder
    settings.cache_clear()


async def found(about: str) -> Finding:
    """The worst of what is said about something."""
    settings.cache_clear()
    order = [State.BAD, State.LOOK, State.OK]
    return min((one for one in await examining.examine() if one.about == about), key=lambda one: order.index(one.state))


async def test_a_site_as_it_should_be_has_nothing_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_member("Ada")

    findings = await examining.examine()

    assert [one for one in findings if one.state is State.BAD] == []
    assert [one.about for one in findings if one.state is State.LOOK] == ["backup"]
    assert len({one.about for one in findings}) >= 15


async def test_nothing_is_changed_and_nothing_made(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def rows() -> list[dict[str, object]]:
        return await fetch("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del AS changes FROM pg_stat_user_tables")

    monkeypatch.setenv("WHEREFORE_DATA_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("WHEREFORE_SECRET_KEY")
    monkeypatch.delenv("WHEREFORE_ENCRYPTION_KEYS")
    before = await rows()

    assert (await found("keys")).state is State.BAD
    assert (await found("files")).said == f"{tmp_path / 'elsewhere'} is not there."

    assert not (tmp_path / "elsewhere").exists()
    assert await rows() == before
    monkeypatch.delenv("WHEREFORE_SECRET_KEY", raising=False)


@pytest.mark.parametrize(
    ("values", "said", "do"),
    [
        ({"HOST": "192.0.2.1"}, "without HTTPS", "WHEREFORE_BASE_URL=https"),
        ({"BASE_URL": "https://wherefore.example"}, "all members count as one address", "WHEREFORE_TRUSTED_PROXIES"),
        (
            {"BASE_URL": "https://wherefore.example", "TRUSTED_PROXIES": "127.0.0.1"},
            "forgets a password",
            "WHEREFORE_SMTP_URL",
        ),
        ({"DEMO": "yes", "HOST": "192.0.2.1", "BASE_URL": "https://a.example"}, "to everybody", "Unset WHEREFORE_DEMO"),
        ({"WORKERS": "64"}, "64 workers need 38.4 GB", "WHEREFORE_WORKERS lower"),
        ({"PORT": "no"}, "WHEREFORE_PORT is 'no'", "docs/settings.md"),
    ],
)
async def test_settings_that_contradict_each_other(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], said: str, do: str
) -> None:
    class Small:
        total = 8_000_000_000

    monkeypatch.setattr("psutil.virtual_memory", lambda: Small)
    for name, value in values.items():
        monkeypatch.setenv(f"WHEREFORE_{name}", value)
    settings.cache_clear()

    findings = [one for one in await examining.examine() if one.about == "settings"]

    assert [one for one in findings if said in one.said and do in one.do], findings


async def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "OLDEST_PYTHON", (99, 0))

    assert await found("python") == Finding(
        "python",
        State.BAD,
        f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro} is too old.",
        "Install Python 3.11 or newer, and run scripts/setup again.",
    )


async def test_secrets_that_others_can_read_are_told(files: Path) -> None:
    (files / "secret_key").chmod(0o644)

    assert (await found("files")).do == f"chmod 600 {files / 'secret_key'}"


async def test_a_cluster_of_another_version_is_told(files: Path) -> None:
    (files / "postgres").mkdir()
    (files / "postgres" / "PG_VERSION").write_text("15\n")

    assert (await found("files")).said.startswith("The bundled database was made by PostgreSQL 15")


@pytest.mark.parametrize(("free", "state"), [(100_000_000, State.BAD), (1_000_000_000, State.LOOK)])
async def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, free: int, state: State) -> None:
    class Disk:
        pass

    Disk.free = free  # type: ignore[attr-defined]
    monkeypatch.setattr("shutil.disk_usage", lambda _: Disk)

    assert (await found("disk")).state is state


async def test_damaged_keys_and_those_of_another_database_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    held = os.environ["WHEREFORE_ENCRYPTION_KEYS"]
    monkeypatch.setenv("WHEREFORE_ENCRYPTION_KEYS", held.replace("k" * 9, "m" * 9))
    assert (await found("keys")).said == "The encryption keys here are not those of this database (ktests)."

    monkeypatch.setenv("WHEREFORE_ENCRYPTION_KEYS", held[:-9])
    assert "damaged" in (await found("keys")).said


async def test_a_database_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WHEREFORE_DATABASE_URL", f"postgresql://nobody@/none?host={tmp_path}")

    finding = await found("database")

    assert (finding.state, finding.do) == (State.BAD, "Start it, and look at WHEREFORE_DATABASE_URL.")


async def test_a_bundled_database_that_does_not_run_is_not_started(
    monkeypatch: pytest.MonkeyPatch, files: Path
) -> None:
    monkeypatch.delenv("WHEREFORE_DATABASE_URL")
    (files / "owner.lock").touch()

    assert (await found("database")).do == "Start the site, and ask again."


async def test_old_versions_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_findings, "OLDEST_POSTGRESQL", 99)
    monkeypatch.setattr(database_findings, "OLDEST_PGVECTOR", (99, 0))

    assert (await found("database")).do == "Install PostgreSQL 99 or newer."
    assert "ALTER EXTENSION vector UPDATE;" in (await found("pgvector")).do


async def test_migrations_that_are_missing_or_unknown_are_told() -> None:
    await take_back(Step("accounts", "2026-11-22T14:42:00:000000"))
    assert (await found("migrations")).said == "1 are missing."
    await run_steps()

    await fetch("INSERT INTO migration (name, app_name, ran_on) VALUES ('2099', 'mail', now())")
    assert (await found("migrations")).said.startswith("A newer Wherefore has changed the tables (1 migrations")
    await fetch("DELETE FROM migration WHERE name = '2099'")


@pytest.mark.parametrize(("seconds", "state"), [(5, State.LOOK), (-60, State.BAD)])
async def test_a_clock_that_differs_from_the_databases_is_told(
    monkeypatch: pytest.MonkeyPatch, seconds: float, state: State
) -> None:
    now = clock.now
    monkeypatch.setattr("api.clock.now", lambda: now() + timedelta(seconds=seconds))

    assert (await found("clock")).state is state


async def test_members_of_the_future_are_told() -> None:
    await make_member("Ada")
    await fetch("UPDATE account SET created_at = now() + interval '1 day'")

    assert "joined in the future" in (await found("clock")).said


async def test_a_postgresql_whose_log_quotes_members_is_told(url: str) -> None:
    role = await fetch("SELECT current_user AS name")
    await fetch(f"ALTER ROLE {role[0]['name']} SET log_parameter_max_length_on_error = 100")

    assert "log_parameter_max_length_on_error = 0" in (await found("postgresql")).do
    await fetch(f"ALTER ROLE {role[0]['name']} RESET log_parameter_max_length_on_error")


async def test_too_few_connections_for_all_workers_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_findings, "POOL_SIZE", 1000)

    assert "Raise max_connections" in (await found("connections")).do


async def test_jobs_that_nobody_does_are_told() -> None:
    await fetch(
        "INSERT INTO pgqueuer (priority, created, updated, heartbeat, execute_after, status, entrypoint) "
        "VALUES (0, now(), now(), now() - interval '1 hour', now() - interval '1 hour', 'queued', 'send_mail'), "
        "(0, now(), now(), now() - interval '1 hour', now() - interval '1 hour', 'picked', 'send_mail')"
    )

    assert (await found("jobs")).said == "1 jobs are more than 15 minutes late, 1 were begun and not ended."


async def test_mails_that_are_given_up_are_told() -> None:
    await fetch(
        "INSERT INTO outgoing_mail (kind, recipient_digest, subject, message_id, created_at, dead_at, last_error) "
        "VALUES ('confirm', '\\x00', '', '', now(), now(), 'sign-in refused (535)')"
    )

    assert "1 were given up within a day (sign-in refused (535))" in (await found("mails")).said


async def test_vectors_of_another_model_are_told(url: str) -> None:
    ada = await make_member("Ada")
    await fetch(
        "INSERT INTO statement_vector (statement, member, purpose, role, model, vector) VALUES "
        "(gen_random_uuid(), {}, 'hobby', 'about', 'another', array_fill(0.05, ARRAY[384])::halfvec)",
        ada.id,
    )

    assert "wherefore reembed" in (await found("vectors")).do


async def test_a_mail_server_that_is_away_or_lets_us_in_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    server = Controller(object(), hostname="127.0.0.1", port=port)
    server.start()
    monkeypatch.setenv("WHEREFORE_MAIL_FROM", "hello@wherefore.example")
    monkeypatch.setenv("WHEREFORE_SMTP_URL", f"smtp://127.0.0.1:{port}?starttls=no")
    assert (await found("mail")).said == f"127.0.0.1:{port} lets us in."

    monkeypatch.setenv("WHEREFORE_SMTP_URL", f"smtp://127.0.0.1:{port}")
    assert (await found("mail")).state is State.BAD, "it cannot encrypt"

    server.stop()
    monkeypatch.setenv("WHEREFORE_SMTP_URL", f"smtp://127.0.0.1:{port}?starttls=no")
    assert (await found("mail")).said == f"127.0.0.1:{port}: server not reached."


async def test_an_old_backup_and_none_at_all_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await found("backup")).said == "No backup was ever made."

    await journal.note(uuid4(), journal.Decision.BACKUP)
    assert (await found("backup")).state is State.OK

    now = clock.now
    monkeypatch.setattr("api.clock.now", lambda: now() + timedelta(days=8))
    assert (await found("backup")).do.startswith("Look why no newer one was made")


async def test_a_model_that_is_damaged_is_told_and_the_command_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("WHEREFORE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("WHEREFORE_MODEL", str(tmp_path))
    settings.cache_clear()

    assert (await found("model")).said.endswith("has no model.safetensors; only safetensors weights are loaded.")


def test_the_command_says_it_in_lines_or_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = [Finding("disk", State.BAD, "Full.", "Make room.")]

    async def examine() -> list[Finding]:
        return findings

    monkeypatch.setattr(examining, "examine", examine)
    plain, as_json = CliRunner().invoke(doctor_command), CliRunner().invoke(doctor_command, ["--json"])

    assert plain.output == "BAD   disk: Full.\n      → Make room.\n\n1 bad, 0 to look at, 0 ok.\n"
    assert msgspec.json.decode(as_json.output, type=list[Finding]) == findings
    assert (plain.exit_code, as_json.exit_code) == (1, 1)
    findings[0] = Finding("disk", State.LOOK, "Nearly full.", "Make room.")
    assert CliRunner().invoke(doctor_command).exit_code == 0
