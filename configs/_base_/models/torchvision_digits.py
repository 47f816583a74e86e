# torchvision's MobileNetV2 with fewer and flatter blocks, for 16x16 images in
# colour: 0.18M parameters, and 0.08M at half its width.
blocks = [[1, 16, 1, 1], [4, 24, 2, 1], [4, 32, 2, 2], [4, 64, 2, 1]]
mobilenet_v2 = dict(
    type='mmrazor_ssdkd.TorchClassifier',
    module=dict(
        type='torchvision.models:mobilenet_v2',
        num_classes=10,
        inverted_residual_setting=blocks,
    ),
    mean=[78.0, 78.0, 78.0],
    std=[96.0, 96.0, 96.0],
)
mobilenet_v2_w50 = dict(
    type='mmrazor_ssdkd.TorchClassifier',
    module=dict(
        type='torchvision.models:mobilenet_v2',
        num_classes=10,
        width_mult=0.5,
        inverted_residual_setting=blocks,
    ),
    mean=[78.0, 78.0, 78.0],
    std=[96.0, 96.0, 96.0],
)
# timm's ResNet-10-T with an eighth of its channels: 0.11M parameters.
timm_resnet10t = dict(
    type='mmrazor_ssdkd.TorchClassifier',
    module=dict(
        type='timm:resnet10t', num_classes=10, channels=[8, 16, 32, 64]
    ),
    mean=[78.0, 78.0, 78.0],
    std=[96.0, 96.0, 96.0],
)
