# The digits' teacher with a normalisation of its own: gray levels of 0 to 1.
_base_ = './resnet18-w16_1xb64-60e_digits.py'

model = dict(data_preprocessor=dict(mean=[0.0], std=[255.0]))
