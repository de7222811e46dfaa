"""What the registries of models publish, read without downloading: names, sizes, file headers."""
