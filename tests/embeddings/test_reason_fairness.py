# ruff: noqa: RUF001  (texts in other scripts on purpose)
"""Honest reasons pass whoever writes them; empty ones are told, in other languages too, at their words."""

import tomllib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings import reason_weights
from embeddings.encoder import Encoder
from embeddings.models import find_model
from embeddings.pitches import find_pitch
from embeddings.reason_fillers import is_filler, quoted_back
from embeddings.reasons import Finding, sendable
from embeddings.texts import normalise
from tests.embeddings.judging import judged

HONEST = tomllib.loads(Path(__file__).with_name("honest_reasons.toml").read_text("utf-8"))["reason"]
BEES = ("I keep three hives behind the allotments and sell a little honey.", "I sing bass in a church choir.")


async def judge(encoder: Encoder, reason: str, theirs: tuple[str, ...] = BEES, purpose: str = "hobby") -> list[Finding]:
    return await judged(encoder, reason, theirs, names=("Ada Brook", "Tomasz"), purpose=purpose)


@pytest.mark.parametrize("one", HONEST, ids=lambda one: f"{one['purpose']} {one['text'][:20]}")
async def test_no_honest_reason_is_refused(encoder: Encoder, one: dict[str, str]) -> None:
    assert sendable(await judge(encoder, one["text"], tuple(one["theirs"]), one["purpose"]))


async def test_few_honest_reasons_earn_a_note_and_broken_english_hardly_more_than_other(encoder: Encoder) -> None:
    noted = {True: 0, False: 0}
    for one in HONEST:
        noted[one["native"]] += bool(await judge(encoder, one["text"], tuple(one["theirs"]), one["purpose"]))

    assert sum(noted.values()) <= len(HONEST) * 0.15
    assert noted[False] - noted[True] <= 2


@pytest.mark.parametrize(
    "reason",
    [
        "Bonjour, je viens de voir votre profil et je souhaite vous ajouter à mes contacts. Merci d'avance !",
        "Hallo, ich bin auf Ihr Profil gestoßen und würde mich über eine Vernetzung sehr freuen. Viele Grüße",
        "Hola, vi tu perfil y me gustaría agregarte a mi red. Espero que aceptes mi invitación, saludos",
        "Ciao, ho visto il tuo profilo e mi farebbe piacere entrare in contatto con te. A presto, spero.",
        "Hoi, ik kwam je profiel tegen en zou je graag aan mijn netwerk toevoegen. Groetjes en tot snel",
        "Cześć, zobaczyłem twój profil i chciałbym nawiązać kontakt. Pozdrawiam serdecznie i czekam",
    ],
)
async def test_templates_are_refused_in_other_languages(encoder: Encoder, reason: str) -> None:
    assert [found.code for found in await judge(encoder, reason)] == ["template"]


@pytest.mark.parametrize(
    "reason",
    [
        "J'ai deux ruches sur le toit et j'ai perdu la moitié de mes abeilles cet hiver. Comment faites-vous ?",
        "Yo también tengo abejas, cuatro colmenas, y quisiera saber qué les da de comer en primavera.",
        "У меня тоже три улья за домом. Как ваши пчёлы перенесли зиму? Мои в этом году очень слабые.",
        "私も庭で蜜蜂を飼っています。冬の間、巣箱の湿気をどうしていますか。教えていただけると嬉しいです。今年は半分を失いました。",
        "मेरे आँगन में भी दो छत्ते हैं और इस सर्दी में एक खाली हो गया। आप अपनी मधुमक्खियों को ठंड से कैसे बचाते हैं?",
        "म पनि घर पछाडि मौरी पाल्छु, तर यो वर्ष मह धेरै कम भयो। तपाईं जाडोमा घारलाई केले छोप्नुहुन्छ?",
        "عندي خليتان خلف البيت ومات نصف النحل في الشتاء. كيف تحمي خلاياك من الرطوبة عندما يطول المطر؟",
        "我也在院子里养蜜蜂，去年冬天损失了一半，想请教您怎么防潮。我的蜂箱放在果树下面，冬天风很大，夏天又太热，不知道您那里怎么样，希望能听听您的经验。",
    ],
)
async def test_honest_reasons_in_other_languages_are_never_called_far_or_refused(encoder: Encoder, reason: str) -> None:
    assert await judge(encoder, reason) == []


@pytest.mark.parametrize(
    "text",
    [
        "aaaaaaaa aaaaaaaaa aaaaaaaaaa aaaaaaaaaaa aaaaaaaaaa aaaaaaaa aaaa",
        "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor",
        "hello hello hello hello hello hello hello hello hello hello hello hello hello",
        "sdkfjh skdjfh skjdhf ksjdhf kjshdf kjshdf kjsdhf kjsdhf kjshdf kjshdfkjh",
        "asdf asdf jklj asdf qwer qwer asdf jkl asdf asdf qwer qwer asdf asdf asdf",
        "....................................................................",
    ],
)
async def test_what_only_fills_the_space_is_refused(encoder: Encoder, text: str) -> None:
    found = await judge(encoder, text)

    assert is_filler(text)
    assert "letters to fill the space" in next(one.message for one in found if one.code == "template")


async def test_their_own_words_given_back_are_refused_at_those_words(encoder: Encoder) -> None:
    reason = "You write: I keep three hives behind the allotments and sell a little honey. I like this."

    refused = next(one for one in await judge(encoder, reason) if one.code == "template")

    assert reason[refused.start : refused.end] == BEES[0].rstrip(".")
    assert "given back" in refused.message


def test_a_quotation_with_words_of_ones_own_is_fine() -> None:
    reason = "I keep three hives behind the allotments too, and last winter a woodpecker opened two of them. Did yours?"

    assert quoted_back(reason, BEES) is None
    assert not is_filler(reason)


async def test_what_could_be_for_anyone_is_told_so_and_asked_for_their_words(encoder: Encoder) -> None:
    found = await judge(encoder, "I admire people who make things and would enjoy a talk about the making of things.")

    assert any("anyone" in one.message for one in found)


async def test_a_reason_about_another_subject_is_noted_and_not_refused(encoder: Encoder) -> None:
    found = await judge(encoder, "You race pigeons, you say. How far did your best one fly, and how did you train her?")

    assert [one.code for one in found] == ["far-from-anchor"]
    assert sendable(found)


@pytest.mark.parametrize(
    "text",
    [
        "We make labels for jars and would be happy to send you our price list. First order half price!",
        "I'm a financial adviser and help people like you to invest. When can we talk for 15 minutes?",
        "Thanks for connecting! Let me tell you about our cleaning service, we have a special offer this week.",
    ],
)
async def test_a_message_that_sells_is_a_pitch_at_its_words(encoder: Encoder, text: str) -> None:
    found = await find_pitch(encoder, text, purpose="interest")

    assert found is not None
    assert 0 <= found.start < found.end <= len(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "I sold my old kiln to a neighbour and now I miss it. How was your firing?",
        "Shall I bring you a jar? The bees have been generous and I only want the jar back.",
        "My boss wants a report by Friday, so I will write you properly at the weekend.",
        "",
    ],
)
async def test_friendly_talk_is_no_pitch(encoder: Encoder, text: str) -> None:
    assert await find_pitch(encoder, text, purpose="interest") is None


@given(st.text(st.characters(exclude_categories=()), max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
async def test_judging_twice_says_the_same(encoder: Encoder, reason: str) -> None:
    assert await judge(encoder, reason) == await judge(encoder, reason)
    pitch = await find_pitch(encoder, reason, purpose="belief")
    assert pitch is None or 0 <= pitch.start <= pitch.end <= len(normalise(reason))


class Renamed:
    """The same model under another revision, for which nothing was learned."""

    def __init__(self, encoder: Encoder) -> None:
        self.model = msgspec.structs.replace(encoder.model, revision="another")
        self.encode, self.tokens = encoder.encode, encoder.tokens


async def test_for_another_model_only_near_templates_are_refused_and_nothing_is_called_far(encoder: Encoder) -> None:
    other = Renamed(encoder)
    reasons = {
        "template": "I would be very happy to add you to my professional network, and to connect with you here.",
        "nothing": "You race pigeons, you say. How far did your best one fly, and how did you train her?",
    }

    found = {name: await judged(other, reason, BEES) for name, reason in reasons.items()}

    assert [one.code for one in found["template"]] == ["template"]
    assert found["nothing"] == []


async def test_for_another_model_a_pitch_takes_two_expressions_of_selling(encoder: Encoder) -> None:
    other = Renamed(encoder)

    sold = await find_pitch(other, "We help companies to win new customers. Book a free demo.", purpose="hobby")
    talk = await find_pitch(other, "There was a discount on plums at the market.", purpose="hobby")

    assert sold is not None
    assert talk is None


def test_weights_that_are_kept_are_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = find_model().revision
    weights = reason_weights.weights_for(known)
    assert weights is not None
    monkeypatch.setattr(reason_weights, "WEIGHTS", tmp_path / "weights.json")

    reason_weights.save(weights)
    again = reason_weights.weights_for(known)

    assert again is not None
    assert np.allclose(again.template, weights.template)
    assert reason_weights.weights_for("another") is None
