"""Which worker did what, and when."""
