"""No notation of an address leads a webhook to what is not on the open internet."""
# ruff: noqa: RUF001, SIM905 - letters and numbers that look like others are what this is about; lists are to be read

import ipaddress
import socket
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.webhooks import addresses
from api.webhooks.addresses import NOT_PUBLIC, UnusableUrlError, is_public, may_be_called, target_of

WITHIN = (
    "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.1.2.3 127.255.255.255 "
    "169.254.0.1 "
    "169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.8 192.0.0.170 192.0.2.1 192.31.196.1 "
    "192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.7 "
    "203.0.113.9 224.0.0.1 233.252.0.1 239.255.255.250 240.0.0.1 255.255.255.254 255.255.255.255"
).split()
WITHIN_6 = (
    ":: ::1 100:: 100:0:0:1::1 1::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:1::1 2001:2::1 "
    "2001:3::1 2001:10::1 "
    "2001:20::1 2001:30::1 2001:db8::1 2001:db8:ffff::1 2620:4f:8000::1 3fff::1 4000::1 5f00::1 6000::1 "
    "8000::1 a000::1 "
    "e000::1 f000::1 fc00::1 fd00:ec2::254 fd12:3456:789a::1 fe80::1 fe80::1%lo fe80::a9fe:a9fe%eth0 febf::1 fec0::1 "
    "ff00::1 ff02::1 ff05::1:3 ffff::1"
).split()
PUBLIC = (
    "1.1.1.1 8.8.8.8 93.184.215.14 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.17.0.1 223.255.255.1"
)
PUBLIC_6 = "2606:4700:4700::1111 2a00:1450:4001:81b::200e 2001:4860:4860::8888 2400:cb00::1 2001:200::1 3ffe::1"

EMBEDDINGS = (
    "::ffff:{v4}",
    "::{v4}",
    "64:ff9b::{v4}",
    "64:ff9b:1::{v4}",
    "::ffff:0:{v4}",
    "2002:{hex}::1",
    "2001:0:{hex}::1",
    "2001:0:0:0:0:0:{hex}",
)


def _embedded() -> Iterator[str]:
    """Every one of them once more within an IPv6 address, in each way in which that is done."""
    for form, v4 in product(EMBEDDINGS, [*WITHIN, *PUBLIC.split()]):
        packed = ipaddress.IPv4Address(v4).packed.hex()
        yield form.format(v4=v4, hex=f"{packed[:4]}:{packed[4:]}")


REFUSED = [*WITHIN, *WITHIN_6, *_embedded()]


def test_hundreds_of_addresses_that_are_not_of_the_open_internet_are_refused() -> None:
    assert len(set(REFUSED)) > 400
    assert [one for one in REFUSED if is_public(one)] == []


def test_addresses_of_the_open_internet_may_be_called() -> None:
    assert [one for one in [*PUBLIC.split(), *PUBLIC_6.split()] if not is_public(one)] == []


@given(st.ip_addresses())
def test_what_the_standard_library_does_not_call_global_is_refused(address: ipaddress.IPv4Address) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert not is_public(str(address))


@given(st.sampled_from(NOT_PUBLIC), st.integers(min_value=0))
def test_no_address_of_a_refused_network_passes(network: str, number: int) -> None:
    of = ipaddress.ip_network(network)

    assert not is_public(str(of[number % of.num_addresses]))


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "1.1.1.1 ", "x"])
def test_what_is_no_address_in_its_one_notation_is_refused(text: str) -> None:
    assert not is_public(text)


def test_the_addresses_of_this_very_machine_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Held:
        address = "93.184.215.99"

    monkeypatch.setattr("psutil.net_if_addrs", lambda: {"eth0": [Held()]})
    addresses._of_this_machine.cache_clear()
    try:
        assert not is_public("93.184.215.99")
        assert is_public("93.184.215.98")
    finally:
        addresses._of_this_machine.cache_clear()


HOSTS = (
    # Numbers, however they are written.
    *WITHIN, "127.1", "127.0.1", "0", "0x7f.1", "0x7f000001", "0X7F.0.0.1", "2130706433",
    "017700000001", "0177.0.0.1",
    "0177.0.0.01", "127.0.0.1.", "127.1.", "0x7f.0x0.0x0.0x1", "00000177.1", "4294967295", "3232235777", "0xa9fea9fe",
    "0251.0376.0251.0376", "2852039166", "1.1.1.1", "8.8.8.8", "999.999.999.999", "256.1.1.1", "1.2.3", "0x", "1.0x",
    "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "٣.٣.٣.٣", "१२७.0.0.1",
    *[f"[{one}]" for one in WITHIN_6], "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[2606:4700:4700::1111]", "[v1.x]", "[]",
    "[127.0.0.1]", "[::1", "::1]", "::1", "fe80::1%25lo",
    # Names that lead inside.
    "localhost", "LOCALHOST", "localhost.", "ｌｏｃａｌｈｏｓｔ", "a.localhost", "localhost.localdomain",
    "printer.local",
    "router.lan", "db.internal", "metadata.google.internal", "wiki.corp", "nas.home", "x.home.arpa",
    "1.0.0.127.in-addr.arpa",
    "hidden.onion", "site.test", "site.invalid", "site.example", "site.alt", "intranet", "postgres", "db", "com",
    # What is no name.
    "", ".", "..", "a..example.org", ".example.org", "-a.example.org", "a-.example.org", "a_b.example.org",
    "exa mple.org", "example.org\t", "example.org\n", "example.org\x00",
    "example.org\u200b.evil\u2028.com", "%6c%6f.org",
    "127.0.0.1%2f.example.org", "example.org%00.internal", "*.example.org", "a" * 64 + ".example.org",
    "a." * 130 + "org",
    "xn--.org", "xn--a.org", "\u00ad", "exämple.local", "a\\b.org", "a,b.org", "a;b.org", "a$b.org",
    "a'b.org", "{x}.org",
)  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_a_number_or_a_name_that_leads_inside_is_refused_however_it_is_written(host: str) -> None:
    for url in (f"https://{host}/hook", f"HTTPS://{host}:443", f"https://{host}:8443/?a=b"):
        with pytest.raises(UnusableUrlError):
            target_of(url)


URLS = (
    "", "x", "//hooks.example.org", "/hook", "hooks.example.org", "https:hooks.example.org",
    "https:/hooks.example.org",
    "https:///hooks.example.org", "https://", "https://?x", "https://#x", "https://:443/", "https://:8443",
    *[f"{scheme}://hooks.example.org/" for scheme in (
        "http", "ftp", "file", "gopher", "dict", "ldap", "ws", "wss", "javascript", "data", "unix",
        "httpss", "h\u0442tps", "",
    )],
    "file:///etc/passwd", "javascript:alert(1)", "data:text/plain,x", "https+unix://x",
    *[f"https://{user}@hooks.example.org/" for user in ("a", "a:b", "", ":", "a:b@c", "127.0.0.1", "%40")],
    "https://hooks.example.org@127.0.0.1/", "https://127.0.0.1#@hooks.example.org/",
    "https://hooks.example.org\\@127.0.0.1/",
    "https://127.0.0.1\\.hooks.example.org/", "https://hooks.example.org#x",
    "https://hooks.example.org/#", "https://a.org/#/x",
    *[f"https://hooks.example.org:{port}/" for port in (
        "0", "1", "21", "22", "25", "53", "80", "110", "444", "3306", "5432", "6379", "8080", "9200",
        "11211", "65535", "65536",
        "-1", "", "x", "443x", "0443", "00443", "4 43", "+443", "443:443", "٤٤٣", "1e3", "0x1bb",
    )],
    *[f"https://hooks.example.org/{bad}" for bad in (
        " ", "a b", "a\tb", "a\nb", "a\rb", "\r\nHost: x", "\x00", "\x7f", "ä", "\u2028", "<", ">",
        '"', "`", "{", "|", "\\", "^",
    )],
    "https://hooks.example.org?a b", " https://hooks.example.org", "https://hooks.example.org/" + "a" * 500,
)  # fmt: skip


@pytest.mark.parametrize("url", URLS)
def test_an_address_with_a_name_a_port_or_a_form_of_its_own_is_refused(url: str) -> None:
    with pytest.raises(UnusableUrlError):
        target_of(url)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://hooks.example.org", "https://hooks.example.org/"),
        ("HTTPS://Hooks.Example.ORG:443/A?b=c&d=%20", "https://hooks.example.org/A?b=c&d=%20"),
        ("https://hooks.example.org:8443/a//b/../c", "https://hooks.example.org:8443/a//b/../c"),
        ("https://exämple.org/", "https://xn--exmple-cua.org/"),
        ("https://ｈｏｏｋｓ.example.org/", "https://hooks.example.org/"),
        ("https://hooks.example.org?x=1", "https://hooks.example.org/?x=1"),
        ("https://a.b.c.d.co.uk/", "https://a.b.c.d.co.uk/"),
        ("https://1.1.1.1.sslip.io/", "https://1.1.1.1.sslip.io/"),
    ],
)
def test_an_address_that_can_be_called_is_kept_in_its_normal_form(given: str, meant: str) -> None:
    assert target_of(given).url == meant
    assert target_of(meant).url == meant


@given(st.text(alphabet="htps:/.@#?[]0x127%a:\\ é‥。", max_size=40))
def test_whatever_is_given_is_refused_or_names_a_machine_by_a_public_name(rest: str) -> None:
    try:
        target = target_of(f"https://{rest}")
    except UnusableUrlError:
        return
    assert not _is_number(target.host)
    assert "." in target.host
    assert target.port in addresses.PORTS


def _is_number(host: str) -> bool:
    """Whether the system's own library takes it for one, in its oldest and widest reading."""
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


@pytest.mark.usefixtures("development")
def test_while_somebody_works_on_a_receiver_their_own_machine_may_be_called() -> None:
    assert target_of("http://localhost:9000/hook").url == "http://localhost:9000/hook"
    assert target_of("http://127.0.0.1:9000").host == "127.0.0.1"
    assert target_of("http://[::1]:9000/").url == "http://[::1]:9000/"
    assert may_be_called("127.0.0.1")
    with pytest.raises(UnusableUrlError):
        target_of("ftp://localhost/")
