"""How each exchange is spoken to: a folder an exchange, imported when it is first asked."""
