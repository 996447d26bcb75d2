"""Whether an intervention helped: panels of units over periods in, effects out."""
