"""What is wanted: profiles, what the user asked, and the deployment the two come to."""
