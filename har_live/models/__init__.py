"""The networks (torch). ``har_live.models.config`` alone can be imported without torch."""
