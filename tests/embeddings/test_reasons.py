"""Verdicts on reasons: templates and tricks are refused, honest reasons pass, however shy or clumsy."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.encoder import Encoder
from embeddings.reason_copies import copied
from embeddings.reason_rules import commands, only_a_wish, only_about_the_writer, sales
from embeddings.reasons import EarlierReason, Finding, judge_reason, normalise_reason, sendable

BEES = "I keep three hives behind the allotments and sell a little honey."
GARDENER = (BEES, "Looking for someone to read long Russian novels with, slowly.", "I sing bass in a church choir.")
CARER = ("I look after my husband since his stroke; nights are short.", "I used to paint and would like to again.")


async def judge(
    encoder: Encoder,
    reason: str,
    *,
    recipient: tuple[str, ...] = GARDENER,
    anchor: str | None = "",
    earlier: tuple[EarlierReason, ...] = (),
    own: tuple[str, ...] = (),
    purpose: str = "hobby",
) -> list[Finding]:
    return await judge_reason(
        encoder,
        reason=reason,
        anchor_text=recipient[0] if anchor == "" else anchor,
        recipient_texts=recipient,
        sender_texts=own,
        earlier_reasons=earlier,
        names=["Ada Brook", "Tomasz"],
        purpose=purpose,
    )


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


GENERIC = [
    "Hello Tomasz, I would like to have you in my network. Please accept my request to connect.",
    "I have seen your profile and it would be great to be in contact with each other here.",
    "Hi! We seem to have so much in common. Let's get connected and see what comes out of it.",
    "Hello dear, how are you today? I saw your profile and I would love to get to know you better.",
    "You look very nice and friendly. I like your profile a lot. Shall we chat a little some day?",
    "I am new on this site and I am adding people. I hope you will accept me, thank you very much!",
    "Your profile is really impressive and inspiring. I would be honoured to be connected with you.",
    "We were suggested to each other, so I thought I would send you a request. Looking forward to it!",
    "I am always looking to meet like-minded people and to exchange ideas and experiences with them.",
    "Hi there, hope you are well. I would love to connect and learn more about what you do. Thank you!",
]


@pytest.mark.parametrize("reason", GENERIC)
async def test_what_could_be_sent_to_anyone_is_refused(encoder: Encoder, reason: str) -> None:
    findings = await judge(encoder, reason)

    assert "template" in codes(findings)
    assert not sendable(findings)


HONEST = [
    (GARDENER, "um hi. i never know how to start. your bees, do they really survive the winter there? mine all died"),
    (GARDENER, "I would like to connect. My grandfather had hives too and I miss the sound of them in the evening."),
    (
        GARDENER,
        "sorry my english is not good. I read also War and Peace two time and want talk with somebody about him",
    ),
    (GARDENER, "Hello Tomasz, I came across your profile. I sing tenor, badly, and our choir has no basses at all."),
    (GARDENER, "Your profile caught my eye because of the honey: I brew mead and know nobody who understands why."),
    (CARER, "my wife had a stroke in march. i dont sleep either. maybe we could write at night when it is quiet"),
    (CARER, "I stopped painting when my son was born ill. You wrote you would like to start again. So would I."),
    (CARER, "I dont want anything, only to say that I know the short nights, my mother needs me every two hours."),
    (
        ("Training for my first open water swim.", "I am scared of seaweed."),
        "I laughed about the seaweed, because I am scared of it as well and I have swum in the sea for ten years.",
    ),
    (
        ("Lapsed Catholic, still moved by evensong.",),
        "I also left the church and still go to hear the singing. I have wondered whether others do this.",
    ),
    (
        ("I repair old radios and listen to short wave at night.",),
        "There is a valve set of my uncle's in my cellar that hums. You seem to be the one person who might know why.",
    ),
]


@pytest.mark.parametrize(("recipient", "reason"), HONEST)
async def test_an_honest_reason_passes_however_clumsy(
    encoder: Encoder, recipient: tuple[str, ...], reason: str
) -> None:
    assert sendable(await judge(encoder, reason, recipient=recipient))


async def test_a_good_reason_has_no_findings(encoder: Encoder) -> None:
    reason = "Your three hives made me smile: we have two on our roof, and I would gladly swap some honey with you."

    assert await judge(encoder, reason) == []


async def test_the_same_words_are_fine_for_one_and_far_from_another(encoder: Encoder) -> None:
    reason = "I have raced motorcycles since I was twenty and wonder which bike you started on, and where you ride now."
    racer = ("Motorcycle racing on Sundays, I ride an old Ducati.",)

    assert await judge(encoder, reason, recipient=racer) == []
    assert codes(await judge(encoder, reason)) == {"far-from-anchor"}


async def test_a_language_that_the_model_does_not_know_is_not_called_far(encoder: Encoder) -> None:
    reason = "Ich habe selbst zwei Völker hinter dem Haus und würde gern wissen, wie Ihre durch den Winter kommen."

    assert await judge(encoder, reason) == []


async def test_the_length_is_counted_in_code_points_after_normalising(encoder: Encoder) -> None:
    just = unicodedata.normalize("NFD", " " + "Bienen sind schön und summen. " * 2 + "é\n")

    assert len(normalise_reason(just)) == 61
    assert "too-short" not in codes(await judge(encoder, just))
    assert "too-short" in codes(await judge(encoder, "I like your bees."))
    assert "too-long" in codes(await judge(encoder, "I like your bees. " * 40))
    assert codes(await judge(encoder, "I like your bees. " * 4000)) == {"too-long"}


async def test_without_an_anchor_nothing_can_be_sent(encoder: Encoder) -> None:
    reason = "Your three hives made me smile, as we have two on our roof and fight with wasps. How do you?"

    findings = await judge(encoder, reason, anchor=None)

    assert [finding.code for finding in findings] == ["no-anchor"]


async def test_a_copy_with_another_name_and_subject_is_refused(encoder: Encoder) -> None:
    earlier = EarlierReason(
        text="Dear Joan, your words about lace made me stop at once, since lace has followed me around all my life.",
        names=("Joan",),
        anchor_text="I make lace.",
    )
    reason = (
        "Dear Tomasz, your words about hives made me stop at once, since hives have followed me around all my life."
    )

    findings = await judge(encoder, reason, earlier=(earlier,))

    assert "copy" in codes(findings)


@pytest.mark.parametrize(
    "other",
    [
        "I also keep bees, four hives, and I have read that you lost one in spring. What happened to it?",
        "My mother sold honey. When I read about your hives I could smell her kitchen again, thank you.",
    ],
)
def test_another_reason_about_the_same_subject_is_no_copy(other: str) -> None:
    reason = "I have read about your hives and would like to know what you feed them in a wet spring like this one."

    assert copied(reason, names=(), anchor_text=BEES, earlier=[EarlierReason(text=other, anchor_text=BEES)]) is None


@pytest.mark.parametrize(
    "reason",
    ["Accept my request.", "You must reply today.", "Do not ignore this message.", "Write back immediately!!!"],
)
def test_commands_are_noted(reason: str) -> None:
    assert commands(reason)


@pytest.mark.parametrize(
    "reason", ["You must be so tired.", "I must tell you about my bees!", "No need to answer soon."]
)
def test_warmth_is_no_command(reason: str) -> None:
    assert commands(reason) == []


def test_talk_of_oneself_alone_is_noted_and_talk_of_both_is_not() -> None:
    alone = "I am a beekeeper and I have been one all my life. I like my bees and I like the garden I sit in."

    assert only_about_the_writer(alone, ())
    assert not only_about_the_writer(alone + " What are your bees like?", ())
    assert only_about_the_writer(
        "As you see: I keep bees and I like long walks by the sea.", ["I keep bees and I like long walks by the sea."]
    )


def test_a_wish_with_nothing_for_the_other_is_noted() -> None:
    assert only_a_wish("I need someone with hives. Teach me everything about bees.")
    assert only_a_wish("I need someone with hives. I could help you with the honey harvest.") is None


def test_selling_words_are_found() -> None:
    assert sales("We help companies to win more customers. Book a free demo.")
    assert sales("I sold my first painting at your age and I help out at the shop.") == []


async def test_a_pitch_is_noted_but_may_be_sent(encoder: Encoder) -> None:
    reason = "Our platform helps small honey producers to win new customers online. Book a free demo and sell more."

    findings = await judge(encoder, reason)

    assert "pitch" in codes(findings)
    assert sendable(findings)


async def test_stored_vectors_lead_to_the_same_findings(encoder: Encoder) -> None:
    vectors = await encoder.encode(GARDENER)
    for reason in [*GENERIC[:3], HONEST[0][1]]:
        with_vectors = await judge_reason(
            encoder,
            reason=reason,
            anchor_text=BEES,
            anchor_vector=vectors[0],
            recipient_texts=GARDENER,
            recipient_vectors=vectors,
            sender_texts=(),
            earlier_reasons=(),
            names=["Ada Brook", "Tomasz"],
            purpose="hobby",
        )

        assert with_vectors == await judge(encoder, reason)


async def test_refusals_come_first(encoder: Encoder) -> None:
    findings = await judge(encoder, "You must reply now!!! Visit my website honeyfarm.com, I need new customers.")

    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities, reverse=True)
    assert {"refuse", "note"} == set(severities)


pieces = [
    "call me ",
    "@",
    "dot com",
    " at ",
    "0",
    "+44",
    ".",
    "my site ",
    "\u200b",
    "é",
    "e\u0301",
    "ﬁ",
    "İ",
    "you ",
    "!",
]
tricky = st.text(st.characters(exclude_categories=()), max_size=200) | st.lists(
    st.sampled_from(pieces), max_size=40
).map("".join)


@given(tricky, tricky)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
async def test_every_text_is_judged_and_every_place_is_valid(encoder: Encoder, reason: str, other: str) -> None:
    findings = await judge(
        encoder, reason, recipient=(other,), own=(other,), earlier=(EarlierReason(text=other, names=(reason,)),)
    )

    length = len(normalise_reason(reason))
    assert all(0 <= finding.start <= finding.end <= length for finding in findings)
    assert all(finding.message and finding.suggestion.endswith("?") for finding in findings)
