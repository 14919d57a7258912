"""What can go wrong with a backup, each as one line that says what to do."""


class BackupError(Exception):
    """A backup was not made, or not put back; the message is one line for an operator."""


class DamagedError(BackupError):
    """A file is not, or not any more, what was written: cut off, changed, or another file."""


class SecretError(BackupError):
    """A file cannot be opened with the keys that were given."""
