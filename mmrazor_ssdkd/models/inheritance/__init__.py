"""Where a student's weights come from."""

from .building import build_student_init, replace_student_init
from .checkpoint_weights import CheckpointWeights
from .feature_hints import FeatureHints, FeaturePair
from .pruned_weights import PrunedWeights
from .student_init import StudentInit
from .student_init_hook import StudentInitHook
from .teacher_weights import TeacherWeights

__all__ = [
    'CheckpointWeights',
    'FeatureHints',
    'FeaturePair',
    'PrunedWeights',
    'StudentInit',
    'StudentInitHook',
    'TeacherWeights',
    'build_student_init',
    'replace_student_init',
]
