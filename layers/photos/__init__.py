"""Photos of features: made harmless, kept in the store, shown to whom the feature is shown."""
