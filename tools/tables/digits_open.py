# What the paper leaves open, one choice at a time, at a tenth of the steps.
teacher = 'configs/mmpretrain/digits/resnet18-w16_1xb64-60e_digits.py'
config = (
    'configs/mmpretrain/digits/'
    'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
)
metric = 'accuracy/top1'
epochs = [4]
rows = {
    'SSD-KD, everything on': {},
    'evict: priority': {'model.replay_buffer.evict': 'priority'},
    'evict: phi': {'model.replay_buffer.evict': 'phi'},
    'admit: the better half': {'model.admit': 64},
    'latent: fresh': {'model.latent': 'fresh'},
    'labels: uniform': {'model.labels': 'uniform'},
    'labels: rare': {'model.labels': 'rare'},
    'phi differentiated': {'model.task_loss.detach': False},
    'phi L_Task in the student, too': {'model.student_task_weight': 1.0},
    '20 generator steps in a round': {'model.synthesis_iters': 20},
}
