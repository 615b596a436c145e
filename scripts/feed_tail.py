"""跟读事件流 /events：每件事打印一行，游标存在文件里，下次从那里接着读，不重不漏。

    YINLING_CLIENT_SECRET=… python3 scripts/feed_tail.py --cursor-file feed.cursor
    python3 scripts/feed_tail.py --cursor-file feed.cursor --once --format json >> events.jsonl

先打印一页，再存游标：中途断电，最后一页会再打印一次，请按 id 去重。
对方从备份恢复过（feed_epoch_changed）时停下，核对自己的数据之后加 --from-start 从头读。
退出状态：0 正常结束，1 被拒绝或连接不上，3 须从头读。
"""

import json
import sys
import time
from pathlib import Path

from yinling_client import Refused, connect, parser


def line(event):
    """One event for a person."""
    data = event["data"]
    who = "·".join(part for part in (data["unit_name"], data["actor_name"]) if part)
    when = event["time"][:19].replace("T", " ")
    return f"{when}  {data['label']}  {who or '系统'}  {event['source']}"


def keep(path, cursor):
    """Replace the cursor file in one step: it holds the old cursor or the new one."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(cursor, encoding="utf-8")
    fresh.replace(path)


def follow(api, given):
    """Print what comes, page by page, until stopped, or to the present end with `--once`."""
    path = given.cursor_file
    cursor = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    if given.from_start:
        cursor = ""
    while True:
        page = api.get("/events", cursor=cursor or None, limit=200)
        for event in page["items"]:
            text = json.dumps(event, ensure_ascii=False) if given.format == "json" else line(event)
            print(text)
        sys.stdout.flush()
        if page["next_cursor"] != cursor:
            cursor = page["next_cursor"]
            keep(path, cursor)
        if not page["has_more"]:
            if given.once:
                return
            time.sleep(given.interval)


def main():
    """Follow until Ctrl-C."""
    options = parser(__doc__, "police-gateway")
    options.add_argument("--cursor-file", type=Path, required=True, help="存放游标的文件")
    options.add_argument("--once", action="store_true", help="读到现在为止就结束，适合定时任务")
    options.add_argument("--from-start", action="store_true", help="不管已存的游标，从头读")
    options.add_argument("--interval", type=float, default=5, help="没有新事件时隔几秒再读，默认 5")
    options.add_argument("--format", choices=("text", "json"), default="text", help="输出格式")
    given = options.parse_args()
    try:
        follow(connect(given), given)
    except KeyboardInterrupt:
        return 0
    except Refused as refused:
        print(f"读取失败：{refused}", file=sys.stderr)
        return 3 if refused.code == "feed_epoch_changed" else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
