"""Where a store's files lie: local disk, memory."""
