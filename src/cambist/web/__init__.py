"""What browsers ask: sessions and their cookie, static files; pages come later."""
