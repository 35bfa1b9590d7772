"""Clips: fetched, read from disk, named, split, shown, cached, cut into windows."""
