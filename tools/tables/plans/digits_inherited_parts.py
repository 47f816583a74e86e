# Every part of SSD-KD off alone on the digits' student born from its teacher,
# 400 steps.
_base_ = ['./_base_/parts.py', './_base_/digits_rounds.py']
