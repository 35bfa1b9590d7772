"""People whose joints are known: recorded, invented, drawn, photographed."""
