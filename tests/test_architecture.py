"""What must hold of the whole tree: no job anywhere, no number that ranks people, small modules, declared access."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("api", "web", "embeddings", "scripts")

_JOB_WORDS = r"job|jobs|employer|employers|employment|company|companies|occupation|profession|school|university"
JOB_FIELD = re.compile(
    rf"\b(?:{_JOB_WORDS}|job_title|work_title|workplace|works_at|industry|career|cv|resume)\b", re.IGNORECASE
)
NUMBER_FIELD = re.compile(
    r"\b(?:score|similarity|distance|rank|ranking|rating|popularity|count|total|number|percent|weight)\b", re.IGNORECASE
)


def schema_fields() -> list[str]:
    """`domain.Struct.field` for everything that goes in or out of the JSON API."""
    from web.app import create_app

    schema = create_app().openapi_schema.to_schema()
    names = []
    for name, component in schema["components"]["schemas"].items():
        names += [f"{name}.{field}" for field in component.get("properties", {})]
    for path, item in schema["paths"].items():
        for operation in item.values():
            names += [f"{path}?{parameter['name']}" for parameter in operation.get("parameters", [])]
    return names


def table_columns() -> list[str]:
    """`table.column` for everything that is kept."""
    from api.piccolo_conf import APP_REGISTRY

    return [
        f"{table._meta.tablename}.{column._meta.name}"
        for app in APP_REGISTRY.app_configs.values()
        for table in app.table_classes
        for column in table._meta.columns
    ]


def form_fields() -> list[str]:
    """The names of all fields that templates ask for."""
    names = []
    for template in (ROOT / "web/templates").rglob("*.html"):
        text = template.read_text()
        names += re.findall(r"""name=["']([\w-]+)["']""", text)
        names += re.findall(r"""(?:text_field|text_area|select_field|radios|checkboxes|hidden)\(\s*["'](\w+)""", text)
    return names


def test_nothing_asks_for_or_keeps_a_job_employer_title_or_school() -> None:
    names = schema_fields() + table_columns() + form_fields()

    offending = [name for name in names if JOB_FIELD.search(name.replace("_", " ")) or name.endswith(".title")]

    assert len(names) > 150
    # The title of a problem (RFC 9457) is not a person's.
    assert [name for name in offending if not name.endswith("Problem.title")] == []


def test_no_reply_carries_a_number_that_ranks_people() -> None:
    fields = schema_fields()

    assert fields
    assert [field for field in fields if NUMBER_FIELD.search(re.sub(r"[._?]", " ", field))] == []


def modules() -> list[Path]:
    """Every module of ours but migrations."""
    return [
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "piccolo_migrations" not in path.parts
    ]


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    everything = [*modules(), *(ROOT / "tests").rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in everything}

    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_every_module_says_in_a_sentence_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.name != "__init__.py" and not re.match(r'"""[A-Zc].+[.:]', path.read_text())
    ]

    assert silent == []


def test_no_module_is_called_by_a_word_that_says_nothing() -> None:
    vague = {"utils", "util", "helpers", "common", "core", "lib", "misc"}

    assert [path for path in modules() if path.stem in vague] == []


@pytest.mark.parametrize("package", ["api", "web"])
def test_annotations_are_real_where_litestar_reads_them(package: str) -> None:
    postponed = [
        path for path in (ROOT / package).rglob("*.py") if "from __future__ import annotations" in path.read_text()
    ]

    assert [path for path in postponed if "piccolo_migrations" not in path.parts] == []
