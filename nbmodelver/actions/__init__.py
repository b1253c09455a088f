"""What a verb does: a request in, a result out. No parsed line, and no drawn text.

The magics, the functions, the command line and the panel make requests and draw results. An action that needs live
values asks a `LiveSession`, so that it can be tested with a dictionary.
"""
