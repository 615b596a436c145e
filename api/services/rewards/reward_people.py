"""Who a reporter is to the rules of rewards: an index to compare by, never a name.

The one place of this noun that opens the vault, for the length of one comparison.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.crypto import keyring
from api.domain.words import codes
from api.models import informants as vault
from api.models.leads import Lead
from api.models.users import User


@dataclass(frozen=True, slots=True)
class Informant:
    """What may be known of a reporter: equal reporters have equal indexes."""

    index: bytes | None
    is_staff: bool


async def informant(session: AsyncSession, lead: Lead) -> Informant:
    """The reporter of a lead. Who gave no telephone number has no index and is compared with
    nobody: names alone are shared by many."""
    reporter = await session.get(vault.Informant, lead.id)
    phone = _phone(reporter.phone_enc) if reporter else ""
    if not phone:
        return Informant(None, is_staff=False)
    staff = await session.scalars(select(User.phone_enc).where(User.phone_enc.is_not(None)))
    return Informant(
        keyring().blind_index("reward-informant", phone),
        is_staff=any(_phone(each) == phone for each in staff),
    )


def _phone(sealed: bytes | None) -> str:
    if not sealed:
        return ""
    plain = keyring().decrypt(sealed)
    checked = codes.check_phone(plain)
    return checked.value if checked.ok else plain
