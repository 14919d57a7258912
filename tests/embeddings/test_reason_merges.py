# ruff: noqa: RUF001  (texts in other scripts on purpose)
"""A template stays one with words of its reader's set in; who says something of their own may quote as they like."""

from collections.abc import Callable

import pytest

from embeddings.encoder import Encoder
from embeddings.reason_disguises import is_disguised
from embeddings.reason_elsewhere import like_templates_elsewhere
from embeddings.reason_remainder import quotations
from embeddings.reasons import Finding, sendable
from tests.embeddings.judging import judged

THEIRS = (
    "Every October I press pears with a screw from 1911 and give most of the juice away.",
    "I am building a harpsichord from a kit, and I have lost the instructions twice.",
)


async def judge(encoder: Encoder, reason: str, theirs: tuple[str, ...] = THEIRS) -> list[Finding]:
    return await judged(encoder, reason, theirs, names=("Ada Brook", "Tomasz Wolny"))


@pytest.mark.parametrize(
    "reason",
    [
        (
            "“Every October I press pears with…” - may I add you to my professional network? "
            "It would be great to connect."
        ),
        "I have lost the instructions twice! I'd love to connect with you and to learn more about what you do.",
        (
            "Hello Tomasz, harpsichord! Please accept my invitation to connect, I want to "
            "join your professional network."
        ),
        "Hi Tomasz, your profile caught my eye because of the pears. I'd like to add you to my network.",
    ],
)
async def test_a_template_is_refused_with_words_of_theirs_set_in(encoder: Encoder, reason: str) -> None:
    found = await judge(encoder, reason)

    assert "template" in {one.code for one in found}
    assert not sendable(found)


@pytest.mark.parametrize(
    "reason",
    [
        (
            "“I press pears with a screw from 1911” - how touching and how true! You inspire "
            "me, and I would be so happy to walk with you and to hear all about your life."
        ),
        (
            "“Give most of the juice away”: such generosity and such warmth in one line. It "
            "shows a noble heart. I would be honoured to exchange thoughts with you."
        ),
        (
            "“I have lost the instructions twice” - what humour and what honesty! The world "
            "needs more souls like yours. I would be delighted to be in touch."
        ),
    ],
)
async def test_praise_of_a_quotation_that_would_fit_any_other_is_told(encoder: Encoder, reason: str) -> None:
    assert {one.code for one in await judge(encoder, reason)} & {"template", "far-from-anchor"}


@pytest.mark.parametrize(
    "reason",
    [
        (
            "“I have lost the instructions twice” - I lost them for a pram once, and it only "
            "ever turned left. Which step are you at with the jacks?"
        ),
        (
            "“Every October I press pears”: my grandmother did it in a bathtub with her feet,"
            " and we all got ill. Do you boil it?"
        ),
        "harpsichord from a kit!! mine stands in the cellar since 2019 without strings. did you use brass or iron?",
        (
            "You give most of the juice away. I give my quinces away and get jam back, there "
            "are nine jars now. Would you trade?"
        ),
    ],
)
async def test_who_quotes_and_has_something_to_say_is_told_nothing(encoder: Encoder, reason: str) -> None:
    assert await judge(encoder, reason) == []


@pytest.mark.parametrize(
    "reason",
    [
        (
            "初めまして。プロフィールを見て興味を持ちました。つながりたいです。ご連絡お待ちし"
            "ています。よろしくお願いします。"
        ),
        ("안녕하세요, 프로필을 보고 연락드려요. 제 인맥에 추가하고 싶습니다. 수락해 주시면 감사하겠습니다."),
        (
            "Xin chào, hồ sơ của bạn thật thú vị, tôi muốn kết nối với bạn và thêm bạn vào "
            "mạng lưới. Mong bạn chấp nhận."
        ),
        "สวัสดีค่ะ โปรไฟล์ของคุณน่าสนใจมาก อยากเพิ่มคุณในเครือข่ายและอยากรู้จักกับคุณ ขอบคุณค่ะ",
        "שלום, ראיתי שהפרופיל שלך מעניין ואני רוצה להוסיף אותך לרשת שלי. אשמח להכיר אותך וליצור קשר, תודה.",
        "Γεια σας, το προφίλ σας είναι ενδιαφέρον και θα ήθελα να σας προσθέσω στο δίκτυό μου και να σας γνωρίσω.",
        "Hei, profiilisi on kiinnostava ja haluaisin lisätä sinut verkostooni. Olisi mukava tutustua sinuun.",
        "Habari, wasifu wako unavutia na ningependa kukuongeza kwenye mtandao wangu. Natumaini utakubali ombi langu.",
        "Hallo, Harpsichord! Ich möchte dich gerne zu meinem beruflichen Netzwerk hinzufügen und würde mich freuen.",
        (
            "Bonjour, harpsichord ! Votre profil m'intéresse beaucoup et j'aimerais vous "
            "ajouter à mon réseau professionnel."
        ),
    ],
)
async def test_templates_are_told_in_many_languages_with_a_word_of_theirs_or_without(
    encoder: Encoder, reason: str
) -> None:
    assert {one.code for one in await judge(encoder, reason)} & {"template", "far-from-anchor"}


@pytest.mark.parametrize(
    "reason",
    [
        "안녕하세요, 저도 가을마다 배를 짜는데 즙이 늘 흐려요. 어떻게 거르시는지 알려 주시면 정말 감사하겠습니다.",
        "Xin chào, tôi cũng ép lê mỗi mùa thu nhưng nước luôn đục. Bạn lọc bằng vải gì? Mong nghe bạn kể thêm.",
        ("สวัสดีค่ะ ฉันก็คั้นน้ำลูกแพร์ทุกฤดูใบไม้ร่วง แต่น้ำขุ่นเสมอ คุณใช้ผ้าอะไรกรองคะ อยากฟังเรื่องเครื่องเก่าของคุณ"),
        "שלום, גם אני סוחט אגסים בסתיו והמיץ תמיד יוצא עכור. באיזה בד אתם מסננים? אשמח לשמוע.",
        "Hei, minäkin puristan päärynöitä syksyisin ja mehu jää aina sameaksi. Millä kankaalla sinä siivilöit?",
        (
            "Habari, mimi pia nakamua mapeari kila vuli lakini maji yake huwa na ukungu. "
            "Unachuja kwa kitambaa gani? Asante."
        ),
        (
            "Hallo, ich würde mich freuen, von dir zu hören, wie du den Saft klar bekommst. "
            "Meiner gärt immer nach drei Tagen."
        ),
    ],
)
async def test_honest_reasons_in_these_languages_are_told_nothing(encoder: Encoder, reason: str) -> None:
    assert await judge(encoder, reason) == []


def test_a_quotation_is_theirs_when_most_of_its_words_are() -> None:
    mine = "My aunt says “never trust a pear that floats” and she was a nurse."

    assert quotations(mine, THEIRS) == []
    assert quotations("“Lost the kit twice”, you too?", THEIRS) == [(0, 20)]


def test_a_language_without_templates_is_like_none_and_too_few_letters_as_well() -> None:
    assert like_templates_elsewhere("მეც მაქვს ორი სკა სახლის უკან და წელს თაფლი ცოტაა.", (), ()).part == 0
    assert like_templates_elsewhere("Ich bin neu, und du?", (), ()).part == 0


@pytest.mark.parametrize(
    "disguise",
    [
        lambda text: text.replace("e", "\u0435").replace("o", "\u043e"),
        lambda text: text.replace("w", "w\u200b").replace("n", "n\u2060"),
        lambda text: text.replace("network", "n e t w o r k").replace("add", "a\u00add\u00add"),
    ],
    ids=["letters of another script", "invisible signs", "set apart"],
)
async def test_a_template_in_disguise_is_refused_at_its_own_place(
    encoder: Encoder, disguise: Callable[[str], str]
) -> None:
    reason = disguise("Hello, I would like to add you to my professional network and hope to stay in touch with you.")

    refused = [found for found in await judge(encoder, reason) if found.code == "template"]

    assert [(found.start, found.end) for found in refused] == [(0, len(reason))]


@pytest.mark.parametrize(
    "reason",
    [
        "У меня тоже три улья за домом. Как ваши пчёлы перенесли зиму? Мои в этом году очень слабые.",
        "Mes abeilles sont mortes cet hiver, et je n'ose plus ouvrir la ruche de mon père. Que feriez-vous ?",
        "My hives are at 57° north and the ling (Calluna) is late. Do your bees find any? \u2764\ufe0f\u200d\U0001f525",
    ],
)
def test_what_is_merely_written_otherwise_is_no_disguise(reason: str) -> None:
    assert not is_disguised(reason)
