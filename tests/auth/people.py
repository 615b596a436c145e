"""People who log in for the first time."""

from uuid import uuid4

import httpx
import pyotp

from api.core.base import clock
from tests.conftest import PASSWORD

#: By server too: another package between two of these files ends one and starts the next.
_TOKENS: dict[tuple[str, str], str] = {}


def token(running, **form) -> httpx.Response:
    return httpx.post(f"{running.api}/auth/token", data=form, timeout=30)


def password_login(running, username, password=PASSWORD, **more) -> httpx.Response:
    return token(running, grant_type="password", username=username, password=password, **more)


def me(running, access: str) -> httpx.Response:
    return httpx.get(f"{running.api}/me", headers={"Authorization": f"Bearer {access}"})


def administrator(running, name: str) -> dict[str, str]:
    """The headers of somebody who has set up the second factor; a code works once, so one login
    serves all tests."""
    key = (str(running.home), name)
    if key not in _TOKENS:
        login = password_login(running, name).json()
        headers = {"Authorization": f"Bearer {login['access_token']}"}
        secret = httpx.post(f"{running.api}/me/totp", headers=headers).json()["secret"]
        confirmed = httpx.post(
            f"{running.api}/me/totp/confirmations",
            headers=headers,
            json={"code": pyotp.TOTP(secret).at(clock.now())},
        )
        assert confirmed.status_code == 204, confirmed.text
        assert me(running, login["access_token"]).status_code == 401, "the limited token is over"
        renewed = token(running, grant_type="refresh_token", refresh_token=login["refresh_token"])
        _TOKENS[key] = renewed.json()["access_token"]
    return {"Authorization": f"Bearer {_TOKENS[key]}", "Idempotency-Key": uuid4().hex}
