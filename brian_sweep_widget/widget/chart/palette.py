"""What tells curves apart: colour, line style and marker, never colour alone."""

#: How many pinned curves are shown.
MOST_GHOSTS = 4
# Of the Okabe-Ito palette, safe for colour-blind eyes; mid-tones that have a
# contrast of three to one on white and on JupyterLab's dark background alike.
COLOURS = ("#2f7fc7", "#d55e00", "#00926a", "#b8609a", "#8a7a00", "#7f7f7f")
STYLES = ("solid", "dashed", "dotted", "dash_dotted", "solid", "dashed")
MARKERS = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
GHOST_COLOUR = "#7f7f7f"
GHOST_STYLES = ("dashed", "dash_dotted", "dotted", "solid")
FAILED_COLOUR = "#d23f31"
# Of what is open in the inspector: orange, as what is selected is everywhere.
SHOWN_COLOUR = "#e07b00"
# Viridis: as even in grey as in colour, for all kinds of colour vision.
HEAT_COLOURS = (
    "#440154",
    "#482878",
    "#3e4989",
    "#31688e",
    "#26828e",
    "#1f9e89",
    "#35b779",
    "#6ece58",
    "#b5de2b",
    "#fde725",
)
#: How many cells a map may have; more take a browser too long.
MOST_CELLS = 2500
