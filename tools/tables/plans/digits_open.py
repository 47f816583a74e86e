# What the paper leaves open, one choice at a time, at a tenth of the steps.
_base_ = './_base_/open.py'
teacher = 'configs/mmpretrain/digits/resnet18-w16_1xb64-60e_digits.py'
config = (
    'configs/mmpretrain/digits/'
    'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
)
metric = 'accuracy/top1'
epochs = [4]
rows = {
    'evict: priority': {'model.replay_buffer.evict': 'priority'},
    'evict: phi': {'model.replay_buffer.evict': 'phi'},
    'admit: the better half': {'model.synthesis.admit': 64},
}
