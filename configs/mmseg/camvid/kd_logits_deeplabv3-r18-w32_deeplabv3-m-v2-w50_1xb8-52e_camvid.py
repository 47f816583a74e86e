# The oracle of CamVid's slim pair: the student, loss and batch of the SSD-KD
# config, distilled for as many steps on the images that the teacher was
# trained on, by MMRazor's own algorithm.
_base_ = [
    '../../_base_/models/camvid_slim.py',
    '../../_base_/datasets/camvid.py',
    '../../_base_/schedules/sgd.py',
    '../../_base_/default_runtime.py',
]
default_scope = 'mmseg'

model = dict(
    _scope_='mmrazor',
    type='SingleTeacherDistill',
    # Trained by deeplabv3_r18-w32_1xb8-80e_camvid.py.
    teacher_ckpt='work_dirs/deeplabv3_r18-w32_1xb8-80e_camvid/epoch_80.pth',
    teacher=_base_.deeplabv3_r18_w32,
    architecture=_base_.deeplabv3_m_v2_w50,
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
            # 'batchmean' sums over the 24x32 pixels.
            loss_kd=dict(
                type='KLDivergence',
                tau=4,
                reduction='batchmean',
                loss_weight=1 / 768,
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
    batch_size=8,
    num_workers=0,
    dataset=_base_.camvid_train,
    sampler=dict(type='DefaultSampler', shuffle=True),
)
# 46 steps in an epoch.
train_cfg = dict(by_epoch=True, max_epochs=52, val_interval=13)
param_scheduler = dict(end=52)
