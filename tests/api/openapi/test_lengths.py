"""How long texts may be stands in the description, and is what calls hold to."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.api.openapi.truth import told
from tests.factories import PASSWORD, as_member, make_member

CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "AccountCreate": (
        "POST",
        "/accounts",
        {"email": "ada@example.org", "password": PASSWORD, "display_name": "Ada", "over_18": True},
    ),
    "MeUpdate": ("PATCH", "/me", {}),
    "StatementCreate": ("POST", "/me/statements", {"purpose": "hobby", "role": "about", "text": "I keep bees."}),
    "TokenCreate": ("POST", "/tokens", {"email": "ada@example.org", "password": PASSWORD, "name": "script"}),
}
"""By what they take, calls that need nothing but a member with the purpose."""


def lengths() -> list[Any]:
    """What each of them takes and says a length of."""
    schemas = told()["components"]["schemas"]
    return [
        pytest.param(shape, field, said.get("minLength", 0), said["maxLength"], id=f"{shape}.{field}")
        for shape in CALLS
        for field, said in schemas[shape]["properties"].items()
        if "maxLength" in said
    ]


@pytest.mark.parametrize(("shape", "field", "least", "most"), lengths())
async def test_a_text_that_is_longer_or_shorter_than_described_is_refused(
    client: AsyncClient, shape: str, field: str, least: int, most: int
) -> None:
    method, path, body = CALLS[shape]
    headers = await as_member(client, await make_member("Ada"))

    codes = {}
    for length in (least - 1, most + 1):
        text = ("lanterns-over-harbours-" * most)[: max(length, 0)]
        reply = await client.request(method, f"/api/v1{path}", headers=headers, json=body | {field: text})
        if reply.status_code == 422:
            codes[length] = [error["code"] for error in reply.json()["errors"] if error["pointer"] == f"/{field}"]

    assert codes[most + 1] == ["too-long"]
    assert not least or codes[least - 1] in (["missing"], ["too-short"])


def test_every_text_that_members_write_for_others_has_a_length() -> None:
    schemas = told()["components"]["schemas"]

    written = {
        ("StatementCreate", "text"): 280,
        ("MessageCreate", "text"): 4000,
        ("Words", "text"): 600,
        ("Refusal", "sentence"): 600,
        ("ReportCreate", "words"): 2000,
        ("ConnectionUpdate", "note"): 1000,
        ("MessageDraftSet", "text"): 8000,
    }
    assert {name: schemas[name[0]]["properties"][name[1]].get("maxLength") for name in written} == written
