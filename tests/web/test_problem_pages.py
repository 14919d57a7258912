"""Every problem that a program can meet has a page in plain words."""

from httpx import AsyncClient

from web.problem_words import MEANINGS, problem_titles


async def test_every_code_has_its_page(client: AsyncClient) -> None:
    for code, title in problem_titles().items():
        reply = await client.get(f"/problems/{code}")
        assert reply.status_code == 200, code
        assert title.replace("'", "&#39;") in reply.text, code


async def test_every_code_is_explained_in_words_of_its_own(client: AsyncClient) -> None:
    assert set(problem_titles()) - set(MEANINGS) == set()


async def test_an_unknown_code_has_none(client: AsyncClient) -> None:
    assert (await client.get("/problems/made-up")).status_code == 404


async def test_a_problem_document_leads_to_its_page(client: AsyncClient) -> None:
    problem = (await client.post("/api/v1/accounts", json={"email": 1})).json()

    assert (await client.get(problem["type"])).status_code == 200
