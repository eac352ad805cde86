"""Folders of pictures: how they are laid out, what each file holds, and all of them as one array."""


class FolderError(ValueError):
    """A folder is missing, or holds nothing that can be used."""
