package dev.lanepool.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.head.HeadTask;
import dev.lanepool.training.data.DataFileException;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.data.Split;
import java.util.Collections;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class LabelledTaskTest {
  private static final int ROWS = 40;

  private static void refused(String start, String part, Executable call) {
    DataFileException e = assertThrows(DataFileException.class, call);
    assertTrue(e.getMessage().startsWith(start) && e.getMessage().contains(part), e.getMessage());
  }

  private static void wrong(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  private static Dataset data(List<String> labels) {
    return Dataset.of(Collections.nCopies(labels.size(), "a text"), labels);
  }

  private static void check(IntToDoubleFunction label) {
    Dataset data = data(IntStream.range(0, ROWS).mapToObj(i -> Double.toString(label.applyAsDouble(i))).toList());
    LabelledTask.regression(data).checkFit(data, IntStream.range(0, ROWS).toArray(), 0.1, 1);
  }

  @Test
  void aLabelThatNoHeadCanHaveIsNamedByItsPlace() {
    refused("row 3, column \"label\": found \" \"", "not blank", () -> LabelledTask.classification(data(List.of("a", "b", " "))));
    refused("row 2, column \"label\": found \"", "valid Unicode", () -> LabelledTask.classification(data(List.of("y", "\ud800"))));
    assertEquals(List.of("a", "\ud83d\ude00"), LabelledTask.classification(data(List.of("\ud83d\ude00", "a"))).task().names());
  }

  @Test
  void rowsToTestOnHaveTheClassesOfThoseToTrainOn() {
    LabelledTask both = LabelledTask.classification(data(List.of("c", "a", "b"))).followedBy(data(List.of("b", "c")));
    assertEquals(List.of("a", "b", "c"), both.task().names());
    assertArrayEquals(new double[] {2, 0, 1, 1, 2}, both.targets());
  }

  @Test
  void targetsThatATaskCannotHaveAreRefused() {
    HeadTask classes = HeadTask.classification(List.of("a", "b"));
    for (double target : new double[] {-1, 2, 0.5, Double.NaN, 1e10}) {
      wrong("targets: row 1: found " + target + ", expected the index of one of 2 labels",
          () -> new LabelledTask(classes, new double[] {0, target}));
    }
    for (double target : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
      wrong("targets: row 0: found " + target + ", expected a finite number",
          () -> new LabelledTask(HeadTask.regression(), new double[] {target}));
    }
    for (HeadTask several : List.of(new HeadTask.Classification(List.of("a", "b"), true), new HeadTask.Regression(List.of("a", "b")))) {
      wrong("task: found " + several + ", expected one label or one value a text", () -> new LabelledTask(several, new double[] {0}));
    }
    assertEquals(2, new LabelledTask(classes, new double[] {1, 0}).targets().length);
  }

  @Test
  void aTaskOfOtherDataIsRefused() {
    LabelledTask task = LabelledTask.classification(data(List.of("a", "b")));
    task.checkRows(data(List.of("b", "a")));
    wrong("task: found one of 2 rows, expected that of the 3 of the data", () -> task.checkRows(data(List.of("a", "b", "a"))));
  }

  @Test
  void rowsSetAsideAreInTheDataSetsIndices() {
    LabelledTask task = LabelledTask.classification(data(List.of("a", "b", "a", "b", "a", "b", "a", "b")));
    int[] rows = {4, 5, 6, 7};
    Split split = task.holdOut(rows, 0.5, 1);
    assertArrayEquals(rows, IntStream.concat(IntStream.of(split.train()), IntStream.of(split.test())).sorted().toArray());
  }

  @Test
  void numbersThatFloatsCannotHoldAreRefused() {
    refused("row 40, column \"label\": found 3.9E31", "1.0E30", () -> check(i -> i * 1e30));
    refused("row 1, column \"label\": found -1.0E300", "1.0E30", () -> check(i -> -1e300));
    refused("row 40, column \"label\": found -3.9E31", "1.0E30", () -> check(i -> i * -1e30));
    check(i -> i * 1e28);
    check(i -> i * 1e-28);
  }

  @Test
  void numbersThatFloatsCannotTellApartAreRefused() {
    refused("the data: found labels with a standard deviation of 11.", "expected at least 16384.0", () -> check(i -> 1.7e9 + i));
    refused("the data: found labels with a standard deviation of 1", "expected at least 1.0E-30", () -> check(i -> i * 1e-40));
    Dataset identifiers = data(IntStream.range(0, ROWS).mapToObj(i -> "100000000000000000" + (100 + i)).toList()); // all are one double
    refused("the data: found labels with a standard deviation of 0.0", "tell them apart",
        () -> LabelledTask.regression(identifiers).checkFit(identifiers, IntStream.range(0, ROWS).toArray(), 0.1, 1));
    Dataset constant = data(IntStream.range(0, ROWS).mapToObj(i -> i % 2 == 0 ? "2.50 " : "+25e-1").toList());
    LabelledTask.regression(constant).checkFit(constant, IntStream.range(0, ROWS).toArray(), 0.1, 1);
    Dataset tiny = data(IntStream.range(0, ROWS).mapToObj(i -> i % 2 == 0 ? "0" : "1e-99999999999").toList());
    LabelledTask.regression(tiny).checkFit(tiny, IntStream.range(0, ROWS).toArray(), 0.1, 1);
    check(i -> 1.7e9 + 1e4 * i);
    check(i -> 2000 + i);
    check(i -> 1.7e9);
    check(i -> 0);
  }
}
