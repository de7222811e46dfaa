"""What the user sees: views are pure functions from values to lines, reporters show events."""
