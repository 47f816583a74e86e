"""Networks of torchvision through the tools, as a user calls them."""

import pytest
import torch
from config_files import read
from tool_calls import ROOT, TINY, call, short, weights
from torchvision.models import mobilenet_v2
from toy_models import same

(CONFIG,) = (ROOT / 'configs/mmpretrain/digits').glob(
    'ssdkd_logits_torchvision-*_torchvision-*_digits.py'
)


def network(width):
    """Returns torchvision's own, as its owner builds it."""
    blocks = read(CONFIG).blocks
    return mobilenet_v2(
        num_classes=10, width_mult=width, inverted_residual_setting=blocks
    )


@pytest.mark.slow
def test_trains_resumes_tests_and_exports(tmp_path):
    """From a checkpoint of torchvision's training to a bare student."""
    teacher = network(1.0)
    torch.save(dict(model=teacher.state_dict(), epoch=3), tmp_path / 'own.pth')
    options = [
        f'model.teacher_ckpt={tmp_path / "own.pth"}',
        'model.student_init.num_images=8',
        *(f'{key}={value}' for key, value in TINY.items()),
    ]
    whole, cut = tmp_path / 'whole', tmp_path / 'cut'
    said = call('train.py', CONFIG, '--work-dir', whole, *short(2, *options))
    assert f"under 'model.' of '{tmp_path / 'own.pth'}'" in said
    call('train.py', CONFIG, '--work-dir', cut, *short(1, *options))
    call(
        'train.py', CONFIG, '--work-dir', cut, '--resume', *short(2, *options)
    )
    last = cut / 'epoch_2.pth'
    assert same(
        weights(last, 'architecture.'),
        weights(whole / 'epoch_2.pth', 'architecture.'),
    )
    kept = weights(last, 'teacher.network.')
    assert same(
        {k.removeprefix('teacher.network.'): v for k, v in kept.items()},
        teacher.state_dict(),
    )
    out = tmp_path / 'student.pth'
    call('export_student.py', CONFIG, last, out)
    network(0.5).load_state_dict(torch.load(out)['state_dict'], strict=True)
    # The generator holds the noise of a round.
    size = f'model.synthesis.batch_size={TINY["model.synthesis.batch_size"]}'
    arguments = ['--work-dir', tmp_path / 'test']
    tested = [
        call('test.py', CONFIG, last, *arguments, '--cfg-options', size),
        call('test.py', out.with_suffix('.py'), out, *arguments),
    ]
    ours, theirs = (
        text.split('accuracy/top1: ')[1].split()[0] for text in tested
    )
    assert ours == theirs
