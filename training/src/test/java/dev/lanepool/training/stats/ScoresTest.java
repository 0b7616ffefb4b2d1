package dev.lanepool.training.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScoresTest {
  @Test
  void theMajorityBaselineIsTheTrainingRowsMostFrequentClass() {
    assertEquals(1, Baseline.majority(3, new int[] {2, 1, 1, 2, 0, 1}));
    assertEquals(1, Baseline.majority(3, new int[] {2, 1, 2, 1, 0}), "the first of two");
    assertEquals(0.25, Baseline.majority(2, new int[] {1, 1, 0}, new int[] {0, 0, 0, 1}).accuracy());
    assertEquals(3, Baseline.majority(2, new int[] {1, 1, 0}, new int[] {0, 0, 0, 1}).support(0));
  }

  @Test
  void theMeanBaselineIsTheTrainingRowsMean() {
    RegressionScores scores = Baseline.mean(new double[] {1, 3}, new double[] {1, 2, 6});
    assertEquals(Math.sqrt(17 / 3.0), scores.rmse(), 1e-12);
    assertTrue(scores.r2() < 0);
    assertTrue(Double.isNaN(scores.pearson()) && Double.isNaN(scores.spearman()));
  }

  @Test
  void aConstantHasNoCorrelationEvenWhereRoundingGivesItASpread() {
    double[] constant = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    RegressionScores scores = RegressionScores.of(constant, new double[] {1, 2, 3, 4, 5, 7});
    assertTrue(Double.isNaN(scores.pearson()) && Double.isNaN(scores.spearman()) && Double.isNaN(scores.r2()));
    RegressionScores predicted = RegressionScores.of(new double[] {1, 2, 3, 4, 5, 7}, constant);
    assertTrue(Double.isNaN(predicted.pearson()) && Double.isNaN(predicted.spearman()) && predicted.r2() < 0);
  }

  @Test
  void aTruthWhoseSquaresVanishHasNoR2() {
    double[] predicted = {1, 2, 3};
    assertTrue(Double.isNaN(RegressionScores.of(new double[] {0, 1e-200, 2e-200}, predicted).r2()));
    assertTrue(Double.isNaN(RegressionScores.of(new double[] {0, 1e-160, 2e-160}, predicted).r2()));
    assertTrue(Double.isFinite(RegressionScores.of(new double[] {0, 1e-100, 2e-100}, predicted).r2()));
  }

  /** Unclamped, rounding makes it 1.0000000000000002. */
  @Test
  void aCorrelationIsNeverMoreThanOne() {
    double[] predicted = {0, 2.3000000000000003, 4.6000000000000005, 6.9};
    assertEquals(1, RegressionScores.of(new double[] {0, 1, 2, 3}, predicted).pearson());
  }

  /** The product of both sums of squares, 4e-360, would be 0 in double. */
  @Test
  void aCorrelationOfTinyNumbersIsTheirs() {
    assertEquals(0.5, RegressionScores.of(new double[] {1e-90, 2e-90, 3e-90}, new double[] {1e-90, 3e-90, 2e-90}).pearson(), 1e-12);
  }

  /** As scikit-learn, which takes the classes of both sides; the third class is of neither. */
  @Test
  void aClassThatWasOnlyPredictedCountsInMacroF1() {
    assertEquals((2.0 / 3 + 0) / 2, ConfusionMatrix.of(3, new int[] {0, 0}, new int[] {0, 1}).macroF1());
  }

  @Test
  void oneFoldHasAMeanAndNoInterval() {
    Summary summary = Summary.of(0.8);
    assertEquals(0.8, summary.mean());
    assertEquals(List.of(0.8), summary.values());
    assertTrue(Double.isNaN(summary.sd()) && Double.isNaN(summary.low()) && Double.isNaN(summary.high()));
  }

  @Test
  void equalFoldsHaveNoSpread() {
    Summary summary = Summary.of(0.1, 0.1, 0.1);
    assertEquals(0, summary.sd());
    assertEquals(summary.low(), summary.high());
  }

  @Test
  void equalHeadsDoNotDifferAndAConstantDifferenceIsCertain() {
    double[] scores = {0.8, 0.9, 0.7};
    assertEquals(1, CorrectedTTest.pValue(scores, scores, 0.5));
    assertEquals(0, CorrectedTTest.pValue(new double[] {2, 3, 4}, new double[] {1, 2, 3}, 0.5));
  }

  @Test
  void theCorrectionMakesTheTestMoreCautious() {
    double[] a = {0.80, 0.82, 0.79, 0.83, 0.81};
    double[] b = {0.78, 0.81, 0.78, 0.80, 0.80};
    assertTrue(CorrectedTTest.pValue(a, b, 0.25) > CorrectedTTest.pValue(a, b, 1e-9));
  }

  @Test
  void whatCannotBeScoredIsRefused() {
    refused(() -> ConfusionMatrix.of(2, new int[] {0, 2}, new int[] {0, 1}), "row 1: found class 2, expected 0 to 1");
    refused(() -> ConfusionMatrix.of(2, new int[] {0, 1}, new int[] {0, -1}), "row 1: found class -1, expected 0 to 1");
    refused(() -> ConfusionMatrix.of(2, new int[] {0}, new int[] {0, 1}), "1 rows and 2 predictions");
    refused(() -> ConfusionMatrix.of(2, new int[0], new int[0]), "0 rows");
    refused(() -> RegressionScores.of(new double[] {1, 2}, new double[] {1, Double.NaN}), "row 1: found 2.0, predicted NaN");
    refused(() -> RegressionScores.of(new double[] {1, Double.NaN}, new double[] {1, 2}), "row 1: found NaN, predicted 2.0");
    refused(() -> RegressionScores.of(new double[0], new double[0]), "0 rows");
    refused(() -> Summary.of(), "no values");
    refused(() -> CorrectedTTest.pValue(new double[] {1}, new double[] {2}, 0.25), "at least 2");
    refused(() -> CorrectedTTest.pValue(new double[] {1, 2}, new double[] {2, 3}, 0), "expected a positive number");
    double infinite = Double.POSITIVE_INFINITY;
    refused(() -> CorrectedTTest.pValue(new double[] {1, 2}, new double[] {2, 3}, infinite), "expected a positive number");
    refused(() -> CorrectedTTest.pValue(new double[] {1, 2}, new double[] {2, Double.NaN}, 1), "fold 2");
    refused(() -> CorrectedTTest.pValue(new double[] {1, 2}, new double[] {2, infinite}, 1), "fold 2");
    refused(() -> CorrectedTTest.pValue(new double[] {1, 2}, new double[] {2, 3, 4}, 1), "found 2 and 3 scores");
  }

  private static void refused(Runnable run, String message) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, run::run);
    assertTrue(e.getMessage().contains(message), () -> "found: " + e.getMessage() + "; expected in it: " + message);
  }
}
