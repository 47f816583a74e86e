"""What is handed over in collectives is counted."""

import json
from types import SimpleNamespace

import torch
import torch.distributed as dist
from benchmarking.communication import CommunicationHook, note_name


def test_counts(tmp_path, monkeypatch):
    """Calls and bytes of each kind; the collectives come back."""
    for name in ('all_gather', 'all_reduce', 'broadcast'):
        monkeypatch.setattr(dist, name, lambda *_: 'done')
    before = dist.all_reduce
    hook = CommunicationHook()
    runner = SimpleNamespace(work_dir=str(tmp_path))
    hook.before_train(runner)
    assert dist.all_reduce(torch.zeros(3)) == 'done'
    dist.broadcast(torch.zeros(2, dtype=torch.uint8), 0)
    dist.all_gather([torch.zeros(5), torch.zeros(5)], torch.zeros(5))
    hook.after_train_iter(runner, 0)
    hook.after_train(runner)
    assert dist.all_reduce is before
    notes = json.loads((tmp_path / note_name(0)).read_text())
    assert (notes['steps'], notes['calls'], notes['nbytes']) == (1, 3, 34)
    assert 0 <= notes['waited'] <= notes['seconds']
