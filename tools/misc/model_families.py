"""Tries families of models from a name to ONNX, and prints a table of them.

Each pair of a teacher and a student is written into a config as new_config.py
does it, of random weights, small images and batches of four. It then builds,
trains two steps, resumes for two more, is tested on a few digits or scenes,
exported and written in ONNX. Nothing is downloaded.
"""

import copy
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Optional

import torch
from families import FAMILIES, OWN, OWN_TEXT, Family
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope
from mmengine.runner import Runner

from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.cli.student_export import export_student
from mmrazor_ssdkd.models.building import build_model
from mmrazor_ssdkd.models.checkpoint import load_weights
from mmrazor_ssdkd.scaffold import (
    Colours,
    Named,
    find_pair,
    reduced,
    write_config,
)

_IMAGENET = Colours([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])
_BATCH = 4
# A cell that was not reached.
_NOTHING = ''


class Trial:
    """What a family goes through, in a folder.

    Args:
        family (Family): The family.
        folder (Path): An empty one.
    """

    def __init__(self, family: Family, folder: Path) -> None:
        self._family = family
        self._folder = folder
        self._cfg = Config()

    def steps(self) -> dict[str, Callable[[], object]]:
        """Returns what is tried by the column's name, in order."""
        return {
            'builds': self._build,
            'distils': lambda: self._train(1),
            'resumes': lambda: self._train(2),
            'tests': self._test,
            'exports': self._export,
            'ONNX': lambda: self._write(['onnx']),
        }

    def _build(self) -> None:
        """Writes the config and builds all of it."""
        (self._folder / 'own.py').write_text(OWN_TEXT)
        family, size = self._family, (self._family.size,) * 2
        own = str(self._folder / 'own.py')
        addresses = [
            name.replace(OWN, own) for name in (family.teacher, family.student)
        ]
        teacher, student, built, facts = find_pair(
            Named(addresses[0], family.teacher_options),
            Named(addresses[1], family.student_options),
            Colours() if '::' in addresses[0] else _IMAGENET,
            size,
        )
        # Those of an untrained network may give zeros, as a ViT's head does.
        weights = str(self._folder / 'teacher.pth')
        torch.save(built.state_dict(), weights)
        text = write_config(teacher, weights, student, facts, {}, 'A family.')
        path = self._folder / 'family.py'
        path.write_text(text)
        cfg = reduced(Config.fromfile(path), _BATCH)
        cfg.train_dataloader.dataset.length = 2 * _BATCH
        cfg.train_cfg.max_epochs = 1
        cfg.train_cfg.val_interval = 9
        cfg.default_hooks.checkpoint.interval = 1
        cfg.log_level = 'ERROR'
        cfg.work_dir = str(self._folder / 'run')
        cfg.merge_from_dict(_evaluation(bool(facts.map_size), size[0]))
        self._cfg = cfg
        self._runner()

    def _runner(self) -> Runner:
        """Builds a runner that tests."""
        cfg = copy.deepcopy(self._cfg)
        for key in ('train_cfg', 'train_dataloader', 'optim_wrapper'):
            cfg[key] = None
        cfg.param_scheduler = None
        return Runner.from_cfg(cfg)

    def _train(self, epochs: int) -> None:
        """Trains up to an epoch, from the last checkpoint if there is one."""
        cfg = copy.deepcopy(self._cfg)
        cfg.train_cfg.max_epochs = epochs
        cfg.resume = epochs > 1
        runner = Runner.from_cfg(cfg)
        runner.train()
        if runner.iter != 2 * epochs or not self._checkpoint(epochs).is_file():
            raise RuntimeError(f'{runner.iter} steps in {epochs} epochs')

    def _checkpoint(self, epoch: int = 2) -> Path:
        """Returns the path of a checkpoint."""
        return self._folder / 'run' / f'epoch_{epoch}.pth'

    def _test(self) -> None:
        """Evaluates the student."""
        runner = self._runner()
        load_weights(runner.model, str(self._checkpoint()), 'checkpoint')
        runner.test()

    def _write(self, forms: list[str]) -> Path:
        """Exports the student; returns the path."""
        out = self._folder / 'out' / 'student.pth'
        checkpoint = str(self._checkpoint())
        export_student(self._cfg, checkpoint, str(out), True, forms)
        return out

    def _export(self) -> None:
        """Exports the student, and loads what was exported."""
        out = self._write([])
        exported = Config.fromfile(out.with_suffix('.py'))
        with DefaultScope.overwrite_default_scope(exported.default_scope):
            load_weights(
                build_model(exported.model, 'model'), str(out), 'checkpoint'
            )


def _evaluation(maps: bool, size: int) -> dict[str, Any]:
    """Returns the settings that test a student on a few images."""
    own = dict(
        type='mmrazor_ssdkd.Digits',
        channels=3,
        indices=8,
        pipeline=[dict(type='mmpretrain.PackInputs')],
    )
    metric: dict[str, Any] = dict(type='mmpretrain.Accuracy')
    if maps:
        pipeline = [dict(type='mmseg.PackSegInputs')]
        own = dict(
            type='mmrazor_ssdkd.DigitScenes', length=4, pipeline=pipeline
        )
        metric = dict(type='mmseg.IoUMetric')
    loader = dict(
        batch_size=2,
        num_workers=0,
        dataset=dict(own, split='test', image_size=size),
        sampler=dict(type='DefaultSampler', shuffle=False),
    )
    return dict(test_dataloader=loader, test_evaluator=metric, test_cfg={})


def try_family(family: Family, debug: bool = False) -> dict[str, str]:
    """Tries a family.

    Args:
        family (Family): The family.
        debug (bool): Whether to print where errors come from.

    Returns:
        dict[str, str]: What came of it by column: 'yes', or what went wrong,
        after which nothing is tried.
    """
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(family, Path(folder))
        cells = dict.fromkeys(trial.steps(), _NOTHING)
        if not family.installed:
            return {**cells, 'builds': f'{family.package} is not installed'}
        for name, step in trial.steps().items():
            try:
                step()
            # All that can go wrong is what the table is there to tell.
            except Exception as error:
                if debug:
                    traceback.print_exc()
                cells[name] = ' '.join(f'{error}'.split())
                break
            cells[name] = 'yes'
    return cells


def table(rows: list[tuple[Family, dict[str, str]]]) -> Iterator[str]:
    """Yields the lines of a page: the table, then what went wrong.

    Args:
        rows (list): Families and what came of them.
    """
    columns = list(rows[0][1])
    yield f'| library | family | teacher → student | {" | ".join(columns)} |'
    yield '|' + ' --- |' * (3 + len(columns))
    notes: list[str] = []
    for family, cells in rows:
        texts = []
        for text in cells.values():
            if text not in ('yes', _NOTHING):
                notes.append(text)
                text = f'no ({len(notes)})'
            texts.append(text)
        pair = f'{_short(family.teacher)} → {_short(family.student)}'
        fixed = f'| {family.library} | {family.kind} | {pair} |'
        yield f'{fixed} {" | ".join(texts)} |'
    yield ''
    for number, note in enumerate(notes, 1):
        yield f'({number}) {note[:300]}'


def _short(address: str) -> str:
    """Returns the last part of an address."""
    name = address.rpartition('/')[2].removesuffix('.py')
    return name.rpartition(':')[2].split('_8xb')[0].split('_4xb')[0]


@tool
def main() -> None:
    """Prints the table."""
    parser = Parser(__doc__, example='--only timm')
    parser.add_argument(
        '--only',
        help='a part of what the first columns have, such as timm or mobile',
    )
    args = parser.parse_args()
    MMLogger.get_instance('model_families', log_level='ERROR')
    chosen: Optional[str] = args.only
    rows = [
        (family, try_family(family, args.debug))
        for family in FAMILIES
        if chosen is None or chosen in f'{family.library} {family.kind}'
    ]
    if not rows:
        raise ValueError(f'`only` must be part of a name, but got {chosen!r}')
    print('\n'.join(table(rows)))


if __name__ == '__main__':
    main()
