"""The nouns everybody shares. Standard library only; imports nothing of ours."""
