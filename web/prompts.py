"""Questions that help to write the first words under a purpose, with examples of our own."""

from typing import Final

import msgspec

from api.profiles.schemas import Purpose


class Prompt(msgspec.Struct, frozen=True):
    """What to ask about one purpose; the first example stands beside the question, the others wait for a press."""

    about: str
    about_examples: tuple[str, ...]
    seeking: str
    seeking_examples: tuple[str, ...]


PROMPTS: Final[dict[Purpose, Prompt]] = {
    Purpose.BUSINESS: Prompt(
        "What do you make, mend, sell, teach, or want to begin?",
        (
            "I dye wool with plants from our hillside and would love to sell it beyond the village market.",
            "I mend bicycles in my yard on Saturdays, and I could teach someone while I do it.",
            "I want to open a small bakery that is only open in the evening, and I have never kept books.",
        ),
        "Who would help, or whom could you help?",
        (
            "Somebody who has run a small web shop and remembers what went wrong at first.",
            "Somebody with an old van and a free morning a week, to share a delivery round.",
            "Anybody who wants to learn to sew trousers that fit. I have the table and the patience.",
        ),
    ),
    Purpose.HOBBY: Prompt(
        "What do you do for the love of it?",
        (
            "I build ships in bottles, badly, and have begun to enjoy the sinking ones most.",
            "I play the accordion in the kitchen, mostly slow waltzes, when nobody is home.",
            "I grow chillies on a window sill and give them names.",
        ),
        "Who would be good company in it?",
        (
            "Another slow model builder to swap half-finished photos with.",
            "Somebody who plays by ear and does not mind the same tune three times.",
            "People who swap seeds by post, and write a line about where they come from.",
        ),
    ),
    Purpose.INTEREST: Prompt(
        "What could you talk about for an hour?",
        (
            "I read everything about how maps were drawn before anyone could fly.",
            "I try to understand why old bridges stand, and I look under every one I cross.",
            "I learn Finnish from songs and can say a lot about snow by now.",
        ),
        "Whose thoughts would you like to hear?",
        (
            "Somebody who knows the night sky and can explain how sailors steered by it.",
            "Anybody who has read one long book many times and finds new things in it.",
            "Somebody who grew up with two languages. In which of them do you count?",
        ),
    ),
    Purpose.BELIEF: Prompt(
        "What path are you on, or what do you wonder about?",
        (
            "I grew up without any faith, and now I sit with the Quakers on Sundays and like the silence.",
            "I light a candle for my father every Friday, and I am not sure to whom I pray.",
            "I have left the church of my childhood and still miss the singing.",
        ),
        "Who would you like beside you on the way?",
        (
            "Somebody with doubts who goes all the same, to talk about why.",
            "Somebody to read one short text with each week, slowly, from any tradition.",
            "People who pray in their own words, and would tell me how they began.",
        ),
    ),
    Purpose.CARETAKING: Prompt(
        "What are your days like, as far as you wish to say?",
        (
            "My mother lives with me and no longer knows the house. The evenings are the hardest.",
            "My brother has epilepsy and a good sense of humour. I keep the calendar for both of us.",
            "I cannot use my left side. My husband does the lifting, and I do the worrying.",
        ),
        "Who would understand?",
        (
            "Somebody else who is up at four in the morning, to trade a few words with no need to be cheerful.",
            "Somebody who has asked for help at home and knows which office answers.",
            "Others who are cared for, to talk about anything but that.",
        ),
    ),
    Purpose.PARTNERSHIP: Prompt(
        "What would it be like to share a week with you?",
        (
            "I cook for too many people, walk everywhere, and need one quiet day in seven.",
            "I get up early, sing to the dog, and fall asleep over the newspaper.",
            "I have two children every other week, and in between I like to dance.",
        ),
        "Whom do you hope to find?",
        (
            "A kind man over fifty who likes gardens and can laugh at himself.",
            "A woman who would rather go out in the rain than not go out.",
            "Somebody who is not in a hurry, and says what they mean.",
        ),
    ),
}
