"""专项行动概览：用接口账号读取 /statistics/overview，打印成中文表格或 CSV。

    YINLING_CLIENT_SECRET=… python3 scripts/report.py
    python3 scripts/report.py --url https://yl.example --secret-file /etc/yl.secret --format csv

数字都由系统里的记录算出，本程序只抄录，不计算。退出状态：0 成功，1 被拒绝或连接不上。
"""

import csv
import sys
import unicodedata

from yinling_client import Refused, connect, parser

HEADINGS = ("分类", "指标", "数值", "单位", "口径")


def rows(overview):
    """Every figure of the overview as one row of the table."""
    for goal in overview["goals"]:
        for figure in goal["figures"]:
            yield goal["label"], figure["label"], str(figure["value"]), "条", figure["note"]
        for rate in goal["rates"]:
            percent = rate["percent"]
            yield goal["label"], rate["label"], percent or "—", "%" if percent else "", ""
    for amount in overview["money"]["sums"]:
        yield "资金", amount["label"], amount["amount"], "元", amount["note"]
    for amount in overview["money"]["ledger"]:
        yield "资金账", amount["label"], amount["amount"], "元", amount["note"]
    for breakdown in overview["breakdowns"]:
        for figure in breakdown["rows"]:
            yield breakdown["title"], figure["label"], str(figure["value"]), "条", figure["note"]


def width(text):
    """Columns that a text takes in a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "FW" else 1 for c in text)


def table(found):
    """The rows under their headings, one group after the other, numbers flush right."""
    label = max(width(row[1]) for row in found)
    value = max(width(row[2]) for row in found)
    lines, group = [], None
    for name, indicator, number, unit, _ in found:
        if name != group:
            lines += ["", f"【{name}】"]
            group = name
        pad = " " * (label - width(indicator)), " " * (value - width(number))
        lines.append(f"  {indicator}{pad[0]}  {pad[1]}{number} {unit}".rstrip())
    return "\n".join(lines)


def main():
    """Read, print."""
    options = parser(__doc__, "report-reader")
    options.add_argument("--format", choices=("text", "csv"), default="text", help="输出格式")
    given = options.parse_args()
    try:
        overview = connect(given).get("/statistics/overview")
    except Refused as refused:
        print(f"读取失败：{refused}", file=sys.stderr)
        return 1
    found = list(rows(overview))
    if given.format == "csv":
        sys.stdout.write("\ufeff")  # so that Excel knows the encoding
        csv.writer(sys.stdout).writerows([HEADINGS, *found])
        return 0
    print(f"专项行动概览　取数时间 {overview['as_of'][:16].replace('T', ' ')}")
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
