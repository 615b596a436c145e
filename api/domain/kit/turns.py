"""Taking a turn upon oneself: who of a unit does what waits for it.

Work belongs to units (ADR 0008); who took a turn says so to the others, and gives it back when
somebody else is to do it. It is kept on the row that waits, and is no right of its own: who holds
it, flows are asked by `actors.Holder`.
"""

from api.domain.kit.actors import Actor
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Role


class TurnAction(Labelled):
    """What a person does about a turn of the own unit."""

    TAKE = "take", "我来办"
    GIVE_BACK = "give_back", "交还"
    GIVE = "give", "指定经办人"


#: Who sees to it that nothing lies in hands that do nothing, in units other than their own.
_FREEING = frozenset({Role.OFFICE, Role.LEADER})


def may_free(actor: Actor) -> bool:
    """Whether somebody gives back what a person of another unit took: a unit need not have a head."""
    return actor.role in _FREEING
