# Every part of SSD-KD off alone, with the controls, on CIFAR-10's slim pair
# at a fifth of its config's steps.
folder = 'configs/mmpretrain/cifar10/'
pair = '_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = folder + 'ssdkd' + pair
metric = 'accuracy/top1'
epochs = [40]
rows = {
    'SSD-KD, everything on': {},
    'diversity off': {'model.task_loss.diversity': False},
    'difficulty off (gamma = 0)': {'model.task_loss.gamma': 0.0},
    'priority off (alpha = 0)': {'model.replay_buffer.alpha': 0.0},
    'importance weight off (beta = 0)': {'model.replay_buffer.beta': 0.0},
    'L_BN off': {'model.bn_loss.loss_weight': 0.0},
    'L_Task off': {'model.task_loss.loss_weight': 0.0},
    'adversarial term off': {'model.adversarial_weight': 0.0},
    'plain baseline': {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.replay_buffer.alpha': 0.0,
        'model.replay_buffer.beta': 0.0,
    },
    'control: untrained generator': {'model.synthesis_iters': 0},
    'control: oracle, real images': {
        'config': folder + 'kd' + pair.replace('200e', '20e'),
        # 50,000 images in one of its epochs, 5,000 draws in one of SSD-KD's.
        'epoch_factor': 0.1,
    },
}
