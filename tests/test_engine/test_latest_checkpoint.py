"""What a run goes on from."""

import os
import shutil

import pytest
import torch
from toy_runs import toy_runner

from mmrazor_ssdkd.engine.latest_checkpoint import find_latest_checkpoint


@pytest.fixture(scope='module')
def finished(tmp_path_factory):
    """A run of three steps that kept all its checkpoints."""
    work_dir = tmp_path_factory.mktemp('finished')
    toy_runner(work_dir, iters=3, keep=9).train()
    return work_dir


@pytest.fixture
def work_dir(finished, tmp_path):
    """A copy of it, in which the oldest checkpoint is the youngest file."""
    copy = tmp_path / 'copy'
    shutil.copytree(finished, copy)
    os.utime(copy / 'iter_1.pth')
    (copy / 'last_checkpoint').write_text(str(copy / 'iter_3.pth'))
    return copy


@pytest.mark.parametrize(
    'note',
    [
        None,
        '',
        '\0\0',
        '/gone.pth',
        'iter_1.pth',
        b'\xff',
        'folder',
        'x' * 300,
        'a\0b',
    ],
)
def test_whatever_the_note_says(work_dir, note, monkeypatch):
    """Missing, empty, gone, older, or no text or name at all."""
    monkeypatch.chdir(work_dir)
    file = work_dir / 'last_checkpoint'
    file.unlink()
    if note == 'folder':
        file.mkdir()
    elif note is not None:
        file.write_bytes(note if isinstance(note, bytes) else note.encode())
    assert find_latest_checkpoint(work_dir) == str(work_dir / 'iter_3.pth')


@pytest.mark.parametrize(
    ('noted', 'older', 'found'), [(3, 2, 3), (2, 3, 2), (3, 3, 1)]
)
def test_clock_that_went_back(work_dir, noted, older, found):
    """The note counts, unless its file was there before the other's."""
    for number, hour in ((1, '025900'), (2, '020400'), (3, '020900')):
        path = work_dir / f'iter_{number}.pth'
        checkpoint = torch.load(path)
        checkpoint['meta']['time'] = f'20261025_{hour}'
        torch.save(checkpoint, path)
        os.utime(path, (10**9, 10**9 - 5 * (number == older)))
    (work_dir / 'last_checkpoint').write_text(
        str(work_dir / f'iter_{noted}.pth')
    )
    assert find_latest_checkpoint(work_dir) == str(
        work_dir / f'iter_{found}.pth'
    )


def _cut(path):
    """Leaves half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(path):
    """Leaves the name alone."""
    path.write_bytes(b'')


def _flip(path):
    """Flips a bit of a weight, which torch reads without a word."""
    key = 'layer.weight'
    weight = torch.load(path)['state_dict'][key]
    data = bytearray(path.read_bytes())
    place = data.find(weight.numpy().tobytes())
    assert place > 0
    data[place] ^= 1
    path.write_bytes(data)


def _page(path):
    """Puts another kind of file there."""
    path.write_text('<html>')


@pytest.mark.parametrize('damage', [_cut, _empty, _flip, _page])
def test_broken_files_are_passed_over(work_dir, damage):
    """For the one before; without any it is said."""
    damage(work_dir / 'iter_3.pth')
    assert find_latest_checkpoint(work_dir) == str(work_dir / 'iter_2.pth')
    for name in ('iter_1.pth', 'iter_2.pth'):
        damage(work_dir / name)
    with pytest.raises(
        ValueError, match=r'`resume` must find a whole.*iter_1'
    ):
        find_latest_checkpoint(work_dir)


def test_no_checkpoint_of_a_run(work_dir):
    """Best ones have no optimizer, exports no progress: last and never."""
    checkpoint = torch.load(work_dir / 'iter_3.pth')
    state = dict(state_dict=checkpoint['state_dict'], meta={})
    torch.save(state, work_dir / 'student.pth')
    torch.save([1], work_dir / 'list.pth')
    best = {k: v for k, v in checkpoint.items() if k != 'optimizer'}
    best['meta']['time'] = '99990101_000000'
    torch.save(best, work_dir / 'best_top1.pth')
    assert find_latest_checkpoint(work_dir) == str(work_dir / 'iter_3.pth')
    for number in (1, 2, 3):
        (work_dir / f'iter_{number}.pth').unlink()
    assert find_latest_checkpoint(work_dir) == str(work_dir / 'best_top1.pth')
    (work_dir / 'best_top1.pth').unlink()
    assert find_latest_checkpoint(work_dir) is None


def test_notes_of_other_places(work_dir, tmp_path):
    """Of another folder and of another kind of storage."""
    other = tmp_path / 'other'
    other.mkdir()
    note = other / 'last_checkpoint'
    assert find_latest_checkpoint(other) is None
    note.write_text(str(work_dir / 'iter_2.pth'))
    assert find_latest_checkpoint(other) == str(work_dir / 'iter_2.pth')
    note.write_text('s3://bucket/iter_2.pth')
    assert find_latest_checkpoint(other) == 's3://bucket/iter_2.pth'


def test_runner_resumes_it(work_dir):
    """A user's own runner, too."""
    (work_dir / 'last_checkpoint').unlink()
    runner = toy_runner(work_dir, iters=5, resume=True)
    runner.train()
    assert runner.iter == 5
    # The note was in the checkpoint, too.
    assert (work_dir / 'last_checkpoint').read_text().endswith('iter_5.pth')
