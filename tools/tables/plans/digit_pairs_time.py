# The digit pairs' student against time: from random weights, born from its
# teacher, and by the recipe of a faster peer.
folder = 'configs/mmpretrain/digit_pairs/'
pair = 'resnet18-w16_resnet18-w8'
end = '_1xb128-40e_digit-pairs.py'
teacher = folder + 'resnet18-w16_1xb128-6e_digit-pairs.py'
config = folder + 'ssdkd_logits_' + pair + end
metric = 'accuracy/top1'
epochs = [40]
validations = 20
rows = {
    'inherited': {
        'config': folder
        + f'ssdkd_logits_{pair}-inherited_1xb128-20e_digit-pairs.py',
        'epoch_factor': 0.5,
    },
    'random weights': {},
    "peer's recipe, 5 steps, random weights": {
        'config': folder
        + f'ssdkd_logits_{pair}_1xb128-40e_digit-pairs-fast-datafree.py'
    },
    "peer's recipe, 10 steps, random weights": {
        'config': folder
        + f'ssdkd_logits_{pair}_1xb128-40e_digit-pairs-fast-datafree.py',
        'model.synthesis.iters': 10,
    },
    'control: oracle, real images, random weights': {
        'config': folder + f'kd_logits_{pair}_1xb128-20e_digit-pairs.py',
        'epoch_factor': 0.5,
    },
}
