"""Where a student's weights come from."""

from .building import build_student_init
from .student_init import StudentInit
from .teacher_weights import TeacherWeights

__all__ = ['StudentInit', 'TeacherWeights', 'build_student_init']
