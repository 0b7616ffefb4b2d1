package dev.lanepool.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    LabelledTask both = LabelledTask.together(data(List.of("c", "a", "b")), data(List.of("b", "c")), true);
    assertEquals(List.of("a", "b", "c"), both.task().names());
    assertArrayEquals(new double[] {2, 0, 1, 1, 2}, both.targets());
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
