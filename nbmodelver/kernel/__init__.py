"""Where a value leaves and re-enters the kernel."""
