"""Forms made from the fields of a layer: what is asked, what was typed, what is wrong with it."""
