package dev.lanepool.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.nn.Param;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a fit ends, and which values it keeps. */
class WatchTest {
  private final Param param = Param.vector("v", 1);
  private final Watch watch = new Watch(List.of(param));

  private boolean looked(float value, double dev) {
    param.values()[0] = value;
    return watch.looked(0, dev, 2);
  }

  private float restored() {
    watch.restore();
    return param.values()[0];
  }

  @Test
  void patienceIsTheNumberOfEpochsInVain() {
    assertTrue(looked(1, 0.5));
    assertTrue(looked(2, 0.6));
    assertTrue(looked(3, 0.4), "lower: counted anew");
    assertTrue(looked(4, 0.4), "equal is in vain");
    assertFalse(looked(5, 0.7));
    assertEquals(3, restored());
    assertEquals(0.4, watch.best());
    assertEquals(List.of(0.5, 0.6, 0.4, 0.4, 0.7), watch.devLoss());
  }

  @Test
  void aStartThatNoEpochBettersIsKept() {
    param.values()[0] = 7;
    watch.start(0.3);
    assertTrue(looked(1, 0.5));
    assertTrue(looked(2, 0.4), "lower than the epoch before, if not than the start");
    assertEquals(7, restored());
    assertEquals(List.of(0.5, 0.4), watch.devLoss(), "the start is no epoch");
  }

  @Test
  void onTheWayToTheMinimumTheLastValuesCountWhateverTheirLoss() {
    for (double dev : new double[] {0.5, 0.7}) {
      param.values()[0] = (float) dev;
      watch.moved(0.1, dev);
    }
    param.values()[0] = 9;
    assertEquals(0.7f, restored());
    assertEquals(0.7, watch.best());
  }

  @Test
  void whereNothingIsEverBetterThanInfinityTheFitEnds() {
    assertFalse(looked(1, Double.NaN));
  }
}
