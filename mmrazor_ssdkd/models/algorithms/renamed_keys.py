"""Arguments of SSD-KD as they were called before they were grouped."""

__all__ = ['RENAMED']

RENAMED = {
    'synthesis_iters': 'synthesis.iters',
    'synthesis_interval': 'synthesis.interval',
    'synthesis_until': 'synthesis.until',
    'synthesis_batch_size': 'synthesis.batch_size',
    'warmup_rounds': 'synthesis.warmup_rounds',
    'admit': 'synthesis.admit',
    'latent': 'synthesis.latent',
    'labels': 'synthesis.labels',
    'adversarial_weight': 'synthesis.adversarial_weight',
    'image_prior': 'synthesis.image_prior',
    'tau': 'distillation.tau',
    'kd_weight': 'distillation.kd_weight',
    'class_weight_power': 'distillation.class_weight_power',
    'student_task_weight': 'distillation.task_weight',
    'augmentation': 'distillation.augmentation',
    'distiller_uniform': 'distillation.distiller_uniform',
}
