"""What caused a change: the first bad version, and the change that moved a metric, tested in scratch namespaces."""
