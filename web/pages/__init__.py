"""The API's resources as pages to read: what the other door answers as JSON, in HTML."""
