"""Marks stand at the words that a finding concerns."""

from embeddings.reasons import Finding
from web.findings import review

REASON = "Hello Ada, add me on my site. Your spoons are lovely."


def found(words: str, severity: str = "refuse", *, code: str = "errand") -> Finding:
    start = REASON.index(words)
    return Finding(code, severity, start, start + len(words), "message", "suggestion")  # type: ignore[arg-type]


def test_the_words_that_a_finding_concerns_are_marked_with_its_number() -> None:
    seen = review(REASON, [found("add me on my site")])

    assert seen.parts == [("Hello Ada, ", ()), ("add me on my site", (1,)), (". Your spoons are lovely.", ())]
    assert [number for _, number in seen.findings] == [1]


def test_nothing_of_the_reason_is_lost_when_marks_overlap() -> None:
    long, short = found("add me on my site. Your spoons"), found("my site", code="template")
    seen = review(REASON, [long, short, found("site. Your", code="copy")])

    assert "".join(text for text, _ in seen.parts) == REASON
    assert [part for part in seen.parts if part[1]] == [
        ("add me on ", (1,)),
        ("my ", (1, 2)),
        ("site", (1, 2, 3)),
        (". Your", (1, 3)),
        (" spoons", (1,)),
    ]


def test_of_two_findings_about_the_same_words_both_numbers_stand_there() -> None:
    seen = review(REASON, [found("my site"), found("my site", "note", code="copy")])

    assert [part for part in seen.parts if part[1]] == [("my site", (1, 2))]
    assert [number for _, number in seen.findings] == [1, 2]


def test_a_finding_about_the_whole_reason_marks_nothing() -> None:
    seen = review(REASON, [found(REASON, "note", code="only-about-you")])

    assert not seen.has_marks
    assert [number for _, number in seen.findings] == [None]


def test_what_is_said_of_several_words_is_said_once_with_one_number_at_all_of_them() -> None:
    seen = review(REASON, [found("Hello"), found("my site"), found("lovely", code="copy")])

    assert [(finding.code, number) for finding, number in seen.findings] == [("errand", 1), ("copy", 2)]
    assert [part for part in seen.parts if part[1]] == [("Hello", (1,)), ("my site", (1,)), ("lovely", (2,))]


def test_refusals_come_before_notes() -> None:
    seen = review(REASON, [found("Hello", "note"), found("lovely")])

    assert [(finding.severity, number) for finding, number in seen.findings] == [("refuse", 1), ("note", 2)]
    assert seen.refused


def test_notes_alone_refuse_nothing() -> None:
    assert not review(REASON, [found("Hello", "note")]).refused


def test_offsets_outside_the_reason_are_not_marked() -> None:
    beyond = Finding("errand", "refuse", 10, 9_000, "message", "suggestion")

    assert not review(REASON, [beyond]).has_marks


def test_spaces_and_signs_between_marks_are_not_marked() -> None:
    whole, within = found("add me on my site.", code="copy"), found("on my", code="template")
    seen = review(REASON, [found("add me"), found("site", code="contact-details"), whole, within])

    assert seen.parts[1:] == [
        ("add me", (1, 2)),
        (" ", ()),
        ("on my", (2, 3)),
        (" ", ()),
        ("site", (2, 4)),
        (". Your spoons are lovely.", ()),
    ]


def test_signs_that_are_all_that_is_meant_are_marked() -> None:
    seen = review(REASON, [found(", ")])

    assert (", ", (1,)) in seen.parts
