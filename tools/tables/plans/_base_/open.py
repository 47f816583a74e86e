# What the paper leaves open, one choice at a time.
rows = {
    'SSD-KD, everything on': {},
    'latent: fresh': {'model.synthesis.latent': 'fresh'},
    'labels: uniform': {'model.synthesis.labels': 'uniform'},
    'labels: rare': {'model.synthesis.labels': 'rare'},
    'phi differentiated': {'model.task_loss.detach': False},
    'phi L_Task in the student, too': {'model.distillation.task_weight': 1.0},
    '20 generator steps in a round': {'model.synthesis.iters': 20},
}
