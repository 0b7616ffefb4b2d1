package dev.lanepool.encoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SharesTest {
  private final Shares shares = new Shares(256, 1024);

  private static TokenBatch batch(int... lengths) {
    return TokenBatch.of(Arrays.stream(lengths).mapToObj(int[]::new).toList());
  }

  @Test
  void everyTextIsInOneShareAndRowsAddUp() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      int[] lengths = random.ints(random.nextInt(1, 60), 1, 100).toArray();
      TokenBatch batch = batch(lengths);
      int first = random.nextInt(lengths.length);
      int next = random.nextInt(first, lengths.length) + 1;
      int count = random.nextInt(1, 9);
      shares.deal(batch, first, next, count);
      assertEquals(count, shares.count());
      assertEquals(0, shares.start(0));
      assertEquals(next - first, shares.start(count));
      List<Integer> seen = new ArrayList<>();
      for (int share = 0; share < count; share++) {
        int rows = 0;
        for (int i = shares.start(share); i < shares.start(share + 1); i++) {
          seen.add(shares.texts()[i]);
          rows += batch.length(shares.texts()[i]);
        }
        assertEquals(rows, shares.rows(share), "share " + share);
      }
      seen.sort(null);
      for (int i = first; i < next; i++) {
        assertEquals(i, seen.get(i - first));
      }
      assertEquals(next - first, seen.size());
    }
  }

  @Test
  void sharesOfManyTextsAreEvenAndOfOneLongTextAreNot() {
    shares.deal(batch(new Random(2).ints(40, 2, 60).toArray()), 0, 40, 4);
    assertTrue(shares.even(100));
    assertFalse(shares.even(400), "too few rows");
    shares.deal(batch(200, 5, 9, 30), 0, 4, 2);
    assertFalse(shares.even(1));
    shares.deal(batch(512, 500), 0, 2, 2);
    assertTrue(shares.even(1));
    shares.deal(batch(512, 500), 0, 2, 3);
    assertFalse(shares.even(1), "a share without a text");
  }

  @Test
  void workersRowsNeverMeetNorLeaveTheScratch() {
    Shares tiny = new Shares(8, 16); // where short texts cost far less: a share of them has most of the rows
    Random random = new Random(3);
    boolean kept = false;
    boolean moved = false;
    for (int round = 0; round < 500; round++) {
      int[] lengths = random.ints(random.nextInt(4, 60), 1, 4).toArray();
      lengths[0] = random.nextInt(1, 200);
      for (Shares some : List.of(shares, tiny)) {
        int workers = random.nextInt(1, 4);
        int count = workers * random.nextInt(1, 3);
        some.deal(batch(lengths), 0, lengths.length, count);
        for (int share = 0; share < count; share++) {
          int worker = share % workers;
          int at = some.firstRow(share, worker, workers);
          assertTrue(at >= 0 && at + some.rows(share) <= Arrays.stream(lengths).sum(), "share " + share + " from row " + at);
          for (int other = 0; other < share; other++) {
            if (other % workers != worker) {
              int otherAt = some.firstRow(other, other % workers, workers);
              assertTrue(at >= otherAt + some.rows(other) || otherAt >= at + some.rows(share), share + " meets " + other);
            } else {
              kept |= some.firstRow(other, worker, workers) == at;
              moved |= some.firstRow(other, worker, workers) != at;
            }
          }
        }
      }
    }
    assertTrue(kept && moved, "both cases were met");
  }
}
