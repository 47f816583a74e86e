# What the paper leaves open, one choice at a time.
rows = {
    'SSD-KD, everything on': {},
    'latent: fresh': {'model.latent': 'fresh'},
    'labels: uniform': {'model.labels': 'uniform'},
    'labels: rare': {'model.labels': 'rare'},
    'phi differentiated': {'model.task_loss.detach': False},
    'phi L_Task in the student, too': {'model.student_task_weight': 1.0},
    '20 generator steps in a round': {'model.synthesis_iters': 20},
}
