"""Taking a turn upon oneself: who of a unit does what waits for it.

Work belongs to units (ADR 0008); who took a turn says so to the others, and gives it back when
somebody else is to do it. It is kept on the row that waits, and is no right of its own: who holds
it, flows are asked by `actors.Holder`.
"""

from api.domain.kit.labels import Labelled


class TurnAction(Labelled):
    """What a person does about a turn of the own unit."""

    TAKE = "take", "我来办"
    GIVE_BACK = "give_back", "交还"
    GIVE = "give", "指定经办人"
