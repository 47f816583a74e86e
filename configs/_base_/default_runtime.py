default_scope = 'mmpretrain'

default_hooks = dict(
    # As mmengine's, without waiting for a GPU in every step.
    runtime_info=dict(type='mmrazor_ssdkd.DeferredInfoHook'),
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=20),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='CheckpointHook', interval=10, max_keep_ckpts=2),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    run_record=dict(type='mmrazor_ssdkd.RunRecordHook'),
    visualization=dict(type='mmrazor_ssdkd.DistillationVisualizationHook'),
)
# The log file has what mmengine's own writes, the console what one reads.
log_processor = dict(type='mmrazor_ssdkd.ConsoleLogProcessor')
# Beside LocalVisBackend, whose files tools/report.py reads, there may stand
# TensorboardVisBackend, WandbVisBackend or MLflowVisBackend.
visualizer = dict(
    type='Visualizer', vis_backends=[dict(type='LocalVisBackend')]
)
env_cfg = dict(cudnn_benchmark=False, dist_cfg=dict(backend='nccl'))
log_level = 'INFO'
load_from = None
resume = False
randomness = dict(seed=None, deterministic=False)
