# A teacher of long-tailed digits: 50 times as many zeros as nines, 350 images
# in all. It is tested on digits that are even.
_base_ = './resnet18-w16_1xb64-60e_digits.py'

train_dataloader = dict(dataset=dict(imbalance=50))
train_cfg = dict(max_epochs=100, val_interval=100)
param_scheduler = dict(end=100)
default_hooks = dict(checkpoint=dict(interval=100))
