package dev.lanepool.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.RecordComponent;
import java.util.List;
import org.junit.jupiter.api.Test;

class FitSettingsTest {
  @Test
  void everyComponentHasAWitherThatChangesItAlone() throws ReflectiveOperationException {
    FitSettings before = FitSettings.defaults();
    RecordComponent[] components = FitSettings.class.getRecordComponents();
    assertEquals(9, components.length);
    for (RecordComponent changed : components) {
      Object value = switch (changed.getAccessor().invoke(before)) {
        case Integer number -> number + 1;
        case Long number -> number + 1;
        case Double number -> number + 0.25;
        default -> List.of(0.5);
      };
      String wither = "with" + Character.toUpperCase(changed.getName().charAt(0)) + changed.getName().substring(1);
      Object after = FitSettings.class.getMethod(wither, changed.getType()).invoke(before, value);
      for (RecordComponent each : components) {
        assertEquals(each == changed ? value : each.getAccessor().invoke(before), each.getAccessor().invoke(after), wither);
      }
    }
  }

  @Test
  void aShareThatLeavesNothingIsRefused() {
    for (double share : new double[] {0, 1, -0.1, Double.NaN}) {
      String message = assertThrows(IllegalArgumentException.class, () -> FitSettings.defaults().withDevShare(share)).getMessage();
      assertTrue(message.startsWith("devShare: found " + share), message);
    }
  }

  @Test
  void fewRowsArePassedOverUntilFiftyStepsAreMade() {
    FitSettings settings = FitSettings.defaults().withBatchSize(10);
    assertEquals(50, settings.passes(1));
    assertEquals(50, settings.passes(10));
    assertEquals(25, settings.passes(11)); // two steps each
    assertEquals(17, settings.passes(21)); // 17 times 3 is 51, 16 times 3 only 48
    assertEquals(1, settings.passes(500));
    assertEquals(1, settings.passes(100_000));
  }

  @Test
  void aFallingRateHasEpochsForSoManyTextsAtLeastOneAndAtMostThoseAskedFor() {
    FitSettings settings = FitSettings.defaults().withEpochs(20);
    assertEquals(20, settings.fallingEpochs(4_800));
    assertEquals(19, settings.fallingEpochs(4_801));
    assertEquals(1, settings.fallingEpochs(96_000));
    assertEquals(1, settings.fallingEpochs(200_000));
    assertEquals(20, settings.fallingEpochs(1));
  }
}
