"""The only room that knows SQL: what is kept, each verb one transaction, queries in files."""
