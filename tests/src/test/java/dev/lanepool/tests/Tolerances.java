package dev.lanepool.tests;

/** Every tolerance of these tests, with its reason. A test may not invent one. */
final class Tolerances {
  /**
   * The double reference against Hugging Face in float64, as a part of the tensor's largest activation. Both sum in double and differ
   * in the order of sums and in erf, exp and tanh: 2.8e-15 was measured. An erf in float32 is at 3e-8, a swapped epsilon at 4e-6.
   */
  static final double REFERENCE_TO_GOLDEN = 2e-14;

  /**
   * The encoder in float32 against float64, as a part of the tensor's largest activation. PyTorch in float32 is within 5.5e-7 on the
   * same goldens, so this is what float32 gives with a margin of 4; GELU by tanh is at 1e-5 or more, a wrong epsilon at 4e-6.
   */
  static final double ENCODER_TO_DOUBLE = 2e-6;

  /**
   * Against figures that Hugging Face computed in float32, as a part of the largest: both sides err by about
   * {@link #ENCODER_TO_DOUBLE}.
   */
  static final double TO_FLOAT32_FIGURES = 4e-6;

  private Tolerances() {}
}
