"""Columns that a lead ledger has and the form has not: whose papers, phone and home they are."""

import pytest

from api.services.imports import import_writers
from api.services.imports.import_rows import StagedRow

VALUES = {
    "reporter_kind": "real_name",
    "reporter_name": "吴某某",
    "channel": "petition",
    "received_on": "2026-11-20",
    "narrative": "老人交押金不退。",
    "subject_name": "某养老服务中心",
    "categories": ["C1"],
}


def told(label: str, **values: str) -> tuple[str, str]:
    """What becomes of a column: the note, and what the vault keeps."""
    row = StagedRow(0, 0, 3, VALUES | values, {label: "某处二组"}, b"", 0, [])
    lead = import_writers.lead(row)
    return lead.note, lead.reporter.name


@pytest.mark.parametrize(
    "label",
    [
        "家庭住址",
        "公民身份证号码",
        "手机号码（联系方式）",
        "固定电话",
        "居 住 地 址",
        "举报人地址",
        "身份証号",
    ],
)
def test_beside_the_reporters_name_it_is_the_reporters(label):
    note, kept = told(label)
    assert (note, kept) == ("", f"吴某某；{label}：某处二组")


@pytest.mark.parametrize("label", ["地址", "注册地址", "被举报人住址", "承办人电话", "处理情况"])
def test_what_may_be_somebody_elses_stays_in_the_note(label):
    note, kept = told(label)
    assert (note, kept) == (f"{label}：某处二组", "吴某某")


def test_where_nobody_is_named_it_is_nobodys():
    assert told("家庭住址", reporter_name="")[0] == "家庭住址：某处二组"
