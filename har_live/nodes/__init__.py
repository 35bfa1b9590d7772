"""Work on several machines: a connection to Ray, and a recognizer that travels there."""
