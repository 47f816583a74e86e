"""Every registered component shows how a config names it."""

import ast
import inspect
import textwrap

import pytest
from mmengine.registry import (
    DATASETS,
    HOOKS,
    LOG_PROCESSORS,
    LOOPS,
    METRICS,
    OPTIM_WRAPPERS,
    TRANSFORMS,
)

from mmrazor_ssdkd.registry import MODELS

COMPONENTS = sorted(
    {
        component
        for registry in (
            *(DATASETS, HOOKS, LOG_PROCESSORS, LOOPS, METRICS, MODELS),
            *(OPTIM_WRAPPERS, TRANSFORMS),
        )
        for level in (registry, *registry.children.values())
        for component in level.module_dict.values()
        if component.__module__.startswith('mmrazor_ssdkd.')
        and inspect.isclass(component)
    },
    key=lambda component: component.__name__,
)


def example(component):
    """Returns the first example of a docstring as Python."""
    text = component.__doc__.split('Example:\n')[1]
    lines = textwrap.dedent(text).split('\n\n')[0].splitlines()
    return '\n'.join(line[4:] for line in lines if line[:3] in ('>>>', '...'))


@pytest.mark.parametrize('component', COMPONENTS)
def test_example(component):
    """It is Python, and what it passes are arguments of the component."""
    tree = ast.parse(example(component))
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        keys = {keyword.arg: keyword.value for keyword in call.keywords}
        name = getattr(keys.pop('type', None), 'value', None)
        if name == f'mmrazor_ssdkd.{component.__name__}':
            inspect.signature(component).bind_partial(**keys)


def test_all_are_found():
    """Or nothing is looked at."""
    assert len(COMPONENTS) > 30
