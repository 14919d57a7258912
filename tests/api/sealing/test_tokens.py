"""Sealed texts: what they give away, where they open, and what happens to the keys."""

import base64
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from api.sealing import KeyMissingError, SealBrokenError, keyed_digest, keys, opened, seal
from api.settings import SettingError, settings

ROW = UUID("3a1f3c5e-0000-4000-8000-000000000001")


def key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A key file of its own for this test."""
    monkeypatch.delenv("WHEREFORE_ENCRYPTION_KEYS")
    monkeypatch.setenv("WHEREFORE_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    yield tmp_path / "data" / "encryption_keys"
    settings.cache_clear()


def test_a_sealed_text_opens_where_it_was_sealed_and_shows_nothing_of_itself() -> None:
    sealed = seal("I look after my mother. 🌻", about="message.text", row=ROW)

    assert re.fullmatch(r"s1\.[a-z0-9]{1,16}\.[A-Za-z0-9_-]+", sealed)
    assert b"mother" not in base64.urlsafe_b64decode(sealed.rsplit(".", 1)[1] + "==")
    assert opened(sealed, about="message.text", row=ROW) == "I look after my mother. 🌻"


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert len({seal("yes", about="message.text", row=ROW) for _ in range(100)}) == 100


def test_an_empty_text_can_be_sealed() -> None:
    assert opened(seal("", about="message.text", row=ROW), about="message.text", row=ROW) == ""


@pytest.mark.parametrize(
    ("about", "row"),
    [("message.text", uuid4()), ("statement.text", ROW), ("message.tex", UUID(bytes=b"t" + ROW.bytes[1:]))],
)
def test_a_sealed_text_opens_nowhere_else(about: str, row: UUID) -> None:
    sealed = seal("For one row of one column.", about="message.text", row=ROW)

    with pytest.raises(SealBrokenError):
        opened(sealed, about=about, row=row)


@pytest.mark.parametrize("text", ["Sixteen tomatoes", "Sixteen tomatoes.", "Sixteen tomatoes.."])
def test_every_change_of_a_sealed_text_is_noticed(text: str) -> None:
    sealed = seal(text, about="message.text", row=ROW)
    start = sealed.rindex(".") + 1

    for place in range(start, len(sealed)):
        for other in set("AB_-z9Q") - {sealed[place]}:
            with pytest.raises(SealBrokenError):
                opened(sealed[:place] + other + sealed[place + 1 :], about="message.text", row=ROW)


def test_the_last_sign_of_a_sealed_text_is_as_it_was_written() -> None:
    sealed = seal("Sixteen tomatoes", about="message.text", row=ROW)
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    opening = []
    for sign in signs:
        with suppress(SealBrokenError):
            opening.append((sign, opened(sealed[:-1] + sign, about="message.text", row=ROW)))

    assert opening == [(sealed[-1], "Sixteen tomatoes")]


@pytest.mark.parametrize("text", ["", "in clear", "s1", "s1.k", "s2.k1.AAAA", "s1..", "s1.k1.é", "s1.k1.!!"])
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises((SealBrokenError, KeyMissingError)):
        opened(text, about="message.text", row=ROW)


def test_a_text_of_an_unknown_key_says_in_one_line_what_to_do() -> None:
    sealed = seal("For later.", about="message.text", row=ROW)
    unknown = sealed.replace(sealed.split(".")[1], "kother")

    with pytest.raises(KeyMissingError, match=r"kother.*Put the keys that belong to this database back") as caught:
        opened(unknown, about="message.text", row=ROW)
    assert "\n" not in str(caught.value)


def test_digests_are_the_same_for_the_same_value_and_end_alone() -> None:
    digest = keyed_digest("ada@example.org", about="account.email")

    assert len(digest) == 32
    assert digest == keyed_digest("ada@example.org", about="account.email")
    assert digest != keyed_digest("ada@example.org", about="block.email")
    assert digest != keyed_digest("adb@example.org", about="account.email")


def test_keys_are_made_once_for_their_owner_alone(key_file: Path) -> None:
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(keys.keys().present)) for _ in range(16)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 16
    assert len(set(seen)) == 1
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert key_file.parent.stat().st_mode & 0o777 == 0o700


def test_several_processes_that_start_together_make_one_set_of_keys(tmp_path: Path) -> None:
    code = "from api.sealing import keys; print(keys.keys().present)"
    environment = {**os.environ, "WHEREFORE_DATA_DIR": str(tmp_path)}
    environment.pop("WHEREFORE_ENCRYPTION_KEYS", None)

    started = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE) for _ in range(4)
    ]

    assert len({process.communicate()[0] for process in started}) == 1
    assert [process.returncode for process in started] == [0] * 4


def test_a_new_key_seals_and_the_old_one_still_opens(key_file: Path) -> None:
    before = seal("Before.", about="message.text", row=ROW)
    digest = keyed_digest("ada@example.org", about="account.email")

    keys.replace(keys.with_new_key(keys.keys()))
    after = seal("After.", about="message.text", row=ROW)

    assert before.split(".")[1] != after.split(".")[1]
    assert opened(before, about="message.text", row=ROW) == "Before."
    assert opened(after, about="message.text", row=ROW) == "After."
    assert keyed_digest("ada@example.org", about="account.email") == digest


def test_a_process_reads_the_keys_again_when_it_meets_one_it_does_not_know(key_file: Path) -> None:
    held = keys.keys()
    newer = keys.with_new_key(held)
    sealed = seal("By another process.", about="message.text", row=ROW)
    by_another = newer.ciphers[newer.present].encrypt(b"n" * 12, b"Hello.", b"message.text\0" + ROW.bytes)
    keys.replace(newer)

    token = f"s1.{newer.present}.{base64.urlsafe_b64encode(b'n' * 12 + by_another).decode().rstrip('=')}"

    assert opened(token, about="message.text", row=ROW) == "Hello."
    assert opened(sealed, about="message.text", row=ROW) == "By another process."


def test_a_retired_key_is_gone_but_never_the_one_that_seals(key_file: Path) -> None:
    first = keys.keys()
    both = keys.with_new_key(first)

    left = keys.without(both, {first.present, both.present})

    assert list(left.sealing) == [both.present]
    assert left.digest == first.digest


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "nonsense",
        f"digest:{key()}",
        f"k1:{key()}",
        f"digest:{key()}\nk1:{key()[:-5]}",
        f"digest:{key()}\nk1:{key()}\nk1:{key()}",
        f"digest:{key()}\nK 1:{key()}",
        f"digest:{key()}\nk1:{key()[:-3]}é=",
    ],
    ids=["empty", "nonsense", "no key", "no digest key", "too short", "twice", "no name", "no base64"],
)
def test_damaged_keys_stop_with_one_line_that_shows_none(key_file: Path, damaged: str) -> None:
    key_file.parent.mkdir()
    key_file.write_text(damaged)

    with pytest.raises(SettingError) as caught:
        keys.keys()

    assert "\n" not in str(caught.value)
    assert not re.search(r"[A-Za-z0-9_-]{30}", str(caught.value).replace(str(key_file), ""))
    assert key_file.read_text() == damaged


def test_keys_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    monkeypatch.setenv("WHEREFORE_ENCRYPTION_KEYS", f"digest:{key()},k1:{key()},k2:{key()}")
    try:
        sealed = seal("On many hosts.", about="message.text", row=ROW)

        assert sealed.startswith("s1.k2.")
        assert opened(sealed, about="message.text", row=ROW) == "On many hosts."
    finally:
        settings.cache_clear()
