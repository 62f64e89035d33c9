"""The dbt project's folder and its dbt_project.yml, found as dbt finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dbt_ghost.core.errors import Denied, GhostError, NotFound

PROJECT_FILE = "dbt_project.yml"


@dataclass(frozen=True)
class ProjectFile:
    folder: Path
    text: str


def read_project_file(project_dir: Path | None, environ: Mapping[str, str], here: Path) -> ProjectFile:
    """From --project-dir, else DBT_PROJECT_DIR, else the nearest folder from `here` upwards that has the file.

    Raises NotFound, Denied, or GhostError for a file that is not text.
    """
    named = project_dir or (Path(environ["DBT_PROJECT_DIR"]) if environ.get("DBT_PROJECT_DIR") else None)
    folder = here / named if named else _nearest(here)
    file = folder / PROJECT_FILE
    try:
        return ProjectFile(folder.resolve(), file.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(
            f"there is no {PROJECT_FILE} in {folder}", "pass --project-dir with the project's folder"
        ) from error
    except PermissionError as error:
        raise Denied(f"{file} may not be read", "check its permissions") from error
    except UnicodeDecodeError as error:
        raise GhostError(f"{file} is not UTF-8 text, at byte {error.start}", "save it as UTF-8") from error
    except OSError as error:
        raise GhostError(f"{file}: {error.strerror}", "check the file") from error


def _nearest(here: Path) -> Path:
    """As dbt: the folder itself or the first above it with the file, else the folder itself."""
    return next((folder for folder in (here, *here.parents) if (folder / PROJECT_FILE).is_file()), here)
