"""Contract suites that other packages inherit: backends, codecs, kinds."""
