"""The networks of people's joints that ship: their takes, windows, training and adapting."""
