"""What the pages point at is there, and their configs train."""

import re

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS
from reading_ease import pages
from tool_calls import ROOT
from toy_models import steps

PAGES = pages()
EXAMPLES = [
    (page, number)
    for page in PAGES
    for number, example in enumerate(
        re.findall(r'```python\n(.*?)```', page.read_text('utf-8'), re.DOTALL)
    )
    # The others are parts of one.
    if example.startswith('_base_')
]


def name_of(value):
    """Returns what a page is called in a test's name."""
    return str(value.relative_to(ROOT)) if hasattr(value, 'parts') else None


def headings(page):
    """Returns the anchors of a page, as GitHub makes them."""
    found = re.findall(r'^#+ (.*)$', page.read_text('utf-8'), re.MULTILINE)
    return {
        re.sub(r'[^\w -]', '', heading.lower()).replace(' ', '-')
        for heading in found
    }


@pytest.mark.parametrize('path', PAGES, ids=name_of)
def test_links_and_paths_exist(path):
    """Relative links, and the configs, plans and tools in the text."""
    text = path.read_text(encoding='utf-8')
    links = re.findall(r'\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)', text)
    for link, anchor in links:
        target = path.parent / link if link else path
        assert target.exists(), link
        if anchor and target.suffix == '.md':
            assert anchor in headings(target), f'{link}#{anchor}'
    named = re.findall(r'\b(?:configs|tools|tests)/[\w./*+{},-]*\.\w+', text)
    for name in named:
        # A brace stands for several names, as in a shell.
        pattern = re.sub(r'\{[^}]*\}', '*', name)
        assert list(ROOT.glob(pattern)), name


def test_links_to_lines():
    """A name links to the line that defines it."""
    found = 0
    for page in PAGES:
        links = re.findall(
            r'\[(\w+)\]\(([^)#]+\.py)#L(\d+)\)', page.read_text('utf-8')
        )
        for name, link, number in links:
            lines = (page.parent / link).read_text('utf-8').splitlines()
            defined = [
                at
                for at, line in enumerate(lines, 1)
                if re.match(rf'\s*(def|class) {name}\b', line)
            ]
            assert int(number) in defined, (page.name, name, defined)
            found += 1
    assert found >= 10


def test_every_page_is_found_from_the_front():
    """By links alone, whatever their number."""
    found, new = set(), {ROOT / 'README.md'}
    while new:
        found |= new
        new = {
            (page.parent / link).resolve()
            for page in new
            for link in re.findall(
                r'\]\((?!https?:)([^)#]+\.md)', page.read_text('utf-8')
            )
        } - found
    assert found == set(PAGES)


def test_front_page_is_short():
    """Or nobody reads it."""
    assert len((ROOT / 'README.md').read_text('utf-8').splitlines()) <= 200


@pytest.mark.slow
@pytest.mark.parametrize(('path', 'number'), EXAMPLES, ids=name_of)
def test_example_trains(path, number, tmp_path):
    """A config of a page, as it stands there, takes two steps."""
    examples = re.findall(
        r'```python\n(.*?)```', path.read_text('utf-8'), re.DOTALL
    )
    file = tmp_path / 'my_config.py'
    file.write_text(examples[number].replace("'configs/", f"'{ROOT}/configs/"))
    cfg = Config.fromfile(file)
    cfg.model.teacher_ckpt = None
    cfg.model.synthesis.update(iters=1, batch_size=4, warmup_rounds=0)
    # Least squares of 512 channels, and many or large images, take minutes.
    if 'student_init' in cfg.model:
        cfg.model.student_init.update(fit=False, num_images=16)
    cfg.model.generator.image_size = min(
        (cfg.model.generator.image_size, (32, 32)), key=sum_of
    )
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        algorithm = MODELS.build(cfg.model).train()
        wrapper = build_optim_wrapper(algorithm, cfg.optim_wrapper)
    logs = steps(algorithm, wrapper, 2, batch_size=4)
    assert all(torch.isfinite(v) for log in logs for v in log.values())


def sum_of(size):
    """Returns the sides of an image, or two equal ones, added."""
    return sum(size) if isinstance(size, (tuple, list)) else 2 * size
