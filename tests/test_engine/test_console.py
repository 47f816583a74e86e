"""What a console leaves out, and a log file keeps."""

import logging

import pytest
from mmengine.logging import MMLogger

from mmrazor_ssdkd.engine.console import ConsoleText, quiet_next_logger

NOISE = (
    '\n' + '-' * 60 + '\nSystem environment:\n    sys.platform: linux',
    'Config:\nx = 1',
    'Hooks will be executed in the following order:\nbefore_run:',
    'Distributed training is not used, all SyncBatchNorm (SyncBN) layers',
    'Name of parameter - Initialization information',
    '\nbackbone.conv1.weight - torch.Size([8, 1, 3, 3]): \nNormalInit',
    'Exp name: a_20260131_120000',
    'Dataset LatentDataset has no metainfo. ``dataset_meta`` in visualizer',
    '"FileClient" will be deprecated in future.',
    '"HardDiskBackend" is the alias of "LocalBackend"',
    'The prefix is not set in metric class Accuracy.',
)


def loggers(tmp_path):
    """Returns a logger whose console is quiet, and one that is not."""
    quiet_next_logger()
    return [
        MMLogger(f'{tmp_path.name}_{name}', log_file=str(tmp_path / name))
        for name in ('quiet', 'other')
    ]


def read(tmp_path, name):
    """Returns what a log file has."""
    return (tmp_path / name).read_text()


@pytest.mark.parametrize('level', [logging.INFO, logging.WARNING])
def test_noise_goes_to_the_file_alone(tmp_path, capsys, level):
    """A logger that is not asked to be quiet shows it."""
    both = loggers(tmp_path)
    for text in NOISE:
        for one in both:
            one.log(level, text)
    shown = capsys.readouterr().out
    for text in NOISE:
        assert shown.count(text) == 1
        assert text in read(tmp_path, 'quiet')


def test_all_else_is_shown(tmp_path, capsys):
    """Whatever it speaks of, and every error."""
    logger, _ = loggers(tmp_path)
    texts = ['Saving checkpoint', 'My Config:\nx', 'a "FileClient" will']
    for text in texts:
        logger.warning(text)
    logger.error(NOISE[0])
    shown = capsys.readouterr().out
    for text in [*texts, NOISE[0]]:
        assert text in shown and text in read(tmp_path, 'quiet')


def test_where_the_rest_is(tmp_path, capsys):
    """Is the first line."""
    loggers(tmp_path)
    first = capsys.readouterr().out.splitlines()[0]
    assert first.endswith(f'All that is logged: {tmp_path}/quiet')


def test_two_texts(tmp_path, capsys):
    """The console's and the file's; an empty one is not shown."""
    logger, _ = loggers(tmp_path)
    capsys.readouterr()
    logger.info(ConsoleText('all of it', 'short'))
    logger.info(ConsoleText('not for you', ''))
    shown = capsys.readouterr().out
    assert shown.count('\n') == 1 and shown.endswith('INFO - short\n')
    kept = read(tmp_path, 'quiet')
    assert 'all of it' in kept and 'not for you' in kept
    assert 'short' not in kept
    assert ConsoleText('all of it', 'short') == 'all of it'


def test_quiet_is_one_logger(capsys):
    """Asking twice is asking once."""
    quiet_next_logger()
    quiet_next_logger()
    init = MMLogger.__init__
    MMLogger('first').info(NOISE[1])
    MMLogger('second').info(NOISE[2])
    shown = capsys.readouterr().out
    assert NOISE[1] not in shown and NOISE[2] in shown
    assert not hasattr(init.__wrapped__, '__wrapped__')
