# A teacher with GroupNorm, which remembers nothing of its data: the prior on
# images, what it adds to the other losses, and the control.
folder = 'configs/mmpretrain/digits/'
teacher = folder + 'resnet18-w16-gn_1xb64-30e_digits.py'
config = (
    folder + 'ssdkd_logits_resnet18-w16-gn_resnet18-w8_1xb64-40e_digits.py'
)
metric = 'accuracy/top1'
epochs = [40]
validations = 8
rows = {
    'SSD-KD with the prior on images': {},
    'no prior': {'model.synthesis.image_prior': None},
    'control: untrained generator': {'model.synthesis.iters': 0},
}
