"""The pages, made by hand: each module turns a visit into a `Page`."""
