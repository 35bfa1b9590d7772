"""The version, for rooms that must not import the whole house."""

__version__ = "0.1.0"
