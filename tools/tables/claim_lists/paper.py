# The paper's claims on its two modules, and what decides each: two rows of
# plans in `modules/` that differ in one setting, seed by seed. `figure` is the
# score or one of the buffer's. An effect whose interval holds zero and lies
# within its figure's margin is none.
head = """
# Do the paper's modules pay?

The paper (arXiv:2406.07876) adds two modules to a plain baseline.

- *φ* weighs the generator's loss L_Task, and with it which images enter the
  buffer. It is larger where the teacher is unsure of an image (difficulty, to
  the power of gamma) and where the buffer has few of its class (diversity).
- *Priorities* draw those images more often on which student and teacher
  differ by a larger δ, to the power of alpha. Importance weights, to the power
  of beta, undo a part of that in the loss.

Each claim is two rows of a table that differ in what it names, run with the
same seeds. An effect is the mean of the differences, with its 95% interval
(Student's t). *Detectable* is the smallest effect that as many seeds show with
a chance of 80%. A claim *holds* where the whole interval is above zero, and
*the contrary* where it is below, however small the effect. *No effect* means
that it holds zero and lies within a point of accuracy, or 0.02 of balance or
confidence. What is none of these is *cannot tell*.

Of twenty such intervals one misses the truth, and this page has more than a
hundred. Some rows got more seeds after five could not tell, or only just.
Eight verdicts need those: φ, its diversity, both modules, a gamma of 1 and the
best quarter of the candidates in a buffer of one round; both modules in one of
ten rounds, born from the teacher and from random weights; and priorities alone
from random weights. All CIFAR-10 rows have one teacher, others one for each
seed.

Students born from their teacher keep the weights of its norms, as the plans
say (`student_init.fit='layers'`).

Seeds ran on several processors that share a name, so that seconds differ, but
a pair on one. CIFAR-10's seeds 13 and 14 ran in bfloat16, the others in
float32, and a pair never in both. Its commands want `CIFAR10_LAYOUT=folder`
where the images are files, as they were here.

Accuracy is top-1 on 540 test digits, 2,000 pairs of digits, or CIFAR-10's
10,000 test images. A buffer of ten rounds holds what ten rounds of synthesis
added.

```bash
python tools/tables/claims.py tools/tables/claim_lists/paper.py
```

builds this page from `configs/claims.json`. With `--collect runs` it takes new
runs in.
"""
seen = """
## What is seen

**φ pays where the teacher learnt from a long tail, the buffer is small, and
only the best candidates enter it** (`synthesis.admit`), in two of four such
regimes: 2.2 points in a buffer of ten rounds and 1.6 in one of one round.
**Priorities pay in one of them**, a student from random weights without φ: 1.4
points. There both together give 2.5, and to students born from their teacher
1.9 and 1.1. Elsewhere neither was seen to raise accuracy; what could have been
seen there, *detectable* below, is between 0.4 and 6 points.

- *φ.* It keeps what the teacher doubts and what the buffer lacks. A teacher
  doubts what it rarely saw, so in small buffers under the long tail each of
  φ's factors evens the classes by itself, and the other then adds nothing (the
  figure). In a buffer of ten rounds it is worth -0.6 to 7.2 points in each of
  ten seeds, and a second run of five of them, that of *priorities anew*,
  cannot tell (+1.4 ± 1.9).
- *Priorities.* In a buffer of ten uneven rounds they repeat what the student
  has not learnt yet (below). Once φ has evened that buffer, what they add
  cannot be told.
- *On CIFAR-10, in a large buffer, printed priorities cost half a point beside
  no φ*, and 0.3 beside φ. On the digits that cannot be told (-0.5 ± 0.7 beside
  no φ). As printed, δ is a divergence at temperature 1, and the student's loss
  is one at 4 or 20. At 1 it is large where the teacher itself is unsure: its
  rank correlation with the teacher's confidence is -0.82 to -0.87. The quarter
  of the images that the teacher doubts most gets 57 to 65% of the draws, the
  surest quarter 2%. At the student's temperature the correlation is 0.04 to
  0.07, and each quarter gets 23 to 27% (buffers of `phi off` on the digits,
  seeds 10 to 12, a throw-away script).
- *What mends it.* `distillation.priority_tau`, the student's temperature. On
  CIFAR-10 it beats the printed form by 0.4 points beside φ, and by 1.0 beside
  no φ in a buffer of one round. Where priorities pay, under the long tail, the
  two cannot be told apart (-0.7 ± 2.6). Where classes are even it was not seen
  to beat no priorities, and on the hundred classes, beside no φ, it costs half
  a point itself. So the default stays the paper's.
- *In a large buffer that takes all, φ is not seen to raise accuracy.* L_Task
  asks an image to be more of the class that it already has. φ scales that
  pull, and cannot move an image to another class. Under the long tail it costs
  0.6 ± 0.4 points there, beside no priorities.
- *Where classes are even, φ beside priorities is worth less than a point* on
  CIFAR-10, there in a buffer of one round too, and on the hundred classes: its
  interval lies within a point of zero. On the digits that cannot be told (+0.4
  ± 0.9). Diversity is then the same for each class, and a student born from
  its teacher has learnt most samples from the start.
- *A hundred classes.* They are even without φ, to about 0.96 of the largest
  entropy or more, and its diversity changes that by no 0.01. Its difficulty
  keeps images of which the teacher is less sure. What either is worth in
  accuracy cannot be told.
- *A beta of 1 breaks students.* It would undo the bias of the draws. But a
  sample that is hardly ever drawn then weighs as much as the rest of its
  batch: on the digits the weights of a batch count as 4% of its size, 77% at
  0.4. Students of the digits end at 51.7% for 96.9 (`phi off`, seeds 10 to
  12). Divided by their mean (`distillation.normalize_weights`) they end at
  83.2, so that 0.4 stays. From random weights under the long tail it costs
  between 7 and 72 points in each of five seeds, too uneven for an interval
  that leaves out zero; with an alpha of 1, too, students end 68 ± 8 points
  below those of 0.6 and 0.4.
- *Difficulty.* In a buffer of one round a gamma of 0 costs 1.7 points and one
  of 1 costs 1.0; 5 gives no more than the 2 that we have.
- *Who enters and who leaves.* The best 32 of a round's 128 candidates give 1.5
  points more than all of them. Whether the oldest leave or the lowest
  priorities makes no difference of a point; of the lowest φ that cannot be
  told.
- *A small buffer on CIFAR-10.* With one round of 256 images, of which the best
  64 are new every 10 steps, nothing of the paper's pays: priorities move
  accuracy by +0.35 ± 0.38 points and φ by +0.07 ± 0.57, and φ beside no
  priorities costs 0.6. It makes classes less even (0.91 to 0.99 of the largest
  entropy, 0.97 to 0.99 without): a teacher of even classes doubts some of them
  more than others.
- *Small synthesis batches.* Where 8 of 32 candidates enter, both modules even
  the classes as they do with 32 of 128. What that is worth cannot be told
  (+0.7 ± 1.0 points).
- *Less or more data.* A data scale of 1% gives an inherited student of
  CIFAR-10 a tenth of the steps that 10% do in as many epochs. It ends 6.8
  points lower; with 20%, twice the steps, 0.9 higher. The paper's stays
  relatively stable.
- *Stale priorities.* With all of them computed anew before every step
  (`distillation.refresh_interval=1`) in a buffer of ten rounds, students end
  +0.2 ± 0.8 points from where they end with those of the last draw, beside no
  φ; beside φ that cannot be told (+0.5 ± 2.4). It takes 1.4 times as long.

Top-1 by digit of students from random weights with a buffer of ten rounds,
mean of the seeds 10 to 14 (earlier runs of them, a throw-away script). Their
teacher saw fewer of each digit than of the one before, of 9 a fiftieth of what
it saw of 0.

| digits | 0 to 4 | 5 to 7 | 8 and 9 |
|---|---|---|---|
| plain baseline | 95.7 | 77.7 | 14.9 |
| priorities alone (phi off) | 96.9 | 87.5 | 14.5 |
| SSD-KD | 96.9 | 89.3 | 19.9 |

![Classes and confidence in a buffer of ten rounds](long_tailed_buffer.png)

The paper's Figure 2 in a buffer of ten rounds under a long-tailed teacher:
the mean of five or ten seeds, within their range.

```bash
python tools/visualizations/plot_log.py runs/long_tailed_digits_ten_rounds \\
    configs/long_tailed_buffer.png --epochs 10 --mean \\
    --rows SSD-KD "plain baseline" "diversity off" "difficulty off"
```
"""
margins = dict(score=1.0, class_balance=0.02, confidence=0.02)
regimes = dict(
    cifar10_slim='CIFAR-10, a student born from its teacher',
    cifar10_slim_one_round='CIFAR-10, buffer of one round',
    digits='digits, a student born from its teacher',
    long_tailed_digits='long-tailed digits, a student born from its teacher',
    long_tailed_digits_ten_rounds='long-tailed digits, buffer of ten rounds',
    long_tailed_digits_one_round='long-tailed digits, buffer of one round',
    long_tailed_digits_ten_rounds_random=(
        'long-tailed digits, buffer of ten rounds, random weights'
    ),
    long_tailed_digits_small_batches=(
        'long-tailed digits, buffer of ten rounds, synthesis in batches of 32'
    ),
    digit_pairs='a hundred classes, a student born from its teacher',
    cifar10_slim_scales='CIFAR-10, a student born from its teacher, 20 epochs',
    long_tailed_digits_refreshed=(
        'long-tailed digits, buffer of ten rounds, priorities anew'
    ),
)
# Plans that are run for one question alone.
scales = ['cifar10_slim_scales']
refreshed = ['long_tailed_digits_refreshed']
everywhere = [name for name in regimes if name not in [*scales, *refreshed]]
in_parts = [
    'long_tailed_digits',
    'long_tailed_digits_ten_rounds',
    'long_tailed_digits_one_round',
    'digit_pairs',
]
even = ['cifar10_slim', 'digits', 'cifar10_slim_one_round', 'digit_pairs']
even_and_tail = [*even, 'long_tailed_digits_ten_rounds_random']
at_tau = "priorities at the student's temperature (ours)"
claims = [
    dict(
        name='φ evens the classes in the buffer',
        on='SSD-KD',
        off='phi off',
        figure='class_balance',
        plans=everywhere,
    ),
    dict(
        name='φ raises accuracy',
        on='SSD-KD',
        off='phi off',
        figure='score',
        plans=everywhere,
    ),
    dict(
        name='φ alone raises accuracy, beside no module',
        on='priority off (alpha = 0)',
        off='plain baseline',
        figure='score',
        plans=everywhere,
    ),
    dict(
        name='priorities raise accuracy',
        on='SSD-KD',
        off='priority off (alpha = 0)',
        figure='score',
        plans=everywhere,
    ),
    dict(
        name='priorities alone raise accuracy, beside no module',
        on='phi off',
        off='plain baseline',
        figure='score',
        plans=everywhere,
    ),
    dict(
        name='both modules together even the classes',
        on='SSD-KD',
        off='plain baseline',
        figure='class_balance',
        plans=everywhere,
    ),
    dict(
        name='both modules together raise accuracy',
        on='SSD-KD',
        off='plain baseline',
        figure='score',
        plans=everywhere,
    ),
    dict(
        name="φ's diversity evens the classes in the buffer",
        on='SSD-KD',
        off='diversity off',
        figure='class_balance',
        plans=in_parts,
    ),
    dict(
        name="φ's diversity alone evens the classes, beside no module",
        on='difficulty off (gamma = 0)',
        off='plain baseline',
        figure='class_balance',
        plans=in_parts,
    ),
    dict(
        name="φ's difficulty alone evens the classes, beside no module",
        on='diversity off',
        off='plain baseline',
        figure='class_balance',
        plans=in_parts,
    ),
    dict(
        name="φ's diversity raises accuracy",
        on='SSD-KD',
        off='diversity off',
        figure='score',
        plans=in_parts,
    ),
    dict(
        name="φ's difficulty keeps samples that are less sure",
        on='difficulty off (gamma = 0)',
        off='SSD-KD',
        figure='confidence',
        plans=in_parts,
    ),
    dict(
        name="φ's difficulty raises accuracy",
        on='SSD-KD',
        off='difficulty off (gamma = 0)',
        figure='score',
        plans=in_parts,
    ),
    dict(
        name='importance weights raise accuracy',
        on='SSD-KD',
        off='importance weight off (beta = 0)',
        figure='score',
        plans=in_parts,
    ),
    dict(
        name='importance weights of mean 1 (ours) beat raw ones in accuracy',
        on='importance weights of mean 1',
        off='SSD-KD',
        figure='score',
        plans=['long_tailed_digits', 'long_tailed_digits_one_round'],
    ),
    dict(
        name='importance weights of mean 1 (ours) beat none in accuracy',
        on='importance weights of mean 1',
        off='importance weight off (beta = 0)',
        figure='score',
        plans=['long_tailed_digits', 'long_tailed_digits_one_round'],
    ),
    dict(
        name='labels of rare classes (ours) even the classes',
        on='labels of rare classes',
        off='SSD-KD',
        figure='class_balance',
        plans=['long_tailed_digits'],
    ),
    dict(
        name='labels of rare classes (ours) raise accuracy',
        on='labels of rare classes',
        off='SSD-KD',
        figure='score',
        plans=['long_tailed_digits'],
    ),
    dict(
        name=f'{at_tau} beat printed ones',
        on='priorities at tau',
        off='SSD-KD',
        figure='score',
        plans=even,
    ),
    dict(
        name=f'{at_tau} raise accuracy, beside phi',
        on='priorities at tau',
        off='priority off (alpha = 0)',
        figure='score',
        plans=even,
    ),
    dict(
        name=f'{at_tau} and phi together raise accuracy',
        on='priorities at tau',
        off='plain baseline',
        figure='score',
        plans=even,
    ),
    dict(
        name=f'{at_tau} beat printed ones, beside no phi',
        on='phi off, priorities at tau',
        off='phi off',
        figure='score',
        plans=even_and_tail,
    ),
    dict(
        name=f'{at_tau} alone raise accuracy, beside no module',
        on='phi off, priorities at tau',
        off='plain baseline',
        figure='score',
        plans=even_and_tail,
    ),
    *(
        dict(
            name=f"a gamma of {gamma} beats the paper's 2 in accuracy",
            on=f'gamma = {gamma}',
            off='SSD-KD',
            figure='score',
            plans=['long_tailed_digits_one_round'],
        )
        for gamma in (1, 5)
    ),
    dict(
        name='the best quarter of the candidates beats all in accuracy',
        on='SSD-KD',
        off='all candidates enter',
        figure='score',
        plans=['long_tailed_digits_one_round'],
    ),
    *(
        dict(
            name=f'who has the lowest {score} leaves: beats the oldest',
            on=f'evict: {score}',
            off='SSD-KD',
            figure='score',
            plans=['long_tailed_digits_one_round'],
        )
        for score in ('priority', 'phi')
    ),
    *(
        dict(
            name=(
                f'alpha = {alpha} and beta = {beta} beat 0.6 and 0.4 beside '
                'no phi'
            ),
            on=f'phi off, alpha = {alpha}, beta = {beta}',
            off='phi off',
            figure='score',
            plans=['long_tailed_digits_ten_rounds_random'],
        )
        for alpha, beta in [(0.6, 0.0), (0.6, 1.0), (1.0, 0.4), (1.0, 1.0)]
    ),
    *(
        dict(
            name=(
                'priorities anew before each draw beat those of the last'
                f'{beside}'
            ),
            on=f'{row}priorities anew',
            off=off,
            figure='score',
            plans=refreshed,
        )
        for row, off, beside in [
            ('', 'SSD-KD', ''),
            ('phi off, ', 'phi off', ', beside no phi'),
        ]
    ),
    *(
        dict(
            name=f'a data scale of {scale} beats 10% in accuracy',
            on=f'data scale {scale}',
            off='SSD-KD',
            figure='score',
            plans=scales,
        )
        for scale in ('1%', '20%')
    ),
]
