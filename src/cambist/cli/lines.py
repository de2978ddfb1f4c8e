"""Figures in columns that never cut a digit off, however narrow the terminal is."""

from collections.abc import Sequence

from cambist.cli.console import screen


def print_columns(rows: Sequence[tuple[str, ...]], indent: str = "  ") -> None:
    """Rows of texts below each other; what an exchange wrote is printed as it is, not as markup."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        print_line(indent + line.rstrip())


def print_line(text: str = "") -> None:
    """One line as it is, without what a terminal would take for a command."""
    printable = "".join(character if character.isprintable() else "�" for character in text)
    screen.print(printable, markup=False)
