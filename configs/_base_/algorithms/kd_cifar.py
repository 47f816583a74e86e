# The oracle of SSD-KD on CIFAR, at the temperature of ssdkd_cifar.py.
_base_ = './kd_cls.py'
model = dict(distiller=dict(distill_losses=dict(loss_kd=dict(tau=20))))
