# What the optimisations of speed do to the accuracy on the digits.
folder = 'configs/mmpretrain/digits/'
teacher = folder + 'resnet18-w16_1xb64-60e_digits.py'
config = folder + 'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
metric = 'accuracy/top1'
epochs = [40]
rows = {
    'all on': {
        f'optim_wrapper.{part}.{key}': value
        for part in ('generator', 'architecture')
        for key, value in {
            'type': 'mmrazor_ssdkd.Bf16OptimWrapper',
            'enabled': True,
        }.items()
    },
    'all off': {
        'model.channels_last': False,
        'model.replay_buffer.store_logits': False,
    },
}
