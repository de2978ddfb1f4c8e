"""`python -m cambist` is the command `cambist`."""

from cambist.cli.main import main

main()
