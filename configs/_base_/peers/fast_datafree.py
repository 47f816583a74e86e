# The recipe of Fast-Datafree (arXiv:2112.06253) in SSD-KD's loop: all images
# are kept and drawn evenly, labels are drawn, the generator takes 5 steps from
# a meta-learnt start, L_BN is smoothed over rounds, and the adversarial term
# counts where teacher and student agree.
fast_datafree = dict(
    replay_buffer=dict(alpha=0.0, beta=0.0),
    bn_loss=dict(
        _delete_=True,
        type='mmrazor_ssdkd.SmoothedBNLoss',
        momentum=0.9,
        loss_weight=10.0,
    ),
    task_loss=dict(diversity=False, gamma=0.0, loss_weight=0.5),
    synthesis=dict(
        type='mmrazor_ssdkd.ReptileInversion',
        iters=5,
        labels='uniform',
        adversarial_weight=1.33,
        adversarial_where='agree',
    ),
    distillation=dict(tau=20.0),
)
