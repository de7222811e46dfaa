"""What a host is: questions with their parsers, asked all at once."""
