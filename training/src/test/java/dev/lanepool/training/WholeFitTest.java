package dev.lanepool.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Param;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The minimum of a parabola with a penalty, known in closed form. */
class WholeFitTest {
  private static final Param WEIGHT = Param.matrix("weight", 1, 1);
  private static final Param BIAS = Param.vector("bias", 1);

  /** (w - 3)² / 2 + (b - 2)² / 2. */
  private static final class Parabola implements WholeFit.Model {
    @Override
    public List<Param> params() {
      return List.of(WEIGHT, BIAS);
    }

    @Override
    public double lossAndGradients(Grads grads) {
      double w = WEIGHT.values()[0] - 3;
      double b = BIAS.values()[0] - 2;
      grads.of(WEIGHT)[0] += (float) w;
      grads.of(BIAS)[0] += (float) b;
      return (w * w + b * b) / 2;
    }

    @Override
    public double devLoss() {
      return 0;
    }

    @Override
    public int iterations() {
      return 50;
    }
  }

  /** With penalty / 2 · w² added, w = 3 / (1 + penalty); vectors have none. */
  @Test
  void matricesAreKeptSmallAndVectorsAreNot() {
    for (double penalty : new double[] {0, 1, 2}) {
      WEIGHT.values()[0] = 0;
      BIAS.values()[0] = 0;
      WholeFit.minimize(new Parabola(), penalty);
      assertEquals(3 / (1 + penalty), WEIGHT.values()[0], 2e-4, "penalty " + penalty);
      assertEquals(2, BIAS.values()[0], 2e-4, "penalty " + penalty);
    }
  }

  @Test
  void theWatchHearsTheLossWithThePenaltyAndThatOfTheRowsSetAside() {
    WEIGHT.values()[0] = 0;
    BIAS.values()[0] = 0;
    Watch watch = new Watch(List.of(WEIGHT, BIAS));
    WholeFit.minimize(new Parabola(), 1, watch);
    assertEquals(2.25, watch.trainLoss().getLast(), 1e-6); // at w = 1.5: 1.5² / 2 each
    assertEquals(0, watch.devLoss().getLast());
  }
}
