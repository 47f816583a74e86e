# From a network of torchvision to one of timm, from random weights, and the
# control.
folder = 'configs/mmpretrain/digits/'
teacher = folder + 'torchvision-mobilenet-v2_1xb64-30e_digits.py'
config = (
    folder + 'ssdkd_logits_torchvision-mobilenet-v2_timm-resnet10t_'
    '1xb64-40e_digits.py'
)
metric = 'accuracy/top1'
epochs = [40]
validations = 8
rows = {
    'SSD-KD': {},
    'control: untrained generator': {'model.synthesis.iters': 0},
}
