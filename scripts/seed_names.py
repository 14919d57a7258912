"""Who generated members are, apart from what they write: where they live, how old they are, what they are called."""

from functools import cache
from random import Random

import msgspec
from faker import Faker

from api.accounts.schemas import Meets
from api.profiles.places import search_places
from scripts.seed_data import Age, Region, Who, load_regions

_AGES: dict[Age, int] = {"young": 27, "middle": 45, "old": 28}
_WHO: dict[Who, int] = {"she": 49, "he": 45, "they": 6}
_PRONOUNS: dict[Who, str] = {"she": "she/her", "he": "he/him", "they": "they/them"}
_GREEK_TO_LATIN = str.maketrans("\u03b5\u0395", "\u025b\u0190")
"""Faker writes the open e of Twi with Greek letters."""
_PRONOUNS_SAID = 0.85
_PLACE_SAID = 0.92
_MEETS = {Meets.ONLINE: 35, Meets.ONLINE_FIRST: 45, Meets.IN_PERSON_TOO: 20}


class Someone(msgspec.Struct, frozen=True):
    """A generated person before they have written anything."""

    name: str
    who: Who
    age: Age
    country: str
    pronouns: str | None
    place_id: int | None
    meets: Meets
    languages: tuple[str, ...]


def someone(rng: Random, *, age: Age | None = None, who: Who | None = None, country: str | None = None) -> Someone:
    """A person by chance, but for what is given already."""
    regions = [region for region in load_regions_once() if country in {None, region.code}]
    region = rng.choices(regions, weights=[region.weight for region in regions])[0]
    who = who or rng.choices(list(_WHO), weights=list(_WHO.values()))[0]
    age = age or rng.choices(list(_AGES), weights=list(_AGES.values()))[0]
    return Someone(
        name=_name(rng, region, who),
        who=who,
        age=age,
        country=region.code,
        pronouns=_PRONOUNS[who] if rng.random() < _PRONOUNS_SAID else None,
        place_id=place_id(rng.choice(region.cities), region.country) if rng.random() < _PLACE_SAID else None,
        meets=rng.choices(list(_MEETS), weights=list(_MEETS.values()))[0],
        languages=tuple(sorted({*region.languages[: rng.randint(1, 3)], "en"})),
    )


@cache
def load_regions_once() -> tuple[Region, ...]:
    """Every region, read once."""
    return load_regions()


@cache
def place_id(city: str, country: str) -> int | None:
    """The place of a city in a country that is called as in the table of places."""
    found = search_places(f"{city}, {country}", most=1)
    return found[0].id if found else None


def country_name(code: str) -> str:
    """What the table of places calls a country."""
    return next(region.country for region in load_regions_once() if region.code == code)


def _name(rng: Random, region: Region, who: Who) -> str:
    """A whole name mostly; some people keep their family name, or all of it but a letter, to themselves."""
    first, last = given_and_family(rng, region, rng.choice(("she", "he")) if who == "they" else who)
    return rng.choices([f"{first} {last}", first, f"{first} {last[0]}."], weights=[65, 20, 15])[0]


def given_and_family(rng: Random, region: Region, called: str) -> tuple[str, str]:
    """The two names of somebody from a region who is called as a woman (`she`) or as a man (`he`)."""
    return _from_faker(rng, region.locale, called) if region.locale else _from_lists(rng, region, called)


def _from_faker(rng: Random, locale: str, called: str) -> tuple[str, str]:
    faker = _faker(locale)
    faker.seed_instance(rng.getrandbits(32))
    if called == "she":
        return faker.first_name_female().translate(_GREEK_TO_LATIN), faker.last_name_female().translate(_GREEK_TO_LATIN)
    return faker.first_name_male().translate(_GREEK_TO_LATIN), faker.last_name_male().translate(_GREEK_TO_LATIN)


def _from_lists(rng: Random, region: Region, called: str) -> tuple[str, str]:
    return rng.choice(region.she if called == "she" else region.he), rng.choice(region.family)


@cache
def _faker(locale: str) -> Faker:
    return Faker(locale, providers=["faker.providers.person"])
