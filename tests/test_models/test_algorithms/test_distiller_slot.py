"""MMRazor's distillers under SSD-KD."""

import copy
import gc
import weakref

import pytest
import torch
from distillers import features, labelled, logits, recorder
from mmengine.model import revert_sync_batchnorm
from mmengine.optim import OptimWrapperDict
from torch import nn
from torch.testing import assert_close
from toy_models import (
    build,
    classifier,
    learnt,
    optimizers,
    same,
    segmentation,
    snapshot,
    ssdkd,
    steps,
)

KL = logits(type='KLDivergence', tau=2, reduction='batchmean')
# The toy student has 8 channels in its last stage, the teacher 16.
CLASSIFIERS = dict(
    kl=KL,
    dist=logits(type='DISTLoss', tau=1),
    dkd=labelled(type='DKDLoss', tau=2, beta=0.5, reduction='mean'),
    wsld=labelled(type='WSLD', tau=2, num_classes=10),
    fitnets=features((8, 16), type='L2Loss'),
    attention=features(None, type='ATLoss'),
    boundary=features((8, 16), type='ABLoss'),
    relations=logits('neck.gap', type='DistanceWiseRKD', with_l2_norm=True),
)
SEGMENTORS = dict(
    cwd=logits('decode_head.conv_seg', type='KLDivergence'),
    fitnets=features((8, 16), type='L2Loss'),
)


def wrappers(algorithm: nn.Module) -> OptimWrapperDict:
    """Builds as many optimizers as an algorithm needs."""
    connectors = list(algorithm.distiller.parameters())
    return optimizers(algorithm, connectors=bool(connectors))


def kept_records(algorithm: nn.Module) -> dict[str, list]:
    """Returns a dict that gets the student's records before they go."""
    distiller, records = algorithm.distiller, {}
    compute = distiller.compute_distill_losses

    def keep():
        for key, one in distiller.student_recorders.recorders.items():
            records[key] = list(one.data_buffer)
        return compute()

    distiller.compute_distill_losses = keep
    return records


@pytest.mark.parametrize('kd_weight', [1.0, 0.0])
@pytest.mark.parametrize('name', CLASSIFIERS)
def test_classifiers(name, kd_weight):
    """Beside L_KD and in its place."""
    config = ssdkd(
        distiller=CLASSIFIERS[name], distillation=dict(kd_weight=kd_weight)
    )
    check_steps(build(config))


@pytest.mark.parametrize('name', SEGMENTORS)
def test_segmentors(name):
    """Where both sides have logits and features of one resolution."""
    config = segmentation(distiller=SEGMENTORS[name])
    config['architecture'] = copy.deepcopy(config['teacher'])
    config['architecture']['backbone'].update(base_channels=4, stem_channels=4)
    config['architecture']['decode_head']['in_channels'] = 8
    check_steps(build(config))


def check_steps(algorithm):
    """Student and connectors move, the teacher does not, losses are finite."""
    wrapper = wrappers(algorithm)
    student = snapshot(algorithm.student)
    teacher = snapshot(algorithm.teacher)
    connectors = snapshot(algorithm.distiller)
    (log, _) = steps(algorithm, wrapper, 2)
    for key in algorithm.distiller.loss_forward_mappings:
        assert torch.isfinite(log[f'distill.{key}'])
        assert log[f'distill.{key}'] != 0
    assert learnt(student, algorithm.student)
    assert same(snapshot(algorithm.teacher), teacher)
    moved = snapshot(algorithm.distiller)
    for key in connectors:
        if key.endswith('weight'):
            assert not torch.equal(connectors[key], moved[key]), key


def step_gradient(algorithm, **changes):
    """Returns the gradient of the last layer's weights after one step."""
    for key, value in changes.items():
        setattr(algorithm.distillation, key, value)
    before = algorithm.student.head.fc.weight.detach().clone()
    wrapper = optimizers(algorithm, lr=1.0)
    steps(algorithm, wrapper, 1)
    return before - algorithm.student.head.fc.weight.detach()


def test_the_distillers_loss_reaches_the_student():
    """With L_KD off the gradient is that of the distiller's loss alone."""
    config = ssdkd(distiller=KL, distillation=dict(kd_weight=0.0))
    assert step_gradient(build(config)).abs().max() > 0
    both = step_gradient(build(config), kd_weight=1.0)
    kd_alone = step_gradient(build(ssdkd()))
    distiller_alone = step_gradient(build(config))
    assert_close(both, kd_alone + distiller_alone, atol=1e-5, rtol=1e-3)


def test_w_multiplies_l_kd_only():
    """Weights that are all 3 triple L_KD and leave the distiller's loss."""

    def losses(factor):
        algorithm = build(ssdkd(distiller=KL))
        wrapper = optimizers(algorithm)
        steps(algorithm, wrapper, 1)
        torch.manual_seed(5)
        batch = algorithm.replay_buffer.sample(6)
        batch['weight'] = torch.full((6,), factor)
        return algorithm.distill(batch, wrapper['architecture'])[1]

    one, three = losses(1.0), losses(3.0)
    assert_close(three['distill.loss_kd'], 3 * one['distill.loss_kd'])
    assert_close(three['distill.loss_out'], one['distill.loss_out'])


def test_same_batch_gives_the_same_divergence():
    """A KL distiller of the drawn batch is L_KD with w = 1."""
    algorithm = build(
        ssdkd(
            distiller=KL,
            distillation=dict(tau=2.0),
            replay_buffer=dict(beta=0),
        )
    )
    (log,) = steps(algorithm, optimizers(algorithm), 1)
    assert_close(log['distill.loss_out'], log['distill.loss_kd'])


def test_uniform_draw_ignores_priorities():
    """Its batch is drawn without them, the one of L_KD is not."""
    algorithm = build(
        ssdkd(distiller=KL, distillation=dict(distiller_uniform=True))
    )
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    buffer = algorithm.replay_buffer
    index = torch.arange(len(buffer))
    priority = torch.zeros(len(buffer))
    priority[3] = 1e6
    buffer.update_priority(index, priority, torch.ones(len(buffer)))
    seen = []
    algorithm.teacher.register_forward_hook(
        lambda module, inputs, outputs: seen.append(outputs)
    )
    batch = buffer.sample(200)
    assert (batch['index'] == 3).float().mean() > 0.9
    uniform = buffer.sample(200, uniform=True)
    assert (uniform['index'] == 3).float().mean() < 0.3
    assert (uniform['weight'] == 1).all()
    algorithm.distill(batch, wrapper['architecture'])
    (preds_T,) = seen
    assert len(preds_T.unique(dim=0)) > 3


def test_labels_are_the_teachers():
    """What a loss gets as labels is the teacher's class of each image."""
    algorithm = build(ssdkd(distiller=CLASSIFIERS['dkd']))
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    batch = algorithm.replay_buffer.sample(6)
    records = kept_records(algorithm)
    algorithm.distill(batch, wrapper['architecture'])
    assert torch.equal(records['gt_labels'][0][1], batch['labels'])


def test_maps_of_labels_under_segmentation():
    """The head's loss sees the teacher's map, at the teacher's resolution."""
    record = dict(
        gt=recorder('decode_head.loss_decode', 'ModuleInputs'),
        **SEGMENTORS['cwd']['student_recorders'],
    )
    config = segmentation(
        distiller=dict(SEGMENTORS['cwd'], student_recorders=record)
    )
    config['architecture'] = copy.deepcopy(config['teacher'])
    algorithm = build(config)
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    batch = algorithm.replay_buffer.sample(4)
    records = kept_records(algorithm)
    algorithm.distill(batch, wrapper['architecture'])
    assert torch.equal(records['gt'][0][1], batch['labels'])


def test_connector_resumes():
    """Its weights and its optimizer's state travel in a checkpoint."""
    straight = build(ssdkd(distiller=CLASSIFIERS['fitnets']))
    wrapper = wrappers(straight)
    steps(straight, wrapper, 1)
    state = copy.deepcopy(straight.state_dict())
    optimizer_state = copy.deepcopy(wrapper.state_dict())
    assert any(key.startswith('distiller.connectors.fit') for key in state)
    assert optimizer_state['distiller']['state']
    steps(straight, wrapper, 2)
    resumed = build(ssdkd(distiller=CLASSIFIERS['fitnets']), seed=3)
    resumed.load_state_dict(state)
    resumed_wrapper = wrappers(resumed)
    resumed_wrapper.load_state_dict(optimizer_state)
    steps(resumed, resumed_wrapper, 2)
    assert same(snapshot(resumed.distiller), snapshot(straight.distiller))


def test_connector_without_an_optimizer():
    """Training it is not forgotten in silence."""
    algorithm = build(ssdkd(distiller=CLASSIFIERS['fitnets']))
    with pytest.raises(ValueError, match=r"must have the keys.*'distiller'"):
        steps(algorithm, optimizers(algorithm), 1)


def test_loss_scaler_beside_connectors():
    """Two scalers would unscale one backward pass differently."""
    algorithm = build(ssdkd(distiller=CLASSIFIERS['fitnets']))
    wrapper = optimizers(algorithm, connectors=True)
    wrapper['architecture'].loss_scaler = object()
    with pytest.raises(ValueError, match='Bf16OptimWrapper'):
        steps(algorithm, wrapper, 1)


@pytest.mark.parametrize('side', ['student', 'teacher'])
def test_source_that_does_not_exist(side):
    """The key of the recorder is named."""
    config = copy.deepcopy(KL)
    config[f'{side}_recorders']['out']['source'] = 'head.no_such_layer'
    match = f'`distiller.{side}_recorders.out.source`.*head.no_such_layer'
    with pytest.raises(ValueError, match=match):
        build(ssdkd(distiller=config))


def test_shapes_that_differ_without_a_connector():
    """The key of the mapping is named."""
    config = features(None, type='L2Loss')
    match = r'`distiller.loss_forward_mappings.loss_feat`.*connector'
    with pytest.raises(ValueError, match=match):
        build(ssdkd(distiller=config))


def test_loss_without_a_mapping():
    """It would never be computed."""
    config = copy.deepcopy(KL)
    config['distill_losses']['loss_more'] = dict(type='L2Loss')
    match = "`distiller.loss_forward_mappings`.*'loss_more' has none"
    with pytest.raises(ValueError, match=match):
        build(ssdkd(distiller=config))


def test_mapping_of_an_unknown_recorder():
    """MMRazor's own check, as an error of a config."""
    config = copy.deepcopy(KL)
    config['loss_forward_mappings']['loss_out']['preds_S']['recorder'] = 'no'
    with pytest.raises(ValueError, match='`distiller` must be the config'):
        build(ssdkd(distiller=config))


def test_other_kinds_of_distillers():
    """What is no ConfigurableDistiller is named."""
    with pytest.raises(TypeError, match='`distiller` must be a Configurable'):
        build(ssdkd(distiller=dict(type='KLDivergence')))


def test_student_that_learns_from_nothing():
    """L_KD off asks for another loss."""
    with pytest.raises(ValueError, match='kd_weight` must be > 0'):
        build(ssdkd(distillation=dict(kd_weight=0.0)))


@pytest.mark.parametrize('name', ['loss', 'loss_kd', 'loss_task'])
def test_names_that_are_taken(name):
    """A loss of that name would replace the algorithm's own."""
    config = copy.deepcopy(KL)
    for key in ('distill_losses', 'loss_forward_mappings'):
        config[key] = {name: config[key]['loss_out']}
    with pytest.raises(
        ValueError, match=r'`distiller.distill_losses` must no'
    ):
        build(ssdkd(distiller=config))


def test_distiller_without_a_loss():
    """There would be nothing to learn from."""
    empty = dict(type='ConfigurableDistiller')
    with pytest.raises(ValueError, match='must map a loss'):
        build(ssdkd(distiller=empty, distillation=dict(kd_weight=0.0)))


def test_uniform_draw_without_a_distiller():
    """The setting would do nothing."""
    with pytest.raises(ValueError, match='distiller_uniform` must be False'):
        build(ssdkd(distillation=dict(distiller_uniform=True)))


def test_weights_are_recorded_live():
    """A recorded parameter stays the layer's own, and learns."""
    source = 'backbone.layer1.0.conv1.weight'
    config = features(None, type='L1Loss')
    for side in ('student', 'teacher'):
        record = dict(feat=recorder(source, 'Parameter'))
        config[f'{side}_recorders'] = record
    model = ssdkd(
        distiller=config,
        distillation=dict(kd_weight=0.0),
        architecture=classifier(8),
    )
    algorithm = build(model)
    logs = steps(algorithm, optimizers(algorithm), 3)
    assert logs[2]['distill.loss_feat'] < logs[0]['distill.loss_feat']


def test_features_inside_a_tuple():
    """Backbones give out tuples, whose maps are laid out anew as well."""
    config = features((8, 16), source='backbone', type='L2Loss')
    for record in config['loss_forward_mappings']['loss_feat'].values():
        record['data_idx'] = 0
    check_steps(build(ssdkd(distiller=config)))


def test_recorder_of_a_converted_sync_bn():
    """The runner replaces such a layer after the recorder was hooked."""
    networks = dict(architecture=classifier(4), teacher=classifier(8))
    for network in networks.values():
        network['backbone']['norm_cfg'] = dict(type='SyncBN')
    config = features((8, 16), 'backbone.layer2.1.bn1', type='L2Loss')
    algorithm = build(ssdkd(distiller=config, **networks))
    check_steps(revert_sync_batchnorm(algorithm))


def test_build_draws_nothing_of_the_runs():
    """One seed gives one student, with a distiller without weights or not."""
    states = []
    for config in (None, KL):
        build(ssdkd(distiller=config))
        states.append(torch.get_rng_state())
    assert torch.equal(*states)


@pytest.mark.parametrize('name', ['architecture', 'distiller'])
def test_accumulation_and_scalers_of_connectors(name):
    """Both optimizers of a shared loss are looked at."""
    algorithm = build(ssdkd(distiller=CLASSIFIERS['fitnets']))
    wrapper = optimizers(algorithm, connectors=True)
    wrapper['distiller']._accumulative_counts = 2
    with pytest.raises(ValueError, match='accumulative_counts` must be 1'):
        steps(algorithm, wrapper, 1)
    wrapper[name].loss_scaler = object()
    with pytest.raises(ValueError, match=f'`optim_wrapper.{name}` must not'):
        steps(algorithm, wrapper, 1)


def test_nothing_of_a_step_outlives_it():
    """Neither side's activations, nor what backward went through."""
    algorithm = build(ssdkd(distiller=CLASSIFIERS['fitnets']))
    recorders = algorithm._slot._recorders()
    # The check at build time leaves nothing either.
    assert [len(one.data_buffer) for one in recorders] == [0, 0]
    alive = []
    for model in (algorithm.student, algorithm.teacher):
        model.backbone.layer2.register_forward_hook(
            lambda *args: alive.append(weakref.ref(args[2]))
        )
    steps(algorithm, wrappers(algorithm), 1)
    gc.collect()
    assert len(alive) > 2
    assert not any(activation() is not None for activation in alive)
    assert [len(one.data_buffer) for one in recorders] == [0, 0]


def test_records_of_a_parameter_stay():
    """They are the layer's own and are recorded once for all steps."""
    source = 'backbone.layer1.0.conv1.weight'
    config = features(None, type='L1Loss')
    for side in ('student', 'teacher'):
        config[f'{side}_recorders'] = dict(feat=recorder(source, 'Parameter'))
    algorithm = build(ssdkd(distiller=config, architecture=classifier(8)))
    steps(algorithm, optimizers(algorithm), 2)
    (weight,) = algorithm._slot._recorders()[0].data_buffer
    assert weight is algorithm.student.get_parameter(source)


@pytest.mark.parametrize('side', ['student', 'teacher'])
def test_record_before_an_activation_that_works_in_place(side):
    """It has negative values, though a ReLU in place follows."""
    config = features(None, 'backbone.bn1', type='ATLoss')
    algorithm = build(ssdkd(distiller=config))
    images = torch.rand(4, 1, 16, 16) * 255
    algorithm._slot.run_student(images, algorithm._slot.run_teacher(images))
    recorders = getattr(algorithm.distiller, f'{side}_recorders')
    assert recorders.get_recorder('feat').get_record_data().min() < 0
