"""A start without the keys of its database is stopped, and makes no others."""

import pytest

from api.sealing import keys
from api.sealing.proofs import check_keys
from api.sealing.uses import Connection
from api.settings import SettingError
from tests.api.sealing.talking import two_who_talk


async def test_a_start_without_the_keys_is_stopped_and_makes_no_others(connection: Connection) -> None:
    await two_who_talk()
    keys.file().unlink()

    with pytest.raises(SettingError, match="encryption keys of this database are missing") as caught:
        await check_keys(connection)

    assert "\n" not in str(caught.value)
    assert not keys.file().exists()


async def test_a_start_with_the_keys_of_another_database_is_stopped(connection: Connection) -> None:
    await two_who_talk()
    own = keys.file().read_text()
    keys.file().unlink()
    keys.keys()

    with pytest.raises(SettingError, match="Put the keys that belong to it back"):
        await check_keys(connection)
    keys.file().write_text(own)

    await check_keys(connection)


async def test_a_start_without_one_key_that_is_in_use_is_stopped(connection: Connection) -> None:
    await two_who_talk()
    old = keys.keys().present
    keys.replace(keys.with_new_key(keys.keys()))
    await check_keys(connection)
    keys.replace(keys.without(keys.keys(), {old}))

    with pytest.raises(SettingError, match=f"sealed with the key {old}"):
        await check_keys(connection)
