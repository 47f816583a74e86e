# The digits' teacher with GroupNorm, which remembers nothing of its data.
_base_ = './resnet18-w16_1xb64-60e_digits.py'

model = dict(backbone=dict(norm_cfg=dict(type='GN', num_groups=4)))
# Without BatchNorm it bears less.
optim_wrapper = dict(optimizer=dict(lr=0.02))
train_cfg = dict(max_epochs=30, val_interval=30)
param_scheduler = dict(end=30)
default_hooks = dict(checkpoint=dict(interval=30))
