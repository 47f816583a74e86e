"""Keys that nothing reads are found."""

from pathlib import Path

import pytest
from mmengine.config import Config

from mmrazor_ssdkd.engine.command_line import load_config
from mmrazor_ssdkd.engine.spelling import check_options, check_spelling
from mmrazor_ssdkd.models.algorithms.renamed_keys import RENAMED

ROOT = Path(__file__).resolve().parents[2]
DIGITS = ROOT / 'configs/mmpretrain/digits'
SSDKD = DIGITS / 'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
TEACHER = DIGITS / 'resnet18-w16_1xb64-60e_digits.py'


@pytest.mark.parametrize(
    ('key', 'meant'),
    [
        ('optim_wraper', 'optim_wrapper'),
        ('optimizer_wrapper', 'optim_wrapper'),
        ('modle', 'model'),
        ('Model', 'model'),
        ('mdel', 'model'),
        ('load_form', 'load_from'),
        ('traincfg', 'train_cfg'),
        ('tset_cfg', 'test_cfg'),
        ('parma_scheduler', 'param_scheduler'),
        ('param_schedulers', 'param_scheduler'),
        ('defualt_hooks', 'default_hooks'),
        ('custom_hook', 'custom_hooks'),
        ('randomnes', 'randomness'),
        ('custom_import', 'custom_imports'),
        # Of mmseg, where it changes nothing: a BiSeNetV2's for Cityscapes.
        ('models', 'model'),
        ('load_fron', 'load_from'),
        ('visualiser', 'visualizer'),
        ('train_dataloder', 'train_dataloader'),
        ('val_evaluators', 'val_evaluator'),
        ('work_dirs', 'work_dir'),
        ('resum', 'resume'),
    ],
)
def test_misspelt_key(key, meant):
    """The key that was meant is said."""
    with pytest.raises(ValueError, match=f'`{key}` must be .*`{meant}`'):
        check_spelling(Config({key: dict(a=1), 'model': dict()}))


@pytest.mark.parametrize(
    'key',
    [
        *('data_root', 'crop_size', 'norm_cfg', 'act_cfg', 'conv_cfg'),
        *('tta_model', 'tta_cfg', 'vis_backends', 'custom_imports'),
        *('train_pipeline', 'train_dataset', 'val_dataset', 'test_pipeline'),
        *('data_preprocessor', 'dataset_type', 'preprocess_cfg', 'ema_cfg'),
        *('model_s', 'model_t', 'train_cfg_2', 'my_model', 'model2'),
        *('num_classes', 'optimizer', 'schedule', 'hooks', 'max_epochs'),
        *('text_cfg', 'best_cfg', 'rest_cfg', 'pretrain_cfg', 'vae_cfg'),
        *('enc_cfg', 'train_loader', 'val_loader', 'test_loader'),
        *('train_config', 'val_config', 'test_config'),
        *('auto_scale_lr', 'runner_type', 'compile', 'model_wrapper_cfg'),
    ],
)
def test_own_variable(key):
    """A config may have what it likes, and mmengine more than a Runner."""
    check_spelling(Config({key: 1, 'model': dict()}))


@pytest.mark.parametrize(
    ('option', 'meant'),
    [
        ('modle.tau', 'model'),
        ('optim_wraper.architecture.optimizer.lr', 'optim_wrapper'),
        ('anything', None),
        ('model.distillation.tua', 'tau'),
        ('model.synthesis.itres', 'iters'),
        ('model.synthesys.iters', 'synthesis'),
        ('model.synthesis_iter', 'synthesis.iters'),
        ('model.teacher.bakbone.depth', 'backbone'),
        ('model.teacher.backbone.dept', 'depth'),
        ('model.replay_bufer.max_size', 'replay_buffer'),
        ('model.replay_buffer.maxsize', 'max_size'),
        ('optim_wrapper.architecturee.optimizer.lr', 'architecture'),
        ('optim_wrapper.generator.clip_gard', 'clip_grad'),
        ('optim_wrapper.generator.optimizer.weight_deacy', 'weight_decay'),
        ('param_scheduler.genrator', 'generator'),
        ('param_scheduler.architecture.0.T_maxx', 'T_max'),
        ('train_dataloader.batchsize', 'batch_size'),
        ('train_dataloader.dataset.lenght', 'length'),
        ('train_cfg.max_epoch', 'max_epochs'),
        ('default_hooks.checkpointt.interval', 'checkpoint'),
        ('default_hooks.checkpoint.intervall', 'interval'),
        ('randomness.sed', 'seed'),
        ('env_cfg.cudnn_benchmrk', 'cudnn_benchmark'),
    ],
)
def test_misspelt_option(option, meant):
    """It would change nothing, or fail where its name is not known."""
    match = f'--cfg-options {option}` must be'
    match += f".*'{meant}'" if meant else ''
    with pytest.raises(ValueError, match=match):
        load_config(str(SSDKD), cfg_options={option: 1})


@pytest.mark.parametrize(
    'option',
    [
        *('load_from', 'val_cfg', 'custom_hooks', 'experiment_name'),
        *(
            'model.distillation.tau',
            'model.distillation.kd_weight',
            'model.teacher_ckpt',
        ),
        *(
            'model.teachers.a.ckpt_path',
            'model.distillation.distiller_uniform',
        ),
        *('model.distiller.distill_losses.loss_at2.type',),
        *('model.teacher.backbone.depth', 'model.teacher.backbone.norm_cfg'),
        *('model.architecture.head.loss.type', 'model.student_init.type'),
        *('optim_wrapper.generator.clip_grad.max_norm', 'optim_wrapper.type'),
        *('optim_wrapper.distiller.optimizer.lr', 'param_scheduler.distiller'),
        *('optim_wrapper.architecture.optimizer.foreach',),
        *('param_scheduler.architecture.0.eta_min', 'train_cfg.val_begin'),
        *('train_dataloader.drop_last', 'train_dataloader.num_workers'),
        *('train_dataloader.dataset.length', 'default_hooks.logger'),
        *('default_hooks.checkpoint.save_best', 'randomness.seed'),
        *('env_cfg.mp_cfg.mp_start_method', 'train_cfg.max_epochs'),
    ],
)
def test_option_that_is_read(option):
    """Settings that the file leaves out may be made."""
    check_options(Config.fromfile(SSDKD), {option: 1})


@pytest.mark.parametrize(
    'option',
    ['optim_wrapper.accumulative_counts', 'model.backbone.frozen_stages'],
)
def test_option_of_a_plain_training(option):
    """One optimizer, one model."""
    check_options(Config.fromfile(TEACHER), {option: 1})


def test_options_of_a_configs_own_variable():
    """What the file has may be set, whoever reads it."""
    cfg = Config(dict(model=dict(), mine=dict(loss_at1=1)))
    check_options(cfg, {'mine.loss_at2': 1})


@pytest.mark.parametrize(('old', 'new'), RENAMED.items())
def test_option_of_another_name_now(old, new):
    """Its new name is said, and the value."""
    match = f'`--cfg-options model.{old}` must be given as `model.{new}`.* 7'
    with pytest.raises(ValueError, match=match):
        check_options(Config.fromfile(SSDKD), {f'model.{old}': 7})


def test_option_within_one_of_another_name_now():
    """The rest of the path stays."""
    match = '`model.distillation.augmentation.flip`, but got 0.0'
    option = {'model.augmentation.flip': 0.0}
    with pytest.raises(ValueError, match=match):
        check_options(Config.fromfile(SSDKD), option)
    # Elsewhere the word is free.
    check_options(Config(dict(model=dict())), option)


def test_option_of_a_part_of_another_type():
    """A subclass's own arguments are known, too."""
    cfg = Config.fromfile(SSDKD)
    cfg.model.synthesis.type = 'OptimWrapper'
    check_options(cfg, {'model.synthesis.accumulative_counts': 2})
    with pytest.raises(ValueError, match="mean 'accumulative_counts'"):
        check_options(cfg, {'model.synthesis.acumulative_counts': 2})
