"""Registers that the house knows: one module each, data only."""
