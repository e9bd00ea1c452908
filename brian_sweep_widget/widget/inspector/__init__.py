"""Looking into a single simulation."""
