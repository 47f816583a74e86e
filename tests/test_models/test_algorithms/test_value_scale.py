"""A teacher that sees images on another scale than it learnt on."""

import pytest
import torch
from mmengine.logging import MMLogger
from toy_models import build, classifier, segmentation, segmentor, ssdkd

from mmrazor_ssdkd.models.algorithms.value_scale import check_value_scale
from mmrazor_ssdkd.models.building import build_model
from mmrazor_ssdkd.models.noise_images import draw_details

GRAY = ((100.0,), (50.0,))


def preprocessor(mean, std):
    """Config of a data preprocessor, without constants for None."""
    constants = {} if mean is None else dict(mean=[*mean], std=[*std])
    return dict(type='ClsDataPreprocessor', **constants)


def learnt(mean, std, batches=60, network=classifier, dim=0):
    """Returns a teacher whose norms remember images under some constants."""
    config = network()
    config['data_preprocessor'].update(mean=[*mean], std=[*std])
    model = build_model(config, 'teacher').train()
    channels = len(mean)
    images = draw_details((channels, 16, 16)) / 255 * (255 - dim)
    for index in range(batches):
        # Only a few at once, so that batches differ.
        batch = images[index % 4 :: 4]
        inputs = dict(inputs=batch)
        if network is segmentor:
            inputs = dict(inputs=list(batch))
        model(
            model.data_preprocessor(inputs, training=False)['inputs'],
            mode='tensor',
        )
    return model.eval()


def seen_with(model, mean, std):
    """Returns it with another data preprocessor."""
    other = classifier()
    other['data_preprocessor'] = preprocessor(mean, std)
    model.data_preprocessor = build_model(other, 'a').data_preprocessor
    return model


@pytest.mark.parametrize('batches', [1, 10, 60])
@pytest.mark.parametrize(
    'constants', [GRAY, ((0.0,), (255.0,)), ((0.0,), (1.0,))]
)
def test_scale_that_fits(constants, batches):
    """Whatever it is, and however short the training was."""
    build(ssdkd(teacher=learnt(*constants, batches=batches)))


def test_several_channels():
    """Segmentors, too."""
    means, stds = (120.0, 110.0, 100.0), (60.0, 50.0, 55.0)
    build(segmentation(teacher=learnt(means, stds, network=segmentor)))


@pytest.mark.parametrize('batches', [10, 60])
@pytest.mark.parametrize(
    ('constants', 'found'),
    [
        (((100 / 255,), (50 / 255,)), r'mean=\[0.392\] and std=\[0.196\]'),
        ((None, None), 'no mean and std'),
        (((0.0,), (1.0,)), r'mean=\[0.0\] and std=\[1.0\]'),
    ],
)
def test_values_that_are_too_large(constants, found, batches):
    """The message names the argument, what it is and what would fit."""
    teacher = seen_with(learnt(*GRAY, batches=batches), *constants)
    match = (
        rf'`teacher.data_preprocessor` must .*{found} .*remembers images.*: '
        r'mean=\[1\d\d.*std=\[\d+.* would fit'
    )
    with pytest.raises(ValueError, match=match):
        build(ssdkd(teacher=teacher))


def test_constants_of_images_of_0_to_1_are_scaled():
    """What is proposed is 255 times what was given."""
    teacher = seen_with(learnt(*GRAY), (100 / 255,), (50 / 255,))
    match = r'mean=\[100.0\] and std=\[50.0\] would fit'
    with pytest.raises(ValueError, match=match):
        build(ssdkd(teacher=teacher))


def test_values_that_are_too_small():
    """Of a teacher that normalises, or learnt on what it was given."""
    teacher = seen_with(learnt((0.0,), (1.0,)), (0.0,), (255.0,))
    match = r'remembers .*\d\d\d\d.*mean=\[0.0\] and std=\[1.0\] would fit'
    with pytest.raises(ValueError, match=match):
        build(ssdkd(teacher=teacher))


def test_mean_and_std_exchanged():
    """Of images that are brighter than they vary."""
    constants = ((130.0,), (60.0,))
    teacher = seen_with(learnt(*constants), *constants[::-1])
    match = r'mean=\[60.0\] and std=\[130.0\] .*with mean and std exchanged'
    with pytest.raises(ValueError, match=match):
        build(ssdkd(teacher=teacher))


@pytest.mark.parametrize(
    'constants', [((33.3,), (78.6,)), ((60.0,), (130.0,))]
)
def test_images_that_vary_more_than_they_are_bright(constants):
    """MNIST's do, and a teacher may have learnt on what looks wrong."""
    build(ssdkd(teacher=learnt(*constants)))


def test_argument_of_one_of_several():
    """It is named as it was given."""
    teachers = dict(
        a=dict(build_cfg=learnt(*GRAY)),
        b=dict(build_cfg=seen_with(learnt(*GRAY), None, None)),
    )
    config = ssdkd(teachers=teachers)
    config.pop('teacher')
    match = r'`teachers.b.data_preprocessor` must'
    with pytest.raises(ValueError, match=match):
        build(config)


def test_teacher_of_nearly_black_images(caplog):
    """It may be right, so the run goes on and the log says what is odd."""
    teacher = learnt((2.0,), (2.0,), dim=250)
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    build(ssdkd(teacher=teacher))
    logger.removeHandler(caplog.handler)
    assert '`teacher.data_preprocessor` must' in caplog.text


def test_teacher_that_has_seen_nothing():
    """Its statistics are those it started with."""
    teacher = seen_with(learnt(*GRAY), None, None)
    for layer in teacher.modules():
        if hasattr(layer, 'reset_running_stats'):
            layer.reset_running_stats()
    build(ssdkd(teacher=teacher))


def test_teacher_whose_checkpoint_counts_no_batches():
    """Old ones do not, and their statistics are of many."""
    teacher = seen_with(learnt(*GRAY), None, None)
    for layer in teacher.modules():
        if hasattr(layer, 'num_batches_tracked'):
            layer.num_batches_tracked.zero_()
    with pytest.raises(ValueError, match=r'`teacher\.data_preprocessor` must'):
        build(ssdkd(teacher=teacher))


def test_nothing_stays_behind():
    """Neither hooks nor statistics, and nothing random is drawn."""
    teacher = learnt(*GRAY)
    before = {k: v.clone() for k, v in teacher.state_dict().items()}
    noise, state = draw_details((1, 16, 16)), torch.get_rng_state()
    check_value_scale('teacher', teacher, noise)
    assert torch.equal(torch.get_rng_state(), state)
    after = teacher.state_dict()
    assert all(torch.equal(after[key], before[key]) for key in before)
    assert not any(m._forward_pre_hooks for m in teacher.modules())
