# The student's fidelity to its teacher on synthetic images that it never
# trains on, in the log of every validation and test beside the real metrics:
# fidelity/agreement and fidelity/divergence, of segmentors fidelity/mIoU.
# A config without validation data has it without this file.
custom_hooks = [dict(type='mmrazor_ssdkd.FidelityHook')]
