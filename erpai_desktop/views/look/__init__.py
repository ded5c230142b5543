"""How the window looks: colours, measures, the palette and style sheet made of them, and icons by meaning."""
