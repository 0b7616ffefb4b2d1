package dev.lanepool.training.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchTest {
  private static List<Integer> epoch(Batch batch, long first, long steps) {
    List<Integer> seen = new ArrayList<>();
    for (long step = first; step < first + steps; step++) {
      batch.turnTo(step);
      for (int i = 0; i < batch.size(); i++) {
        seen.add(batch.example(i));
      }
    }
    return seen;
  }

  @Test
  void everyEpochHoldsEveryExampleOnceInAnOrderOfItsOwn() {
    Batch batch = new Batch(10, 4, 5);
    List<Integer> first = epoch(batch, 0, 3);
    List<Integer> second = epoch(batch, 3, 3);
    List<Integer> all = IntStream.range(0, 10).boxed().toList();
    assertEquals(all, first.stream().sorted().toList());
    assertEquals(all, second.stream().sorted().toList());
    assertFalse(first.equals(second));
    assertFalse(first.equals(epoch(new Batch(10, 4, 6), 0, 3)), "another seed");
    assertEquals(second, epoch(new Batch(10, 4, 5), 3, 3), "begun in the middle");
    assertEquals(first, epoch(batch, 0, 3), "turned back");
    assertEquals(second, epoch(new Batch(10, 3, 5), 4, 4), "in batches of another size");
  }

  /** As the class describes it, computed by a Python program: an order that changes would break every checkpoint. */
  @Test
  void theOrderIsTheDocumentedOne() {
    assertEquals(List.of(1, 3, 4, 7, 9, 6, 2, 5, 0, 8), epoch(new Batch(10, 10, 5), 2, 1));
  }

  @Test
  void theLastBatchHasWhatIsLeftAndEndsTheEpoch() {
    Batch batch = new Batch(10, 4, 0);
    int[] sizes = new int[6];
    for (int step = 0; step < 6; step++) {
      batch.turnTo(step);
      sizes[step] = batch.size();
      assertEquals(step % 3 == 2, batch.endsEpoch());
      assertEquals(step / 3, batch.epoch());
      assertEquals(step % 3, batch.number());
    }
    assertArrayEquals(new int[] {4, 4, 2, 4, 4, 2}, sizes);
    assertThrows(IndexOutOfBoundsException.class, () -> batch.example(2));
    batch.turnTo(4); // another batch follows, whose first example is none of this one's
    assertThrows(IndexOutOfBoundsException.class, () -> batch.example(4));
    assertThrows(IndexOutOfBoundsException.class, () -> batch.example(-1));
    Batch oneLeft = new Batch(9, 4, 0);
    oneLeft.turnTo(1);
    assertFalse(oneLeft.endsEpoch());
  }

  @Test
  void everyPlaceGetsEveryExampleAboutEquallyOften() {
    int examples = 5;
    int epochs = 5000;
    int[] counts = new int[examples * examples];
    Batch batch = new Batch(examples, examples, 1);
    for (int epoch = 0; epoch < epochs; epoch++) {
      batch.turnTo(epoch);
      for (int place = 0; place < examples; place++) {
        counts[place * examples + batch.example(place)]++;
      }
    }
    double deviation = Math.sqrt(epochs * 0.2 * 0.8);
    Arrays.stream(counts).forEach(count -> assertTrue(Math.abs(count - epochs / 5.0) < 4 * deviation, () -> Arrays.toString(counts)));
  }
}
