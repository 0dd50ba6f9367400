"""The data: layers, stores, history, tiles, ways in and out."""
