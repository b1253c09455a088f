"""Where things are shown: text, HTML, widgets. Plain model objects and callbacks in, no kernel."""
