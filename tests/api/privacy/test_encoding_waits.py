"""Nobody waits in the database while the model reads: it may have much to do, and a process has ten connections."""

import asyncio
from collections.abc import Sequence

import pytest

from api.accounts.leaving import leaving_proof
from api.accounts.schemas import Member
from api.database import fetch, transaction
from api.encoding import encoder
from api.errors import NotFoundError
from api.privacy import services as privacy
from api.privacy.erasure import leave
from api.profiles import services
from api.profiles.schemas import Audience, Purpose, PurposeSwitch, StatementUpdate
from api.profiles.vectors import literals
from embeddings.encoder import Vectors
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database", "own_journal")

FREE = "SELECT 1 AS free FROM account WHERE id = {} FOR UPDATE NOWAIT"


class _Reading:
    """The model, which reads nothing before it is let."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.begun = asyncio.Event()
        self.let = asyncio.Event()
        self.read = encoder().encode

    def begin(self) -> None:
        """Read nothing any more, as if nothing had been read before."""
        self.texts.clear()
        self.begun.clear()
        self.let.clear()

    async def encode(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        self.begun.set()
        await self.let.wait()
        return await self.read(texts)


@pytest.fixture
async def reading(monkeypatch: pytest.MonkeyPatch) -> _Reading:
    """Everything that is read from now on waits until it is let."""
    held = _Reading()
    monkeypatch.setattr(encoder(), "encode", held.encode)
    return held


async def test_whoever_comes_back_many_times_at_once_holds_up_nobody(reading: _Reading) -> None:
    reading.let.set()
    ada = await make_member("Ada", statements=["I mend clocks.", "I count swifts."])
    await leave(ada)
    proof = await leaving_proof(ada.id) or ""
    reading.begin()

    asked = [asyncio.create_task(privacy.come_back(ada.id, proof=proof)) for _ in range(15)]
    await reading.begun.wait()
    await asyncio.sleep(0.3)  # whoever would wait for what another has locked does by now
    free = await asyncio.gather(fetch(FREE, ada.id), return_exceptions=True)
    reading.let.set()
    came = await asyncio.gather(*asked, return_exceptions=True)

    assert not isinstance(free[0], BaseException), "somebody holds the account while its texts are read"
    assert sorted(reading.texts) == ["I count swifts.", "I mend clocks."]
    assert [type(one) for one in came if isinstance(one, BaseException)] == [NotFoundError] * 14
    assert len(await fetch("SELECT 1 FROM statement_vector WHERE member = {}", ada.id)) == 2


async def test_a_text_that_is_written_meanwhile_is_read_and_holds_up_nobody(
    reading: _Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading.let.set()
    ada = await make_member("Ada")
    statement = await make_statement(ada, "I mend clocks.")
    reading.begin()

    changed = asyncio.create_task(
        services.change_statement(ada, statement.id, change=StatementUpdate(audience=Audience.PURPOSE))
    )
    await reading.begun.wait()
    reading.begun.clear()
    with monkeypatch.context() as quick:
        quick.setattr(encoder(), "encode", reading.read)
        await services.change_statement(ada, statement.id, change=StatementUpdate(text="I mend bicycles."))
    reading.let.set()
    await reading.begun.wait()  # it was not read before, and is now
    written = await changed

    assert written.text == "I mend bicycles."
    assert reading.texts == ["I mend clocks.", "I mend bicycles."]
    expected = (await literals([written.text]))[written.text]
    assert await fetch(
        "SELECT 1 FROM statement_vector WHERE statement = {} AND vector = {}::halfvec", statement.id, expected
    )


async def test_what_is_on_already_is_not_read_again(reading: _Reading) -> None:
    reading.let.set()
    ada = await make_member("Ada", statements=["I mend clocks."])
    reading.texts.clear()

    await _switch_on(ada)
    assert reading.texts == []
    await services.switch_off_purpose(ada, purpose=Purpose.HOBBY)
    await _switch_on(ada)

    assert reading.texts == ["I mend clocks."]
    assert len(await fetch("SELECT 1 FROM statement_vector WHERE member = {}", ada.id)) == 1


async def test_no_text_is_read_within_a_transaction() -> None:
    async with transaction():
        with pytest.raises(RuntimeError):
            await literals(["I mend clocks."])


async def _switch_on(member: Member) -> None:
    await services.switch_on_purpose(member, purpose=Purpose.HOBBY, switch=PurposeSwitch())
