"""Papers that leave the house: templates, the facts they are filled with, their numbers."""
