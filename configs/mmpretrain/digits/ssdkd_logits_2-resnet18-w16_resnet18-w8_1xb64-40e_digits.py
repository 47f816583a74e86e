# SSD-KD from two teachers that were trained apart and normalise differently.
_base_ = './ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'

model = dict(
    teacher=None,
    teacher_ckpt=None,
    teachers=dict(
        # Trained by resnet18-w16_1xb64-60e_digits.py.
        standard=dict(
            build_cfg=_base_.resnet18_w16,
            ckpt_path='work_dirs/resnet18-w16_1xb64-60e_digits/epoch_60.pth',
        ),
        # Trained by resnet18-w16-unit_1xb64-60e_digits.py, with another seed.
        unit=dict(
            build_cfg={
                **_base_.resnet18_w16,
                'data_preprocessor': dict(
                    type='ClsDataPreprocessor', mean=[0.0], std=[255.0]
                ),
            },
            ckpt_path='work_dirs/resnet18-w16-unit_1xb64-60e_digits/'
            'epoch_60.pth',
        ),
    ),
)
