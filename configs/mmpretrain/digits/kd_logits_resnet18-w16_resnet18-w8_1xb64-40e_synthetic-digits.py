# The digits' student, distilled by MMRazor's own algorithm on an exported
# synthetic set of 2,560 images, in as many steps as SSD-KD takes.
_base_ = './kd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'

train_dataloader = dict(dataset=dict(_delete_=True, **_base_.synthetic_digits))
