package dev.lanepool;

/** What one does with embeddings. Sums are accumulated in double, from first to last. */
public final class Vectors {
  private Vectors() {}

  /**
   * The cosine of the angle between two vectors, -1 to 1; 0 where one of them is all zeros. For normalised vectors their dot product.
   *
   * @throws IllegalArgumentException where the lengths differ
   */
  public static float cosine(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException("vectors of " + a.length + " and " + b.length + " floats, expected equal lengths");
    }
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return aa == 0 || bb == 0 ? 0 : (float) (dot / (Math.sqrt(aa) * Math.sqrt(bb)));
  }

  /** Divides a vector by its Euclidean norm, in place; by 1e-12 where the norm is less, as {@code torch.nn.functional.normalize} does. */
  public static void normalize(float[] vector) {
    double sum = 0;
    for (float x : vector) {
      sum += (double) x * x;
    }
    double norm = Math.max(Math.sqrt(sum), 1e-12);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / norm);
    }
  }
}
