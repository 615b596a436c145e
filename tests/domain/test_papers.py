"""The whole table of papers: every field is known, every kind fills in, the page is GB/T 9704."""

import pytest

from api.domain.entities.risk_measures import LegalActor as L
from api.domain.kit.errors import RuleViolated
from api.domain.kit.nouns import PATHS
from api.domain.organisation.organisation import UnitBehaviour as U
from api.domain.papers.blocks import Block, BlockKind, fill, named, needed
from api.domain.papers.fields import REGISTERS, registered
from api.domain.papers.gbt9704 import MEASURES, TYPEFACES
from api.domain.papers.numbers import number_of, prefix_of
from api.domain.papers.papers import (
    READS,
    RULES,
    TEMPLATES,
    PaperKind,
    Template,
    UnknownField,
    check,
    ensure_signs,
    kinds_of,
    template,
)
from api.services.papers.facts import READERS

MADE = [(kind, noun) for kind, rule in RULES.items() for noun in rule.nouns]
#: Whoever reported something is in none of them.
NOBODYS = ("reporter", "informant", "phone", "id_number")


@pytest.mark.parametrize(("kind", "noun"), MADE)
def test_a_template_names_only_what_is_read(kind, noun):
    for each in TEMPLATES[kind]:
        assert set(named(each.blocks)) <= set(registered(noun))
        assert needed(each.blocks)
    assert (kind, noun) in READERS
    assert noun in READS
    assert noun in PATHS
    assert kind in kinds_of(noun)


def test_every_kind_has_a_rule_a_series_and_a_reader():
    assert set(RULES) == set(TEMPLATES) == set(PaperKind)
    assert set(READERS) == set(MADE)
    assert len({rule.series for rule in RULES.values()}) == len(RULES)
    for versions in TEMPLATES.values():
        assert [each.version for each in versions] == [*range(1, len(versions) + 1)]


def test_fields_say_what_they_are_and_whoever_must_fill_them_in_is_told_how():
    for register in REGISTERS.values():
        for name, field in register.items():
            assert field.label
            assert not any(word in name for word in NOBODYS)
    for kind, noun in MADE:
        for name in needed(template(kind).blocks):
            field = registered(noun)[name]
            given = {"number", "made_on", "record_number", "title"}  # never empty
            assert field.fill_in or name in given | {"facts", "legal_basis"}, (kind, name)


@pytest.mark.parametrize(("kind", "noun"), MADE)
def test_every_kind_fills_in(kind, noun):
    values = {name: f"〈{name}〉" for name in registered(noun)}
    said = "\n".join(
        block.text + "".join(part.text for row in block.rows for cell in row for part in cell)
        for block in fill(template(kind).blocks, values)
    )
    for name in named(template(kind).blocks):
        assert f"〈{name}〉" in said
    assert "{" not in said


@pytest.mark.parametrize(("kind", "noun"), MADE)
def test_without_what_may_be_empty_nothing_is_left_hanging(kind, noun):
    blocks = template(kind).blocks
    values = {name: f"〈{name}〉" for name in needed(blocks)}
    for block in fill(blocks, values):
        for part in block.parts:
            assert part.text


@pytest.mark.parametrize(
    ("text", "said"),
    [("{nobody}", "nobody"), ("{", "花括号"), ("{}", "（空）"), ("{reporter}", "reporter")],
)
def test_a_template_with_an_unknown_field_is_refused(text, said):
    made = Template(9, (Block(BlockKind.PARAGRAPH, text),))
    with pytest.raises(UnknownField, match=said) as refused:
        check(PaperKind.TRANSFER_LETTER, made, ("lead",))
    assert "移送书" in str(refused.value)
    assert "第 9 版" in str(refused.value)


def test_a_table_that_names_one_is_refused_as_well():
    made = Template(2, (Block(BlockKind.TABLE, rows=(("姓名", "{reporter_name}"),)),))
    with pytest.raises(UnknownField, match="reporter_name"):
        check(PaperKind.ASSIGNMENT_SLIP, made, ("lead",))


def test_optional_rows_of_a_table_are_left_out():
    block = Block(BlockKind.TABLE, rows=(("甲", "{a}"), ("乙", "{b}")), optional=True)
    [table] = fill((block,), {"a": "有"})
    assert len(table.rows) == 1
    assert fill((block,), {}) == []


def test_numbers_are_written_as_the_standard_asks():
    assert number_of(prefix_of("众兴集镇"), "移", 2026, 1) == "众养诈移〔2026〕1号"
    assert prefix_of("") == ""


def test_only_the_body_that_may_order_signs_the_order():
    kind = PaperKind.RECTIFICATION_NOTICE
    ensure_signs(kind, U.MARKET, "市场监管所", L.MARKET, "市场监管所")
    ensure_signs(kind, U.OTHER, "金融办", L.FUNDRAISING_LEAD, "金融办")
    for unit, name, actor, actor_name in (
        (U.OFFICE, "镇专项办", L.MARKET, "市场监管所"),
        (U.OFFICE, "镇专项办", L.OFFICE, "镇专项办"),
        (U.POLICE, "派出所", L.POLICE, "派出所"),
        (U.CULTURE, "文广站", L.MARKET, "市场监管所"),
    ):
        with pytest.raises(RuleViolated, match="制作") as refused:
            ensure_signs(kind, unit, name, actor, actor_name)
        assert refused.value.code == "actor_without_power"
        assert "第十八条" in refused.value.extra["article"]


def test_the_measures_of_the_page_agree_with_each_other():
    of = {name: each.value for name, each in MEASURES.items()}
    assert of["margin_left"] + of["type_width"] + of["margin_right"] == of["page_width"]
    assert of["margin_top"] + of["type_height"] + of["margin_bottom"] == of["page_height"]
    twips_a_mm = 1440 / 25.4
    assert int(of["type_height"] * twips_a_mm / of["pitch"]) == of["lines"]
    character = of["body_size"] * 20 + of["spacing"]
    assert int(of["type_width"] * twips_a_mm / character) == of["characters"]
    for each in [*MEASURES.values(), *TYPEFACES.values()]:
        assert each.clause
        assert each.strength.label
    assert all(face.instead for face in TYPEFACES.values())
