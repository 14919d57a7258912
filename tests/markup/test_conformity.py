"""A fault of a page is found, whatever it is; and a good page has none."""

import pytest

from tests.markup import faults_in

GOOD = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Tea</title></head>
<body><main id="main"><h1>Tea</h1>
<ul><li><a href="#main">Up</a></li></ul>
<dl><div><dt>Leaf</dt><dd>green</dd></div></dl>
<form action="/tea" method="post"><label for="leaf">Leaf</label><input id="leaf" name="leaf" autocomplete="off">
<fieldset><legend>Milk</legend><input id="milk" name="milk" type="checkbox" aria-label="Milk"></fieldset>
<button type="submit">Pour</button></form>%s</main></body></html>"""


def test_a_good_page_has_no_faults() -> None:
    assert faults_in(GOOD % "") == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("<p>a<div>b</div></p>", "cannot stand where it is written"),
        ("<b>open", "closes what is not open"),
        ("<p>a<ul><li>b</li></ul></p>", "cannot stand where it is written"),
        ("<table><tr><p>x</p></tr></table>", "cannot stand where it is written"),
        ("<form action='/x'></form><p id=leaf>x</p>", "used more than once"),
        ("<p class=a class=b>x</p>", "duplicate-attribute"),
        ("<p>AT&T &nope; x</p>", "unknown-named-character-reference"),
        ("<p><span><div>x</div></span></p>", "cannot stand where it is written"),
        ("<div><span><h2>x</h2></span></div>", "may not hold h2"),
        ("<ul><p>x</p></ul>", "<ul> at line 9 may not hold p"),
        ("<a href='/x'><button type='submit'>x</button></a>", "can be pressed within something that is pressed"),
        ("<button type='button'><a href='/x'>x</a></button>", "can be pressed within something that is pressed"),
        ("<button>x</button>", "does not say its type"),
        ("<a href='/x'></a>", "says nothing"),
        ("<h2></h2>", "heading element has no content"),
        ("<h3>x</h3>", "comes after h1"),
        ("<h1>x</h1>", "there is not one h1"),
        ("<main>x</main>", "there is not one main"),
        ("<input name='x'>", "has no label"),
        ("<label for='gone'>x</label>", "for='gone'"),
        ("<p aria-describedby='gone'>x</p>", "aria-describedby='gone'"),
        ("<a href='#gone'>x</a>", "href='gone'"),
        ("<p aria-label='x'>x</p>", "cannot be named"),
        ("<input id='x' name='x' aria-label='x' autocomplete='surname'>", "autocomplete='surname'"),
        ("<input id='x' name='x' aria-label='x' type='telephone'>", "type='telephone'"),
        ("<p tabindex='3'>x</p>", "tabindex='3'"),
        ("<p lang='english'>x</p>", "lang='english'"),
        ("<time datetime='today'>x</time>", "datetime='today'"),
        ("<center>x</center>", "not known"),
        ("<p align='left'>x</p>", "may not have align"),
        ("<p style='color: red'>x</p>", "may not have style"),
        ("<p role='button-like'>x</p>", "role"),
        ("<dl><dd>x</dd></dl>", "a term without words"),
        ("<details><p>x</p></details>", "does not begin with a summary"),
        ("<fieldset><p>x</p></fieldset>", "does not begin with a legend"),
        ("<img src='/x.png'>", "no alt"),
        ("<label for='leaf'>x<label for='milk'>y</label></label>", "may not stand in <label>"),
        ("<article><header><footer>x</footer></header></article>", "may not stand in <header>"),
    ],
)
def test_a_fault_is_found(fault: str, said: str) -> None:
    found = faults_in(GOOD % fault)

    assert [line for line in found if said in line] != [], found


def test_a_page_says_its_language_and_has_a_title() -> None:
    said = " ".join(faults_in("<!doctype html><html><head></head><body><main><h1>x</h1></main></body></html>"))

    assert "lang" in said
    assert "title" in said
