"""What cells read and change, what they use data for, and the code in which two versions differ."""
