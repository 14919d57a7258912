"""Finds favours that a stranger is asked to do at once: fix it for me, proofread my essay."""

from embeddings.texts import BEGINNING, any_case

# An order or a polite one, not a question of how the reader does it.
_ASKED = (
    rf"(?:{BEGINNING}|\b(?:please|pls|kindly|just)\s+"
    r"|\b(?:can|could|would|will)\s(?:you|u)\s+(?:please\s+|maybe\s+|kindly\s+|perhaps\s+)?)"
)
_WORK = (
    r"(?:fix|solve|debug|repair|mend|finish|translate|design|edit|type\sup|print|calculate|proof-?\s?read|transcribe|code"
    r"|program|correct|rewrite|redo|install|format|draft)"
)


FAVOURS = (
    any_case(rf"{_ASKED}{_WORK}\s(?:[\w'\u2019-]+\s){{1,5}}for\sme\b"),
    any_case(rf"{_ASKED}do\s(?:it|(?:my|this|the)\s[\w-]+)\sfor\sme\b"),
    any_case(
        rf"{_ASKED}(?:{_WORK}|appraise|critique)\s(?:mine\b|my\s(?:[\w-]+\s)?(?:essay|thesis|chapter|text|script|code|cv|r[\u00e9e]sum[\u00e9e]"
        r"|paper|letter|report|homework|article|manuscript|book|novel|poems?|draft|page|site|website|app|spreadsheet|table|laptop"
        r"|computer|phone|bike|bicycle|clock|watch|radio|guitar|dress|coat|jeans|trousers|tap|roof|car|translation|assignment)\b)"
    ),
    any_case(
        r"\bplease\s(?:value|appraise|price|estimate)\s(?:it|mine|my)\b|\b(?:can|could|would)\syou\s(?:value|appraise)\s(?:it|mine|my)\b"
    ),
    any_case(
        rf"{_ASKED}(?:check|test|look\sover|go\sover)\s(?:mine|my\s[\w-]+)\sand\s(?:send|tell|give|write|let)\sme\b"
    ),
    any_case(
        rf"{_ASKED}introduce\sme\sto\s(?:all\s)?your\s(?:\w+\s)?(?:customers?|clients?|boss|manager|team|network|contacts?|company"
        r"|colleagues|investors?|publisher|agent|editor|employer)\b"
    ),
)
