"""Categories, charges and channels: every spelling that ledgers use finds its one meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.leads.categories import (
    CATEGORY_ALIASES,
    CHARGE_ARTICLES,
    Charge,
    FundraisingTest,
    LeadCategory,
    RedFlag,
    find_categories,
    find_category,
)
from api.domain.leads.channels import CHANNEL_ALIASES, LeadChannel, find_channel

ALIASES = [(name, one) for one, names in CATEGORY_ALIASES.items() for name in names]
CHANNELS = [(name, one) for one, names in CHANNEL_ALIASES.items() for name in names]


def test_the_six_pretexts_and_one_other():
    assert [one.value for one in LeadCategory] == ["C1", "C2", "C3", "C4", "C5", "C6", "C0"]
    assert set(CATEGORY_ALIASES) == set(LeadCategory)


@pytest.mark.parametrize("category", LeadCategory)
@pytest.mark.parametrize("quotes", ["“”", "‘’", '""', "''", "「」", "  ", ""])
def test_a_label_is_found_with_any_quotes(category, quotes):
    left, right = (quotes[0], quotes[-1]) if quotes else ("", "")
    text = category.label.replace("“", left).replace("”", right)
    assert find_category(text) is category
    assert find_category(category.value.lower()) is category


@pytest.mark.parametrize(("name", "category"), ALIASES)
def test_every_alias(name, category):
    assert find_category(name) is category
    assert find_category(f" {name} 类 ") is category


def test_no_alias_means_two_categories():
    names = [name for name, _ in ALIASES]
    assert len(names) == len(set(names))
    names = [name for name, _ in CHANNELS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("text", ["养老", "“养老”", "养老类", "", "诈骗", "房地产"])
def test_what_names_no_category_stays_unknown(text):
    assert find_category(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("养老服务、养老产品", (LeadCategory.C1, LeadCategory.C3)),
        ("C2/C2；以房养老", (LeadCategory.C2, LeadCategory.C4)),
        ("养老保险", (LeadCategory.C5,)),
        ("养老保险，养老", None),
        ("、", None),
        ("", None),
    ],
)
def test_cells_with_several_categories(text, found):
    assert find_categories(text) == found


@given(st.text())
def test_no_text_breaks_the_lookups(text):
    find_category(text)
    find_categories(text)
    find_channel(text)


def test_every_charge_has_its_article():
    assert set(CHARGE_ARTICLES) == set(Charge)
    assert Charge.ILLEGAL_DEPOSITS.article == "刑法第176条"
    assert Charge.PYRAMID_SELLING.article == "刑法第224条之一"
    assert Charge.FUNDRAISING_FRAUD.article == "刑法第192条"


def test_check_lists_have_the_length_the_law_gives_them():
    assert len(FundraisingTest) == 4
    assert len(RedFlag) == 15


@pytest.mark.parametrize("channel", LeadChannel)
def test_a_channel_is_found_by_label_and_code(channel):
    assert find_channel(channel.label) is channel
    assert find_channel(channel.value) is channel
    assert channel in CHANNEL_ALIASES


@pytest.mark.parametrize(("name", "channel"), CHANNELS)
def test_every_channel_alias(name, channel):
    assert find_channel(f" {name}\n") is channel


@pytest.mark.parametrize("text", ["听说", "", "？"])
def test_hearsay_is_no_channel(text):
    assert find_channel(text) is None


def test_full_width_and_brackets_do_not_matter():
    assert find_channel("１２３３７ 平台") is LeadChannel.PLATFORM_12337
    assert find_channel("村(社区)上报") is LeadChannel.VILLAGE_REPORT
