"""The nouns that are declared once (services/kit/declared.py): what tells of every noun reads them
here, and a new one adds its line."""

from typing import Any

from api.services.kit.declared import Declared
from api.services.outcomes.outcomes import OUTCOMES

DECLARED: tuple[Declared[Any], ...] = (OUTCOMES,)
