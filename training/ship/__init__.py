"""Ships a network: calibrated, measured, written as a weights folder and described."""
