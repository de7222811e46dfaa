"""What goes into the infra machine: its configuration, and what runs there to make things."""
