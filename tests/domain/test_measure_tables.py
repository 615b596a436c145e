"""The law of measures over all its combinations, against tables written from the articles by hand."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from api.domain.kit.errors import RuleViolated
from api.domain.law.clocks import Due
from api.domain.law.time_rules import TimeUnit, find_rule
from api.domain.recovery.property_items import PropertyKind
from api.domain.recovery.property_measures import (
    AUTHORITIES,
    MEASURE_FLOW,
    MEASURE_RULES,
    AuthorityLevel,
    MeasureAction,
    MeasureDraft,
    MeasureKind,
    MeasureStatus,
    Regime,
    RenewalDraft,
    Term,
    Tier,
    approval_for,
    check_measure,
    check_renewal,
    first_term,
    further_term,
    governing,
    is_lapsed,
    refuse,
    renewed_by,
    rule_for,
)
from tests.domain.law import LAW

K, PK, L, R = MeasureKind, PropertyKind, AuthorityLevel, Regime
FILED = date(2022, 5, 1)


#: What each organ is and how high it stands.
ORGANS = {
    "police_station": "police station",
    "county_psb": "police county",
    "city_psb": "police city",
    "province_psb": "police province",
    "county_procuratorate": "procuratorate county",
    "city_procuratorate": "procuratorate city",
    "county_court": "court county",
    "city_court": "court city",
    "county_agency": "agency county",
    "city_agency": "agency city",
    "township": "township station",
}
COMPETENT = {
    "criminal": {"police", "procuratorate", "court"},
    "administrative": {"police", "agency"},
    "civil": {"court"},
}
HEIGHTS = ["station", "county", "city", "province"]
EVERYTHING = {kind.value for kind in PropertyKind}
#: 程序规定243 (存款、汇款等资金), 244 (证券), 245 (股权、投资权益、保单权益).
FUNDS = {"deposit", "cash", "virtual_currency", "other"}
INTERESTS = {"equity", "listed_equity", "insurance"}
#: 民诉法解释485: money a year, movables two, whatever else three.
MONEY = {"deposit", "cash"}
IN_THE_HAND = {"cash", "vehicle", "valuables", "real_estate"}
MOVABLES = {"vehicle", "cash", "valuables", "other"}


def body_of(level: AuthorityLevel) -> str:
    return ORGANS[level.value].split()[0]


def expected_rule(regime: str, kind: str, what: str, body: str) -> str | None:
    if body not in COMPETENT[regime]:
        return None
    if regime == "criminal":
        freezes = (
            "FRZ-01" if what in FUNDS else "FRZ-02" if what == "securities"
            else "FRZ-03" if what in INTERESTS else None
        )  # fmt: skip
        return {"stop_payment": "ARR-01", "freeze": freezes, "seal": "SEA-01"}.get(kind)
    if regime == "administrative":
        takes = "SEA-03" if body == "police" else "SEA-05"
        return {
            "stop_payment": "ARR-01", "freeze": "SEA-06", "registration": "SEA-07",
            "seal": takes, "seize": takes,
        }.get(kind)  # fmt: skip
    if kind == "freeze":
        return "CIV-01a" if what in MONEY else "CIV-01c"
    if kind in {"seal", "seize"}:
        return "CIV-01b" if what in MOVABLES else "CIV-01c"
    return None


@pytest.mark.parametrize("level", AuthorityLevel)
def test_every_organ_is_what_it_is(level: AuthorityLevel) -> None:
    body, tier = AUTHORITIES[level]
    assert f"{body.value} {tier.value}" == ORGANS[level.value]


def test_a_higher_head_always_suffices_and_a_lower_one_never() -> None:
    for one, other in product(Tier, Tier):
        assert one.reaches(other) is (HEIGHTS.index(one.value) >= HEIGHTS.index(other.value))


@pytest.mark.parametrize("regime", R)
@pytest.mark.parametrize("kind", K)
def test_which_rule_governs_every_combination(regime: R, kind: K) -> None:
    for what, level in product(PK, L):
        found = rule_for(regime, kind, what, level)
        wanted = expected_rule(regime.value, kind.value, what.value, body_of(level))
        assert (found.rule_id if found else None) == wanted, (what, level)


#: Rule → what its first, second, third and fourth renewal goes by, and who approves it (none: as
#: the measure itself). A dash: it may not happen.
RENEWALS = {
    "ARR-01": "ARR-01 - - -",
    "FRZ-01": "FRZ-01 FRZ-01 FRZ-01 FRZ-01",
    "FRZ-02": "FRZ-02 FRZ-02 FRZ-02 FRZ-02",
    "FRZ-03": "FRZ-03 FRZ-03 FRZ-03 FRZ-03",
    "SEA-01": "SEA-01/county SEA-01b/city SEA-01b/city SEA-01b/city",
    "SEA-03": "SEA-03/county - - -",
    "SEA-05": "SEA-05/county - - -",
    "SEA-06": "SEA-06/county - - -",
    "SEA-07": "- - - -",
    "CIV-01a": "CIV-01a CIV-01a CIV-01a CIV-01a",
    "CIV-01b": "CIV-01b CIV-01b CIV-01b CIV-01b",
    "CIV-01c": "CIV-01c CIV-01c CIV-01c CIV-01c",
}
#: Longest first term, and how far one renewal may reach.
LENGTHS = {
    "ARR-01": "48小时 48小时", "FRZ-01": "6个月 6个月", "FRZ-01b": "1年 1年", "FRZ-02": "2年 2年",
    "FRZ-03": "6个月 6个月", "SEA-01": "2年 1年", "SEA-01b": "1年 1年", "SEA-03": "30日 30日",
    "SEA-05": "30日 30日", "SEA-06": "30日 30日", "SEA-07": "7个工作日 7个工作日",
    "CIV-01a": "1年 1年", "CIV-01b": "2年 2年", "CIV-01c": "3年 3年",
}  # fmt: skip


@pytest.mark.parametrize("rule", MEASURE_RULES, ids=lambda rule: f"{rule.rule_id}-{rule.regime}")
def test_how_often_each_measure_is_renewed_and_by_whom(rule) -> None:
    def told(renewal) -> str:
        if renewal is None:
            return "-"
        return renewal.rule_id + (f"/{renewal.tier.value}" if renewal.tier else "")

    numbers = range(1, 5)
    plain = " ".join(told(rule.renewal(number, major=False)) for number in numbers)
    assert plain == RENEWALS[rule.rule_id]
    major = " ".join(told(rule.renewal(number, major=True)) for number in numbers)
    city = "FRZ-01b/city"
    assert major == (" ".join([city] * 4) if rule.rule_id == "FRZ-01" else plain)
    assert rule.first(major=False) == rule.rule_id
    assert rule.first(major=True) == ("FRZ-01b" if rule.rule_id == "FRZ-01" else rule.rule_id)
    assert (rule.major is None) is (rule.rule_id != "FRZ-01")


@pytest.mark.parametrize("rule_id", LENGTHS)
def test_how_long_each_lasts(rule_id: str) -> None:
    first, further = first_term(LAW, rule_id, FILED), further_term(LAW, rule_id, FILED)
    assert f"{first} {further}" == LENGTHS[rule_id]
    assert first.rule_id == further.rule_id == rule_id
    assert first.rule_version == find_rule(rule_id, FILED).version
    row = governing(rule_id)
    assert row is not None
    assert row.rule_id == {"FRZ-01b": "FRZ-01", "SEA-01b": "SEA-01"}.get(rule_id, rule_id)


def test_what_has_no_number_has_no_term() -> None:
    with pytest.raises(ValueError, match="没有固定期限"):
        first_term(LAW, "FRZ-05", FILED)
    assert governing("LEAD-01") is None


ARTICLES = {
    "ARR-01": "银发〔2016〕86号",
    "FRZ-01": "《公安机关办理刑事案件程序规定》第二百四十三条",
    "FRZ-02": "《公安机关办理刑事案件程序规定》第二百四十四条",
    "FRZ-03": "《公安机关办理刑事案件程序规定》第二百四十五条",
    "SEA-01": "公通字〔2013〕30号",
    "SEA-03": "《公安机关办理行政案件程序规定》第一百一十二条",
    "SEA-05": "《中华人民共和国行政强制法》第二十五条",
    "SEA-06": "《中华人民共和国行政强制法》第三十二条",
    "SEA-07": "《中华人民共和国行政处罚法》第五十六条",
    "CIV-01a": "《民事诉讼法解释》第四百八十五条",
    "CIV-01b": "《民事诉讼法解释》第四百八十五条",
    "CIV-01c": "《民事诉讼法解释》第四百八十五条",
}
A240 = "《公安机关办理刑事案件程序规定》第二百四十条"


@pytest.mark.parametrize("rule", MEASURE_RULES, ids=lambda rule: f"{rule.rule_id}-{rule.regime}")
def test_the_article_of_each_term_and_of_its_renewal(rule) -> None:
    assert rule.article == ARTICLES[rule.rule_id]
    freezes = rule.rule_id.startswith("FRZ")
    assert renewed_by(rule) == (A240 if freezes else ARTICLES[rule.rule_id])
    assert renewed_by(None) == A240


#: 程序规定239, 238, 228, 231: whose head approves a criminal measure of the police.
HIGHER = {"vehicle", "valuables", "virtual_currency", "real_estate"}
APPROVED_BY = {
    "query": "第二百三十八条",
    "stop_payment": "银发〔2016〕86号",
    "freeze": "第二百三十九条",
    "waiting_freeze": "第二百三十九条",
    "seal": "第二百二十八条",
    "seize": "第二百二十八条",
    "registration": "第二百三十一条",
}


def approved_by(kind: str, what: str) -> str:
    if kind in {"freeze", "waiting_freeze"}:
        if what == "listed_equity":
            return "province"
        return "city" if what in {"equity", "insurance"} else "county"
    if kind == "seize":
        return "county" if what in HIGHER else "station"
    return "county" if kind in {"query", "seal"} else "station"


@pytest.mark.parametrize(("kind", "what"), list(product(K, PK)))
def test_whose_head_approves(kind: K, what: PK) -> None:
    approval = approval_for(kind, what)
    assert approval.tier.value == approved_by(kind.value, what.value)
    assert approval.article.endswith(APPROVED_BY[kind.value])


def draft(
    kind: K, regime: R = R.CRIMINAL, level: L | None = L.PROVINCE_PSB, **over
) -> MeasureDraft:
    values = {
        "kind": kind,
        "regime": regime,
        "property_kind": PK.DEPOSIT,
        "authority": "某某局",
        "authority_level": level,
        "document_no": "文〔2022〕1号",
        "officers": ("李某", "王某"),
        "starts_on": date(2022, 5, 13),
    }
    return MeasureDraft(**(values | over))


def codes(
    told: MeasureDraft, filed_on: date | None = FILED, active: tuple[K, ...] = ()
) -> set[str]:
    return {each.code for each in check_measure(told, LAW, filed_on=filed_on, active=active)}


@pytest.mark.parametrize("regime", R)
@pytest.mark.parametrize("kind", K)
def test_who_may_order_it_at_all_and_how_high(regime: R, kind: K) -> None:
    for what, level in product(PK, L):
        active = (K.SEAL,) if kind is K.WAITING_FREEZE else ()
        found = codes(draft(kind, regime, level, property_kind=what), active=active)
        body, height = ORGANS[level.value].split()
        competent = body in COMPETENT[regime.value]
        assert ("authority_not_competent" in found) is not competent, (what, level)
        low = (
            regime is R.CRIMINAL
            and body == "police"
            and HEIGHTS.index(height) < HEIGHTS.index(approved_by(kind.value, what.value))
        )
        assert ("authority_too_low" in found) is low, (what, level)
        held = regime is not R.CIVIL and kind is K.FREEZE and what.value in IN_THE_HAND
        assert ("measure_does_not_fit" in found) is held, (what, level)
        rest = {"authority_not_competent", "authority_too_low", "measure_does_not_fit"}
        assert found <= rest


@pytest.mark.parametrize("kind", K)
@pytest.mark.parametrize("regime", R)
@pytest.mark.parametrize("late", [None, -1, 0, 1])
def test_what_waits_for_the_filing_of_the_case(kind: K, regime: R, late: int | None) -> None:
    told = draft(kind, regime, {R.CRIMINAL: L.PROVINCE_PSB, R.CIVIL: L.CITY_COURT}.get(
        regime, L.CITY_AGENCY))  # fmt: skip
    filed = None if late is None else told.starts_on + timedelta(days=late)
    after = regime is R.CRIMINAL and kind.value in {
        "freeze", "waiting_freeze", "seal", "seize", "registration",
    }  # fmt: skip
    early = late is None or late > 0
    assert ("before_filing" in codes(told, filed)) is (after and early)


@pytest.mark.parametrize("kind", K)
@pytest.mark.parametrize("there", [None, *K])
def test_what_stands_behind_what(kind: K, there: K | None) -> None:
    """程序规定242: no second freeze of one property; whoever waits needs something before them."""
    found = codes(draft(kind), active=(there,) if there else ())
    taken = there is not None and there.value in {"freeze", "waiting_freeze", "seal", "seize"}
    frozen = there in {K.FREEZE, K.WAITING_FREEZE}
    assert ("already_frozen" in found) is (kind is K.FREEZE and frozen)
    assert ("nothing_to_wait_for" in found) is (kind is K.WAITING_FREEZE and not taken)


@pytest.mark.parametrize("kind", K)
@pytest.mark.parametrize("regime", R)
@pytest.mark.parametrize(
    ("officers", "enough"),
    [(("李某", "王某"), True), (("李某", "王某", "赵某"), True), (("李某",), False), ((), False),
     (("李某", "李某"), False), (("李某", " "), False)],
)  # fmt: skip
def test_two_carry_out_a_seal_or_a_seizure(kind: K, regime: R, officers, enough: bool) -> None:
    level = {R.CRIMINAL: L.PROVINCE_PSB, R.CIVIL: L.CITY_COURT}.get(regime, L.CITY_AGENCY)
    found = check_measure(
        draft(kind, regime, level, officers=officers), LAW, filed_on=FILED, active=(K.SEAL,)
    )
    takes = kind in {K.SEAL, K.SEIZE} and regime is not R.CIVIL
    missing = [each for each in found if each.code == "officers_missing"]
    assert bool(missing) is (takes and not enough)
    law = {R.CRIMINAL: "程序规定》第二百二十九条", R.ADMINISTRATIVE: "行政强制法》第十八条"}
    assert all(each.article.endswith(law[regime]) for each in missing)


#: Which article wants somebody's approval, and which a paper: each procedure by its own law.
PAPERS = {
    "criminal query": "第二百三十八条 第二百三十八条",
    "criminal stop_payment": "银发〔2016〕86号 银发〔2016〕86号",
    "criminal freeze": "第二百三十九条 第二百三十九条",
    "criminal waiting_freeze": "第二百三十九条 第二百三十九条",
    "criminal seal": "第二百二十八条 第二百二十八条",
    "criminal seize": "第二百二十八条 第二百二十八条",
    "criminal registration": "第二百三十一条 第二百三十一条",
    "administrative query": "强制法》第十八条 强制法》第十八条",
    "administrative stop_payment": "强制法》第十八条 强制法》第十八条",
    "administrative freeze": "强制法》第十八条 强制法》第三十一条",
    "administrative waiting_freeze": "强制法》第十八条 强制法》第十八条",
    "administrative seal": "强制法》第十八条 强制法》第二十四条",
    "administrative seize": "强制法》第十八条 强制法》第二十四条",
    "administrative registration": "处罚法》第五十六条 处罚法》第五十六条",
} | {f"civil {kind.value}": "诉讼法》第一百零三条 诉讼法》第一百五十七条" for kind in K}


@pytest.mark.parametrize(("regime", "kind"), list(product(R, K)))
def test_no_level_and_no_paper_by_which_law(regime: R, kind: K) -> None:
    told = draft(kind, regime, None, document_no="  ", authority="某某局")
    found = {each.code: each for each in check_measure(told, LAW, filed_on=FILED, active=(K.SEAL,))}
    approval, paper = PAPERS[f"{regime.value} {kind.value}"].split()
    assert set(found) == {"authority_missing", "document_missing"}
    assert found["authority_missing"].article.endswith(approval)
    assert found["document_missing"].article.endswith(paper)
    unnamed = replace(told, authority=" ", authority_level=L.CITY_COURT, document_no="1号")
    assert "authority_missing" in codes(unnamed, active=(K.SEAL,))


@pytest.mark.parametrize(
    ("regime", "level", "article"),
    [
        (R.CRIMINAL, L.COUNTY_PSB, "程序规定》第二百四十二条"),
        (R.ADMINISTRATIVE, L.COUNTY_AGENCY, "行政强制法》第二十九条"),
        (R.CIVIL, L.COUNTY_COURT, "民事诉讼法》第一百零六条"),
    ],
)
def test_the_article_against_freezing_twice(regime: R, level: L, article: str) -> None:
    (twice,) = check_measure(
        draft(K.FREEZE, regime, level), LAW, filed_on=FILED, active=(K.FREEZE,)
    )
    assert twice.code == "already_frozen"
    assert twice.article.endswith(article)


#: Latest end of what begins on 13 May 2022.
LATEST = [
    (K.FREEZE, R.CRIMINAL, PK.DEPOSIT, L.COUNTY_PSB, False, date(2022, 11, 13)),
    (K.FREEZE, R.CRIMINAL, PK.DEPOSIT, L.CITY_PSB, True, date(2023, 5, 13)),
    (K.FREEZE, R.CRIMINAL, PK.SECURITIES, L.COUNTY_PSB, False, date(2024, 5, 13)),
    (K.FREEZE, R.CRIMINAL, PK.SECURITIES, L.COUNTY_PSB, True, date(2024, 5, 13)),
    (K.SEAL, R.CRIMINAL, PK.REAL_ESTATE, L.COUNTY_PSB, False, date(2024, 5, 13)),
    (K.SEIZE, R.ADMINISTRATIVE, PK.CASH, L.COUNTY_AGENCY, False, date(2022, 6, 12)),
    (K.FREEZE, R.CIVIL, PK.DEPOSIT, L.COUNTY_COURT, False, date(2023, 5, 13)),
    (K.STOP_PAYMENT, R.CRIMINAL, PK.DEPOSIT, L.POLICE_STATION, False, date(2022, 5, 15)),
    (K.SEIZE, R.CRIMINAL, PK.CASH, L.POLICE_STATION, False, None),
    (K.QUERY, R.CRIMINAL, PK.DEPOSIT, L.COUNTY_PSB, False, None),
]


@pytest.mark.parametrize(("kind", "regime", "what", "level", "major", "latest"), LATEST)
def test_the_last_day_and_the_day_after(kind, regime, what, level, major, latest) -> None:
    told = draft(kind, regime, level, property_kind=what, is_major=major)
    assert codes(replace(told, expires_on=told.starts_on)) == set()
    assert codes(replace(told, expires_on=told.starts_on - timedelta(days=1))) == {"term_reversed"}
    far = replace(told, expires_on=date(2050, 1, 1))
    assert codes(far) == (set() if latest is None else {"term_too_long"})
    if latest is not None:
        assert codes(replace(told, expires_on=latest)) == set()
        assert codes(replace(told, expires_on=latest + timedelta(days=1))) == {"term_too_long"}


def renewal(rule, number: int, level: L, kind: K, what: PK, **over) -> set[str]:
    values = {
        "number": number,
        "decided_on": date(2022, 11, 10),
        "expires_on": None,
        "authority_level": level,
        "document_no": "续〔2022〕1号",
    }
    return {
        each.code
        for each in check_renewal(
            RenewalDraft(**(values | over)), LAW, rule=rule, kind=kind, property_kind=what,
            expires_on=date(2022, 11, 13),
        )
    }  # fmt: skip


#: Rule, what is held → organs that may renew it the first time.
WHO_RENEWS = [
    ("FRZ-01", K.FREEZE, PK.DEPOSIT, "county_psb city_psb province_psb county_procuratorate"
     " city_procuratorate county_court city_court"),
    ("FRZ-03", K.FREEZE, PK.EQUITY, "city_psb province_psb county_procuratorate city_procuratorate"
     " county_court city_court"),
    ("FRZ-03", K.FREEZE, PK.LISTED_EQUITY, "province_psb county_procuratorate city_procuratorate"
     " county_court city_court"),
    ("SEA-01", K.SEAL, PK.REAL_ESTATE, "county_psb city_psb province_psb county_procuratorate"
     " city_procuratorate county_court city_court"),
    ("SEA-03", K.SEIZE, PK.CASH, "county_psb city_psb province_psb"),
    ("SEA-05", K.SEIZE, PK.CASH, "county_agency city_agency"),
    ("SEA-06", K.FREEZE, PK.DEPOSIT, "county_psb city_psb province_psb county_agency city_agency"),
    ("CIV-01a", K.FREEZE, PK.DEPOSIT, "county_court city_court"),
]  # fmt: skip


@pytest.mark.parametrize(("rule_id", "kind", "what", "who"), WHO_RENEWS)
def test_who_renews(rule_id: str, kind: K, what: PK, who: str) -> None:
    rule = governing(rule_id)
    assert rule is not None
    for level in L:
        refused = "authority_too_low" in renewal(rule, 1, level, kind, what)
        assert refused is (level.value not in who.split()), level


@pytest.mark.parametrize(("number", "level", "may"), [
    (1, L.COUNTY_PSB, True), (1, L.POLICE_STATION, False), (2, L.COUNTY_PSB, False),
    (2, L.CITY_PSB, True), (3, L.COUNTY_PSB, False), (9, L.PROVINCE_PSB, True),
])  # fmt: skip
def test_a_seal_goes_to_the_city_from_the_second_time_on(number: int, level: L, may: bool) -> None:
    rule = governing("SEA-01")
    told = renewal(rule, number, level, K.SEAL, PK.REAL_ESTATE)
    assert told == (set() if may else {"authority_too_low"})


def test_a_major_freeze_is_renewed_by_the_city_for_a_year() -> None:
    rule = governing("FRZ-01")
    for level, may in ((L.COUNTY_PSB, False), (L.CITY_PSB, True)):
        told = renewal(rule, 1, level, K.FREEZE, PK.DEPOSIT, is_major=True)
        assert told == (set() if may else {"authority_too_low"})
    for end, may in ((date(2023, 11, 13), True), (date(2023, 11, 14), False)):
        told = renewal(
            rule, 1, L.CITY_PSB, K.FREEZE, PK.DEPOSIT, is_major=True, expires_on=end
        )  # fmt: skip
        assert told == (set() if may else {"term_too_long"})


@pytest.mark.parametrize(
    ("decided", "code"),
    [
        (date(2022, 11, 12), None),
        (date(2022, 11, 13), None),
        (date(2022, 11, 14), "renewed_too_late"),
    ],
)
def test_on_the_last_day_it_is_still_renewed(decided: date, code: str | None) -> None:
    told = renewal(
        governing("FRZ-01"), 1, L.COUNTY_PSB, K.FREEZE, PK.DEPOSIT, decided_on=decided
    )  # fmt: skip
    assert told == ({code} if code else set())
    assert renewal(governing("SEA-07"), 1, L.COUNTY_AGENCY, K.REGISTRATION, PK.OTHER) == {
        "no_more_renewals"
    }
    last = date(2022, 11, 13)
    assert [is_lapsed(last, last + timedelta(days=by)) for by in (-1, 0, 1)] == [False, False, True]


@pytest.mark.parametrize(
    ("start", "hours", "last"),
    [(date(2022, 5, 13), 48, date(2022, 5, 15)), (date(2022, 5, 13), 24, date(2022, 5, 14)),
     (date(2022, 5, 13), 23, date(2022, 5, 13))],
)  # fmt: skip
def test_hours_run_from_the_beginning_of_the_day(start: date, hours: int, last: date) -> None:
    assert Term(hours, TimeUnit.HOUR).ends(start, LAW.calendar) == Due(last)


def test_what_is_refused_names_each_field_and_each_article_once() -> None:
    told = draft(K.SEIZE, R.CRIMINAL, L.POLICE_STATION, property_kind=PK.VEHICLE, officers=())
    with pytest.raises(RuleViolated) as refused:
        refuse(check_measure(told, LAW, filed_on=None, active=()))
    assert {each.pointer for each in refused.value.errors} == {
        "/officers", "/authority_level", "/starts_on",
    }  # fmt: skip
    articles = str(refused.value.extra["article"]).split("、")
    assert len(articles) == len(set(articles)) == 3


#: action → from → to.
STEPS = {
    "renew": ("active", None),
    "take_effect": ("queued", "active"),
    "release": ("active queued lapsed", "released"),
}


def test_the_life_of_a_measure() -> None:
    assert set(STEPS) == {action.value for action in MeasureAction}
    for action, step in MEASURE_FLOW.steps.items():
        origins, target = STEPS[action.value]
        assert {status.value for status in step.frm} == set(origins.split())
        assert (step.to.value if step.to else None) == target
        assert step.needs.value == "property:handle"
    assert {status.value for status in MeasureStatus} == {"active", "queued", "released", "lapsed"}
