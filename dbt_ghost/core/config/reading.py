"""dbt_project.yml text and the environment to a GhostConfig, with all complaints at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from dbt_ghost.core.config.complaints import Complaint, complaints, nearest
from dbt_ghost.core.config.model import GhostConfig
from dbt_ghost.core.config.overrides import overridden
from dbt_ghost.core.config.shape import Path
from dbt_ghost.core.config.yaml_tree import Tree
from dbt_ghost.core.errors import GhostError

FILE = "dbt_project.yml"
REFERENCE = "every key is described in docs/reference/config.md"
SMALLEST = """\
vars:
  ghost:
    project: shop           # 2 to 10 lower-case letters and digits
    databases: [PROD_DB]"""


def read_config(text: str, environ: Mapping[str, str]) -> GhostConfig:
    """The settings in a dbt_project.yml's text, under the environment's GHOST_* variables.

    Raises GhostError with one line for each thing that is wrong.
    """
    tree = Tree()
    node = _ghost_node(text)
    document = tree.plain(node)
    if not isinstance(document, dict):
        raise _not_there("`vars: ghost:` must hold keys" if document is not None or not tree.complaints else "", tree)
    values, origins, wrong = overridden(document, environ)
    config, invalid = _validated(values)
    found = [*tree.complaints, *wrong, *_unless_known(invalid, [*tree.complaints, *wrong])]
    if config is None or found:
        raise GhostError(_listed(found, tree.lines, origins), REFERENCE)
    return config


def _ghost_node(text: str) -> yaml.Node:
    """The YAML node below `vars: ghost:`."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise GhostError(f"{FILE}{line}: {error.problem or error.context}", "the file is not valid YAML") from error
    except yaml.YAMLError as error:
        raise GhostError(f"{FILE}: {error}", "the file is not valid YAML") from error
    except (RecursionError, ValueError, OverflowError) as error:  # the latter two for "\UFFFFFFFF"
        raise GhostError(f"{FILE} is nested too deeply or has an impossible \\U escape", "write it simpler") from error
    variables = _child(root, "vars")
    ghost = _child(variables, "ghost")
    if ghost is None:
        raise _not_there(f"{FILE} has no `vars: ghost:`{_slip(variables)}", Tree())
    return ghost


def _child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """The value of a key, or None; the last one where it is there twice, as dbt reads it."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    found = [value for key, value in pairs if isinstance(key, yaml.ScalarNode) and key.value == name]
    return found[-1] if found else None


def _slip(variables: yaml.Node | None) -> str:
    """A variable that was probably meant to be `ghost`, or one of a package that holds it."""
    pairs = variables.value if isinstance(variables, yaml.MappingNode) else []
    names = {key.value: value for key, value in pairs if isinstance(key, yaml.ScalarNode)}
    for name, value in names.items():
        if _child(value, "ghost") is not None:
            return f"; it is under `vars: {name}:`, and must be directly under `vars:`"
    near = nearest("ghost", list(names))
    return f"; there is `vars: {near}:`" if near else ""


def _not_there(message: str, tree: Tree) -> GhostError:
    said = message or _listed(tree.complaints, tree.lines, {})
    return GhostError(said, f"the smallest that works is\n\n{SMALLEST}\n\n{REFERENCE}")


def _validated(values: dict[str, Any]) -> tuple[GhostConfig | None, list[Complaint]]:
    """The config, or everything that is wrong with it."""
    try:
        return GhostConfig.model_validate(values), []
    except ValidationError as error:
        first = list(complaints(error))
        wrong = [(detail["type"], detail["loc"]) for detail in error.errors(include_url=False)]
    # Contradictions are only looked for where every value is right, so look again without the wrong ones.
    pruned = values
    for kind, location in wrong:
        pruned = _without(pruned, location[:-1] if kind == "missing" else location)
    pruned = {"project": "project", **pruned}
    try:
        GhostConfig.model_validate(pruned)
        second = []
    except ValidationError as error:
        second = [complaint for complaint in complaints(error) if complaint.text != "is required"]
    return None, [*first, *(complaint for complaint in second if complaint not in first)]


def _without(tree: Any, path: Path) -> Any:
    """The tree less what the path leads to; in a list the whole list goes, so that other positions stay true."""
    key, *rest = path or ("",)  # an empty path leads to the tree itself, of which nothing is taken
    if not isinstance(tree, dict) or key not in tree:
        return tree
    if not rest or rest[0] == "[key]" or not isinstance(tree[key], dict):
        return {name: value for name, value in tree.items() if name != key}
    return {**tree, key: _without(tree[key], tuple(rest))}


def _unless_known(found: list[Complaint], already: list[Complaint]) -> list[Complaint]:
    """Less what follows from an earlier complaint: what could not be read is None, which is wrong again."""
    paths = {complaint.path for complaint in already if complaint.path}
    return [complaint for complaint in found if complaint.path not in paths]


def _listed(found: list[Complaint], lines: Mapping[Path, int], origins: Mapping[Path, str]) -> str:
    count = "1 thing is" if len(found) == 1 else f"{len(found)} things are"
    ordered = sorted(found, key=lambda complaint: _line(complaint.path, lines))
    placed = [f"  {_place(complaint.path, lines, origins)}{complaint}" for complaint in ordered]
    return "\n".join([f"{count} wrong with `vars: ghost:` of {FILE}", *dict.fromkeys(placed)])


def _place(path: Path, lines: Mapping[Path, int], origins: Mapping[Path, str]) -> str:
    origin = next((name for at, name in origins.items() if path[: len(at)] == at), "")
    if origin:
        return f"{origin}: "
    return f"line {_line(path, lines)}: " if path and _line(path, lines) else ""


def _line(path: Path, lines: Mapping[Path, int]) -> int:
    """The line of the key, or of the nearest key above it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)
