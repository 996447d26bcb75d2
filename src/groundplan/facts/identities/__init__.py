"""How accounts are recognised as one person's; `facts/identity.py` is the door."""
