"""What nobody types by accident, as it looks in a form or an address, and as it looks within JSON."""

import json
from collections.abc import Iterator

import msgspec

DEEP = 50_000
HUGE = 10_000_000


class Nasty(msgspec.Struct, frozen=True):
    """One value; `text` goes into forms, addresses and headers, `json` stands where a value of JSON belongs."""

    name: str
    text: bytes
    json: bytes


_TEXTS: dict[str, str] = {
    "nothing": "",
    "white space": " \t\n \u00a0\u2003",
    "NUL": "\0",
    "NUL within": "Ada\0Lovelace",
    "control characters": "".join(map(chr, range(1, 32))),
    "later control characters": "".join(map(chr, range(127, 160))),
    "high surrogate": "a\ud800",
    "low surrogate": "\udfffz",
    "surrogates the wrong way round": "\udc00\ud800",
    "not a character": "\ufffe\uffff\U0010ffff",
    "private use": "\ue000\U000f0000",
    "right to left override": "\u202egnp.exe\u202c",
    "isolates that do not close": "\u2066\u2067\u2068" * 40,
    "zero width": "A\u200bd\u200c\u200da\u2060\ufeff",
    "only zero width": "\u200b\u200c\u200d\u2060",
    "byte order mark": "\ufeffAda",
    "tags": "Ada" + "".join(chr(0xE0000 + ord(one)) for one in "hidden"),
    "piled up accents": "Z" + "\u0301\u0316\u035b" * 2_000,
    "family in one sign": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 40,
    "Cyrillic that looks Latin": "\u0410d\u0430 M\u043ed\u0435r\u0430t\u043er",
    "full width": "\uff33\uff25\uff2c\uff25\uff23\uff34 \uff0a",
    "grows when normalised": "\ufdfa\u0390\U0001d160" * 60,
    "line separators": "a\u2028b\u2029c\u0085d",
    "line breaks of a header": "a\r\nSet-Cookie: wherefore=x\r\n\r\n<h1>b",
    "line breaks of a mail": "a@example.org\r\nBcc: b@example.org",
    "two addresses": "a@example.org,b@example.org",
    "address with a quoted part": '"a b"@[127.0.0.1]',
    "address at a long host": "a@" + "x" * 250 + ".example",
    "host in punycode": "a@xn--99999999999.example",
    "line breaks of a log": "a\n2026-01-01T00:00:00Z [error] forged=yes",
    "colours of a terminal": "\x1b[31mred\x1b]0;title\x07",
    "long": "wherefore " * 500,
    "very long": "a" * 100_000,
    "ten megabytes": "b" * HUGE,
    "quote of SQL": "' OR '1'='1' --",
    "statement of SQL": "'; DROP TABLE account; --",
    "union of SQL": "1) UNION SELECT password_hash FROM account --",
    "dollars of SQL": "$$ || pg_sleep(5) || $1",
    "pattern of SQL": "%_\\%",
    "braces": "{} {0} {x!r:>10}",
    "format of Python": "{0.__class__.__mro__[1].__subclasses__}",
    "format of C": "%s%s%n%x %(x)s",
    "template of Jinja": "{{ 7 * 7 }}{% for x in y %}",
    "template of others": "${7*7} #{7*7} <%= 7 %>",
    "script": "<script>alert(document.cookie)</script>",
    "end of an attribute": "\"><img src=x onerror='alert(1)'>",
    "end of a text area": "</textarea></title><svg/onload=alert(1)>",
    "comment": "<!--[if IE]>--!><![CDATA[",
    "entity of XML": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "script address": "javascript:alert(1)",
    "data address": "data:text/html;base64,PHNjcmlwdD4=",
    "other site": "//evil.example/%2e%2e",
    "other site with backslashes": "/\\evil.example",
    "way out of a folder": "../../../../etc/passwd",
    "encoded way out": "..%2f..%252f..%c0%afetc/passwd",
    "way out on Windows": "..\\..\\windows\\win.ini",
    "file that ends early": "a.html\0.png",
    "shell": "; cat /etc/passwd | $(id) `id` &",
    "directory search": "*)(uid=*))(|(uid=*",
    "formula": '=HYPERLINK("https://evil.example")',
    "expression that backtracks": "(" + "a+" * 40 + ")+$" + "a" * 2_000 + "!",
    "prototype": "__proto__[polluted]",
    "digits of another script": "\u0661\u0662\u0663",
    "number too large": "9" * 400,
    "number below nothing": "-1",
    "word for no number": "NaN",
    "word for no end": "-Infinity",
    "time that never was": "2026-02-30T25:61:61Z",
    "time far away": "99999-12-31T00:00:00Z",
    "id of nothing": "00000000-0000-0000-0000-000000000000",
    "id in braces": "{6F9619FF-8B86-D011-B42D-00CF4FC964FF}",
    "words of JSON": '{"a": [1, 2',
}

_ONLY_JSON: dict[str, bytes] = {
    "true": b"true",
    "null": b"null",
    "whole number": b"7",
    "31 bits": b"2147483648",
    "63 bits": b"9223372036854775808",
    "64 bits": b"-18446744073709551617",
    "five thousand digits": b"7" * 5_000,
    "small number": b"1e-400",
    "large number": b"1e400",
    "broken number": b"0.1",
    "not a number": b"NaN",
    "no end": b"Infinity",
    "empty list": b"[]",
    "list of null": b"[null]",
    "long list": b"[" + b'"a",' * 20_000 + b'"a"]',
    "empty object": b"{}",
    "prototype of an object": b'{"__proto__": {"id": 1}, "constructor": null}',
    "one key twice": b'{"kind": "met", "kind": "statement", "kind": 3}',
    "lists within lists": b"[" * DEEP + b"]" * DEEP,
    "objects within objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "lists that do not close": b"[" * DEEP,
    "overlong UTF-8": b'"\xc0\xaf\xe0\x80\xaf"',
    "broken UTF-8": b'"\xff\xfe\xe2\x82"',
    "surrogates in UTF-8": b'"\xed\xa0\x80"',
    "UTF-16": '"a"'.encode("utf-16"),
    "text that does not end": b'"abc',
    "escape that does not end": b'"\\u12"',
    "apostrophes": b"'abc'",
    "comment": b"/* */ 1",
    "comma too many": b"1,,",
    "another body": b'1} {"b": 2',
}

_ONLY_TEXT: dict[str, bytes] = {
    "overlong UTF-8": b"\xc0\xaf\xe0\x80\xaf",
    "broken UTF-8": b"\xff\xfe\xe2\x82",
    "Latin 1": b"Zo\xeb",
    "UTF-16": "abc".encode("utf-16"),
}


def nasty_values() -> Iterator[Nasty]:
    """All of them."""
    for name, text in _TEXTS.items():
        yield Nasty(name, text.encode("utf-8", "surrogatepass"), json.dumps(text).encode())
    for name, raw in _ONLY_JSON.items():
        yield Nasty(f"JSON: {name}", raw[:2_000], raw)
    for name, raw in _ONLY_TEXT.items():
        yield Nasty(f"bytes: {name}", raw, b'"' + raw + b'"')
