"""The feature store: features computed, joined to rows of other tables, published and served."""
