"""Contract suites that others inherit: codecs, backends."""
