"""Puts the rooms together: a folder and a clock become something that can be asked.

Alone sees everything; nothing but the interfaces' starters imports it.
"""
