"""Puts the rooms together: a folder and a clock become something that can be asked.

Alone sees everything; nothing but the interfaces' starters imports it.
"""

from groundplan.bootstrap.settings import default_folder, place_of_journal, utc_now
from groundplan.bootstrap.workspace import Workspace

__all__ = ["Workspace", "default_folder", "place_of_journal", "utc_now"]
