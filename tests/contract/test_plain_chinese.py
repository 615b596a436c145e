"""People read what an office would write; these were stumbled over, each stands for its kind."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: What a machine wrote → what an office writes.
STUMBLED = {
    "重抽": "核对无误、核对不符",
    "待跟进": "待对方答复",
    "可复算证书": "测算明细",
    "据转引": "依据转载",
    "受偿比例": "返还比例",
    "可配置": "可以调整",
    "总体摘要": "名单的校验码",
}
READ = [
    ROOT / "openapi.json",
    *(ROOT / "frontend" / "src").rglob("*.vue"),
    *(ROOT / "frontend" / "src").rglob("*.ts"),
    *(ROOT / "api" / "domain").rglob("*.py"),
]


@pytest.mark.parametrize("words", STUMBLED)
def test_nobody_stumbles(words):
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()[:80]}"
        for path in READ
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(words, line)
    ]
    assert found == [], f"write {STUMBLED[words]}"
