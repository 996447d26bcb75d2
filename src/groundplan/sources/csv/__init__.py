"""Tables that people bring themselves, whatever their columns are called."""
