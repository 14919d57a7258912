"""The reference for programs says of every field what may be put into it, and of every call where it is."""

import re

from httpx import AsyncClient

from api.openapi.document import document
from tests.application import application
from web.reference import Call, Field, read_reference


def call(name: str) -> Call:
    reference = read_reference(document(application()))
    [found] = [one for group in reference.groups for one in group.calls if one.id == name]
    return found


def field(fields: list[Field], name: str) -> Field:
    [found] = [one for one in fields if one.name == name]
    return found


def test_a_call_says_what_goes_into_its_body_and_what_may_be_left_out() -> None:
    fields = call("AddStatement").taken

    assert {one.name: one.required for one in fields} == {
        "purpose": True,
        "role": True,
        "text": True,
        "audience": False,
    }
    assert field(fields, "text").note == "1 to 280 characters."
    assert field(fields, "role").note == "One of `about`, `seeking`."


def test_what_is_left_out_and_how_much_may_be_asked_for_is_said_as_it_is_written_in_json() -> None:
    limit = field(call("Connections").parameters, "limit")

    assert limit.note == "How many there are in one part at most. 1 to 100. `20` when left out."
    assert not limit.required


def test_every_limit_value_and_default_of_the_description_is_on_the_page() -> None:
    described = document(application())
    shapes = {shape.name: shape for shape in read_reference(described).shapes}
    unsaid = []
    for name, schema in described["components"]["schemas"].items():
        for member, kind in schema.get("properties", {}).items():
            said = f"{field(shapes[name].fields, member).note} {field(shapes[name].fields, member).kind}"
            ends = [kind[key] for key in ("minLength", "maxLength", "minimum", "maximum") if key in kind]
            unsaid += [f"{name}.{member}: {end:g}" for end in ends if f"{end:g}" not in said]
            unsaid += [
                f"{name}.{member}: its default" for _ in ["default"] if "default" in kind and "left out" not in said
            ]
            unsaid += [f"{name}.{member}: {value}" for value in kind.get("enum", ()) if str(value) not in said]
            unsaid += [f"{name}.{member}: {kind['format']}" for _ in ["format"] if "format" in kind and "(" not in said]

    assert unsaid == []


async def test_every_call_and_every_shape_has_an_address_of_its_own_within_what_opens(client: AsyncClient) -> None:
    reply = await client.get("/api/docs")

    rows = re.findall(
        r'<details class="call">\s*<summary><h3>.*?</summary>\s*<div class="stack" id="([^"]+)"', reply.text, re.DOTALL
    )
    reference = read_reference(document(application()))
    assert set(rows) == {
        *(call.id for group in reference.groups for call in group.calls),
        *(f"shape-{shape.name}" for shape in reference.shapes),
    }
    assert len(rows) == len(set(rows))
    linked = set(re.findall(r'href="#((?:shape-)?[A-Z][^"]*|shape-[^"]*)"', reply.text))
    assert linked <= set(rows)
