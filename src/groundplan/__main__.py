"""`python -m groundplan` is the command line."""

from groundplan.interfaces.cli.main import main

main()
