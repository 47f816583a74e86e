"""The command ``ssdkd``: the tools, for those who have no clone."""

import ast
import sys
from collections.abc import Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from .compat.own_configs import own_folder

__all__ = ['main']

_SHORT = {'export': 'export_student'}


def main() -> None:
    """Runs a tool as ``python tools/NAME.py`` does."""
    tools = _tools(own_folder() / 'tools')
    name = sys.argv[1] if len(sys.argv) > 1 else ''
    path = tools.get(name.replace('-', '_'))
    if path is None:
        _explain(tools, name)
        return
    # What a script finds when python starts it; its parser prints the first.
    sys.argv[:2] = [f'ssdkd {name}']
    sys.path.insert(0, str(path.parent))
    _load(path).main()


def _load(path: Path) -> Any:
    """Returns a script as a module, which a pickle can find again."""
    # Not by its own name, or test.py would stand for Python's.
    spec: Any = spec_from_file_location(f'_ssdkd_{path.stem}', path)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _tools(folder: Path) -> dict[str, Path]:
    """Returns the scripts that are tools, by their names and short names."""
    scripts = sorted(folder.rglob('*.py'))
    tools = {
        path.stem: path
        for path in scripts
        # The others are modules that some share, or plans.
        if "if __name__ == '__main__':" in path.read_text(encoding='utf-8')
    }
    short = {name: tools[tool] for name, tool in _SHORT.items()}
    return {**tools, **short}


def _explain(tools: Mapping[str, Path], name: str) -> None:
    """Prints what there is; ends with an error unless that was asked for."""
    asked = name in ('', '-h', '--help')
    lines = ['usage: ssdkd TOOL [ARGUMENT ...]', '']
    for tool, path in sorted(tools.items()):
        lines.append(f'  {tool.replace("_", "-"):18}{_purpose(path)}')
    lines += ['', 'Each takes --help.']
    if not asked:
        lines += ['', f'ssdkd: `tool` must be one of these, but got {name!r}']
    print('\n'.join(lines), file=sys.stdout if asked else sys.stderr)
    sys.exit(0 if asked else 2)


def _purpose(path: Path) -> str:
    """Returns the first line of a tool's docstring."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding='utf-8')))
    return (docstring or '').split('\n')[0]
