"""What kind of thing a short text is about, with a probability; learnt here, from few labels."""
