"""The people in the picture, who is who from one grid frame to the next, and where to look
closer."""
