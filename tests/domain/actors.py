"""Who acts in the tests of flows."""

from uuid import UUID, uuid4

from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Role

UNIT = uuid4()


def actor(role: Role, unit: UUID = UNIT) -> Actor:
    """Somebody of this role, of the unit that everything belongs to or of another."""
    return Actor("user", uuid4(), "某人", uuid4(), unit, role, "341522118", uuid4())
