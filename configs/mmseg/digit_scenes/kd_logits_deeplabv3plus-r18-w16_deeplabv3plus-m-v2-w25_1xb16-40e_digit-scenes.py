# The oracle of the digit scenes: the student, steps, batch and loss of the
# SSD-KD config, distilled on the scenes that the teacher was trained on, by
# MMRazor's own algorithm.
_base_ = [
    '../../_base_/models/digit_scenes.py',
    '../../_base_/datasets/digit_scenes.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    _scope_='mmrazor',
    type='SingleTeacherDistill',
    # Trained by deeplabv3plus_r18-w16_1xb16-20e_digit-scenes.py.
    teacher_ckpt=(
        'work_dirs/deeplabv3plus_r18-w16_1xb16-20e_digit-scenes/epoch_20.pth'
    ),
    teacher=_base_.deeplabv3plus_r18_w16,
    architecture=_base_.deeplabv3plus_m_v2_w25,
    # The student learns from the teacher alone, as in SSD-KD.
    calculate_student_loss=False,
    distiller=dict(
        type='ConfigurableDistiller',
        student_recorders=dict(
            logits=dict(type='ModuleOutputs', source='decode_head.conv_seg')
        ),
        teacher_recorders=dict(
            logits=dict(type='ModuleOutputs', source='decode_head.conv_seg')
        ),
        distill_losses=dict(
            # 'batchmean' sums over the 16x16 pixels.
            loss_kd=dict(
                type='KLDivergence',
                tau=4,
                reduction='batchmean',
                loss_weight=1 / 256,
            )
        ),
        loss_forward_mappings=dict(
            loss_kd=dict(
                preds_S=dict(from_student=True, recorder='logits'),
                preds_T=dict(from_student=False, recorder='logits'),
            )
        ),
    ),
)

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=dict(
        type='mmrazor_ssdkd.DigitScenes',
        split='train',
        length=1600,
        pipeline=[dict(type='PackSegInputs')],
    ),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=10)
param_scheduler = dict(end=40)
optim_wrapper = dict(optimizer=dict(weight_decay=5e-3))
