"""A browser without JavaScript: it opens pages, fills in the forms it finds there, and sends them."""

from html.parser import HTMLParser
from urllib.parse import urljoin

from httpx import AsyncClient, Response

from api.accounts.schemas import Member
from api.accounts.services import open_session
from api.authentication import cookie_name

Typed = dict[str, str | list[str]]


class Form:
    """A form of a page, with what is filled in already."""

    def __init__(self, action: str, method: str) -> None:
        """Begin empty."""
        self.action = action
        self.method = method
        self.values: dict[str, list[str]] = {}
        self.buttons: list[tuple[str, str, str]] = []
        self.led_to: dict[str, str] = {}
        """Where a button sends the form, by its words, when that is elsewhere."""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text = ""
        self._open: Form | None = None
        self._area: str | None = None
        self._select: str | None = None
        self._button: tuple[str, str] | None = None
        self._words = ""
        self._leads_to: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(found.get("action", ""), found.get("method", "get"))
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "input":
            self._take(found)
        elif tag == "textarea":
            self._area = found["name"]
            self._add(self._area, "")
        elif tag == "select":
            self._select = found["name"]
        elif tag == "option" and self._select and "selected" in found:
            self._add(self._select, found["value"])
        elif tag == "button":
            self._button, self._words = (found.get("name", ""), found.get("value", "")), ""
            self._leads_to = found.get("formaction")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "button" and self._open is not None and self._button is not None:
            self._name_button(" ".join(self._words.split()))
            self._button = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._open is not None and self._area is not None:
            self._open.values[self._area][-1] += data.removeprefix("\n")
        if self._open is not None and self._button is not None:
            self._words += data
            self._name_button(data.strip())

    def _name_button(self, words: str) -> None:
        """Know a button by all its words, and by each part of them."""
        assert self._open is not None
        assert self._button is not None
        if words and (*self._button, words) not in self._open.buttons:
            self._open.buttons.append((*self._button, words))
        if words and self._leads_to is not None:
            self._open.led_to[words] = self._leads_to

    def _take(self, found: dict[str, str]) -> None:
        if found.get("type") in {"checkbox", "radio"} and "checked" not in found:
            return
        self._add(found["name"], found.get("value", ""))

    def _add(self, name: str, value: str) -> None:
        assert self._open is not None
        self._open.values.setdefault(name, []).append(value)


class Browser:
    """One person's browser; `reply` is the page it shows."""

    def __init__(self, client: AsyncClient) -> None:
        """Use a client, which keeps the cookies."""
        self.client = client
        self.reply = Response(204)

    @property
    def text(self) -> str:
        """What a person can read on the page, on one line."""
        parser = _Forms()
        parser.feed(self.reply.text)
        return " ".join(parser.text.split())

    @property
    def path(self) -> str:
        """Where the browser is."""
        return self.reply.url.path

    def form(self, button: str) -> Form:
        """The form that has a button with these words."""
        parser = _Forms()
        parser.feed(self.reply.text)
        return next(form for form in parser.forms if any(words == button for _, _, words in form.buttons))

    async def open(self, path: str) -> Response:
        """Go to a page, and on to wherever it leads."""
        self.reply = await self.client.get(path, follow_redirects=True)
        return self.reply

    async def press(self, button: str, **typed: str | list[str]) -> Response:
        """Fill in what is `typed`, press a button, and go wherever that leads."""
        form = self.form(button)
        name, value, _ = next(found for found in form.buttons if found[2] == button)
        return await self._send(form, name, value, typed, to=form.led_to.get(button))

    async def press_one(self, name: str, value: str) -> Response:
        """Press the button that sends this, where several have the same words."""
        parser = _Forms()
        parser.feed(self.reply.text)
        form = next(form for form in parser.forms if any(found[:2] == (name, value) for found in form.buttons))
        return await self._send(form, name, value, {})

    async def _send(self, form: Form, name: str, value: str, typed: Typed, *, to: str | None = None) -> Response:
        values: Typed = {**form.values, **typed}
        if name:
            values[name] = value
        url = urljoin(str(self.reply.url), to or form.action)
        if form.method == "get":
            self.reply = await self.client.get(url, params=values, follow_redirects=True)
        else:
            self.reply = await self.client.post(
                url,
                data=values,
                headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"},  # as browsers do with no-referrer
                follow_redirects=True,
            )
        return self.reply


async def browser_of(client: AsyncClient, member: Member) -> Browser:
    """A browser in which a member has just signed in."""
    session = await open_session(member, label="Firefox on Linux", proved=True)
    client.cookies.set(cookie_name(), session.token, domain="localhost.local", path="/")
    return Browser(client)
