"""What a line of a ledger sheet is: data, or furniture around it."""

from api.domain.labels import Labelled


class LineRole(Labelled):
    """How a line was understood. A line without a role is data."""

    TITLE = "title", "标题"
    GROUP = "group", "上层表头"
    HEADER = "header", "表头"
    DATA = "data", "数据"
    TOTAL = "total", "合计"
    SECTION = "section", "分段"
    NOTE = "note", "说明"
    EXAMPLE = "example", "示例"
    NUMBERS = "numbers", "列号"
    STRUCK = "struck", "划掉"
    LEFT_OUT = "left_out", "人工去掉"
    UNREAD = "unread", "未读取"


class SheetState(Labelled):
    """Whether a sheet was read, and why not."""

    READ = "read", "已读取"
    HIDDEN = "hidden", "隐藏，未读取"
    SKIPPED = "skipped", "人工去掉"
    NO_HEADER = "no_header", "没有找到表头"
    COLUMNS_MISSING = "columns_missing", "缺少必需的列"
    EMPTY = "empty", "空表"
