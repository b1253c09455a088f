"""Storages of remotes: buckets, shared folders, SFTP, HTTP and memory, each as the protocol model.ObjectStorage.

`addresses.open_storage` opens one by its address. `retrying` wraps one and repeats what may succeed next time, and
`probing` finds out what one can do. Only cloud.py imports obstore, and only sftp.py imports paramiko.
"""
