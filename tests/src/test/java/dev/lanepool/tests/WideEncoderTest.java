package dev.lanepool.tests;

import dev.lanepool.weights.ModelSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * At the widths of roberta-base and roberta-large, where sums are long (3072 products) and cross the slices of depth in which the product
 * takes them.
 */
class WideEncoderTest {
  @Test
  void everyLayerEqualsTheReferenceAtRobertaBasesWidth(@TempDir Path folder) throws IOException {
    RandomGenerator random = Repeat.random(1);
    ModelSource source = RandomCheckpoint.write(folder, random, 768, 12, 3072, 2, 60, 66);
    EncoderParityTest.assertEqualsReference(source, List.of(RandomCheckpoint.text(random, 64, 60)));
  }

  /** Rows of 4 KiB and multiples of it, which the encoder lays out further apart. */
  @Test
  void everyLayerEqualsTheReferenceAtRobertaLargesWidth(@TempDir Path folder) throws IOException {
    RandomGenerator random = Repeat.random(2);
    ModelSource source = RandomCheckpoint.write(folder, random, 1024, 16, 2048, 2, 60, 66);
    EncoderParityTest.assertEqualsReference(source, List.of(RandomCheckpoint.text(random, 30, 60), RandomCheckpoint.text(random, 7, 60)));
  }
}
