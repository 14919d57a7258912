"""While the model is being loaded, pages whose next step waits for it say so; also without a script."""

import pytest
from httpx import AsyncClient

from api.encoding import encoder
from embeddings.encoder import Encoder
from tests.factories import make_member
from tests.web.browsing import browser_of

SAID = "Wherefore has just started and still gets ready to read."


@pytest.mark.parametrize("path", ["/first-words/hobby", "/me/statements/new/hobby"])
async def test_a_page_says_that_its_next_step_may_take_long_and_only_then(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    await encoder().start()
    browser = await browser_of(client, await make_member())

    await browser.open(path)
    assert SAID not in browser.text
    monkeypatch.setattr(Encoder, "ready", property(lambda _: False))
    await browser.open(path)

    assert SAID in browser.text
