# CIFAR-10 as mmpretrain downloads it, or, with CIFAR10_LAYOUT=folder in the
# environment, as folders of images. Both give uint8 RGB.
_base_ = './cifar10_{{$CIFAR10_LAYOUT:batches}}.py'
val_evaluator = dict(type='Accuracy', topk=(1,))
val_cfg = dict()

test_evaluator = val_evaluator
test_cfg = dict()
