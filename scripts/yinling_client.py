"""The few lines that every program needs which speaks to the API: log in, ask, say what was refused.

Python's standard library only; copy this file beside your own.
"""

import argparse
import base64
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path


class Refused(Exception):
    """What the server does not do, as it says it (RFC 9457)."""

    def __init__(self, status, problem):
        self.status = status
        self.code = problem.get("code", "")
        self.detail = problem.get("detail") or problem.get("error_description") or "请求失败"
        self.request_id = problem.get("request_id", "")
        super().__init__(
            f"{self.detail}（{status} {self.code}，请求编号 {self.request_id or '无'}）"
        )


class Api:
    """The API as one client sees it. Tokens are fetched anew when they end; GETs are repeated."""

    def __init__(self, url, client_id, secret):
        self._base = url.rstrip("/") + "/api/v1"
        self._login = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        self._token = ""

    def _send(self, request):
        for patience in (1, 2, 4, None):
            pause = patience
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                wait = error.headers.get("Retry-After", "") if error.code in {429, 503} else ""
                if pause is None or (error.code < 500 and error.code != 429):
                    raise Refused(error.code, _problem(error)) from error
                pause = min(int(wait), 60) if wait.isdigit() else pause
            except OSError as error:
                if pause is None:
                    raise Refused(0, {"detail": f"连接不上 {self._base}：{error}"}) from error
            time.sleep(pause)
        raise AssertionError("the last round returns or raises")

    def _log_in(self):
        form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
        headers = {"Authorization": f"Basic {self._login}"}
        request = urllib.request.Request(f"{self._base}/auth/token", form, headers)
        self._token = self._send(request)["access_token"]

    def get(self, path, **query):
        """The answer of a GET as Python values. Raises Refused."""
        given = {name: value for name, value in query.items() if value is not None}
        url = f"{self._base}{path}?{urllib.parse.urlencode(given, doseq=True)}".rstrip("?")
        for first in (True, False):
            if not self._token:
                self._log_in()
            headers = {"Authorization": f"Bearer {self._token}"}
            try:
                return self._send(urllib.request.Request(url, headers=headers))
            except Refused as refused:
                if refused.status != 401 or not first:
                    raise
                self._token = ""  # after fifteen minutes, or when rights changed
        raise AssertionError("the second round returns or raises")


def _problem(error):
    try:
        found = json.load(error)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def parser(description, client_id):
    """Command line options that every program shares."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument(
        "--url",
        default=os.environ.get("YINLING_URL", "http://127.0.0.1:8000"),
        help="服务器地址（或环境变量 YINLING_URL），默认 %(default)s",
    )
    made.add_argument(
        "--client-id",
        default=os.environ.get("YINLING_CLIENT_ID", client_id),
        help="接口账号（或 YINLING_CLIENT_ID），默认 %(default)s",
    )
    made.add_argument(
        "--secret-file",
        type=Path,
        help="装有密钥的文件；不给则读环境变量 YINLING_CLIENT_SECRET。密钥不写在命令行上，以免被别人看到",
    )
    return made


def connect(options):
    """The API for these options. Exits when there is no secret."""
    if options.secret_file:
        try:
            secret = options.secret_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SystemExit(f"读不了密钥文件：{error}") from error
    else:
        secret = os.environ.get("YINLING_CLIENT_SECRET", "")
    if not secret:
        raise SystemExit("缺少密钥：用 --secret-file 或环境变量 YINLING_CLIENT_SECRET 给出")
    return Api(options.url, options.client_id, secret)
