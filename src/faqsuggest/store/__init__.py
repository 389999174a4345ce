"""The durable folder: written whole or not at all, verified at every load, nothing in it that can run.

    folder.py     ``save_folder``, ``load_folder``, ``open_folder``, ``list_versions``
    manifest.py   what a version holds: kind, facts, and the hash and size of every file
    lock.py       one writer at a time
    arrays.py     JSON, JSON Lines and numpy arrays, one file each, without pickle
    records.py    tickets and articles as JSON Lines, exactly

Everything else in the library touches a saved folder through these names alone.
"""
