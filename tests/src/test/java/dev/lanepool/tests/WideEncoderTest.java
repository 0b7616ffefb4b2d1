package dev.lanepool.tests;

import dev.lanepool.weights.ModelSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** At roberta-base's width, where sums are long (3072 products) and cross the slices of depth in which the product takes them. */
class WideEncoderTest {
  @Test
  void everyLayerEqualsTheReferenceAtRobertaBasesWidth(@TempDir Path folder) throws IOException {
    RandomGenerator random = Repeat.random(1);
    ModelSource source = RandomCheckpoint.write(folder, random, 768, 12, 3072, 2, 60, 66);
    EncoderParityTest.assertEqualsReference(source, List.of(RandomCheckpoint.text(random, 64, 60)));
  }
}
