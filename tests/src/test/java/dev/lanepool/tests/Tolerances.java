package dev.lanepool.tests;

/**
 * Every tolerance of these tests, with its reason: about four times what was measured on all twins and lane widths. A test may not
 * invent one.
 */
final class Tolerances {
  /**
   * The double reference against Hugging Face in float64, as a part of the tensor's largest activation. Both sum in double and differ
   * in the order of sums and in erf, exp and tanh: 2.8e-15 was measured. An erf in float32 is at 3e-8, a swapped epsilon at 4e-6.
   */
  static final double REFERENCE_TO_GOLDEN = 2e-14;

  /**
   * The encoder in float32 against float64, as a part of the tensor's largest activation. Measured: 7.2e-7 on the goldens, where PyTorch
   * in float32 is at 5.5e-7, and 1.3e-6 on a random roberta-base (PyTorch 1.2e-6). GELU by tanh is at 1e-5 or more, a wrong epsilon at
   * 4e-6.
   */
  static final double ENCODER_TO_DOUBLE = 2e-6;

  /**
   * Against figures that Hugging Face computed in float32, as a part of the largest: both sides err by about
   * {@link #ENCODER_TO_DOUBLE}.
   */
  static final double TO_FLOAT32_FIGURES = 4e-6;

  /** Layers and heads forward against PyTorch in float64, absolute, for outputs of a few units. Measured: 9.5e-7. */
  static final double PYTORCH_FORWARD = 4e-6;

  /** Every gradient against PyTorch: this part of the element and {@link #PYTORCH_GRADIENT_FLOOR}. A quarter of both was measured. */
  static final double PYTORCH_GRADIENT = 1e-4;

  /** Absolute, beside {@link #PYTORCH_GRADIENT}: sums that cancel. */
  static final double PYTORCH_GRADIENT_FLOOR = 1e-6;

  /** Each loss of ten steps of training against PyTorch in float64, relative. Measured: 2.0e-6. */
  static final double PYTORCH_LOSS = 8e-6;

  /** Parameters after ten steps of training against PyTorch, absolute; Adam's steps are of size 2e-3. Measured: 7.2e-7. */
  static final double PYTORCH_PARAMETERS = 3e-6;

  /** A product's element, as a part of the sum of its terms' absolute values: slices of 256 roundings at random. Measured: 2.7e-7. */
  static final double PRODUCT = 1e-6;

  /** Attention, as a part of the text's largest output: scores of a few units carry their own error into the exponent. Measured: 8.2e-7. */
  static final double ATTENTION = 3.2e-6;

  /** A softmax row, as a part of its largest element. Measured: 1.8e-7. */
  static final double SOFTMAX = 7e-7;

  /** Layer norm, as a part of the row's largest output. Measured: 3.0e-7. */
  static final double LAYER_NORM = 1.2e-6;

  /**
   * The same where the mean is 1000 times the deviation: the mean itself is rounded to 6e-5 of the deviation, which weighs most in the
   * shortest rows. Measured: 3.5e-4.
   */
  static final double LAYER_NORM_LARGE_MEAN = 1.4e-3;

  /** tanh, relative, at all magnitudes. Measured: 1.6e-7. */
  static final double TANH = 6e-7;

  /** geluErf, as a part of the argument, at all magnitudes. Measured: 1.2e-7. */
  static final double GELU_ERF = 5e-7;

  /** A mean over 33 rows, as a part of the largest. Measured: 1.8e-7. */
  static final double MEAN = 7e-7;

  /** The double reference of layers against central differences of 1e-6, whose own error is about 1e-9 for losses of order 1. */
  static final double CALCULUS_ABSOLUTE = 1e-5;

  /** As {@link #CALCULUS_ABSOLUTE}, as a part of the gradient. */
  static final double CALCULUS_RELATIVE = 1e-3;

  /** Outputs and gradients of an LSTM, as a part of the tensor's largest. Measured: 5.5e-7. */
  static final double LSTM = 2.2e-6;

  /**
   * Vectors and gradients of a pooling, or of a head on one, as a part of the tensor's largest. Measured: 2.0e-6 in a head of several
   * layers, 1.1e-6 elsewhere.
   */
  static final double POOLING = 8e-6;

  /** A layer's output and gradients, as a part of the tensor's largest. Measured: 4.2e-7, tanh's gradient. */
  static final double LAYER = 1.7e-6;

  /** The same of five layers, one after another. Measured: 1.0e-6. */
  static final double LAYERS = 4e-6;

  /** A loss, relative: both sides sum in double. Measured: 3.7e-16. */
  static final double LOSS = 1.5e-15;

  /** A loss's gradient, as a part of its largest element: rounded to float once. Measured: 4.8e-8. */
  static final double LOSS_GRADIENT = 1.9e-7;

  /** A sum over 33 rows, as a part of the largest. Measured: 3.3e-7. */
  static final double SUM = 1.3e-6;

  /** The gradient of tanh, as a part of the output's gradient. Measured: 7.7e-8. */
  static final double TANH_BACKWARD = 3e-7;

  /** The gradient of geluErf, as a part of the output's gradient. Measured: 1.6e-7. */
  static final double GELU_ERF_BACKWARD = 6.5e-7;

  /** The gradient of softmax, as a part of y (|dy| + 1). Measured: 6.4e-8. */
  static final double SOFTMAX_BACKWARD = 2.6e-7;

  /** The gradients of layer norm, as a part of the row's largest: the shortest rows cancel most. Measured: 9.1e-7. */
  static final double LAYER_NORM_BACKWARD = 3.6e-6;

  /** Gates, c and h of an LSTM's step, as a part of the largest. Measured: 1.8e-7. */
  static final double LSTM_CELL = 7e-7;

  /** The gradients of an LSTM's step, as a part of the largest. Measured: 1.8e-7. */
  static final double LSTM_CELL_BACKWARD = 7e-7;

  /** What L-BFGS leaves between a fit and its minimum, in labels and in losses of order 1. Measured: 2.1e-5. */
  static final double FIT = 1e-4;

  /** The gradient that L-BFGS leaves along the output weights, as a part of the penalty's. Measured: 1.5e-3. */
  static final double FIT_SLOPE = 6e-3;

  private Tolerances() {}
}
