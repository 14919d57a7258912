"""Every field that the site reads: of calls, of forms on pages, of addresses, headers and cookies."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from inspect import signature
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, urlencode, urlsplit

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

from tests.api.openapi.truth import Json
from tests.trust.nasty_values import Nasty

ROOT = Path(__file__).parent.parent.parent
HERE = "@@HERE@@"
LONGEST_ADDRESS = 60_000
"""Bytes: more does not fit into a request line."""

_SAMPLES: dict[str, Any] = {"uuid": "00000000-0000-0000-0000-000000000000", "date-time": "2030-01-31T12:00:00Z"}
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_JSON = {"content-type": "application/json"}


class Request(msgspec.Struct, frozen=True):
    """What is sent for one value."""

    method: str
    url: str
    headers: dict[bytes, bytes] = {}
    content: bytes | None = None


class Target(msgspec.Struct, frozen=True):
    """One field; `HERE` stands in its address, its body or a header, where the value belongs."""

    method: str
    url: str
    kind: str
    """json, form, address, header."""
    field: str
    body: str = ""
    by_token: bool = False
    signed_in: bool = True

    @property
    def name(self) -> str:
        """For a list of what went wrong."""
        return f"{self.method} {self.url} {self.kind} {self.field}"

    @property
    def is_call(self) -> bool:
        """Whether what goes wrong is told as a problem document: to programs."""
        return self.url.startswith("/api/") and not self.url.startswith("/api/docs")

    def request(self, value: Nasty, *, ids: dict[str, str]) -> Request:
        """The request that carries a value; `ids` are those of today for those of the day when it was found."""
        url, body = self.url, self.body
        for old, new in ids.items():
            url, body = url.replace(old, new), body.replace(old, new)
        quoted = quote_from_bytes(value.text, safe="")
        match self.kind:
            case "json":
                sent = body.encode().replace(f'"{HERE}"'.encode(), value.json)
                return Request(self.method, url, {b"content-type": b"application/json"}, sent)
            case "form":
                sent = body.replace(HERE, quoted).encode()
                return Request(self.method, url, {b"content-type": _FORM["content-type"].encode()}, sent)
            case "header":
                clean = bytes(one for one in value.text[:LONGEST_ADDRESS] if one not in b"\r\n\0")
                return Request(self.method, url, {self.field.encode(): self.body.encode() + clean})
        return Request(self.method, url.replace(HERE, quoted[:LONGEST_ADDRESS].rstrip("%")))


class Control(msgspec.Struct, frozen=True):
    """A form of a page: where it is sent, and what every one of its fields would send."""

    method: str
    action: str
    values: tuple[tuple[str, str], ...]


class _Reader(HTMLParser):
    """Finds forms with all their fields, also those that nobody ticked, and links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.links, self.forms = page, [], []  # type: ignore[var-annotated]
        self._values: dict[str, str] | None = None
        self._opened = ("get", "")
        self._choosing: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(found.get("href", ""))
        elif tag == "form":
            self._values, self._opened = {}, (found.get("method", "get").upper(), found.get("action") or self.page)
        elif self._values is None:
            return
        elif tag == "select":
            self._choosing = found.get("name")
        elif tag == "option" and self._choosing and (self._choosing not in self._values or "selected" in found):
            self._values[self._choosing] = found.get("value", "")
        elif tag in {"input", "textarea", "button"} and (name := found.get("name")):
            given = "checked" in found or name not in self._values
            self._values[name] = found.get("value", "") if given else self._values[name]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._values is not None:
            self.forms.append(Control(*self._opened, tuple(sorted(self._values.items()))))
            self._values = None
        elif tag == "select":
            self._choosing = None


def read_page(page: str, html: str) -> tuple[list[str], list[Control]]:
    """The links of a page that stay here, and its forms."""
    reader = _Reader(page)
    reader.feed(html)
    return [link for link in reader.links if link.startswith("/") and not link.startswith("//")], reader.forms


def form_targets(form: Control, *, signed_in: bool) -> Iterator[Target]:
    """Every field of a form."""
    for name, _ in form.values:
        others = urlencode([(one, value) for one, value in form.values if one != name])
        body = f"{urlencode({name: ''})}{HERE}&{others}"
        path = form.action.partition("#")[0]
        if form.method == "GET":
            yield Target("GET", f"{path}?{body}", "address", name, signed_in=signed_in)
        else:
            yield Target("POST", path, "form", name, body, signed_in=signed_in)


def body_targets(document: Json, *, ids: dict[str, str]) -> Iterator[Target]:
    """Every field of every body of the JSON API, at any depth, and the bodies as such."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            url = filled(path, ids)
            whole = sample(document, content["schema"], ids)
            yield Target(method.upper(), url, "json", "", f'"{HERE}"', by_token=True)
            for pointer, body in places(whole):
                yield Target(method.upper(), url, "json", pointer, json.dumps(body), by_token=True)


def parameter_targets(document: Json, *, ids: dict[str, str]) -> Iterator[Target]:
    """Every parameter of the JSON API, in the path and behind it."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for parameter in operation.get("parameters", []):
                name = parameter["name"]
                url = filled(path, ids | {name: HERE})
                if parameter["in"] == "query":
                    url += f"?{name}={HERE}" + ("" if name == "purpose" else "&purpose=hobby&box=sent&q=leeds")
                yield Target(method.upper(), url, "address", name, by_token=True)


def path_targets(app: Litestar, *, ids: dict[str, str]) -> Iterator[Target]:
    """Every parameter in the path of every page."""
    for route in app.routes:
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        if path.startswith("/api/v1"):
            continue
        for name in re.findall(r"\{(\w+)\}", path):
            for method in sorted(getattr(route, "methods", set()) - {"OPTIONS"}):
                yield Target(method, filled(path, ids | {name: HERE}), "address", name)


def declared_query_targets(app: Litestar, *, ids: dict[str, str]) -> Iterator[Target]:
    """Every name behind the address of a page that its route declares."""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and not route.path.startswith("/api/v1"):
            address = filled(re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path), ids)
            for handler in route.route_handlers:
                for name, parameter in signature(handler.fn).parameters.items():
                    if "QueryParameter" in repr(parameter.annotation):
                        yield Target("GET", f"{address}?{name}={HERE}", "address", name)


def query_targets(pages: list[str]) -> Iterator[Target]:
    """Every name behind an address that any page reads, on every page."""
    code = "".join(file.read_text() for file in (ROOT / "web").rglob("*.py"))
    names = sorted(set(re.findall(r'query_params(?:\.get\(|\[)"(\w+)"', code)))
    assert len(names) >= 3, "the names are no longer found in the code"
    for page in pages:
        for name in names:
            yield Target("GET", f"{urlsplit(page).path}?{name}={HERE}", "address", name)


def header_targets() -> Iterator[Target]:
    """Every header and cookie that we read, and some that are read for us."""
    code = "".join(file.read_text() for part in ("api", "web") for file in (ROOT / part).rglob("*.py"))
    names = set(re.findall(r'headers(?:\.get\(|\[)"([\w-]+)"', code)) | {"authorization", "content-type", "accept"}
    assert {"origin", "sec-fetch-site", "user-agent", "if-none-match"} <= names, "no longer found in the code"
    for name in sorted(names | {"content-length", "transfer-encoding", "range", "x-forwarded-host", "forwarded"}):
        for method, url in (
            ("GET", "/me"),
            ("POST", "/sign-in"),
            ("GET", "/api/v1/me"),
            ("GET", "/static/css/tokens.css"),
        ):
            start = "Bearer whf_" if name == "authorization" else ""
            yield Target(method, url, "header", name, start, by_token=url.startswith("/api/v1"))
    for cookie in ("wherefore", "wherefore-form", "wherefore-notice", "anything"):
        yield Target("GET", "/me", "header", "cookie", f"{cookie}=", signed_in=False)
        yield Target("POST", "/sign-in", "header", "cookie", f"{cookie}=", signed_in=False)


def filled(path: str, ids: dict[str, str]) -> str:
    """A path with a real id in each place."""
    return re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], _SAMPLES["uuid"]), path)


def sample(document: Json, schema: Json, ids: dict[str, str], name: str = "") -> Any:
    """A value that fits a schema, so that one nasty field among good ones is reached."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "oneOf" in schema:
        schema = next(one for one in schema["oneOf"] if one.get("type") != "null")
        return sample(document, schema, ids, name)
    kinds = schema.get("type", "string")
    made: Any = ids.get(name, _SAMPLES.get(schema.get("format", ""), "Some words about old atlases and linen thread."))
    if "enum" in schema:
        made = "hobby" if "hobby" in schema["enum"] else schema["enum"][0]
    elif "object" in kinds:
        made = {key: sample(document, one, ids, key) for key, one in schema.get("properties", {}).items()}
    elif "array" in kinds:
        made = [sample(document, schema.get("items", {}), ids, name)]
    elif {"integer", "number", "boolean"} & {kinds if isinstance(kinds, str) else kinds[0]}:
        made = True if "boolean" in kinds else 3
    return made


def places(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """The value once for every place in it, with `HERE` in that place."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        for where, changed in [(f"{pointer}/{key}", HERE), *places(one, f"{pointer}/{key}")]:
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[key] = changed
            yield where, copy
    if isinstance(value, dict):
        yield f"{pointer}/(unknown)", {**value, "surplus": HERE}
