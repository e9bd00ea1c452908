"""Networks to play with, each with its source, its defaults and its measures."""
