package dev.lanepool.kernels;

/**
 * The polynomials and rational functions that both twins evaluate, fitted for this project by weighted least squares in double
 * precision until the largest error was level. All are evaluated by Horner's rule with fused multiply-adds; the errors given are those
 * of the float evaluation over the whole range.
 */
public final class Approximations {
  /** 1 / sqrt 2. */
  public static final float SQRT_HALF = 0.70710678f;

  /** erf(x) = x P(x²) / Q(x²) for |x| up to this, beyond which it is 1 to the last bit. Error 3.4e-7. */
  public static final float ERF_LIMIT = 4f;

  public static final float ERF_P0 = 1.128378987312317f;
  public static final float ERF_P1 = 0.19624951481819153f;
  public static final float ERF_P2 = 0.05346754565834999f;
  public static final float ERF_P3 = 0.004003667738288641f;
  public static final float ERF_P4 = 0.00028804168687202036f;
  public static final float ERF_P5 = 1.9748231352423318e-06f;
  public static final float ERF_Q1 = 0.5072527527809143f;
  public static final float ERF_Q2 = 0.1164766475558281f;
  public static final float ERF_Q3 = 0.015444466844201088f;
  public static final float ERF_Q4 = 0.0012163647916167974f;
  public static final float ERF_Q5 = 3.74808041669894e-05f;

  /** tanh(x) = x P(x²) / Q(x²) for |x| up to this, beyond which it is 1 to the last bit. Error 3.2e-7. */
  public static final float TANH_LIMIT = 9f;

  public static final float TANH_P1 = 0.13676343858242035f;
  public static final float TANH_P2 = 0.003863929770886898f;
  public static final float TANH_P3 = 2.7923306333832443e-05f;
  public static final float TANH_P4 = 3.040077345417558e-08f;
  public static final float TANH_P5 = -1.2082947489777673e-11f;
  public static final float TANH_Q1 = 0.47009673714637756f;
  public static final float TANH_Q2 = 0.027229545637965202f;
  public static final float TANH_Q3 = 0.00039310407009907067f;
  public static final float TANH_Q4 = 1.281729510083096e-06f;

  /**
   * exp(x) = 2^n (1 + r + r² P(r)), n = round(x log2 e), r = x - n ln 2 in two parts. Relative error 1e-7. Only for x up to 0; below
   * {@link #EXP_LIMIT} the result is exactly 0, so that no denormal number is ever made.
   */
  public static final float EXP_LIMIT = -87.3f;

  public static final float LOG2_E = 1.4426950408889634f;
  public static final float LN2_HIGH = 0.693145751953125f;
  public static final float LN2_LOW = 1.428606820286227e-06f;

  /** 1.5 · 2^23 + 127: adding it rounds to an integer n that then stands in the low bits, as the exponent of 2^n is written. */
  public static final float ROUND = 12583039f;

  public static final float EXP_P0 = 0.5f;
  public static final float EXP_P1 = 0.166665181517601f;
  public static final float EXP_P2 = 0.04166620597243309f;
  public static final float EXP_P3 = 0.008368954062461853f;
  public static final float EXP_P4 = 0.0013950602151453495f;

  /** 1 / sqrt(2 pi), the density of the normal distribution at 0: of GELU's derivative. */
  public static final float INVERSE_SQRT_2PI = 0.3989423f;

  private Approximations() {}
}
