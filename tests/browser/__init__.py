"""The dashboard in a real browser: journeys of people, and what holds on every page."""
