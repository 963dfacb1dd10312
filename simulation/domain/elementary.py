"""exp and the normal quantile as the law uses them: from tables, with + − × alone.

Libraries compute both in ways of their own, which differ in the last bits from one processor or compiler to the next.
Each operation here is exactly rounded wherever it is done, so that arrays, agents and the compiled engine agree.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from .arrays import Floats, Ints
from .quantiles import standard_normal_quantile

STEP_BITS = 8
EXP_STEPS = 1 << STEP_BITS
"""Steps of an octave in the table of exp."""
PIECE_BITS = 6
"""Leading bits of a mantissa that choose a piece of the normal quantile: 64 between v and 2v, few for fast memory."""
SMALLEST_EXPONENT = -34
"""Of a probability that the quantile is made for: half the smallest of `randomness.uniforms`."""

STEPS_A_UNIT = EXP_STEPS / np.log(2.0)
STEP = np.log(2.0) / EXP_STEPS
MANTISSA_BITS = 52
SHIFT = MANTISSA_BITS - PIECE_BITS
FIRST_PIECE = (1023 + SMALLEST_EXPONENT) << PIECE_BITS
ONE = 1023 << MANTISSA_BITS
"""The bits of 1.0; those of 2^e are e << `MANTISSA_BITS` more."""


@cache
def exp_table() -> Floats:
    """Return 2^(j / `EXP_STEPS`) for every j, shape (`EXP_STEPS`,)."""
    return np.asarray(np.exp2(np.arange(EXP_STEPS) / EXP_STEPS))


def exp(x: Floats) -> Floats:
    """Return e^x for −200 ≤ x ≤ 200, exactly 1 for 0; to a relative 10⁻¹⁵ × (1 + |x| / 2)."""
    rest = x * STEPS_A_UNIT
    step = np.rint(rest)
    rest -= step
    rest *= STEP
    found = rest * (1 / 24)
    found += 1 / 6
    found *= rest
    found += 0.5
    found *= rest
    found += 1.0
    found *= rest
    found += 1.0
    whole: Ints = step.astype(np.int64)
    found *= exp_table().take(whole & (EXP_STEPS - 1))
    whole >>= STEP_BITS
    whole <<= MANTISSA_BITS
    whole += ONE
    found *= whole.view(np.float64)
    return np.asarray(found)


@cache
def quantile_table() -> Floats:
    """Return the coefficients of the normal quantile below ½: quartics in the place within each piece, shape (P, 5)."""
    at = 0.5 * np.cos(np.pi * (np.arange(5) + 0.5) / 5)
    pieces = np.arange(-SMALLEST_EXPONENT << PIECE_BITS)
    exponent, part = SMALLEST_EXPONENT + (pieces >> PIECE_BITS), pieces % (1 << PIECE_BITS)
    probability = np.ldexp(1 + (part + at[:, None] + 0.5) / (1 << PIECE_BITS), exponent)
    value = standard_normal_quantile(probability)
    return np.ascontiguousarray(np.linalg.solve(np.vander(at, increasing=True), value).T)


def normal_quantile(uniform: Floats) -> Floats:
    """Return Φ⁻¹ to 10⁻¹² for uniforms as of `randomness.uniforms`: multiples of 2⁻³³, never 0, ½ or 1."""
    constant, linear, square, cube, fourth = quantile_table().T
    bits = np.minimum(uniform, 1 - uniform).view(np.int64)
    piece = (bits >> SHIFT) - FIRST_PIECE
    bits &= (1 << SHIFT) - 1
    bits <<= PIECE_BITS
    bits |= ONE
    at = bits.view(np.float64)
    at -= 1.5
    found = fourth.take(piece)
    for coefficient in (cube, square, linear, constant):
        found *= at
        found += coefficient.take(piece)
    return np.asarray(np.copysign(found, uniform - 0.5))
