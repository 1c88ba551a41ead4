"""The sign in a data folder that a restore began and did not end: nothing else may work with that folder."""

from pathlib import Path

from service.durable import make_folders, sync_folder, write_file

_NAME = "restoring"


def begin(data_dir: Path, state: str) -> None:
    """A restore of that state begins. Durable before anything is brought back."""
    make_folders(data_dir)
    write_file(data_dir / _NAME, state.encode())


def begun(data_dir: Path) -> str | None:
    """The state whose restore did not end; None when there is none."""
    try:
        return (data_dir / _NAME).read_text("utf-8")
    except FileNotFoundError:
        return None


def end(data_dir: Path) -> None:
    (data_dir / _NAME).unlink(missing_ok=True)
    sync_folder(data_dir)
