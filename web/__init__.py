"""The person's door: a Folium page without data in it, and the scripts that fetch the data."""
