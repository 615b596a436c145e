"""The law of seals, seizures and freezes, walked row by row."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from api.domain.kit.errors import RuleViolated
from api.domain.law.clocks import Due
from api.domain.law.time_rules import Roll, TimeUnit, find_rule, load_builtin
from api.domain.recovery.property_items import Disposal, Ownership, PropertyKind, check_disposal
from api.domain.recovery.property_measures import (
    AUTHORITIES,
    MEASURE_RULES,
    AuthorityLevel,
    Body,
    MeasureDraft,
    MeasureKind,
    MeasureRule,
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
    rule_for,
)
from tests.domain.law import LAW

L, K, R, PK = AuthorityLevel, MeasureKind, Regime, PropertyKind
FILED = date(2022, 5, 1)


FREEZE = MeasureDraft(
    kind=K.FREEZE,
    regime=R.CRIMINAL,
    property_kind=PK.DEPOSIT,
    authority="霍邱县公安局",
    authority_level=L.COUNTY_PSB,
    document_no="霍公（刑）冻财字〔2022〕12号",
    officers=("李某", "王某"),
    starts_on=date(2022, 5, 13),
)


def codes(
    draft: MeasureDraft, filed_on: date | None = FILED, active: tuple[K, ...] = ()
) -> set[str]:
    return {v.code for v in check_measure(draft, LAW, filed_on=filed_on, active=active)}


class TestTerms:
    """The published vectors of 刑诉解释 202, and the term of every row."""

    @pytest.mark.parametrize(
        ("start", "months", "end"),
        [
            (date(2022, 5, 13), 6, date(2022, 11, 13)),
            (date(2022, 8, 30), 6, date(2023, 2, 28)),
            (date(2022, 2, 28), 1, date(2022, 3, 31)),
            (date(2022, 11, 30), 3, date(2023, 2, 28)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2023, 8, 31), 6, date(2024, 2, 29)),
        ],
    )
    def test_months(self, start: date, months: int, end: date) -> None:
        assert Term(months, TimeUnit.MONTH).ends(start, LAW.calendar) == Due(end)

    @pytest.mark.parametrize(
        ("kind", "property_kind", "level", "regime", "rule_id", "end"),
        [
            (K.FREEZE, PK.DEPOSIT, L.COUNTY_PSB, R.CRIMINAL, "FRZ-01", date(2022, 11, 13)),
            (K.FREEZE, PK.SECURITIES, L.COUNTY_PSB, R.CRIMINAL, "FRZ-02", date(2024, 5, 13)),
            (K.FREEZE, PK.EQUITY, L.CITY_PSB, R.CRIMINAL, "FRZ-03", date(2022, 11, 13)),
            (K.FREEZE, PK.INSURANCE, L.CITY_PSB, R.CRIMINAL, "FRZ-03", date(2022, 11, 13)),
            (K.SEAL, PK.REAL_ESTATE, L.COUNTY_PSB, R.CRIMINAL, "SEA-01", date(2024, 5, 13)),
            (K.SEIZE, PK.CASH, L.COUNTY_PSB, R.ADMINISTRATIVE, "SEA-03", date(2022, 6, 12)),
            (K.SEAL, PK.OTHER, L.COUNTY_AGENCY, R.ADMINISTRATIVE, "SEA-05", date(2022, 6, 12)),
            (K.FREEZE, PK.DEPOSIT, L.COUNTY_AGENCY, R.ADMINISTRATIVE, "SEA-06", date(2022, 6, 12)),
            (K.STOP_PAYMENT, PK.DEPOSIT, L.COUNTY_PSB, R.CRIMINAL, "ARR-01", date(2022, 5, 15)),
            (K.FREEZE, PK.DEPOSIT, L.COUNTY_COURT, R.CIVIL, "CIV-01a", date(2023, 5, 13)),
            (K.SEIZE, PK.VEHICLE, L.COUNTY_COURT, R.CIVIL, "CIV-01b", date(2024, 5, 13)),
            (K.SEAL, PK.REAL_ESTATE, L.COUNTY_COURT, R.CIVIL, "CIV-01c", date(2025, 5, 13)),
            (K.FREEZE, PK.EQUITY, L.COUNTY_COURT, R.CIVIL, "CIV-01c", date(2025, 5, 13)),
        ],
    )
    def test_rows(
        self, kind: K, property_kind: PK, level: L, regime: R, rule_id: str, end: date
    ) -> None:
        rule = rule_for(regime, kind, property_kind, level)
        assert rule is not None
        start = date(2022, 5, 13)
        term = first_term(LAW, rule.rule_id, start)
        assert (rule.rule_id, term.ends(start, LAW.calendar)) == (rule_id, Due(end))

    @pytest.mark.parametrize("kind", [K.QUERY, K.WAITING_FREEZE])
    def test_what_has_no_statutory_end(self, kind: K) -> None:
        assert rule_for(R.CRIMINAL, kind, PK.DEPOSIT, L.COUNTY_PSB) is None

    def test_criminal_seizure_has_no_statutory_end(self) -> None:
        assert rule_for(R.CRIMINAL, K.SEIZE, PK.CASH, L.COUNTY_PSB) is None

    def test_every_rule_of_the_table_has_a_term_and_never_rolls(self) -> None:
        """行政强制法69, 行政处罚法85 and 程序规定240: working days or none, no roll on a weekend."""
        for row in MEASURE_RULES:
            names = {row.rule_id, row.first(major=True), *(r.rule_id for r in row.renewals)}
            for name in names:
                found = find_rule(name, FILED)
                assert found.term, name
                assert found.roll is Roll.NEVER, name
                assert governing(name) is not None

    @pytest.mark.parametrize("end", [date(2023, 1, 21), date(2023, 10, 1), date(2023, 6, 17)])
    def test_a_freeze_never_rolls_over_a_weekend_or_the_spring_festival(self, end: date) -> None:
        start = date(end.year - 1, end.month, end.day)
        term = first_term(LAW, "CIV-01a", start)
        assert term.ends(start, LAW.calendar) == Due(end)

    def test_working_days_follow_the_calendar_that_is_handed_in(self) -> None:
        """先行登记保存: seven working days, over a festival that only a notice tells of."""
        start = date(2027, 2, 4)
        term = first_term(LAW, "SEA-07", start)
        before = term.ends(start, LAW.calendar)
        free = [date(2027, 2, day) for day in range(5, 14)]
        after = term.ends(start, LAW.calendar.with_year(2027, free, [date(2027, 2, 14)]))
        assert before.provisional
        assert not after.provisional
        assert (before.on, after.on) == (date(2027, 2, 17), date(2027, 2, 20 + 2))

    def test_a_term_in_hours_counts_whole_days_from_midnight(self) -> None:
        day = date(2024, 2, 28)
        assert Term(48, TimeUnit.HOUR).ends(day, LAW.calendar).on == date(2024, 3, 1)
        assert Term(36, TimeUnit.HOUR).ends(day, LAW.calendar).on == date(2024, 2, 29)

    def test_no_length_stands_beside_the_table(self) -> None:
        assert {rule.rule_id for rule in load_builtin()} >= {row.rule_id for row in MEASURE_RULES}

    def test_every_row_can_be_reached(self) -> None:
        found: list[MeasureRule] = []
        for regime, kind, property_kind, level in product(R, K, PK, L):
            rule = rule_for(regime, kind, property_kind, level)
            if rule is not None:
                found.append(rule)
        assert all(row in found for row in MEASURE_RULES)


class TestApproval:
    """程序规定 239, 228, 238: every kind against every police level."""

    @pytest.mark.parametrize(
        ("property_kind", "needed"),
        [
            (PK.DEPOSIT, Tier.COUNTY),
            (PK.SECURITIES, Tier.COUNTY),
            (PK.EQUITY, Tier.CITY),
            (PK.INSURANCE, Tier.CITY),
            (PK.LISTED_EQUITY, Tier.PROVINCE),
        ],
    )
    @pytest.mark.parametrize("level", [L.POLICE_STATION, L.COUNTY_PSB, L.CITY_PSB, L.PROVINCE_PSB])
    def test_freezes(self, property_kind: PK, needed: Tier, level: L) -> None:
        draft = replace(FREEZE, property_kind=property_kind, authority_level=level)
        refused = "authority_too_low" in codes(draft)
        assert refused is not AUTHORITIES[level][1].reaches(needed)

    def test_every_pair_has_a_level(self) -> None:
        assert all(approval_for(kind, pk).article for kind, pk in product(K, PK))

    def test_a_police_station_is_told_why(self) -> None:
        draft = replace(FREEZE, authority_level=L.POLICE_STATION)
        (violation,) = check_measure(draft, LAW, filed_on=FILED, active=())
        assert "派出所不能决定" in violation.message
        assert "第二百三十九条" in violation.article

    @pytest.mark.parametrize("regime", list(R))
    def test_a_township_orders_nothing(self, regime: R) -> None:
        draft = replace(FREEZE, regime=regime, authority_level=L.TOWNSHIP)
        assert "authority_not_competent" in codes(draft)

    @pytest.mark.parametrize(
        ("regime", "level"),
        [
            (R.CRIMINAL, L.COUNTY_AGENCY),
            (R.ADMINISTRATIVE, L.COUNTY_COURT),
            (R.CIVIL, L.COUNTY_PSB),
        ],
    )
    def test_each_procedure_has_its_organs(self, regime: R, level: L) -> None:
        assert "authority_not_competent" in codes(
            replace(FREEZE, regime=regime, authority_level=level)
        )


class TestCheck:
    """What a new record is refused for."""

    def test_a_proper_freeze_passes(self) -> None:
        assert codes(FREEZE) == set()

    def test_no_level_no_document(self) -> None:
        draft = replace(FREEZE, authority_level=None, document_no=" ")
        assert codes(draft) == {"authority_missing", "document_missing"}

    @pytest.mark.parametrize("kind", [K.FREEZE, K.SEAL, K.SEIZE, K.REGISTRATION])
    @pytest.mark.parametrize("filed_on", [None, date(2022, 5, 14)])
    def test_nothing_is_taken_before_filing(self, kind: K, filed_on: date | None) -> None:
        assert "before_filing" in codes(replace(FREEZE, kind=kind), filed_on)

    def test_on_the_day_of_filing_it_may(self) -> None:
        assert codes(FREEZE, FREEZE.starts_on) == set()

    @pytest.mark.parametrize("kind", [K.QUERY, K.STOP_PAYMENT])
    def test_asking_and_stopping_a_payment_come_before_filing(self, kind: K) -> None:
        assert codes(replace(FREEZE, kind=kind), None) == set()

    def test_administrative_measures_need_no_filing(self) -> None:
        draft = replace(FREEZE, regime=R.ADMINISTRATIVE, authority_level=L.COUNTY_AGENCY)
        assert codes(draft, None) == set()

    def test_a_second_freeze_waits(self) -> None:
        assert codes(FREEZE, active=(K.FREEZE,)) == {"already_frozen"}
        waiting = replace(FREEZE, kind=K.WAITING_FREEZE)
        assert codes(waiting, active=(K.FREEZE,)) == set()
        assert codes(waiting) == {"nothing_to_wait_for"}

    def test_seizure_takes_two(self) -> None:
        assert codes(replace(FREEZE, kind=K.SEIZE, officers=("李某", "李某"))) == {
            "officers_missing"
        }

    def test_a_longer_term_is_refused_with_the_latest_day(self) -> None:
        draft = replace(FREEZE, expires_on=date(2022, 11, 14))
        (violation,) = check_measure(draft, LAW, filed_on=FILED, active=())
        assert violation.code == "term_too_long"
        assert "2022-11-13" in violation.message
        assert codes(replace(FREEZE, expires_on=date(2022, 11, 13))) == set()

    def test_a_year_takes_a_major_case_and_the_city(self) -> None:
        year = replace(FREEZE, is_major=True, expires_on=date(2023, 5, 13))
        assert codes(year) == {"authority_too_low"}
        assert codes(replace(year, authority_level=L.CITY_PSB)) == set()
        assert codes(replace(year, authority_level=L.CITY_PSB, expires_on=date(2023, 5, 14))) == {
            "term_too_long"
        }

    def test_an_end_before_the_start(self) -> None:
        assert codes(replace(FREEZE, expires_on=date(2022, 5, 12))) == {"term_reversed"}

    def test_every_sentence_is_chinese_and_names_its_article(self) -> None:
        for kind, regime, level, pk, filed in product(K, R, [None, *L], PK, [None, FILED]):
            draft = replace(
                FREEZE,
                kind=kind,
                regime=regime,
                authority_level=level,
                property_kind=pk,
                document_no="",
                officers=(),
                expires_on=date(2030, 1, 1),
            )
            for violation in check_measure(draft, LAW, filed_on=filed, active=(K.FREEZE,)):
                assert violation.article
                assert any("一" <= character <= "鿿" for character in violation.message)

    @pytest.mark.parametrize(
        ("regime", "level", "law"),
        [
            (R.CRIMINAL, L.COUNTY_PSB, "公安机关办理刑事案件程序规定"),
            (R.ADMINISTRATIVE, L.COUNTY_AGENCY, "行政强制法"),
            (R.CIVIL, L.COUNTY_COURT, "民事诉讼法"),
        ],
    )
    def test_each_procedure_is_held_to_its_own_law(self, regime: R, level: L, law: str) -> None:
        for kind in (K.FREEZE, K.SEAL, K.SEIZE):
            draft = replace(
                FREEZE,
                kind=kind,
                regime=regime,
                authority="",
                authority_level=level,
                document_no="",
                officers=(),
            )
            found = check_measure(draft, LAW, filed_on=FILED, active=(K.FREEZE,))
            assert {"authority_missing", "document_missing"} <= {v.code for v in found}
            assert all(law in v.article for v in found), [v.article for v in found]

    def test_refuse_joins_them(self) -> None:
        refuse([])
        with pytest.raises(RuleViolated) as refused:
            refuse(
                check_measure(
                    replace(FREEZE, document_no="", authority_level=L.POLICE_STATION),
                    LAW,
                    filed_on=None,
                    active=(),
                )
            )
        assert refused.value.status == 422
        assert len(refused.value.errors) == 3
        assert "第一百七十四条" in str(refused.value.extra["article"])


class TestRenewal:
    """程序规定 240, 243: before the end, no longer than the term, as high as the first time."""

    rule = rule_for(R.CRIMINAL, K.FREEZE, PK.DEPOSIT, L.COUNTY_PSB)
    draft = RenewalDraft(
        number=1,
        decided_on=date(2022, 11, 10),
        expires_on=date(2023, 5, 13),
        authority_level=L.COUNTY_PSB,
        document_no="霍公（刑）续冻字〔2022〕3号",
    )

    def codes(self, draft: RenewalDraft, rule: MeasureRule | None = None) -> set[str]:
        governing = rule or self.rule
        assert governing is not None
        kind = next(iter(governing.measures))
        return {
            v.code
            for v in check_renewal(
                draft,
                LAW,
                rule=governing,
                kind=kind,
                property_kind=PK.DEPOSIT,
                expires_on=date(2022, 11, 13),
            )
        }

    def test_in_time(self) -> None:
        assert self.codes(self.draft) == set()
        assert self.codes(replace(self.draft, decided_on=date(2022, 11, 13))) == set()

    def test_too_late_is_deemed_released(self) -> None:
        assert self.codes(replace(self.draft, decided_on=date(2022, 11, 14))) == {
            "renewed_too_late"
        }
        assert not is_lapsed(date(2022, 11, 13), date(2022, 11, 13))
        assert is_lapsed(date(2022, 11, 13), date(2022, 11, 14))
        assert not is_lapsed(None, date(2099, 1, 1))

    def test_counts_from_the_old_end_and_no_longer_than_the_term(self) -> None:
        assert self.codes(replace(self.draft, expires_on=date(2023, 5, 14))) == {"term_too_long"}

    def test_same_level_as_the_first_time(self) -> None:
        assert self.codes(replace(self.draft, authority_level=L.POLICE_STATION)) == {
            "authority_too_low"
        }

    def test_needs_its_paper(self) -> None:
        assert self.codes(replace(self.draft, document_no="")) == {"document_missing"}

    def test_administrative_measures_are_extended_once(self) -> None:
        rule = rule_for(R.ADMINISTRATIVE, K.FREEZE, PK.DEPOSIT, L.COUNTY_AGENCY)
        once = replace(self.draft, authority_level=L.COUNTY_AGENCY, expires_on=date(2022, 12, 13))
        assert self.codes(once, rule) == set()
        assert self.codes(replace(once, number=2), rule) == {"no_more_renewals"}

    def test_a_payment_is_stopped_twice_at_most(self) -> None:
        """银发〔2016〕86号: once more, and then it is a freeze or nothing."""
        rule = rule_for(R.CRIMINAL, K.STOP_PAYMENT, PK.DEPOSIT, L.COUNTY_PSB)
        again = replace(self.draft, expires_on=date(2022, 11, 15))
        assert self.codes(again, rule) == set()
        assert self.codes(replace(again, number=2), rule) == {"no_more_renewals"}

    def test_a_seal_is_extended_by_the_county_once_then_by_the_city(self) -> None:
        rule = rule_for(R.CRIMINAL, K.SEAL, PK.REAL_ESTATE, L.COUNTY_PSB)
        year = replace(self.draft, expires_on=date(2023, 11, 13))
        assert self.codes(year, rule) == set()
        assert self.codes(replace(year, number=2), rule) == {"authority_too_low"}
        assert self.codes(replace(year, number=3, authority_level=L.CITY_PSB), rule) == set()

    def test_three_years_of_renewals_leave_no_gap(self) -> None:
        """Renewed on each last day, the chain covers every day, month ends and a leap day in."""
        assert self.rule is not None
        start = date(2022, 8, 31)
        end = first_term(LAW, self.rule.rule_id, start).ends(start, LAW.calendar).on
        for number in range(1, 7):
            renewed = self.rule.renewal(number, major=False)
            assert renewed is not None
            following = further_term(LAW, renewed.rule_id, end).ends(end, LAW.calendar).on
            assert timedelta(days=180) <= following - end <= timedelta(days=184)
            end = following
        assert end == date(2026, 2, 28)


class TestDisposal:
    """程序规定 234, 247; 刑法 64."""

    def codes(self, disposal: Disposal, ownership: Ownership, **over: bool) -> set[str]:
        papers = {"has_photos": True, "appraised": True, "has_receipt": True} | over
        level = L.COUNTY_PSB
        return {v.code for v in check_disposal(disposal, ownership, level=level, **papers)}

    @pytest.mark.parametrize("level", [None, *AuthorityLevel])
    def test_early_return_is_approved_by_the_countys_police_head(self, level) -> None:
        papers = {"has_photos": True, "appraised": True, "has_receipt": True}
        found = check_disposal(Disposal.EARLY_RETURN, Ownership.VICTIM, level=level, **papers)
        too_low = {None, L.POLICE_STATION, L.COUNTY_AGENCY, L.CITY_AGENCY, L.TOWNSHIP}
        assert [v.code for v in found] == (["authority_too_low"] if level in too_low else [])

    def test_early_return_takes_clear_ownership_and_papers(self) -> None:
        assert self.codes(Disposal.EARLY_RETURN, Ownership.VICTIM) == set()
        assert self.codes(Disposal.EARLY_RETURN, Ownership.UNCLEAR) == {"ownership_does_not_fit"}
        assert self.codes(
            Disposal.EARLY_RETURN, Ownership.VICTIM, has_photos=False, has_receipt=False
        ) == {"early_return_incomplete"}

    @pytest.mark.parametrize("ownership", list(Ownership))
    def test_release_and_confiscation(self, ownership: Ownership) -> None:
        lawful = ownership in {Ownership.LAWFUL, Ownership.THIRD_PARTY}
        assert (self.codes(Disposal.RELEASE, ownership) == set()) is lawful
        assert (self.codes(Disposal.CONFISCATE, ownership) == set()) is (
            ownership is Ownership.PROCEEDS
        )
        assert self.codes(Disposal.AUCTION, ownership) == set()


def test_every_authority_is_placed() -> None:
    assert set(AUTHORITIES) == set(AuthorityLevel)
    assert {body for body, _ in AUTHORITIES.values()} == set(Body)
