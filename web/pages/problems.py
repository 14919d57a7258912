"""What each problem of the JSON API means, in plain words, at the address that the problem itself names."""

from litestar import Controller, get
from litestar.params import FromPath
from litestar.response import Template

from api.authentication import Access
from api.errors import NotFoundError
from web.contexts import PageRequest, page
from web.problem_words import meaning_of, problem_titles


class ProblemPages(Controller):
    """The `type` of every problem document leads here."""

    path = "/problems"
    opt = {"access": Access.ANYONE}

    @get()
    async def index(self, request: PageRequest) -> Template:
        """List every problem."""
        return await page(request, "problems/index.html", titles=sorted(problem_titles().items()))

    @get("/{code:str}")
    async def show(self, request: PageRequest, code: FromPath[str]) -> Template:
        """Explain one problem."""
        title = problem_titles().get(code)
        if title is None:
            raise NotFoundError
        return await page(request, "problems/meaning.html", code=code, title=title, meaning=meaning_of(code))
