"""Folium elements of our own. Each hands addresses and options to the scripts, never data."""
