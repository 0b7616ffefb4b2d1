package dev.lanepool.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.nn.SplitMix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitTest {
  private static List<String> labels(int... sizes) {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < Arrays.stream(sizes).max().orElseThrow(); i++) {
      for (int c = 0; c < sizes.length; c++) {
        if (i < sizes[c]) {
          labels.add("class" + c);
        }
      }
    }
    return labels;
  }

  private static long count(int[] rows, List<String> labels, String label) {
    return Arrays.stream(rows).filter(row -> labels.get(row).equals(label)).count();
  }

  private static void assertPartition(List<Split> splits, int rows) {
    int[] tested = splits.stream().flatMapToInt(split -> Arrays.stream(split.test())).sorted().toArray();
    assertArrayEquals(IntStream.range(0, rows).toArray(), tested);
    for (Split split : splits) {
      assertArrayEquals(IntStream.range(0, rows).toArray(),
          IntStream.concat(Arrays.stream(split.train()), Arrays.stream(split.test())).sorted().toArray());
      assertArrayEquals(Arrays.stream(split.train()).sorted().toArray(), split.train());
      assertTrue(split.test().length == rows / splits.size() || split.test().length == (rows + splits.size() - 1) / splits.size());
    }
  }

  @Test
  void everyRowIsTestedOnceAndFoldsDifferByOneRowAtMost() {
    for (int rows : new int[] {2, 3, 7, 10, 101}) {
      for (int folds = 2; folds <= Math.min(rows, 10); folds++) {
        assertPartition(Split.folds(rows, folds, 7), rows);
      }
    }
  }

  @Test
  void stratifiedFoldsSpreadEveryClassAsEvenlyAsMayBe() {
    for (int[] sizes : new int[][] {{5, 5}, {7, 6, 5}, {100, 13, 6, 5}, {11, 11, 11}}) {
      List<String> labels = labels(sizes);
      List<Split> splits = Split.stratifiedFolds(labels, 5, 1);
      assertPartition(splits, labels.size());
      for (int c = 0; c < sizes.length; c++) {
        for (Split split : splits) {
          long found = count(split.test(), labels, "class" + c);
          assertTrue(found == sizes[c] / 5 || found == (sizes[c] + 4) / 5, "class " + c + " has " + found + " of " + sizes[c]);
        }
      }
    }
  }

  @Test
  void theSeedAloneDecides() {
    List<String> labels = labels(20, 15);
    assertArrayEquals(Split.stratifiedFolds(labels, 5, 3).get(2).test(), Split.stratifiedFolds(labels, 5, 3).get(2).test());
    assertFalse(Arrays.equals(Split.stratifiedFolds(labels, 5, 3).get(2).test(), Split.stratifiedFolds(labels, 5, 4).get(2).test()));
    assertFalse(Arrays.equals(Split.folds(35, 5, 3).get(2).test(), Split.folds(35, 5, 4).get(2).test()));
    assertFalse(Arrays.equals(Split.holdOut(35, 0.2, 3).test(), Split.holdOut(35, 0.2, 4).test()));
  }

  @Test
  void theGeneratorIsSplitMix64() {
    // SplittableRandom is the same algorithm today, though nothing promises that it stays.
    SplitMix random = new SplitMix(1234567);
    SplittableRandom other = new SplittableRandom(1234567);
    for (int i = 0; i < 100; i++) {
      assertEquals(other.nextLong(), random.nextLong());
    }
    int[] seen = new int[7];
    for (int i = 0; i < 70_000; i++) {
      seen[random.nextInt(7)]++;
    }
    for (int count : seen) {
      assertEquals(10_000, count, 500);
    }
    // Folds of a seed are the same in every release: they are part of every published figure.
    assertArrayEquals(new int[] {1, 4, 5, 6}, Split.folds(10, 3, 42).getFirst().test());
  }

  @Test
  void aHeldOutShareIsRoundedAndStratified() {
    Split split = Split.holdOut(11, 0.2, 5);
    assertEquals(2, split.test().length);
    assertEquals(9, split.train().length);
    List<String> labels = labels(50, 30, 7, 1);
    Split stratified = Split.stratifiedHoldOut(labels, 0.1, 5);
    assertEquals(9, stratified.test().length);
    assertEquals(79, stratified.train().length);
    assertEquals(5, count(stratified.test(), labels, "class0"));
    assertEquals(3, count(stratified.test(), labels, "class1"));
    assertEquals(1, count(stratified.test(), labels, "class2"));
    assertEquals(0, count(stratified.test(), labels, "class3"), "a class keeps a row to train on");
  }

  @Test
  void aSplitOfTrainingRowsIsInTheDataSetsIndices() {
    Split outer = Split.folds(20, 4, 1).getFirst();
    Split inner = Split.holdOut(outer.train().length, 0.2, 1).within(outer.train());
    assertArrayEquals(outer.train(), IntStream.concat(Arrays.stream(inner.train()), Arrays.stream(inner.test())).sorted().toArray());
  }

  @Test
  void tooFewRowsAreNamed() {
    refused(() -> Split.stratifiedFolds(labels(9, 4), 5, 1), "the class \"class1\" has 4 rows, expected at least 5");
    refused(() -> Split.stratifiedFolds(labels(9), 5, 1), "found only the class \"class0\"");
    refused(() -> Split.stratifiedFolds(List.of(), 5, 1), "no row");
    refused(() -> Split.stratifiedHoldOut(labels(9), 0.2, 1), "found only the class \"class0\"");
    refused(() -> Split.stratifiedHoldOut(List.of("a", "b"), 0.5, 1), "no class has a row to spare");
    refused(() -> Split.folds(4, 5, 1), "found 4 rows, expected at least 5");
    refused(() -> Split.folds(4, 1, 1), "found 1 folds");
    refused(() -> Split.holdOut(4, 0.1, 1), "0.1 of 4 rows");
    refused(() -> Split.holdOut(4, 1, 1), "1.0 of 4 rows");
    refused(() -> Split.holdOut(4, Double.NaN, 1), "NaN of 4 rows");
  }

  private static void refused(Runnable run, String message) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, run::run);
    assertTrue(e.getMessage().contains(message), () -> "found: " + e.getMessage() + "; expected in it: " + message);
  }

  @Test
  void textsOfBothSidesAreCounted() {
    List<String> texts = List.of("b", "a", "d", "a", "b", "a", "c", "b ");
    assertEquals(3, Split.inTurn(3, 5).shared(texts));
    assertEquals(1, new Split(new int[] {0, 3, 5, 7}, new int[] {2, 4, 6}).shared(texts));
    assertEquals(0, new Split(new int[] {1, 3, 5}, new int[] {0, 4, 7}).shared(texts));
  }
}
