"""Everything a person does from a terminal."""
