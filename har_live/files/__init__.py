"""Whole videos, without a clock: recognize them, write them again, one or many."""
