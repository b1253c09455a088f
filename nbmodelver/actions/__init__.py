"""The actions of the verbs: each takes a request and returns a result, without parsed lines or drawn text.

Magics, functions, the command line and the panel create the requests and draw the results. An action that needs live
values uses a `LiveSession`, so that it can be tested with a dictionary. A call that an action would only pass on to
`Repo` is made directly.
"""
