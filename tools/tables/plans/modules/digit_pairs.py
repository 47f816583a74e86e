# The paper's modules on the digit pairs, a hundred classes, on a student born
# from its teacher: 400 steps.
_base_ = '../_base_/modules.py'
folder = 'configs/mmpretrain/digit_pairs/'
pair = '_logits_resnet18-w16_resnet18-w8'
teacher = folder + 'resnet18-w16_1xb128-6e_digit-pairs.py'
config = folder + 'ssdkd' + pair + '-inherited_1xb128-20e_digit-pairs.py'
metric = 'accuracy/top1'
epochs = [10]
rows = {
    'control: untrained generator': {'model.synthesis.iters': 0},
    'control: oracle, real images, random weights': {
        'config': folder + 'kd' + pair + '_1xb128-20e_digit-pairs.py'
    },
}
