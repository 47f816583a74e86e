# The digits' networks for several labels, with a sigmoid for each digit.
_base_ = './digits.py'
several = dict(
    data_preprocessor=dict(mean=[39.0], std=[78.0]),
    head=dict(
        type='MultiLabelLinearClsHead',
        loss=dict(type='CrossEntropyLoss', use_sigmoid=True),
    ),
)
resnet18_w16 = several
resnet18_w8 = several
del several
