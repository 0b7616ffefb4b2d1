package dev.lanepool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanepool.head.HeadTask;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionTest {
  @Test
  void largeLogitsAreProbabilitiesToo() {
    HeadTask task = HeadTask.classification(List.of("a", "b", "c"));
    assertArrayEquals(new float[] {0, 0.5f, 0.5f}, Prediction.of(task, new float[] {-1000, 1000, 1000}, 0).scores());
    assertArrayEquals(new float[] {1, 0, 0}, Prediction.of(task, new float[] {-1000, -3000, -2000}, 0).scores());
    HeadTask many = new HeadTask.Classification(List.of("a", "b"), true);
    assertArrayEquals(new float[] {0, 1}, Prediction.of(many, new float[] {-1000, 1000}, 0).scores());
  }

  @Test
  void scoresAreThoseOfTheRowAndOneForEachName() {
    HeadTask task = HeadTask.classification(List.of("a", "b"));
    assertArrayEquals(new float[] {0, 1}, Prediction.of(task, new float[] {1000, -1000, -1000, 1000}, 2).scores());
    for (int scores : new int[] {1, 3}) {
      String message = assertThrows(IllegalArgumentException.class, () -> new Prediction(task, new float[scores])).getMessage();
      assertEquals("found " + scores + " scores, expected 2: [a, b]", message);
    }
  }

  @Test
  void aLabelTakesHalfAProbability() {
    HeadTask task = new HeadTask.Classification(List.of("a", "b"), true);
    List<String> labels = new Prediction(task, new float[] {0.5f, Math.nextDown(0.5f)}).labels();
    assertEquals(List.of("a"), labels);
    assertThrows(RuntimeException.class, labels::clear);
  }

  @Test
  void onlyARegressionWithOneOutputHasAValue() {
    assertEquals(7, new Prediction(HeadTask.regression(), new float[] {7}).value());
    List<HeadTask> others = List.of(new HeadTask.Regression(List.of("x", "y")), new HeadTask.Classification(List.of("x"), true));
    for (HeadTask task : others) {
      assertThrows(IllegalStateException.class, () -> new Prediction(task, new float[task.outputs()]).value());
    }
  }
}
