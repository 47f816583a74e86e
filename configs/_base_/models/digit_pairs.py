# The digits' networks with a hundred classes.
_base_ = './digits.py'
resnet18_w16 = dict(head=dict(num_classes=100))
resnet18_w8 = dict(head=dict(num_classes=100))
