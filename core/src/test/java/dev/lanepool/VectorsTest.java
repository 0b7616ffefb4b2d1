package dev.lanepool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class VectorsTest {

  @Test
  void normalizeGivesUnitLengthAndLeavesZerosAlone() {
    float[] vector = {3, -4, 0};
    Vectors.normalize(vector);
    assertArrayEquals(new float[] {0.6f, -0.8f, 0}, vector);
    float[] zeros = {0, 0};
    Vectors.normalize(zeros);
    assertArrayEquals(new float[] {0, 0}, zeros);
  }

  /** {@code torch.nn.functional.normalize(torch.tensor([3e-13, 4e-13]), dim=0)} is [0.3, 0.4]. */
  @Test
  void normalizeDividesByNoLessThanTorchDoes() {
    float[] tiny = {3e-13f, 4e-13f};
    Vectors.normalize(tiny);
    assertArrayEquals(new float[] {0.3f, 0.4f}, tiny, 1e-7f);
  }

  @Test
  void normalizeDoesNotOverflow() {
    float[] huge = {3e38f, 3e38f};
    Vectors.normalize(huge);
    assertEquals(Math.sqrt(0.5), huge[0], 1e-7);
  }

  @Test
  void cosine() {
    assertEquals(0.96f, Vectors.cosine(new float[] {3, 4}, new float[] {4, 3}));
    assertEquals(-1f, Vectors.cosine(new float[] {1, 2}, new float[] {-2, -4}), 1e-7f);
    assertEquals(0f, Vectors.cosine(new float[] {1, 2}, new float[2]));
    assertEquals(1f, Vectors.cosine(new float[] {1e-20f, 0}, new float[] {1e-25f, 0}), 1e-7f);
    assertThrows(IllegalArgumentException.class, () -> Vectors.cosine(new float[2], new float[3]));
  }
}
