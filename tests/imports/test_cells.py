"""What single cells mean: money to the fen, days, counts, codes; and what cannot be read."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.imports import cell_days, cell_numbers, cell_places, cells
from api.domain.imports.cells import CellFault, Doubtful, Surroundings
from api.domain.imports.ledgers import LEADS, VICTIMS
from api.domain.words.places import Places
from api.domain.words.texts import clean

TODAY = dt.date(2022, 11, 22)
YUAN = Surroundings(TODAY)
WAN = Surroundings(TODAY, unit=Decimal(10_000))
DAY = cell_days.day(future=False)
FEN = st.integers(min_value=0, max_value=10**12)


def value(convert, cell, around=YUAN):
    found = convert(cell, around)
    return found.value if isinstance(found, Doubtful) else found


def code(convert, cell, around=YUAN) -> str:
    with pytest.raises(CellFault) as fault:
        convert(cell, around)
    return fault.value.code


def told(fault: CellFault) -> None:
    assert fault.message


class TestMoney:
    @given(FEN)
    def test_text_in_yuan_and_wan_round_trips(self, fen: int) -> None:
        yuan = Decimal(fen) / 100
        wan = yuan / 10_000
        assert value(cell_numbers.yuan, f"{yuan:.2f}") == fen
        assert value(cell_numbers.yuan, f"{yuan:,.2f}元") == fen
        assert value(cell_numbers.yuan, f"¥ {yuan:,.2f}", YUAN) == fen
        assert value(cell_numbers.yuan, f"{wan:f}", WAN) == fen
        assert value(cell_numbers.yuan, f"{wan:f}万", YUAN) == fen
        assert value(cell_numbers.yuan, f"{wan:f}万元", WAN) == fen
        assert value(cell_numbers.yuan, f"{yuan:.2f}元", WAN) == fen

    @given(st.integers(min_value=0, max_value=10**11))
    def test_floats_of_excel_round_to_the_fen(self, fen: int) -> None:
        assert value(cell_numbers.yuan, fen / 100) == fen
        assert value(cell_numbers.yuan, fen / 1_000_000, WAN) == fen

    @given(st.lists(st.integers(min_value=0, max_value=10**7), min_size=1, max_size=30))
    def test_sums_made_by_formulas(self, parts: list[int]) -> None:
        assert value(cell_numbers.yuan, sum(part / 100 for part in parts)) == sum(parts)

    @pytest.mark.parametrize(
        ("cell", "around", "fen"),
        [
            (0.1 + 0.2, WAN, 3_000_00), ("0.3万", WAN, 3_000_00), ("3,000元", WAN, 3_000_00),
            ("３，０００", YUAN, 3_000_00), ("三万", YUAN, 30_000_00), ("三万五千元", WAN, 35_000_00),
            ("叁万元整", WAN, 30_000_00), ("3万5千", YUAN, 35_000_00), ("1.2亿", YUAN, 120_000_000_00),
            ("5千元", WAN, 5_000_00), ("12.5", WAN, 125_000_00), (5, WAN, 50_000_00), ("0", WAN, 0),
            ("人民币 100 元", YUAN, 100_00), ("100元5角", YUAN, 100_50), ("'200", YUAN, 200_00),
            ("2万3千5百元", YUAN, 23_500_00), ("100.", YUAN, 100_00), ("+7", YUAN, 700),
        ],
    )  # fmt: skip
    def test_ways_to_write_an_amount(self, cell, around, fen) -> None:
        assert value(cell_numbers.yuan, cell, around) == fen

    @pytest.mark.parametrize("cell", ["三万多", "很多", "约3万", "3万余元", "3-5万", "1,23", "abc", "3..5", "12.345", "万", "元", "1e5", "3 万 5", True, TODAY, "NaN", "Infinity", "99999999999999"])  # fmt: skip
    def test_what_is_no_amount(self, cell) -> None:
        assert code(cell_numbers.yuan, cell) == "bad_number"

    @pytest.mark.parametrize("cell", [-5, "-5", "(5)", "-0.3万", "－5", "（1,000）"])
    def test_below_zero(self, cell) -> None:
        assert code(cell_numbers.yuan, cell, WAN) == "negative"

    def test_part_of_a_fen_from_a_formula_is_rounded_and_told(self) -> None:
        found = cell_numbers.yuan(10 / 3, YUAN)
        assert isinstance(found, Doubtful)
        assert (found.value, found.code) == (333, "rounded")


class TestDay:
    @given(st.dates(min_value=dt.date(1950, 1, 1), max_value=TODAY))
    def test_every_way_of_writing_a_day(self, day: dt.date) -> None:
        y, m, d = day.year, day.month, day.day
        serial = (day - dt.date(1899, 12, 30)).days
        ways = [
            f"{y}年{m}月{d}日", f"{y}{m:02}{d:02}", int(f"{y}{m:02}{d:02}"), f"{y}-{m:02}-{d:02}",
            f"{y}.{m}.{d}", f"{y}/{m}/{d}", f"{y} . {m} . {d}", f"{y}－{m}－{d}", day,
            dt.datetime.combine(day, dt.time()), f"{y}年{m}月{d}号", f"{y}-{m}-{d} 00:00:00",
            f"'{y}-{m}-{d}", f"{y}年{m}月{d}日（星期一）",
        ]  # fmt: skip
        if serial >= 20_000:
            ways += [serial, float(serial), str(serial)]
        for way in ways:
            found = value(DAY, way)
            assert found == day, way
            assert not isinstance(found, dt.datetime)

    def test_a_time_is_kept_only_where_one_was_written(self) -> None:
        at = dt.datetime(2022, 9, 5, 14, 30)  # noqa: DTZ001
        for way in ("2022-09-05 14:30", "2022年9月5日14时30分", "2022/9/5 下午2:30", at, "20220905143000", "2022-09-05T14:30:00"):  # fmt: skip
            assert value(DAY, way) == at
        assert value(DAY, 44809.604166666664) == at
        assert value(cell_days.day(clock=False), at) == at.date()

    @pytest.mark.parametrize(
        ("cell", "day"),
        [
            ("二〇二二年八月三十日", (2022, 8, 30)),
            ("二零二二年十二月一日", (2022, 12, 1)),
            ("22年8月3日", (2022, 8, 3)),
            ("22.8.30", (2022, 8, 30)),
            ("8/30/2022", (2022, 8, 30)),
        ],
    )
    def test_less_usual_ways(self, cell, day) -> None:
        assert value(cell_days.day(), cell) == dt.date(*day)

    @pytest.mark.parametrize("cell", ["2022-13-45", "昨天", "2022-02-30", "3/4/2022", "8月30日", "2022年9月", 2022, 202209, 2022.9, "5.6.7", "2022-09-05 25:00", True, "1800-01-01", "近期", 123, "2022-09-05至2022-09-06", "202209051"])  # fmt: skip
    def test_what_is_no_day(self, cell) -> None:
        assert code(DAY, cell) == "bad_date"

    def test_a_day_to_come(self) -> None:
        assert code(DAY, "2099-01-01") == "future_date"
        assert code(DAY, TODAY + dt.timedelta(days=1)) == "future_date"
        assert value(DAY, TODAY) == TODAY


class TestCount:
    @pytest.mark.parametrize(("cell", "n"), [(3, 3), (3.0, 3), ("3人", 3), ("三人", 3), ("两户", 2), ("1,200", 1200), ("十二", 12), (" 8 ", 8), ("０", 0), ("二十五名", 25)])  # fmt: skip
    def test_ways_to_count(self, cell, n) -> None:
        assert value(cell_numbers.count(), cell) == n

    @pytest.mark.parametrize("cell", ["很多", "约3", "3人左右", "十余人", "3.5", 3.5, "3-5人", "若干", TODAY, "3人次多", 10**9])  # fmt: skip
    def test_estimates_and_words_are_faults(self, cell) -> None:
        assert code(cell_numbers.count(), cell) == "bad_number"

    def test_below_zero(self) -> None:
        assert code(cell_numbers.count(), -1) == "negative"


PHONE = LEADS.by_field["reporter_phone"].convert
USCC = LEADS.by_field["subject_uscc"].convert
ID = VICTIMS.by_field["id_number"].convert
ACCOUNT = VICTIMS.by_field["account_no"].convert


class TestCodes:
    @pytest.mark.parametrize("cell", [13060950373, 13060950373.0, "130 6095 0373", "130-6095-0373", "+8613060950373", "１３０６０９５０３７３", "'13060950373", "13060950373\t", '="13060950373"'])  # fmt: skip
    def test_phones(self, cell) -> None:
        assert value(PHONE, cell) == "13060950373"

    @pytest.mark.parametrize("cell", ["1380013", "abc", 138, "2306095037", "1.38E+10"])
    def test_bad_phones(self, cell) -> None:
        assert code(PHONE, cell) in {"bad_phone", "digits_lost"}

    def test_numbers_that_excel_has_rounded(self) -> None:
        assert code(ID, 342425195001010019.0) == "digits_lost"
        assert code(ID, 342425195001010000) == "digits_lost"
        assert code(ID, "3.42425E+17") == "digits_lost"
        assert code(ACCOUNT, 6228488111442446719.0) == "digits_lost"
        assert value(ID, "342425195001010019 ") == "342425195001010019"

    def test_credit_codes(self) -> None:
        assert value(USCC, " 91341522ma2te0t08m") == "91341522MA2TE0T08M"
        assert code(USCC, "91341522MA2TE0T0XX") == "bad_uscc"

    def test_choices_name_what_is_possible(self) -> None:
        convert = LEADS.by_field["channel"].convert
        assert value(convert, 12345) == "hotline_12345"
        with pytest.raises(CellFault) as fault:
            convert("听说", YUAN)
        assert "12337平台" in fault.value.message
        assert value(LEADS.by_field["categories"].convert, "养老服务、保健品") == ("C1", "C3")

    @pytest.mark.parametrize("cell", ["", " ", "/", "-", "—", "无", "不详", "暂无", None, "\u3000"])
    def test_ways_to_say_nothing(self, cell) -> None:
        assert cells.is_empty(cell)

    def test_zero_and_words_say_something(self) -> None:
        assert not cells.is_empty(0)
        assert not cells.is_empty("0")
        assert not cells.is_empty("不详", frozenset({"不详"}))


@given(st.text(max_size=60))
def test_no_text_breaks_a_converter(text: str) -> None:
    for column in (*LEADS.columns, *VICTIMS.columns):
        try:
            column.convert(text, WAN)
        except CellFault as fault:
            told(fault)


@given(st.floats() | st.integers() | st.booleans() | st.dates() | st.datetimes())
def test_no_other_cell_breaks_a_converter(cell) -> None:
    for column in (*LEADS.columns, *VICTIMS.columns):
        try:
            column.convert(cell, WAN)
        except CellFault as fault:
            told(fault)


@pytest.mark.parametrize("mark", ["\u3164", "\u180e", "\ufffe", "\ufdd0", "\U0001ffff", "\u034f"])
def test_what_nobody_sees_goes_from_a_cell_as_from_a_form(mark: str) -> None:
    assert cells.tidy(f"甲{mark}乙") == "甲乙" == clean(f"甲{mark}乙")


def test_a_superior_is_proposed_as_no_handler() -> None:
    around = Surroundings(
        dt.date(2022, 11, 22),
        units=Places({"县专项办": "c", "市场监管所": "m"}),
        above=frozenset({"c"}),
    )
    assert cell_places.unit("市场监管所", around) == "m"
    told = cell_places.unit("县专项办", around)
    assert isinstance(told, Doubtful)
    assert (told.value, told.code) == (None, "unit_above")
    assert "上报" in told.message
