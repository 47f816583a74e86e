# The paper's claims, and which rows of which plans decide each. `on` and `off`
# are rows of a plan in `modules/`; `figure` is the score or one of the
# buffer's figures. An effect whose interval lies within `margin` is none.
digits = ['digits', 'long_tailed_digits', 'long_tailed_digits_random']
small = ['long_tailed_digits_ten_rounds', 'long_tailed_digits_one_round']
